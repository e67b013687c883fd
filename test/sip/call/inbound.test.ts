import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openLab, type Lab } from './lab.js';
import { sdp } from './sip-peer.js';

describe('inbound calls over real sockets', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await openLab();
  });
  afterEach(() => lab.close());

  test('answer, ACK, BYE of the caller', async () => {
    const { peer, host, edge } = lab;
    const call = peer.invite();
    const answer = await peer.answered(call);
    expect(answer.header('content-type')).toBe('application/sdp');
    expect(answer.body).toContain('m=audio 23980');
    await host.event('confirmed');
    peer.inDialog(call, 'BYE', { headers: ['Reason: Q.850;cause=16'] });
    await peer.response(200, 'BYE');
    expect((await host.event('ended')).reason).toBe('caller_hangup');
    expect(edge.stats()).toMatchObject({ active: 0, open: 0 });
    expect(host.released).toEqual(host.opened);
  });

  test('answer, ACK, BYE of the agent', async () => {
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

  test('delayed offer: ours in the 200, the answer in the ACK', async () => {
    const { peer, host } = lab;
    const call = peer.invite({ body: '' });
    const answer = await peer.response(200, 'INVITE');
    expect(host.offers).toEqual([undefined]);
    expect(answer.body).toContain('m=audio');
    peer.learn(call, answer);
    peer.ack(call, sdp([], 23991));
    await host.event('confirmed');
    expect(host.answers).toEqual([sdp([], 23991)]);
  });
});
