import { answer, EngineRig, order, reply, request } from './engine-rig.js';

/** A subscription of the peer that the application has taken; returns the dialog id and our tag. */
function subscribed(rig: EngineRig, expires = 'Expires: 60'): { dialog: string; toTag: string } {
  rig.command('route|subscribe');
  rig.receive(request('SUBSCRIBE', { extra: ['Event: presence', expires] }));
  rig.command(`sip|${rig.lastTransaction()}|`, answer(202, 'Accepted'));
  const toTag = /;tag=([^;]+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
  return { dialog: 'call-1;from-tag=peer', toTag };
}

/** NOTIFY of the application in this state. */
const notify = (rig: EngineRig, dialog: string, state: string): void =>
  void rig.command(
    `sip||${dialog}`,
    order('NOTIFY', 'sip:placeholder', { extra: ['Event: presence', `Subscription-State: ${state}`] }),
  );

describe('a subscription of the peer', () => {
  test('SUBSCRIBE, 202 with Expires and Contact, NOTIFY, last NOTIFY: the dialog is over', () => {
    const rig = new EngineRig();
    const { dialog, toTag } = subscribed(rig);
    const { headers } = rig.lastResponse();
    expect([headers.get('expires'), headers.get('contact')]).toEqual(['60', '<sip:192.0.2.1:5060>']);
    notify(rig, dialog, 'active');
    const sent = rig.lastRequest();
    expect([sent.method, sent.uri]).toEqual(['NOTIFY', 'sip:peer@192.0.2.9:5060']);
    expect(sent.headers.get('from')).toContain(`tag=${toTag}`);
    rig.receive(reply(sent, 200));
    expect(rig.stats.active.dialogs).toBe(1);
    notify(rig, dialog, 'terminated;reason=noresource');
    rig.receive(reply(rig.lastRequest(), 200));
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('nobody refreshes it: the dialog goes when its last answers must have come', () => {
    const rig = new EngineRig();
    subscribed(rig);
    rig.advance(60_000 + 31_000);
    expect(rig.stats.active.dialogs).toBe(1);
    rig.advance(2_000);
    expect(rig.stats.active).toMatchObject({ dialogs: 0, timers: 0 });
  });

  test('SUBSCRIBE again within the dialog keeps it', () => {
    const rig = new EngineRig();
    const { toTag } = subscribed(rig);
    rig.advance(50_000);
    rig.receive(request('SUBSCRIBE', { toTag, cseq: 2, extra: ['Event: presence', 'Expires: 60'] }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    rig.advance(80_000);
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('NOTIFY, 481: the subscriber knows nothing of it any more', () => {
    const rig = new EngineRig();
    const { dialog } = subscribed(rig);
    notify(rig, dialog, 'active');
    rig.receive(reply(rig.lastRequest(), 481));
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test.each(['BYE', 'INVITE', 'UPDATE', 'PRACK'])('%s within it: 481', (method) => {
    const rig = new EngineRig();
    const { toTag } = subscribed(rig);
    rig.takeSent();
    rig.receive(request(method, { toTag, cseq: 2 }));
    expect(rig.takeWire()).toEqual([`481 ${method}`]);
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('the application is lost: the subscription ends without a BYE', () => {
    const rig = new EngineRig();
    subscribed(rig);
    rig.takeSent();
    rig.input({ type: 'client_closed', client: 1 });
    expect(rig.takeWire()).toEqual([]);
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('an end that lies years ahead is bounded', () => {
    const rig = new EngineRig();
    subscribed(rig, 'Expires: 4294967295');
    rig.advance(87_000_000);
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('without Contact: 400; with full tables: 503', () => {
    const rig = new EngineRig({ limits: { dialogs: 1 } });
    subscribed(rig);
    rig.takeSent();
    rig.receive(request('SUBSCRIBE', { callId: 'b', contact: false }));
    rig.receive(request('SUBSCRIBE', { callId: 'c' }));
    expect(rig.takeWire()).toEqual(['400 SUBSCRIBE', '503 SUBSCRIBE']);
  });
});

describe('a subscription of the application', () => {
  test('SUBSCRIBE, 200, NOTIFY in its dialog, the last NOTIFY ends it', () => {
    const rig = new EngineRig();
    rig.command('sip||', order('SUBSCRIBE', 'sip:bob@192.0.2.9:5060', { extra: ['Event: presence'] }));
    const sent = rig.lastRequest();
    rig.receive(reply(sent, 200, { extra: ['Expires: 300'] }));
    const dialog = rig.lastDialog();
    const ourTag = /;tag=([^;]+)/.exec(sent.headers.get('from') ?? '')?.[1] ?? '';
    const callId = sent.headers.get('call-id') ?? '';
    expect(dialog).toBe(`${callId};from-tag=${ourTag}`);
    const news = (cseq: number, state: string): void => {
      const extra = ['Event: presence', `Subscription-State: ${state}`];
      rig.receive(request('NOTIFY', { callId, fromTag: 'callee', toTag: ourTag, cseq, extra }));
      expect(rig.lastDialog()).toBe(dialog);
      rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    };
    news(1, 'active;expires=300');
    expect(rig.stats.active.dialogs).toBe(1);
    news(2, 'terminated');
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('SUBSCRIBE, 489: no dialog', () => {
    const rig = new EngineRig();
    rig.command('sip||', order('SUBSCRIBE', 'sip:bob@192.0.2.9:5060'));
    rig.receive(reply(rig.lastRequest(), 489));
    expect(rig.stats.active.dialogs).toBe(0);
  });
});
