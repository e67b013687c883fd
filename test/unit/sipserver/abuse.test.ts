import { monoMs } from '../../../src/kernel/time.js';
import { Notices } from '../../../src/kernel/notices.js';
import { TokenBuckets } from '../../../src/sipserver/core/token-buckets.js';
import { answer, EngineRig, establish, request, SDP } from './engine-rig.js';

/** A rig whose application answers OPTIONS, REGISTER and INVITE. */
function office(options: ConstructorParameters<typeof EngineRig>[0] = {}): EngineRig {
  const rig = new EngineRig(options);
  rig.command('route|options');
  rig.command('route|register');
  rig.takeSent();
  rig.takeFrames();
  return rig;
}

const probe = (n: number, method = 'OPTIONS'): string =>
  request(method, { callId: `p${n}`, branch: `z9hG4bKp${n}` });

describe('requests that belong to no call leave nothing behind', () => {
  test.each<[string, string]>([
    ['unknown method', request('DANCE')],
    ['not routed', request('PUBLISH')],
    ['BYE without call', request('BYE', { toTag: 'nobody' })],
    ['INVITE in a call that is over', request('INVITE', { toTag: 'nobody' })],
    ['CANCEL of nothing', request('CANCEL')],
    ['extension', request('INVITE', { extra: ['Require: precondition'] })],
    ['no Contact', request('INVITE', { contact: false })],
    ['scheme', request('INVITE').replace('INVITE sip:', 'INVITE mailto:')],
  ])('%s: answered, and again when it is repeated, without a transaction', (_name, text) => {
    const rig = office();
    rig.receive(text);
    rig.receive(text);
    const [first, second] = rig.takeSent();
    expect(first?.text).toBeDefined();
    expect(second?.text).toBe(first?.text);
    expect(rig.stats.active).toMatchObject({ serverTransactions: 0, timers: 0 });
  });

  test.each([
    ['OPTIONS', 200],
    ['OPTIONS', 503],
    ['REGISTER', 405],
  ])('%s, answered %i by the application: no transaction afterwards', (method, status) => {
    const rig = office();
    rig.receive(probe(1, method));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(status, 'X'));
    expect(rig.takeWire()).toEqual([`${status} ${method}`]);
    expect(rig.stats.active).toMatchObject({ serverTransactions: 0, timers: 0 });
  });

  test('a flood of OPTIONS asks the application twenty times a second; each gets its own Via, tag and Call-ID', () => {
    const rig = office();
    rig.receive(probe(0));
    rig.command(
      `sip|${rig.lastTransaction()}|`,
      answer(200, 'OK', { extra: ['Allow: INVITE', 'X-Load: 3'] }),
    );
    rig.takeFrames();
    for (let n = 1; n <= 700; n++) rig.receive(probe(n));
    expect(rig.takeFrames()).toHaveLength(19);
    const sent = rig.takeSent();
    expect(sent).toHaveLength(682);
    expect(sent.at(-1)?.text).toContain('branch=z9hG4bKp700');
    expect(sent.at(-1)?.text).toContain('Call-ID: p700');
    expect(sent.at(-1)?.text).toContain('X-Load: 3');
    rig.advance(1001);
    rig.receive(probe(701));
    expect(rig.takeFrames()).toHaveLength(1);
  });

  test('one address asked, another is not answered with it; nor what the application says to REGISTER with 200', () => {
    const rig = office();
    rig.receive(probe(1, 'REGISTER'));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    rig.takeFrames();
    rig.receive(probe(2, 'REGISTER'));
    expect(rig.takeFrames()).toHaveLength(1);
    rig.receive(probe(3).replace('sip:agent@', 'sip:other@'));
    expect(rig.takeFrames()).toHaveLength(1);
  });
});

describe('a full table', () => {
  const small = { limits: { serverTransactions: 100 } };

  test('strangers leave a fifth to requests of calls: BYE is answered', () => {
    const rig = office(small);
    const { toTag } = establish(rig);
    for (let n = 0; n < 200; n++) rig.receive(request('INVITE', { callId: `f${n}`, body: SDP }));
    expect(rig.takeWire().slice(-1)).toEqual(['503 INVITE']);
    expect(rig.stats.active.serverTransactions).toBe(80);
    rig.receive(request('BYE', { cseq: 2, toTag }));
    expect(rig.takeFrames().at(-1)?.payload).toMatch(/^BYE /);
  });

  test('refused calls whose ACK never comes give way to new ones', () => {
    const rig = office(small);
    for (let n = 0; n < 500; n++) {
      rig.receive(request('INVITE', { callId: `f${n}`, body: SDP }));
      rig.command(`sip|${rig.lastTransaction()}|`, answer(486, 'Busy'));
    }
    const wire = rig.takeWire();
    expect(wire.filter((what) => what === '486 INVITE')).toHaveLength(500);
    expect(wire).not.toContain('503 INVITE');
    expect(rig.stats.active.serverTransactions).toBeLessThanOrEqual(80);
  });
});

describe('one source', () => {
  const limited = { limits: { requestsPerSecond: 10, halfOpenPerSource: 5 } };

  test('beyond its rate: INVITE 503, others silence; its neighbours and its calls are served', () => {
    const rig = office(limited);
    const { toTag } = establish(rig);
    for (let n = 0; n < 100; n++) rig.receive(request('DANCE', { callId: `d${n}` }));
    expect(rig.takeWire()).toHaveLength(19);
    rig.receive(request('INVITE', { callId: 'late' }));
    rig.receive(probe(1));
    expect(rig.takeWire()).toEqual(['503 INVITE']);
    rig.receive(request('DANCE', { callId: 'n' }), { port: 5062 });
    rig.receive(request('INFO', { cseq: 2, toTag }));
    expect(rig.takeWire()).toEqual(['501 DANCE']);
    expect(rig.takeFrames().at(-1)?.payload).toMatch(/^INFO /);
    rig.advance(1000);
    rig.receive(request('DANCE', { callId: 'again' }));
    expect(rig.takeWire()).toEqual(['501 DANCE']);
  });

  test('many ports of one address: forty a second together', () => {
    const rig = office(limited);
    for (let n = 0; n < 400; n++) {
      rig.receive(request('DANCE', { callId: `d${n}` }), { port: 10_000 + (n % 50) });
    }
    expect(rig.takeWire()).toHaveLength(80);
  });

  test('calls without ACK: no more than five, then 503 at once; an ACK makes room', () => {
    const rig = office({ limits: { halfOpenPerSource: 5 } });
    const tags: string[] = [];
    for (let n = 0; n < 8; n++) {
      rig.receive(request('INVITE', { callId: `h${n}`, body: SDP }));
      if (n >= 5) continue;
      rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
      tags.push(/;tag=([^;]+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '');
    }
    expect(rig.takeWire().filter((what) => what === '503 INVITE')).toHaveLength(3);
    rig.receive(request('ACK', { callId: 'h0', toTag: tags[0] as string }));
    rig.receive(request('INVITE', { callId: 'h8', body: SDP }));
    expect(rig.takeWire()).toEqual(['100 INVITE']);
    rig.receive(request('INVITE', { callId: 'h9', body: SDP }));
    expect(rig.takeWire()).toEqual(['503 INVITE']);
    rig.receive(request('INVITE', { callId: 'honest', body: SDP }), { port: 5999 });
    expect(rig.takeWire()).toEqual(['100 INVITE']);
  });

  test('one address with a port for each call: the oldest without ACK gives way, the application hears of it', () => {
    const rig = office({ limits: { halfOpenPerSource: 5 } });
    for (let n = 0; n < 10; n++) {
      rig.receive(request('INVITE', { callId: `h${n}`, body: SDP }), { port: 7000 + n });
      rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    }
    rig.receive(request('INVITE', { callId: 'too-soon', body: SDP }), { port: 8000 });
    expect(rig.takeWire().slice(-1)).toEqual(['503 INVITE']);
    rig.advance(150);
    rig.takeSent();
    rig.takeFrames();
    rig.receive(request('INVITE', { callId: 'honest', body: SDP }), { port: 8000 });
    expect(rig.takeWire()).toEqual(['BYE', '100 INVITE']);
    expect(rig.frames.some(({ payload }) => /^BYE /.test(payload))).toBe(true);
    expect(rig.stats.active.dialogs).toBe(9);
  });

  test('calls that ring, that were refused or are over do not count as half open', () => {
    const rig = office({ limits: { halfOpenPerSource: 2 } });
    for (let n = 0; n < 10; n++) {
      rig.receive(request('INVITE', { callId: `r${n}`, body: SDP }));
      rig.command(`sip|${rig.lastTransaction()}|`, answer(n % 2 === 0 ? 486 : 180, 'X'));
    }
    expect(rig.takeWire()).not.toContain('503 INVITE');
  });
});

describe('who may ask', () => {
  const allowPeer = (address: string): boolean => address === '192.0.2.9';

  test.each(['INVITE', 'OPTIONS', 'REGISTER', 'DANCE', 'BYE', 'NOTIFY'])(
    'a scanner sends %s: silence, one line in the log, and no more for an hour',
    (method) => {
      const rig = office({ allowPeer });
      for (let n = 0; n < 50; n++) {
        rig.receive(request(method, { callId: `s${n}`, body: method === 'INVITE' ? SDP : '' }), {
          address: '198.51.100.7',
        });
        rig.receive('INVITE sip:x SIP/2.0\r\nVia: broken\r\nCSeq: 1 INVITE\r\n\r\n', {
          address: '198.51.100.7',
        });
        rig.receive('\r\n\r\n', { address: '198.51.100.7' });
        rig.advance(60_000);
      }
      expect(rig.takeSent()).toEqual([]);
      expect(rig.takeFrames()).toEqual([]);
      expect(rig.stats.drops['not_a_peer']).toBe(100);
      expect(rig.other).toEqual([
        { type: 'notice', reason: 'not_a_peer', address: '198.51.100.7', count: 1 },
      ]);
      rig.advance(11 * 60_000);
      rig.receive(request(method), { address: '198.51.100.7' });
      expect(rig.other.at(-1)).toMatchObject({ count: 100 });
    },
  );

  test('a peer is served, and the requests of its call from another of its addresses too', () => {
    const rig = office({ allowPeer });
    const { toTag } = establish(rig);
    rig.receive(request('BYE', { cseq: 2, toTag }), { address: '198.51.100.8' });
    expect(rig.takeFrames().at(-1)?.payload).toMatch(/^BYE /);
    rig.receive('\r\n\r\n');
    expect(rig.other).toEqual([{ type: 'transmit', hop: expect.anything() as unknown, text: '\r\n' }]);
  });
});

test('notices: twenty sources have lines of their own, the thousands behind them share one', () => {
  const notices = new Notices<'x'>();
  const lines = [];
  for (let n = 0; n < 5000; n++) lines.push(notices.note(monoMs(n), 'x', `198.51.${n >> 8}.${n & 255}`));
  const told = lines.filter((line) => line !== undefined);
  expect(told).toHaveLength(21);
  expect(told.at(-1)).toEqual({ reason: 'x', address: undefined, count: 1 });
});

test('token buckets: a burst, then the rate; the memory of sources is bounded', () => {
  const buckets = new TokenBuckets(10, 20);
  const taken = (at: number, times: number): number =>
    Array.from({ length: times }, () => buckets.take('a', monoMs(at))).filter(Boolean).length;
  expect([taken(0, 50), taken(100, 50), taken(1100, 50), taken(60_000, 50)]).toEqual([20, 1, 10, 20]);
  expect(buckets.isEmpty('a', monoMs(60_000))).toBe(true);
  expect(buckets.isEmpty('a', monoMs(60_200))).toBe(false);
  for (let n = 0; n < 10_000; n++) buckets.take(`s${n}`, monoMs(60_000));
  expect(buckets.size).toBe(4096);
});
