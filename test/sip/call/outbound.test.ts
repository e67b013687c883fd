import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DialOptions, OutboundLeg } from '../../../src/call/sip-edge.js';
import { openLab, type Lab } from './lab.js';
import { sdp } from './sip-peer.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('outbound calls over real sockets', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await openLab();
  });
  afterEach(() => lab.close());

  const dial = (options: Partial<DialOptions> = {}): OutboundLeg => {
    const leg = lab.edge.dial({ uri: `sip:peer@127.0.0.1:${lab.peer.port}`, from: 'leibniz', ...options });
    lab.host.watch(leg);
    return leg;
  };

  test('180, 200, ACK, BYE of the callee', async () => {
    const { peer, host, edge } = lab;
    const leg = dial({ headers: { 'X-Reminder': '42' } });
    const call = await peer.called();
    if (call.invite === undefined) throw new Error('no INVITE');
    expect(call.invite.header('from')).toContain('sip:leibniz@127.0.0.1');
    expect(call.invite.header('x-reminder')).toBe('42');
    peer.respond(call.invite, 180, { tag: call.localTag });
    await host.event('ringing');
    peer.respond(call.invite, 200, { tag: call.localTag, body: sdp([], 23994) });
    await peer.request('ACK');
    expect(await leg.outcome).toEqual({ type: 'answered' });
    expect(host.answers).toEqual([sdp([], 23994)]);
    peer.inDialog(call, 'BYE');
    await peer.response(200, 'BYE');
    await host.event('ended');
    expect(edge.stats().open).toBe(0);
  });

  test('200, then our BYE', async () => {
    const { peer, host, edge } = lab;
    const leg = dial();
    const call = await peer.called();
    if (call.invite === undefined) throw new Error('no INVITE');
    peer.respond(call.invite, 200, { tag: call.localTag, body: sdp() });
    await peer.request('ACK');
    await leg.outcome;
    leg.hangup('agent_goodbye');
    peer.respond(await peer.request('BYE'), 200);
    await host.until(() => edge.stats().open === 0, 'the end of the BYE');
  });

  test.each([
    [486, 'callee_busy'],
    [603, 'callee_rejected'],
    [404, 'callee_rejected'],
    [480, 'no_answer'],
  ])('%i is %s', async (status, reason) => {
    const leg = dial();
    const call = await lab.peer.called();
    if (call.invite === undefined) throw new Error('no INVITE');
    lab.peer.respond(call.invite, status, { tag: call.localTag });
    await lab.peer.request('ACK');
    expect(await leg.outcome).toEqual({ type: 'failed', reason, status });
    expect(lab.edge.stats().open).toBe(0);
  });

  test('nobody answers: CANCEL, 487', async () => {
    const { peer, host, edge } = lab;
    const leg = dial({ ringMs: 300 });
    const call = await peer.called();
    if (call.invite === undefined) throw new Error('no INVITE');
    peer.respond(call.invite, 180, { tag: call.localTag });
    const cancel = await peer.request('CANCEL');
    expect(cancel.header('reason')).toContain('cause=19');
    peer.respond(cancel, 200);
    peer.respond(call.invite, 487, { tag: call.localTag });
    expect(await leg.outcome).toMatchObject({ type: 'failed', reason: 'no_answer' });
    await host.until(() => edge.stats().open === 0, 'the end of the INVITE');
  });

  test('200 that overtakes the CANCEL: ACK and BYE', async () => {
    const { peer, host, edge } = lab;
    const leg = dial();
    const call = await peer.called();
    if (call.invite === undefined) throw new Error('no INVITE');
    peer.respond(call.invite, 180, { tag: call.localTag });
    await host.event('ringing');
    leg.hangup('agent_goodbye');
    peer.respond(await peer.request('CANCEL'), 200);
    peer.respond(call.invite, 200, { tag: call.localTag, body: sdp() });
    await peer.request('ACK');
    peer.respond(await peer.request('BYE'), 200);
    await host.until(() => edge.stats().open === 0, 'the end of the BYE');
    expect(host.ended.map((end) => end.reason)).toEqual(['agent_goodbye']);
  });

  test('digest challenge: the same call with credentials that a registrar would accept', async () => {
    const { peer } = lab;
    const leg = dial({ auth: { username: 'leibniz', password: 'monad' } });
    const first = await peer.request('INVITE');
    const challenge = 'Digest realm="hanover",nonce="n1",algorithm=MD5,qop="auth"';
    peer.respond(first, 407, { tag: 'c1', headers: [`Proxy-Authenticate: ${challenge}`] });
    await peer.request('ACK');
    const second = await peer.called();
    if (second.invite === undefined) throw new Error('no INVITE');
    expect(second.callId).toBe(first.header('call-id'));
    const given = second.invite.header('proxy-authorization');
    const field = (name: string): string => new RegExp(`\\b${name}="?([^",]+)`).exec(given)?.[1] ?? '';
    const uri = second.invite.startLine.split(' ')[1] ?? '';
    const ha1 = md5('leibniz:hanover:monad');
    const ha2 = md5(`INVITE:${uri}`);
    expect(field('uri')).toBe(uri);
    expect(field('response')).toBe(md5(`${ha1}:n1:${field('nc')}:${field('cnonce')}:auth:${ha2}`));
    expect(given).not.toContain('monad');
    peer.respond(second.invite, 200, { tag: second.localTag, body: sdp() });
    await peer.request('ACK');
    expect(await leg.outcome).toEqual({ type: 'answered' });
    peer.inDialog(second, 'BYE');
    await peer.response(200, 'BYE');
  });

  test('digest challenge without credentials: the call is refused', async () => {
    const leg = dial();
    const first = await lab.peer.request('INVITE');
    lab.peer.respond(first, 401, { tag: 'c1', headers: ['WWW-Authenticate: Digest realm="x",nonce="n"'] });
    expect(await leg.outcome).toMatchObject({ type: 'failed', reason: 'callee_rejected', status: 401 });
  });

  test('nobody at the address: no answer, when the transaction has timed out', async () => {
    const fast = await openLab({ factor: 40 });
    const leg = fast.edge.dial({ uri: 'sip:peer@127.0.0.1:9' });
    expect(await leg.outcome).toMatchObject({ type: 'failed', reason: 'no_answer', status: 408 });
    await fast.close();
  });
});
