import { answer, callOut, EngineRig, establish, order, reply, request, SDP } from './engine-rig.js';

const POLICY = { expiresS: 1800, minS: 90 };
const rigWith = (): EngineRig => new EngineRig({ sessionTimer: POLICY });

const KNOWS = 'Supported: timer';
const ALLOWS = 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE';

/** The 2xx that an INVITE with these lines gets. */
function granted(lines: readonly string[]): { expires: string | undefined; require: string | undefined } {
  const rig = rigWith();
  rig.receive(request('INVITE', { body: SDP, extra: lines }));
  rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
  const { headers } = rig.lastResponse();
  return { expires: headers.get('session-expires'), require: headers.get('require') };
}

/** `BYE`, `UPDATE`, … with the time they were sent first. */
function requestsAt(rig: EngineRig): [method: string, at: number][] {
  const seen = new Set<string>();
  return rig.takeSent().flatMap(({ message, at, text }) => {
    if (message.kind === 'response' || seen.has(text)) return [];
    seen.add(text);
    return [[message.method, at / 1000]];
  });
}

describe('what a caller is granted', () => {
  test.each<[string, string[], string | undefined, string | undefined]>([
    [
      'asks and does not say who refreshes: it does',
      [KNOWS, 'Session-Expires: 600'],
      '600;refresher=uac',
      'timer',
    ],
    ['names itself', [KNOWS, 'x: 600;refresher=uac'], '600;refresher=uac', 'timer'],
    ['names us', [KNOWS, 'Session-Expires: 600 ; Refresher=UAS'], '600;refresher=uas', 'timer'],
    ['asks for more than we grant', [KNOWS, 'Session-Expires: 90000'], '1800;refresher=uac', 'timer'],
    [
      'takes no less than its Min-SE',
      [KNOWS, 'Session-Expires: 4000', 'Min-SE: 3600'],
      '3600;refresher=uac',
      'timer',
    ],
    ['knows timers and does not ask: we refresh', [KNOWS], '1800;refresher=uas', 'timer'],
    ['requires the extension', ['Require: timer', 'Session-Expires: 90'], '90;refresher=uac', 'timer'],
    ['a proxy asks for a caller that knows none', ['Session-Expires: 600'], '600;refresher=uas', undefined],
    ['a proxy asks for too little', ['Session-Expires: 30'], undefined, undefined],
    ['knows none', [], undefined, undefined],
    ['a Min-SE of years', [KNOWS, 'Session-Expires: 600', 'Min-SE: 4294967295'], undefined, undefined],
    ['nonsense', [KNOWS, 'Session-Expires: soon'], '1800;refresher=uas', 'timer'],
  ])('%s', (_name, lines, expires, require) => {
    expect(granted(lines)).toEqual({ expires, require });
  });

  test.each(['Session-Expires: 89', 'Session-Expires: 0;refresher=uac'])('%s: 422 with Min-SE', (line) => {
    const rig = rigWith();
    rig.takeFrames();
    rig.receive(request('INVITE', { body: SDP, extra: [KNOWS, line] }));
    expect(rig.lastResponse().headers.get('min-se')).toBe('90');
    expect(rig.takeWire()).toEqual(['422 INVITE']);
    expect(rig.takeClient()).toEqual([]);
    expect(rig.stats.active.serverTransactions).toBe(0);
  });

  test('too short within a call: 422, and the call goes on', () => {
    const rig = rigWith();
    const { toTag } = establish(rig, { extra: [KNOWS, 'Session-Expires: 600'] });
    rig.receive(request('UPDATE', { toTag, cseq: 2, extra: [KNOWS, 'Session-Expires: 10'] }));
    expect(rig.takeWire()).toEqual(['422 UPDATE']);
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('without the setting nothing is granted, and `timer` is no known extension', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { callId: 'a', extra: ['Require: timer'] }));
    rig.receive(request('INVITE', { callId: 'b', extra: [KNOWS, 'Session-Expires: 20'] }));
    expect(rig.takeWire()).toEqual(['420 INVITE', '100 INVITE']);
  });
});

describe('the caller refreshes', () => {
  const asks = { extra: [KNOWS, 'Session-Expires: 90;refresher=uac'] };

  test('it does not: BYE a third of the interval before the end, and word of it', () => {
    const rig = rigWith();
    establish(rig, asks);
    rig.advance(61_000);
    expect(requestsAt(rig)).toEqual([['BYE', 60]]);
    const [bye] = rig.takeFrames();
    expect(bye?.fields[6]).toBe('unsolicited');
    expect(bye?.payload).toContain('text="Session timer expired"');
    expect(rig.stats).toMatchObject({ sessionTimeouts: 1, active: { dialogs: 0 } });
  });

  test.each(['UPDATE', 'INVITE'])('by %s: another interval', (method) => {
    const rig = rigWith();
    const { toTag } = establish(rig, asks);
    rig.advance(45_000);
    rig.receive(request(method, { toTag, cseq: 2, body: method === 'INVITE' ? SDP : '', ...asks }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    expect(rig.lastResponse().headers.get('session-expires')).toBe('90;refresher=uac');
    if (method === 'INVITE') rig.receive(request('ACK', { toTag, cseq: 2 }));
    rig.takeSent();
    rig.advance(59_000);
    expect(requestsAt(rig)).toEqual([]);
    rig.advance(2_000);
    expect(requestsAt(rig)).toEqual([['BYE', 105]]);
  });

  test('a re-INVITE that says nothing of timers: from then on we refresh', () => {
    const rig = rigWith();
    const { toTag } = establish(rig, asks);
    rig.receive(request('INVITE', { toTag, cseq: 2, body: SDP }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    expect(rig.lastResponse().headers.get('session-expires')).toBe('1800;refresher=uas');
    expect(rig.lastResponse().headers.has('require')).toBe(false);
  });

  test('BYE, and the timer is gone', () => {
    const rig = rigWith();
    const { toTag } = establish(rig, asks);
    rig.receive(request('BYE', { toTag, cseq: 2 }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    rig.takeSent();
    rig.advance(100_000);
    expect(rig.takeWire()).toEqual([]);
    expect(rig.stats.active.timers).toBe(0);
  });
});

describe('we refresh', () => {
  const asks = [KNOWS, 'Session-Expires: 90;refresher=uas'];

  test('UPDATE without a body after half of the interval, again and again; the application sees none', () => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    for (const [round, at] of [45, 90, 135].entries()) {
      rig.advance(45_000);
      const update = rig.lastRequest();
      expect(requestsAt(rig)).toEqual([['UPDATE', at]]);
      expect([update.body, update.headers.get('session-expires')]).toEqual(['', '90;refresher=uac']);
      expect(update.headers.get('supported')).toBe('timer');
      rig.receive(reply(update, 200, { extra: ['Session-Expires: 90;refresher=uac'] }));
      expect(rig.stats.active.dialogs).toBe(1);
      expect(round).toBeLessThan(3);
    }
    expect(rig.takeClient()).toEqual([]);
  });

  test('INVITE with the last SDP of ours where the peer does not take UPDATE, and its ACK', () => {
    const rig = rigWith();
    establish(rig, { extra: asks });
    rig.advance(45_000);
    const invite = rig.lastRequest();
    expect([invite.method, invite.body]).toEqual(['INVITE', SDP]);
    expect(invite.headers.get('content-type')).toBe('application/sdp');
    rig.receive(reply(invite, 200, { body: SDP, extra: ['Session-Expires: 90;refresher=uac'] }));
    rig.receive(reply(invite, 200, { body: SDP }));
    expect(rig.takeWire()).toEqual(['INVITE', 'ACK', 'ACK']);
    rig.advance(45_000);
    expect(requestsAt(rig)).toEqual([['INVITE', 90]]);
    expect(rig.takeClient()).toEqual([]);
  });

  test.each([405, 501])('UPDATE is refused with %d: INVITE at once', (status) => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(45_000);
    rig.receive(reply(rig.lastRequest(), status));
    expect(requestsAt(rig)).toEqual([
      ['UPDATE', 45],
      ['INVITE', 45],
    ]);
  });

  test('no answer: BYE before the interval ends', () => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(62_000);
    expect(requestsAt(rig).filter(([method]) => method === 'BYE')).toEqual([['BYE', 60]]);
  });

  test.each([408, 481])('%d: BYE at once', (status) => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(45_000);
    rig.receive(reply(rig.lastRequest(), status));
    expect(requestsAt(rig).at(-1)).toEqual(['BYE', 45]);
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('491 and 500: once more, and at the end BYE', () => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(45_000);
    rig.receive(reply(rig.lastRequest(), 491));
    rig.advance(3_000);
    rig.receive(reply(rig.lastRequest(), 500, { extra: ['Retry-After: 7'] }));
    const [first, second] = requestsAt(rig).filter(([method]) => method === 'UPDATE');
    expect(first).toEqual(['UPDATE', 45]);
    expect(second![1]).toBeLessThan(47.1);
    rig.advance(6_900);
    expect(requestsAt(rig)).toEqual([]);
    rig.advance(5_200);
    expect(requestsAt(rig).map(([method]) => method)).toContain('BYE');
  });

  test('422: at once again with the interval it wants, which is then kept', () => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(45_000);
    rig.receive(reply(rig.lastRequest(), 422, { extra: ['Min-SE: 300'] }));
    const again = rig.lastRequest();
    expect([again.headers.get('session-expires'), again.headers.get('min-se')]).toEqual([
      '300;refresher=uac',
      '300',
    ]);
    rig.receive(reply(again, 200, { extra: ['Session-Expires: 300;refresher=uac'] }));
    rig.takeSent();
    rig.advance(150_000);
    expect(requestsAt(rig)).toEqual([['UPDATE', 195]]);
  });

  test('a peer that wants credentials answers, and so lives', () => {
    const rig = rigWith();
    establish(rig, { extra: [...asks, ALLOWS] });
    for (const at of [45, 90]) {
      rig.advance(45_000);
      const update = rig.lastRequest();
      expect(requestsAt(rig)).toEqual([['UPDATE', at]]);
      rig.receive(reply(update, 407));
    }
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('an offer of the peer is open: the refresh waits for its end', () => {
    const rig = rigWith();
    const { toTag } = establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(44_000);
    rig.receive(request('INVITE', { toTag, cseq: 2, body: SDP, extra: asks }));
    rig.takeSent();
    rig.advance(3_000);
    expect(requestsAt(rig)).toEqual([]);
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    rig.receive(request('ACK', { toTag, cseq: 2 }));
    rig.advance(45_000);
    expect(requestsAt(rig)).toEqual([['UPDATE', 92]]);
  });

  test('a refresh does not keep the peer from changing the call', () => {
    const rig = rigWith();
    const { toTag } = establish(rig, { extra: [...asks, ALLOWS] });
    rig.advance(45_000);
    rig.takeSent();
    rig.receive(request('INVITE', { toTag, cseq: 2, body: SDP, extra: asks }));
    expect(rig.takeWire()).toEqual(['100 INVITE']);
  });
});

describe('a call of ours', () => {
  test('INVITE asks; the callee refreshes, and when it does not the call ends', () => {
    const rig = rigWith();
    rig.command('sip||', order('INVITE', 'sip:bob@192.0.2.9:5060', { body: SDP }));
    const { headers } = rig.lastRequest();
    expect([headers.get('supported'), headers.get('session-expires')]).toEqual(['timer', '1800']);
    rig.receive(reply(rig.lastRequest(), 200, { extra: ['Session-Expires: 120;refresher=uas'] }));
    rig.command(`sip||${rig.lastDialog()}`, order('ACK', 'sip:bob@192.0.2.9'));
    rig.takeSent();
    rig.advance(89_000);
    expect(requestsAt(rig)).toEqual([['BYE', 88]]);
  });

  test('we refresh when the callee says so', () => {
    const rig = rigWith();
    callOut(rig, { extra: ['Session-Expires: 1800;refresher=uac', 'Require: timer', ALLOWS] });
    rig.advance(900_000);
    expect(requestsAt(rig)).toEqual([['UPDATE', 900]]);
  });

  test('a callee that knows no timers is left in peace', () => {
    const rig = rigWith();
    callOut(rig);
    rig.advance(7_200_000);
    expect(requestsAt(rig)).toEqual([]);
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('422: the INVITE again with a new number, and one transaction for the application', () => {
    const rig = rigWith();
    rig.command('sip||', order('INVITE', 'sip:bob@192.0.2.9:5060', { body: SDP }));
    const first = rig.lastRequest();
    const transaction = rig.takeFrames().at(-1)?.fields[8];
    rig.receive(reply(first, 422, { extra: ['Min-SE: 3600'] }));
    const again = rig.lastRequest();
    expect(rig.takeWire()).toEqual(['INVITE', 'ACK', 'INVITE']);
    expect(again.headers.get('session-expires')).toBe('3600');
    expect(again.headers.get('via')).not.toBe(first.headers.get('via'));
    const number = (text: string | undefined): number => Number(text?.split(' ')[0]);
    expect(number(again.headers.get('cseq'))).toBe(number(first.headers.get('cseq')) + 1);
    rig.receive(reply(again, 200, { body: SDP, extra: ['Session-Expires: 3600;refresher=uac'] }));
    expect(rig.lastTransaction()).toBe(transaction);
    expect(rig.takeClient()).toEqual(['sip 200 INVITE']);
  });

  test('422 without a longer interval is the answer', () => {
    const rig = rigWith();
    rig.command('sip||', order('INVITE', 'sip:bob@192.0.2.9:5060', { body: SDP }));
    rig.takeFrames();
    rig.receive(reply(rig.lastRequest(), 422, { extra: ['Min-SE: 90'] }));
    expect(rig.takeClient()).toEqual(['sip 422 INVITE']);
  });

  test('with credentials the callee is asked to refresh: ours are not known to the server', () => {
    const rig = rigWith();
    const extra = ['Proxy-Authorization: Digest username="u"'];
    rig.command('sip||', order('INVITE', 'sip:bob@192.0.2.9:5060', { body: SDP, extra }));
    expect(rig.lastRequest().headers.get('session-expires')).toBe('1800;refresher=uas');
  });

  test('a re-INVITE of the application renews the timer', () => {
    const rig = rigWith();
    const dialog = callOut(rig, { extra: ['Session-Expires: 600;refresher=uac', ALLOWS] });
    rig.command(`sip||${dialog}`, order('INVITE', 'sip:placeholder', { body: SDP }));
    expect(rig.lastRequest().headers.get('session-expires')).toBe('600;refresher=uac');
    rig.receive(reply(rig.lastRequest(), 200, { extra: ['Session-Expires: 600;refresher=uas'] }));
    rig.command(`sip||${dialog}`, order('ACK', 'sip:placeholder'));
    rig.takeSent();
    rig.advance(567_000);
    expect(requestsAt(rig)).toEqual([]);
    rig.advance(2_000);
    expect(requestsAt(rig)).toEqual([['BYE', 568]]);
  });
});
