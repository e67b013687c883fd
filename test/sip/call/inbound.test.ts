import { afterEach, describe, expect, test } from '@jest/globals';
import { openLab, type Lab } from './lab.js';
import { sdp } from './sip-peer.js';

describe('inbound calls over real sockets', () => {
  let lab: Lab;
  afterEach(() => lab.close());

  test('answer, ACK, BYE of the caller', async () => {
    lab = await openLab();
    const { peer, host, edge } = lab;
    const call = peer.invite();
    const answer = await peer.answered(call);
    expect(answer.header('content-type')).toBe('application/sdp');
    expect(answer.body).toContain('m=audio 23980');
    await host.event('confirmed');
    peer.inDialog(call, 'BYE', { headers: ['Reason: Q.850;cause=16'] });
    await peer.response(200, 'BYE');
    expect(await host.event('ended')).toMatchObject({ reason: 'caller_hangup', remoteReason: { cause: 16 } });
    expect(edge.stats()).toMatchObject({ active: 0, open: 0 });
    expect(host.released).toEqual(host.opened);
  });

  test('answer, ACK, BYE of the agent', async () => {
    lab = await openLab();
    const { peer, host, edge } = lab;
    const call = peer.invite();
    await peer.answered(call);
    await host.event('confirmed');
    host.leg.hangup('agent_goodbye');
    const bye = await peer.request('BYE');
    expect(bye.header('reason')).toBe('Q.850;cause=16;text="Normal call clearing"');
    peer.respond(bye, 200);
    await host.until(() => edge.stats().open === 0, 'the end of the BYE');
  });

  test('BYE at once: ACK and BYE in the moment of the 200', async () => {
    lab = await openLab();
    const { peer, host } = lab;
    const call = peer.invite();
    await peer.answered(call);
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
    expect((await host.event('ended')).reason).toBe('caller_hangup');
  });

  test('BYE without ACK', async () => {
    lab = await openLab();
    const { peer, host } = lab;
    const call = peer.invite();
    peer.learn(call, await peer.response(200, 'INVITE'));
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
    expect((await host.event('ended')).reason).toBe('caller_hangup');
  });

  test('late ACK: the 200 is repeated until it comes, the call is confirmed once', async () => {
    lab = await openLab();
    const { peer, host } = lab;
    const call = peer.invite();
    await peer.response(200, 'INVITE');
    await peer.answered(call);
    await host.event('confirmed');
    peer.ack(call);
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
    expect(host.events.map((event) => event.type)).toEqual(['answered', 'confirmed', 'ended']);
  });

  test('dropped ACK: the 200 is repeated, then BYE with the reason, one end', async () => {
    lab = await openLab({ factor: 40 });
    const { peer, host } = lab;
    peer.invite();
    await peer.response(200, 'INVITE');
    await peer.response(200, 'INVITE');
    const bye = await peer.request('BYE');
    expect(bye.header('reason')).toMatch(/ACK timeout/i);
    peer.respond(bye, 200);
    expect((await host.event('ended')).reason).toBe('ack_timeout');
    expect(host.ended).toHaveLength(1);
  });

  test('no Contact: 400, nothing is opened', async () => {
    lab = await openLab();
    const { peer, host, edge } = lab;
    peer.invite({ contact: false });
    await peer.response(400, 'INVITE');
    expect(host.opened).toEqual([]);
    expect(edge.stats()).toMatchObject({ open: 0, orphans: 0 });
  });

  test('CANCEL before the answer: 200 and 487, media that open later are given back', async () => {
    lab = await openLab();
    const { peer, host, edge } = lab;
    const open = host.openMedia;
    host.openMedia = async (id, offer) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return open(id, offer);
    };
    const call = peer.invite();
    await peer.response(100);
    peer.cancel(call);
    await peer.response(200, 'CANCEL');
    await peer.response(487, 'INVITE');
    await host.until(() => host.released.length === 1, 'the release of media');
    expect(host.ended.map((end) => end.reason)).toEqual(['cancelled']);
    expect(host.legs).toEqual([]);
    expect(edge.stats()).toMatchObject({ active: 0, open: 0 });
  });

  test('CANCEL across the 200: whatever wins, the call ends once and leaves nothing', async () => {
    lab = await openLab();
    const { peer, host, edge } = lab;
    let answered = 0;
    for (let round = 0; round < 20; round++) {
      const call = peer.invite();
      if (round % 2 === 1) await peer.response(100);
      peer.cancel(call);
      const final = await peer.next(
        (message) =>
          (message.status === 200 || message.status === 487) &&
          message.header('cseq').endsWith('INVITE') &&
          message.header('call-id') === call.callId,
        'a final response',
      );
      if (final.status === 487) continue;
      answered++;
      peer.learn(call, final);
      peer.ack(call);
      peer.inDialog(call, 'BYE');
      await peer.response(200, 'BYE');
    }
    await host.until(() => edge.stats().open === 0, 'the end of all calls');
    expect(host.ended).toHaveLength(20);
    expect(host.ended.filter((end) => end.reason === 'caller_hangup')).toHaveLength(answered);
    expect(host.released).toHaveLength(host.opened.length);
  });

  test('hang-up before the ACK: no BYE until it is here', async () => {
    lab = await openLab();
    const { peer, host } = lab;
    host.onLeg = (leg) => leg.hangup('agent_goodbye');
    const call = peer.invite();
    peer.learn(call, await peer.response(200, 'INVITE'));
    await expect(peer.request('BYE', 200)).rejects.toThrow('did not come');
    peer.ack(call);
    peer.respond(await peer.request('BYE'), 200);
  });

  test('delayed offer: ours in the 200, the answer in the ACK', async () => {
    lab = await openLab();
    const { peer, host } = lab;
    const call = peer.invite({ body: '' });
    const answer = await peer.response(200, 'INVITE');
    expect(host.offers).toEqual([undefined]);
    expect(answer.body).toContain('m=audio');
    peer.learn(call, answer);
    peer.ack(call, sdp([], 23991));
    await host.event('confirmed');
    expect(host.answers).toEqual([sdp([], 23991)]);
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
  });

  test('full: 503 with Retry-After; draining: a longer one, OPTIONS too', async () => {
    lab = await openLab({ maxCalls: 1 });
    const { peer, edge, host } = lab;
    const call = peer.invite();
    await peer.answered(call);
    peer.invite();
    expect((await peer.response(503)).header('retry-after')).toMatch(/^[12]$/);
    peer.outside('OPTIONS');
    expect((await peer.response(200, 'OPTIONS')).header('allow')).toContain('INVITE');
    const drained = edge.drain();
    peer.invite();
    expect(Number((await peer.response(503)).header('retry-after'))).toBeGreaterThanOrEqual(30);
    peer.outside('OPTIONS');
    await peer.response(503, 'OPTIONS');
    peer.inDialog(call, 'BYE');
    await drained;
    expect(host.ended.map((end) => end.reason)).toEqual([
      'rejected_capacity',
      'rejected_draining',
      'caller_hangup',
    ]);
  });

  test('a retransmitted INVITE is no second call, one by another path gets 482', async () => {
    lab = await openLab();
    const { peer, host } = lab;
    const call = peer.invite();
    await peer.answered(call);
    peer.repeat(call);
    peer.repeat(call, 'z9hG4bKanother');
    await peer.response(482, 'INVITE');
    expect(host.legs).toHaveLength(1);
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
  });

  test('methods outside a dialog are refused, none leaves anything behind', async () => {
    lab = await openLab();
    const { peer, edge } = lab;
    for (const method of [
      'MESSAGE',
      'REGISTER',
      'SUBSCRIBE',
      'PUBLISH',
      'INFO',
      'NOTIFY',
      'REFER',
      'UPDATE',
      'FOO',
    ]) {
      peer.outside(method, { headers: method === 'REGISTER' ? ['Expires: 60'] : [] });
      const refused = await peer.next((message) => message.header('cseq').endsWith(method), method);
      expect([400, 405, 481, 489, 501]).toContain(refused.status);
    }
    expect(edge.stats().open).toBe(0);
  });

  test('close: BYE to every call', async () => {
    lab = await openLab();
    const { peer, host, edge } = lab;
    const calls = [peer.invite(), peer.invite()];
    for (const call of calls) {
      const fits = (id: string): boolean => id === call.callId;
      const ok = await peer.next((m) => m.status === 200 && fits(m.header('call-id')), 'a 200');
      peer.learn(call, ok);
      peer.ack(call);
    }
    await host.until(
      () => host.events.filter((event) => event.type === 'confirmed').length === 2,
      'two calls',
    );
    const closed = edge.close();
    for (let i = 0; i < 2; i++) peer.respond(await peer.request('BYE'), 200);
    await closed;
    expect(host.ended.map((end) => end.reason)).toEqual(['server_shutdown', 'server_shutdown']);
  });
});
