import { describe, expect, test } from '@jest/globals';
import { err } from '../../../src/kernel/result.js';
import { ANSWER, invite, OFFER, openFixture, type Fixture } from './edge-fixture.js';
import { StubMessage, StubRequest, StubResponse, type StubDialog } from './stub-srf.js';

const SDP = { 'Content-Type': 'application/sdp' };

async function confirmed(body = OFFER): Promise<Fixture & { dialog: StubDialog }> {
  const f = await openFixture();
  f.srf.receive('invite', invite({}, body));
  await f.time.advance(0);
  const dialog = f.srf.confirmAnswer();
  dialog.emit('ack', new StubMessage({ CSeq: '1 ACK', ...SDP }, body === '' ? ANSWER : ''));
  f.host.events.length = 0;
  f.host.log.length = 0;
  return { ...f, dialog };
}

describe('within a call', () => {
  test('edge 4, re-INVITE with an offer: the host answers, not the library', async () => {
    const { dialog, host } = await confirmed();
    expect(
      dialog.listenerCount('hold') + dialog.listenerCount('unhold') + dialog.listenerCount('refresh'),
    ).toBe(0);
    const res = dialog.receive('modify', { ...SDP, CSeq: '2 INVITE' }, `${OFFER}a=sendonly\r\n`);
    expect(res.sent).toEqual([{ status: 200, body: ANSWER, headers: expect.objectContaining(SDP) }]);
    expect(host.events).toEqual([{ type: 'media_changed', at: expect.any(Number) }]);
  });

  test('re-INVITE that the host refuses: its status, the call goes on', async () => {
    const { dialog, host } = await confirmed();
    host.reoffer = () => err({ status: 488 });
    expect(dialog.receive('modify', { ...SDP, CSeq: '2 INVITE' }, OFFER).sent[0]?.status).toBe(488);
    host.reoffer = () => {
      throw new Error('no');
    };
    expect(dialog.receive('modify', { ...SDP, CSeq: '3 INVITE' }, OFFER).sent[0]?.status).toBe(500);
    expect(host.ended).toEqual([]);
  });

  test('re-INVITE without SDP: our offer in the 200, the answer in the ACK, 491 in between', async () => {
    const { dialog, host } = await confirmed();
    const res = dialog.receive('modify', { CSeq: '2 INVITE' });
    expect(res.sent[0]).toMatchObject({ status: 200, body: ANSWER });
    expect(dialog.receive('modify', { ...SDP, CSeq: '3 INVITE' }, OFFER).sent[0]?.status).toBe(491);
    dialog.emit('ack', new StubMessage({ CSeq: '2 ACK', ...SDP }, OFFER));
    expect(host.log).toEqual(['reoffer(none)', 'acceptAnswer']);
    expect(host.events.map((event) => event.type)).toEqual(['media_changed']);
    expect(dialog.receive('modify', { ...SDP, CSeq: '4 INVITE' }, OFFER).sent[0]?.status).toBe(200);
  });

  test('delayed offer whose answer the host refuses: BYE', async () => {
    const f = await openFixture();
    f.host.acceptAnswer = () => err('no codec');
    f.srf.receive('invite', invite({}, ''));
    await f.time.advance(0);
    const dialog = f.srf.confirmAnswer();
    dialog.emit('ack', new StubMessage({ CSeq: '1 ACK', ...SDP }, OFFER));
    expect(dialog.byes).toHaveLength(1);
    expect(f.host.ended.map((end) => end.reason)).toEqual(['media_error']);
  });

  test('UPDATE with and without an offer', async () => {
    const { dialog, host } = await confirmed();
    expect(dialog.receive('update', {}).sent[0]).toMatchObject({ status: 200, body: undefined });
    expect(dialog.receive('update', SDP, OFFER).sent[0]).toMatchObject({ status: 200, body: ANSWER });
    expect(dialog.receive('update', { 'Content-Type': 'text/plain' }, 'x').sent[0]?.status).toBe(415);
    expect(host.events.map((event) => event.type)).toEqual(['media_changed']);
  });

  test('INFO with keys, with none, and with what is no key', async () => {
    const { dialog, host } = await confirmed();
    const type = { 'Content-Type': 'application/dtmf-relay' };
    expect(dialog.receive('info', type, 'Signal=5\r\nDuration=100\r\n').sent[0]?.status).toBe(200);
    expect(dialog.receive('info', type, 'Signal=!').sent[0]?.status).toBe(200);
    expect(dialog.receive('info').sent[0]?.status).toBe(200);
    const refused = dialog.receive('info', { 'Content-Type': 'text/plain' }, 'x').sent[0];
    expect(refused).toMatchObject({
      status: 415,
      headers: { Accept: expect.stringContaining('dtmf-relay') },
    });
    expect(host.events).toMatchObject([{ type: 'dtmf', digit: '5', durationMs: 100 }]);
  });

  test.each([
    ['options', 200],
    ['message', 405],
    ['refer', 405],
    ['publish', 405],
    ['subscribe', 489],
  ])('%s gets %i', async (method, status) => {
    const { dialog } = await confirmed();
    expect(dialog.receive(method).sent.map((sent) => sent.status)).toEqual([status]);
  });

  test('after the end every request gets 481 while the BYE is under way', async () => {
    const { dialog, host } = await confirmed();
    dialog.holdBye = true;
    host.leg.hangup('agent_goodbye');
    for (const method of ['modify', 'update', 'info', 'notify', 'options']) {
      expect(dialog.receive(method, SDP, OFFER).sent.map((sent) => sent.status)).toEqual([481]);
    }
  });

  test('BYEs that cross end the call once', async () => {
    const { dialog, host, edge } = await confirmed();
    dialog.holdBye = true;
    host.leg.hangup('agent_goodbye');
    dialog.bye();
    dialog.byeDone?.(null);
    expect(host.ended.map((end) => end.reason)).toEqual(['agent_goodbye']);
    expect(edge.stats().open).toBe(0);
  });
});

describe('transfer', () => {
  const notify = (
    dialog: StubDialog,
    body: string,
    state = 'active;expires=60',
    event = 'refer',
  ): number | undefined =>
    dialog.receive('notify', { Event: event, 'Subscription-State': state }, body).sent[0]?.status;

  test('REFER with Refer-To and Referred-By, NOTIFY 200, BYE', async () => {
    const { dialog, host } = await confirmed();
    host.leg.transfer('sip:desk@example.org');
    expect(dialog.requests[0]).toMatchObject({
      method: 'REFER',
      headers: { 'Refer-To': '<sip:desk@example.org>', 'Referred-By': '<sip:agent@127.0.0.1>' },
    });
    dialog.requests[0]?.done(null, new StubResponse(202));
    expect(notify(dialog, 'SIP/2.0 100 Trying')).toBe(200);
    expect(notify(dialog, 'SIP/2.0 200 OK', 'terminated;reason=noresource')).toBe(200);
    expect(host.events.map((event) => (event.type === 'transfer' ? event.state : event.type))).toEqual([
      'trying',
      'accepted',
      'ended',
    ]);
    expect(dialog.byes).toHaveLength(1);
    expect(host.ended.map((end) => end.reason)).toEqual(['transferred']);
  });

  test('REFER refused: the caller is still here, and a second attempt is possible', async () => {
    const { dialog, host } = await confirmed();
    host.leg.transfer('tel:+4930123');
    dialog.requests[0]?.done(null, new StubResponse(405));
    expect(host.events).toMatchObject([{ type: 'transfer', state: 'refused', status: 405 }]);
    host.leg.transfer('tel:+4930124');
    expect(dialog.requests).toHaveLength(2);
    expect(host.ended).toEqual([]);
  });

  test('the NOTIFY that ends the call is answered before our BYE leaves', async () => {
    const { dialog, host } = await confirmed();
    host.leg.transfer('sip:desk@192.0.2.20');
    dialog.requests[0]?.done(null, new StubResponse(202, { CSeq: '2 REFER' }));
    const answered: number[] = [];
    const destroy = dialog.destroy.bind(dialog);
    const res = new StubResponse();
    dialog.destroy = (options, callback) => {
      answered.push(...res.sent.map(({ status }) => status));
      destroy(options, callback);
    };
    const headers = { Event: 'refer', 'Subscription-State': 'terminated;reason=noresource' };
    dialog.emit('notify', new StubRequest('NOTIFY', 'sip:a@b', headers, 'SIP/2.0 200 OK'), res);
    expect(answered).toEqual([200]);
  });

  test('NOTIFY of a REFER before the last one: 481, and the last one goes on', async () => {
    const { dialog, host, time } = await confirmed();
    host.leg.transfer('sip:desk@example.org');
    dialog.requests[0]?.done(null, new StubResponse(202, { CSeq: '2 REFER' }));
    await time.advance(60_000);
    host.leg.transfer('sip:other@example.org');
    dialog.requests[1]?.done(null, new StubResponse(202, { CSeq: '3 REFER' }));
    expect(notify(dialog, 'SIP/2.0 486 Busy', 'terminated', 'refer;id=2')).toBe(481);
    expect(host.events.at(-1)).toMatchObject({ type: 'transfer', state: 'trying' });
    expect(notify(dialog, 'SIP/2.0 200 OK', 'terminated', 'refer;id=3')).toBe(200);
    expect(host.ended.map((end) => end.reason)).toEqual(['transferred']);
  });

  test('REFER without any outcome fails in time, with the call alive', async () => {
    const { dialog, host, time } = await confirmed();
    host.leg.transfer('sip:desk@example.org');
    dialog.requests[0]?.done(null, new StubResponse(202));
    await time.advance(60_000);
    expect(host.events.at(-1)).toMatchObject({ type: 'transfer', state: 'failed' });
    expect(host.ended).toEqual([]);
  });

  test('their BYE after the 202 is a transfer', async () => {
    const { dialog, host } = await confirmed();
    host.leg.transfer('sip:desk@example.org');
    dialog.requests[0]?.done(null, new StubResponse(202));
    dialog.bye();
    expect(host.ended.map((end) => end.reason)).toEqual(['transferred']);
  });

  test('hang-up during a transfer: nothing more is reported', async () => {
    const { dialog, host, time } = await confirmed();
    host.leg.transfer('sip:desk@example.org');
    dialog.requests[0]?.done(null, new StubResponse(202));
    host.leg.hangup('agent_goodbye');
    await time.advance(120_000);
    expect(host.events.at(-1)).toMatchObject({ type: 'ended', reason: 'agent_goodbye' });
  });

  test.each([
    'desk',
    'sip:desk',
    'sip:desk@example.org>\r\nX-Evil: 1',
    'http://example.org',
    `sip:${'d'.repeat(300)}@example.org`,
  ])('target %j is not sent', async (target) => {
    const { dialog, host } = await confirmed();
    host.leg.transfer(target);
    expect(dialog.requests).toEqual([]);
    expect(host.events).toMatchObject([{ type: 'transfer', state: 'failed' }]);
  });

  test('NOTIFY nobody asked for: 481, of another event: 489', async () => {
    const { dialog } = await confirmed();
    expect(notify(dialog, 'SIP/2.0 200 OK')).toBe(481);
    expect(dialog.receive('notify', { Event: 'presence' }).sent[0]?.status).toBe(489);
  });
});
