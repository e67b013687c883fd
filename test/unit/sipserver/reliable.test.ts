import { answer, EngineRig, establish, order, reply, request, SDP } from './engine-rig.js';

const RELIABLE = { extra: ['Require: 100rel'] };

/** An INVITE of a caller that knows 100rel, and what answers it. */
function ringing(rig: EngineRig, extra = ['Supported: timer, 100rel']): string {
  rig.receive(request('INVITE', { body: SDP, extra }));
  const transaction = rig.lastTransaction();
  rig.takeSent();
  rig.takeFrames();
  return transaction;
}

const toTagOf = (rig: EngineRig): string =>
  /;tag=([^;]+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';

/** A PRACK for the last response. */
function prack(rig: EngineRig, fields: { cseq?: number; rseq?: number } = {}): void {
  const rseq = fields.rseq ?? Number(rig.lastResponse().headers.get('rseq'));
  const { cseq = 2 } = fields;
  rig.receive(request('PRACK', { toTag: toTagOf(rig), cseq, extra: [`RAck: ${rseq} 1 INVITE`] }));
}

describe('provisional responses that want a PRACK', () => {
  test('183 with RSeq and Contact, PRACK, its 200, 200, ACK', () => {
    const rig = new EngineRig();
    const transaction = ringing(rig);
    rig.command(`sip|${transaction}|`, answer(183, 'Session Progress', { ...RELIABLE, body: SDP }));
    const { headers } = rig.lastResponse();
    expect(headers.get('require')).toBe('100rel');
    expect(Number(headers.get('rseq'))).toBeGreaterThan(0);
    expect(headers.get('contact')).toBe('<sip:192.0.2.1:5060>');
    prack(rig);
    const acknowledged = rig.lastTransaction();
    expect(rig.takeClient()).toEqual(['OK', 'sip PRACK']);
    rig.command(`sip|${acknowledged}|`, answer(200, 'OK'));
    rig.command(`sip|${transaction}|`, answer(200, 'OK', { body: SDP }));
    expect(rig.takeWire()).toEqual(['183 INVITE', '200 PRACK', '200 INVITE']);
    rig.advance(40_000);
    expect(rig.stats.ackTimeouts).toBe(1);
  });

  test('no PRACK: repeated at doubling intervals, then 504 and word of it to the application', () => {
    const rig = new EngineRig();
    rig.command(`sip|${ringing(rig)}|`, answer(180, 'Ringing', RELIABLE));
    rig.advance(33_000);
    const at = rig.sent.filter(({ message }) => 'status' in message && message.status === 180);
    expect(at.map((sent) => sent.at)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(rig.lastResponse().status).toBe(504);
    expect(rig.takeClient()).toEqual(['OK', 'sip CANCEL']);
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('200 before the PRACK: it waits for it, and goes behind the answer to the PRACK', () => {
    const rig = new EngineRig();
    const transaction = ringing(rig);
    rig.command(`sip|${transaction}|`, answer(180, 'Ringing', RELIABLE));
    rig.command(`sip|${transaction}|`, answer(200, 'OK', { body: SDP }));
    expect(rig.takeClient()).toEqual(['OK']);
    prack(rig);
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    expect(rig.takeWire()).toEqual(['180 INVITE', '200 PRACK', '200 INVITE']);
    expect(rig.takeClient()).toEqual(['sip PRACK', 'OK', 'OK']);
  });

  test('two in a row: the second waits, with the next number', () => {
    const rig = new EngineRig();
    const transaction = ringing(rig);
    rig.command(`sip|${transaction}|`, answer(180, 'Ringing', RELIABLE));
    rig.command(`sip|${transaction}|`, answer(183, 'Session Progress', RELIABLE));
    const first = Number(rig.lastResponse().headers.get('rseq'));
    prack(rig);
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    expect(rig.takeWire()).toEqual(['180 INVITE', '200 PRACK', '183 INVITE']);
    rig.advance(500);
    expect(rig.lastResponse().status).toBe(183);
    expect(Number(rig.lastResponse().headers.get('rseq'))).toBe(first + 1);
  });

  test.each([
    ['an unknown number', (rig: EngineRig) => prack(rig, { rseq: 7 })],
    ['no RAck', (rig: EngineRig) => rig.receive(request('PRACK', { toTag: toTagOf(rig), cseq: 2 }))],
  ])('PRACK with %s: 481, and the repetition goes on', (_name, send) => {
    const rig = new EngineRig();
    rig.command(`sip|${ringing(rig)}|`, answer(180, 'Ringing', RELIABLE));
    send(rig);
    rig.advance(500);
    expect(rig.takeWire()).toEqual(['180 INVITE', '481 PRACK', '180 INVITE']);
  });

  test('CANCEL while the 200 waits: 487, and the application hears that its 200 did not go', () => {
    const rig = new EngineRig();
    const transaction = ringing(rig);
    rig.command(`sip|${transaction}|`, answer(180, 'Ringing', RELIABLE));
    rig.command(`sip|${transaction}|`, answer(200, 'OK', { body: SDP }));
    rig.receive(request('CANCEL'));
    expect(rig.takeClient()).toEqual([
      'OK',
      'sip CANCEL',
      'NOK Response not sent due to unknown transaction',
    ]);
    const toTag = toTagOf(rig);
    expect(rig.takeWire()).toEqual(['180 INVITE', '200 CANCEL', '487 INVITE']);
    rig.receive(request('ACK', { toTag, branch: 'z9hG4bK-call-1-1-1' }));
    rig.advance(40_000);
    expect(rig.stats.active).toMatchObject({ serverTransactions: 0, dialogs: 0, timers: 0 });
  });

  test('486 need not wait', () => {
    const rig = new EngineRig();
    const transaction = ringing(rig);
    rig.command(`sip|${transaction}|`, answer(180, 'Ringing', RELIABLE));
    rig.command(`sip|${transaction}|`, answer(486, 'Busy Here'));
    expect(rig.takeWire()).toEqual(['180 INVITE', '486 INVITE']);
  });

  test('a caller that knows no 100rel: the application is told so', () => {
    const rig = new EngineRig();
    rig.command(`sip|${ringing(rig, [])}|`, answer(180, 'Ringing', RELIABLE));
    expect(rig.takeClient()).toEqual(['NOK Remote endpoint does not support 100rel']);
    expect(rig.takeWire()).toEqual([]);
  });

  test('a caller that requires 100rel gets every ringing reliably', () => {
    const rig = new EngineRig();
    rig.command(`sip|${ringing(rig, ['Require: 100rel'])}|`, answer(180, 'Ringing'));
    expect(rig.lastResponse().headers.get('require')).toBe('100rel');
    expect(rig.lastResponse().headers.has('rseq')).toBe(true);
  });

  test('an application that keeps answering without PRACK is refused in the end', () => {
    const rig = new EngineRig();
    const transaction = ringing(rig);
    for (let n = 0; n < 12; n++) rig.command(`sip|${transaction}|`, answer(183, 'Progress', RELIABLE));
    expect(rig.takeClient().filter((line) => line.startsWith('NOK'))).toHaveLength(3);
    expect(rig.takeWire()).toEqual(['183 INVITE']);
  });
});

describe('reliable provisional responses of a callee', () => {
  const callee = (): EngineRig => {
    const rig = new EngineRig();
    rig.command('sip||', order('INVITE', 'sip:bob@192.0.2.9:5060', { body: SDP }));
    rig.takeFrames();
    return rig;
  };
  const early = (rig: EngineRig, rseq: number): void =>
    rig.receive(reply(rig.lastRequest(), 183, { extra: ['Require: 100rel', `RSeq: ${rseq}`] }));

  test('183, 183 again, the next, one out of order: each is shown once and in order', () => {
    const rig = callee();
    for (const rseq of [40, 40, 41, 43, 42]) early(rig, rseq);
    const shown = rig.takeFrames().map(({ payload }) => /RSeq: (\d+)/.exec(payload)?.[1]);
    expect(shown).toEqual(['40', '41', '42']);
  });

  test('PRACK of the application goes to the early dialog', () => {
    const rig = callee();
    const invite = rig.lastRequest();
    early(rig, 7);
    const cseq = invite.headers.get('cseq');
    rig.command(
      `sip||${rig.lastDialog()}`,
      order('PRACK', 'sip:bob@192.0.2.9', { extra: [`RAck: 7 ${cseq}`] }),
    );
    const sent = rig.lastRequest();
    expect([sent.method, sent.uri, sent.headers.get('rack')]).toEqual([
      'PRACK',
      'sip:callee@192.0.2.9:5060',
      `7 ${cseq}`,
    ]);
    expect(sent.headers.get('to')).toContain('tag=callee');
  });
});

test('PRACK in a call that stands: 481', () => {
  const rig = new EngineRig();
  const { toTag } = establish(rig);
  rig.receive(request('PRACK', { toTag, cseq: 2, extra: ['RAck: 1 1 INVITE'] }));
  expect(rig.takeWire()).toEqual(['481 PRACK']);
});
