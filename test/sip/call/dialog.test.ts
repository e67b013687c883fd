import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { err } from '../../../src/kernel/result.js';
import { openLab, type Lab } from './lab.js';
import { sdp, type PeerCall } from './sip-peer.js';

describe('within a call over real sockets', () => {
  let lab: Lab;
  let call: PeerCall;

  beforeEach(async () => {
    lab = await openLab();
    call = lab.peer.invite();
    await lab.peer.answered(call);
    await lab.host.event('confirmed');
    lab.host.offers.length = 0;
  });

  afterEach(async () => {
    if (lab.edge.stats().active > 0) {
      lab.peer.inDialog(call, 'BYE');
      await lab.peer.response(200, 'BYE');
    }
    await lab.close();
  });

  test.each([
    ['a=sendonly', sdp(['a=sendonly'])],
    ['a=inactive and another port', sdp(['a=inactive'], 23992)],
    ['the address 0.0.0.0', sdp().replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0')],
  ])('hold as %s, and back: the host answers both', async (_form, hold) => {
    const { peer, host } = lab;
    peer.inDialog(call, 'INVITE', { body: hold });
    const held = await peer.response(200, 'INVITE');
    expect(held.body).toContain('a=recvonly');
    peer.ack(call);
    peer.inDialog(call, 'INVITE', { body: sdp() });
    await peer.response(200, 'INVITE');
    peer.ack(call);
    expect(host.offers).toEqual([hold, sdp()]);
    await host.until(() => host.events.filter((e) => e.type === 'media_changed').length === 2, 'two changes');
  });

  test('re-INVITE that is refused: 488, and the call goes on', async () => {
    const { peer, host } = lab;
    host.reoffer = () => err({ status: 488 });
    peer.inDialog(call, 'INVITE', { body: sdp() });
    await peer.response(488, 'INVITE');
    peer.ack(call);
    expect(host.ended).toEqual([]);
  });

  test('re-INVITE without SDP: our offer, their answer in the ACK', async () => {
    const { peer, host } = lab;
    peer.inDialog(call, 'INVITE');
    expect((await peer.response(200, 'INVITE')).body).toContain('m=audio');
    peer.ack(call, sdp([], 23993));
    await host.event('media_changed');
    expect(host.answers).toEqual([sdp([], 23993)]);
  });

  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=120\r\n', '5'],
    ['application/dtmf', '#', '#'],
    ['application/vnd.nortelnetworks.digits', 'p=Digit-Collection\r\ny=Digits\r\nd=Digits=9\r\n', '9'],
  ])('INFO %s', async (type, body, digit) => {
    const { peer, host } = lab;
    peer.inDialog(call, 'INFO', { headers: [`Content-Type: ${type}`], body });
    await peer.response(200, 'INFO');
    expect((await host.event('dtmf')).digit).toBe(digit);
  });

  test('OPTIONS 200, MESSAGE 405, unknown INFO 415', async () => {
    const { peer } = lab;
    peer.inDialog(call, 'OPTIONS');
    await peer.response(200, 'OPTIONS');
    peer.inDialog(call, 'MESSAGE', { headers: ['Content-Type: text/plain'], body: 'hi' });
    expect((await peer.response(405, 'MESSAGE')).header('allow')).toContain('BYE');
    peer.inDialog(call, 'INFO', { headers: ['Content-Type: text/plain'], body: 'x' });
    await peer.response(415, 'INFO');
  });

  const notify = (body: string, state: string): void =>
    lab.peer.inDialog(call, 'NOTIFY', {
      headers: ['Event: refer', `Subscription-State: ${state}`, 'Content-Type: message/sipfrag'],
      body,
    });

  test('REFER accepted: 202, NOTIFY 100, NOTIFY 200, then our BYE', async () => {
    const { peer, host } = lab;
    host.leg.transfer('sip:desk@127.0.0.1');
    const refer = await peer.request('REFER');
    expect(refer.header('refer-to')).toBe('<sip:desk@127.0.0.1>');
    expect(refer.header('referred-by')).toContain('sip:agent@127.0.0.1');
    peer.respond(refer, 202);
    notify('SIP/2.0 100 Trying\r\n', 'active;expires=60');
    await peer.response(200, 'NOTIFY');
    expect(host.ended).toEqual([]);
    notify('SIP/2.0 200 OK\r\n', 'terminated;reason=noresource');
    await peer.response(200, 'NOTIFY');
    peer.respond(await peer.request('BYE'), 200);
    expect((await host.event('ended')).reason).toBe('transferred');
  });

  test('REFER refused, and REFER whose callee is busy: the caller is still here', async () => {
    const { peer, host } = lab;
    host.leg.transfer('sip:desk@127.0.0.1');
    peer.respond(await peer.request('REFER'), 405);
    expect(await host.event('transfer')).toMatchObject({ state: 'refused', status: 405 });
    host.leg.transfer('sip:desk@127.0.0.1');
    peer.respond(await peer.request('REFER'), 202);
    notify('SIP/2.0 486 Busy Here\r\n', 'terminated;reason=noresource');
    await peer.response(200, 'NOTIFY');
    expect(host.events.at(-1)).toMatchObject({ type: 'transfer', state: 'refused', status: 486 });
    expect(host.ended).toEqual([]);
  });

  test('REFER, 202, BYE of the caller: transferred', async () => {
    const { peer, host } = lab;
    host.leg.transfer('sip:desk@127.0.0.1');
    peer.respond(await peer.request('REFER'), 202);
    await host.event('transfer');
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
    expect((await host.event('ended')).reason).toBe('transferred');
  });
});
