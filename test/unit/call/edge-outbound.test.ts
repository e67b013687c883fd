import { describe, expect, test } from '@jest/globals';
import { isLeibnizError } from '../../../src/kernel/errors.js';
import { err } from '../../../src/kernel/result.js';
import type { LegEvent } from '../../../src/call/core/types.js';
import type { DialOptions, OutboundLeg } from '../../../src/call/sip-edge.js';
import { ANSWER, OFFER, openFixture, type Fixture } from './edge-fixture.js';
import { StubDialog, StubMessage, StubRequest, StubResponse } from './stub-srf.js';

interface Attempt {
  readonly leg: OutboundLeg;
  readonly events: LegEvent[];
  readonly request: StubRequest;
  ring(status?: number, headers?: Record<string, string>, body?: string): void;
  answer(body?: string): StubDialog;
  fail(status: number): void;
}

async function dial(f: Fixture, options: Partial<DialOptions> = {}): Promise<Attempt> {
  const leg = f.edge.dial({ uri: 'sip:ann@192.0.2.10', ...options });
  const events: LegEvent[] = [];
  leg.subscribe((event) => events.push(event));
  await f.time.advance(0);
  const sent = f.srf.invites.at(-1);
  if (sent === undefined) throw new Error('no INVITE was sent');
  const request = new StubRequest('INVITE', sent.uri, {
    From: '<sip:leibniz@127.0.0.1>;tag=l',
    CSeq: '1 INVITE',
  });
  return {
    leg,
    events,
    request,
    ring: (status = 180, headers = {}, body = '') =>
      sent.cbProvisional(new StubResponse(status, headers, body)),
    answer: (body = ANSWER) => {
      const type = body === '' ? {} : { 'Content-Type': 'application/sdp' };
      const dialog = new StubDialog('out', request, new StubResponse(200, type, body));
      sent.callback(null, dialog);
      return dialog;
    },
    fail: (status) => sent.callback({ status }),
  };
}

const types = (events: readonly LegEvent[]): string[] => events.map((event) => event.type);

test.each<[string, unknown, Partial<DialOptions>, string | undefined]>([
  ['a name nobody knows', { status: 503, reason: 'DNS Error' }, {}, 'dns'],
  [
    'sips: without TLS',
    { status: 416, reason: 'Unsupported URI Scheme' },
    { uri: 'sips:ann@192.0.2.10' },
    'transport',
  ],
  ['transport=tls', 'requested protocol/transport not available', {}, 'transport'],
  ['a callee that is overloaded', { status: 503, reason: 'Service Unavailable' }, {}, undefined],
])('an INVITE that never left says why: %s', async (_what, error, options, unsent) => {
  const f = await openFixture();
  const { leg } = await dial(f, options);
  f.srf.invites.at(-1)?.callback(error);
  const outcome = await leg.outcome;
  expect(outcome).toMatchObject({
    type: 'failed',
    reason: unsent === undefined ? 'callee_rejected' : 'internal_error',
  });
  expect('unsent' in outcome ? outcome.unsent : undefined).toBe(unsent);
});

describe('outbound calls', () => {
  test('offer of the host, 180, 200, answer to the host, BYE of the callee', async () => {
    const f = await openFixture();
    const { leg, events, ring, answer } = await dial(f, {
      from: '+4930111',
      displayName: 'Advising "Office"',
    });
    expect(f.srf.invites[0]?.options).toMatchObject({
      localSdp: ANSWER,
      headers: {
        From: '"Advising \\"Office\\"" <sip:+4930111@localhost>',
        'Content-Type': 'application/sdp',
      },
    });
    ring();
    const dialog = answer();
    expect(await leg.outcome).toEqual({ type: 'answered' });
    dialog.bye();
    expect(types(events)).toEqual(['ringing', 'answered', 'confirmed', 'ended']);
    expect(f.host.log).toEqual(['open(no offer)', 'acceptAnswer', 'release']);
    expect(f.host.legs).toEqual([]);
  });

  test.each([
    [486, 'callee_busy'],
    [603, 'callee_rejected'],
    [480, 'no_answer'],
  ])('%i is %s', async (status, reason) => {
    const f = await openFixture();
    const { leg, fail } = await dial(f);
    fail(status);
    expect(await leg.outcome).toEqual({ type: 'failed', reason, status });
    expect(f.host.log).toContain('release');
    expect(f.edge.stats().open).toBe(0);
  });

  test('nobody answers: CANCEL with a Reason after ringMs', async () => {
    const f = await openFixture();
    const { leg, request, fail } = await dial(f, { ringMs: 20_000 });
    f.srf.invites[0]?.cbRequest(null, request);
    await f.time.advance(20_000);
    expect(request.cancelled).toEqual({ Reason: 'Q.850;cause=19;text="No answer from user"' });
    expect(await leg.outcome).toMatchObject({ type: 'failed', reason: 'no_answer' });
    fail(487);
    expect(f.edge.stats().open).toBe(0);
  });

  test('hang-up before the server has said that the INVITE is out: CANCEL as soon as it has', async () => {
    const f = await openFixture();
    const { leg, request } = await dial(f);
    leg.hangup('agent_goodbye');
    expect(request.cancelled).toBeUndefined();
    f.srf.invites[0]?.cbRequest(null, request);
    expect(request.cancelled).toBeDefined();
  });

  test('200 that overtakes the CANCEL is ended by BYE', async () => {
    const f = await openFixture();
    const { leg, request, answer } = await dial(f);
    f.srf.invites[0]?.cbRequest(null, request);
    leg.hangup('agent_goodbye');
    const dialog = answer();
    expect(dialog.byes).toHaveLength(1);
    expect(leg.termination).toBe('agent_goodbye');
    expect(f.edge.stats().open).toBe(0);
  });

  test('answer in a reliable 183, none in the 200', async () => {
    const f = await openFixture();
    const { ring, answer, leg } = await dial(f);
    ring(183, { RSeq: '1', 'Content-Type': 'application/sdp' }, ANSWER);
    answer('');
    expect(await leg.outcome).toEqual({ type: 'answered' });
  });

  test('200 without any answer, and an answer the host refuses: BYE', async () => {
    const f = await openFixture();
    const first = await dial(f);
    expect(first.answer('').byes).toHaveLength(1);
    f.host.acceptAnswer = () => err('no codec');
    const second = await dial(f);
    expect(second.answer().byes).toHaveLength(1);
    expect(await second.leg.outcome).toMatchObject({ type: 'failed', reason: 'media_error' });
  });

  test('re-INVITE of the callee', async () => {
    const f = await openFixture();
    const { answer, events } = await dial(f);
    const dialog = answer();
    const res = dialog.receive('modify', { CSeq: '7 INVITE', 'Content-Type': 'application/sdp' }, OFFER);
    expect(res.sent[0]).toMatchObject({ status: 200, body: ANSWER });
    dialog.emit('ack', new StubMessage({ CSeq: '7 ACK' }));
    expect(types(events)).toEqual(['answered', 'confirmed', 'media_changed']);
  });

  test('no media, no INVITE', async () => {
    const f = await openFixture();
    f.host.openMedia = async () => err({ status: 503, reason: 'no port' });
    const leg = f.edge.dial({ uri: 'sip:ann@192.0.2.10' });
    await f.time.advance(0);
    expect(await leg.outcome).toMatchObject({ type: 'failed', reason: 'media_error', status: 503 });
    expect(f.srf.invites).toEqual([]);
  });

  test('a library that throws instead of sending', async () => {
    const f = await openFixture();
    f.srf.createUAC = () => {
      throw new Error('no socket');
    };
    const leg = f.edge.dial({ uri: 'sip:ann@192.0.2.10' });
    await f.time.advance(0);
    expect(await leg.outcome).toMatchObject({ type: 'failed', reason: 'internal_error' });
    expect(f.host.log).toContain('release');
  });

  test('credentials and proxy are handed on, and are not logged', async () => {
    const f = await openFixture();
    await dial(f, { auth: { username: 'leibniz', password: 'hush' }, proxy: 'sip:192.0.2.99' });
    expect(f.srf.invites[0]?.options).toMatchObject({
      auth: { username: 'leibniz', password: 'hush' },
      proxy: 'sip:192.0.2.99',
    });
    expect(JSON.stringify(f.log.lines)).not.toContain('hush');
  });

  test.each<[string, Partial<DialOptions>]>([
    ['uri', { uri: 'ann@192.0.2.10' }],
    ['uri', { uri: 'sip:ann@192.0.2.10\r\nX-Evil: 1' }],
    ['uri', { uri: 'tel:+4930111' }],
    ['proxy', { proxy: '192.0.2.99' }],
    ['from', { from: 'a b' }],
    ['displayName', { displayName: 'a\r\nb' }],
    ['headers', { headers: { 'X-A': 'a\r\nX-B: b' } }],
    ['headers', { headers: { 'X A': 'a' } }],
    ['headers', { headers: { 'X-Long': 'a'.repeat(9000) } }],
    ['headers', { headers: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`X-${i}`, 'a'])) }],
  ])('%s that cannot be sent is refused: %j', async (field, options) => {
    const f = await openFixture();
    let error: unknown;
    try {
      f.edge.dial({ uri: 'sip:ann@192.0.2.10', ...options });
    } catch (caught) {
      error = caught;
    }
    expect(isLeibnizError(error) && error.code === 'BAD_REQUEST' && error.field === field).toBe(true);
  });

  test('no calls are made while draining', async () => {
    const f = await openFixture();
    void f.edge.drain();
    expect(() => f.edge.dial({ uri: 'sip:ann@192.0.2.10' })).toThrow(/shutting down/);
  });
});
