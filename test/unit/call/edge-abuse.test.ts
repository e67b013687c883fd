import { describe, expect, test } from '@jest/globals';
import { err } from '../../../src/kernel/result.js';
import { monoMs } from '../../../src/kernel/time.js';
import { parseCalledNumbers } from '../../../src/call/core/called-numbers.js';
import { HalfOpenCalls } from '../../../src/call/core/half-open.js';
import { invite, openFixture, type Fixture } from './edge-fixture.js';
import { StubMessage, type StubRequest } from './stub-srf.js';

const from = (address: string, headers = {}): StubRequest =>
  Object.assign(invite(headers), { source_address: address });

/** A call that is answered; acknowledged unless told. */
async function call(f: Fixture, address: string, ack = true): Promise<number | undefined> {
  const res = f.srf.receive('invite', from(address));
  await f.time.advance(0);
  if (res.sent.length > 0) return res.sent[0]?.status;
  const dialog = f.srf.confirmAnswer();
  if (ack) dialog.emit('ack', new StubMessage({ CSeq: '1 ACK' }));
  return undefined;
}

describe('calls without ACK', () => {
  test('all lines are held by one stranger: an honest caller gets one, and the next one too', async () => {
    const f = await openFixture({ maxCalls: 6 });
    for (let n = 0; n < 6; n++) expect(await call(f, '203.0.113.1', false)).toBeUndefined();
    await f.time.advance(150);
    expect(await call(f, '192.0.2.10')).toBeUndefined();
    expect(await call(f, '192.0.2.11')).toBeUndefined();
    expect(f.edge.stats().gaveWay).toBeGreaterThanOrEqual(2);
    expect(new Set(f.host.ended.map(({ reason }) => reason))).toEqual(new Set(['ack_timeout']));
    expect(new Set(f.host.ended.map(({ info }) => info.remoteAddress))).toEqual(new Set(['203.0.113.1']));
  });

  test('calls that were acknowledged never give way', async () => {
    const f = await openFixture({ maxCalls: 3 });
    for (let n = 0; n < 3; n++) await call(f, '203.0.113.1');
    await f.time.advance(5000);
    expect(await call(f, '192.0.2.10')).toBe(503);
    expect(f.host.ended.map(({ reason }) => reason)).toEqual(['rejected_capacity']);
  });

  test('they hold half of the lines together at most', async () => {
    const f = await openFixture({ maxCalls: 20 });
    for (let n = 0; n < 40; n++) {
      await call(f, '203.0.113.1', false);
      await f.time.advance(50);
    }
    expect(f.edge.stats().active).toBeLessThanOrEqual(12);
  });
});

test.each<[string, [string, string, number][], number, string | undefined]>([
  ['nobody waits', [], 5000, undefined],
  ['one, for a moment', [['a', 'x', 0]], 500, undefined],
  ['one, for long', [['a', 'x', 0]], 1000, 'a'],
  [
    'three of one source: the oldest of them, though another waits longer',
    [
      ['o', 'y', 0],
      ['a', 'x', 10],
      ['b', 'x', 20],
      ['c', 'x', 30],
    ],
    1500,
    'a',
  ],
  [
    'three of one source, all of them fresh',
    [
      ['a', 'x', 0],
      ['b', 'x', 10],
      ['c', 'x', 20],
    ],
    90,
    undefined,
  ],
  [
    'three of one source, one of them old enough',
    [
      ['a', 'x', 0],
      ['b', 'x', 10],
      ['c', 'x', 20],
    ],
    105,
    'a',
  ],
])('who gives way: %s', (_what, calls, now, expected) => {
  const halfOpen = new HalfOpenCalls<string>();
  for (const [id, source, at] of calls) halfOpen.add(id, source, monoMs(at));
  expect(halfOpen.victim(monoMs(now))).toBe(expected);
});

describe('who may call, and whom', () => {
  test('an address that is no peer: 403, the host hears nothing of it, and one line in the log', async () => {
    const f = await openFixture({ peers: { has: (address) => address === '192.0.2.10' } });
    for (let n = 0; n < 50; n++) expect(await call(f, '203.0.113.1')).toBe(403);
    expect(await call(f, '192.0.2.10')).toBeUndefined();
    expect(f.host.ended).toEqual([]);
    const lines = f.log.lines.filter(({ message }) => message === 'calls were refused');
    expect(lines.map(({ fields }) => fields)).toEqual([
      { status: 403, what: 'the address is no peer', count: 1, pii: { remoteAddress: '203.0.113.1' } },
    ]);
  });

  test.each([
    ['sip:agent@127.0.0.1', ['agent'], undefined],
    ['sip:AGENT@127.0.0.1', ['agent'], undefined],
    ['sip:agent@127.0.0.1', ['+15550100'], 404],
    ['sip:+15550100@127.0.0.1', ['+15550100'], undefined],
    ['sip:0015550100@127.0.0.1', ['+1 555 0100'.replace(/ /g, '')], undefined],
    ['sip:15550199@127.0.0.1', ['+155501*'], undefined],
    ['sip:15550299@127.0.0.1', ['+155501*'], 404],
    ['sip:15550100@127.0.0.1', [], undefined],
  ])('INVITE %s with numbers %j: %p', async (uri, numbers, status) => {
    const f = await openFixture({ numbers });
    const request = Object.assign(from('192.0.2.10'), { uri });
    const res = f.srf.receive('invite', request);
    await f.time.advance(0);
    expect(res.sent[0]?.status).toBe(status);
    if (status === 404) expect(res.sent[0]?.headers['Reason']).toContain('cause=1;');
  });

  test('a list that cannot be read names its entries', () => {
    expect(parseCalledNumbers(['+1555', 'a b', '<x>'])).toEqual({ ok: false, error: ['a b', '<x>'] });
  });
});

describe('refusals say why', () => {
  test.each([
    [
      { status: 488, reason: 'x', warning: { code: 301, text: 'Incompatible network address formats' } },
      488,
      /^301 /,
    ],
    [{ status: 400, reason: 'x' }, 400, undefined],
    [{ status: 488, reason: 'x' }, 488, /^305 /],
  ])('media refused with %j', async (refusal, status, warning) => {
    const f = await openFixture();
    f.host.openMedia = async () => err(refusal);
    const res = f.srf.receive('invite', invite());
    await f.time.advance(0);
    expect(res.sent[0]?.status).toBe(status);
    if (warning === undefined) expect(res.sent[0]?.headers['Warning']).toBeUndefined();
    else expect(res.sent[0]?.headers['Warning']).toMatch(warning);
    expect(f.log.lines.find(({ message }) => message === 'media were refused')?.fields).toMatchObject({
      reason: 'x',
    });
  });

  test('lines are full: 503, Retry-After, cause 34', async () => {
    const f = await openFixture({ maxCalls: 0 });
    const res = f.srf.receive('invite', invite());
    expect(res.sent[0]).toMatchObject({
      status: 503,
      headers: { Reason: expect.stringContaining('Q.850;cause=34') as unknown },
    });
    expect(res.sent[0]?.headers['Retry-After']).toMatch(/^[12]$/);
  });
});
