import { describe, expect, test } from '@jest/globals';
import { err, ok, type Result } from '../../../src/kernel/result.js';
import type { MediaRefusal } from '../../../src/call/sip-edge.js';
import { ANSWER, invite, openFixture, type Fixture } from './edge-fixture.js';
import { StubMessage, type StubDialog } from './stub-srf.js';

const ack = (cseq = 1, body = ''): StubMessage => new StubMessage({ CSeq: `${cseq} ACK` }, body);

/** A call that is answered and acknowledged. */
async function confirmed(f: Fixture): Promise<StubDialog> {
  f.srf.receive('invite', invite());
  await f.time.advance(0);
  const dialog = f.srf.confirmAnswer();
  dialog.emit('ack', ack());
  return dialog;
}

describe('inbound calls', () => {
  test('INVITE, media, 200, ACK, BYE of the caller', async () => {
    const { srf, time, host, edge } = await openFixture();
    srf.receive('invite', invite());
    await time.advance(0);
    expect(srf.answers[0]?.sdp).toBe(ANSWER);
    const dialog = srf.confirmAnswer();
    expect(host.legs).toHaveLength(1);
    dialog.emit('ack', ack());
    dialog.bye('normal release', { Reason: 'Q.850;cause=16;text="bye"' });
    expect(host.events.map((event) => event.type)).toEqual(['answered', 'confirmed', 'ended']);
    expect(host.events.at(-1)).toMatchObject({ reason: 'caller_hangup', remoteReason: { cause: 16 } });
    expect(host.log).toEqual(['open(offer)', 'release']);
    expect(edge.stats()).toMatchObject({ active: 0, open: 0, inbound: 1 });
  });

  test('hangup twice: one BYE with its reason, one end', async () => {
    const f = await openFixture();
    const dialog = await confirmed(f);
    f.host.leg.hangup('agent_goodbye');
    f.host.leg.hangup('rtp_inactive');
    expect(dialog.byes).toEqual([{ Reason: 'Q.850;cause=16;text="Normal call clearing"' }]);
    expect(f.host.ended.map((end) => end.reason)).toEqual(['agent_goodbye']);
  });

  test('edge 1, CANCEL before the answer: media that open later are given back, nothing is answered', async () => {
    const { srf, time, host } = await openFixture();
    const req = invite();
    srf.receive('invite', req);
    req.emit('cancel');
    await time.advance(0);
    expect(srf.answers).toHaveLength(0);
    expect(host.legs).toHaveLength(0);
    expect(host.log).toEqual(['open(offer)', 'release']);
    expect(host.ended.map((end) => end.reason)).toEqual(['cancelled']);
  });

  test('edge 1, CANCEL across the 200: the dialog that still comes up is ended after its ACK', async () => {
    const { srf, time, host, edge } = await openFixture();
    const req = invite();
    srf.receive('invite', req);
    await time.advance(0);
    req.emit('cancel');
    srf.answers[0]?.callback({ status: 487 });
    const dialog = srf.confirmAnswer();
    expect(dialog.byes).toHaveLength(0);
    dialog.emit('ack', ack());
    expect(dialog.byes).toHaveLength(1);
    expect(host.legs).toHaveLength(0);
    expect(host.ended.map((end) => end.reason)).toEqual(['cancelled']);
    expect(edge.stats()).toMatchObject({ active: 0, open: 0 });
  });

  test('edge 1, the server saw the CANCEL first', async () => {
    const { srf, time, host, edge } = await openFixture();
    srf.receive('invite', invite());
    await time.advance(0);
    srf.answers[0]?.callback('Response not sent due to unknown transaction');
    expect(host.ended.map((end) => end.reason)).toEqual(['cancelled']);
    expect(edge.stats().open).toBe(0);
  });

  test.each([
    ['no Contact', { Contact: undefined }, 400],
    ['a Contact that is none', { Contact: '*' }, 400],
    ['a Contact without a host', { Contact: '<sip:>' }, 400],
    ['no From', { From: undefined }, 400],
    ['an encoded body', { 'Content-Encoding': 'gzip' }, 415],
    ['an answer in SDP not accepted', { Accept: 'text/plain, application/isup' }, 406],
    ['no answer accepted at all', { Accept: '' }, 406],
    ['no Call-ID', { 'Call-ID': undefined }, 400],
    ['an unreadable CSeq', { CSeq: 'INVITE' }, 400],
    ['a To tag nobody knows', { To: '<sip:agent@127.0.0.1>;tag=gone' }, 481],
    ['a body that is not SDP', { 'Content-Type': 'text/plain' }, 415],
  ])('edge 2, %s is refused before anything is answered', async (_what, headers, status) => {
    const { srf, time, host } = await openFixture();
    const res = srf.receive('invite', invite(headers));
    await time.advance(0);
    expect(res.sent.map((sent) => sent.status)).toEqual([status]);
    expect(srf.answers).toHaveLength(0);
    expect(host.log).toEqual([]);
  });

  test('edge 3, BYE in the tick of the answer', async () => {
    const { srf, time, host } = await openFixture();
    srf.receive('invite', invite());
    await time.advance(0);
    const dialog = srf.confirmAnswer();
    dialog.bye();
    expect(host.events.map((event) => event.type)).toEqual(['answered', 'ended']);
  });

  test('edge 3, BYE before the listeners stood', async () => {
    const { srf, time, host } = await openFixture();
    srf.receive('invite', invite());
    await time.advance(0);
    const answer = srf.answers[0];
    const { StubDialog: Dialog } = await import('./stub-srf.js');
    if (answer === undefined) throw new Error('no answer');
    const dialog = new Dialog('d', answer.req, answer.res);
    dialog.connected = false;
    answer.callback(null, dialog);
    expect(host.ended.map((end) => end.reason)).toEqual(['caller_hangup']);
  });

  test('edge 5, answered and confirmed are two facts; the missing ACK ends the call', async () => {
    const { srf, time, host } = await openFixture();
    srf.receive('invite', invite());
    await time.advance(0);
    const dialog = srf.confirmAnswer();
    expect(host.events.map((event) => event.type)).toEqual(['answered']);
    dialog.bye('ACK timeout');
    expect(host.events.at(-1)).toMatchObject({ type: 'ended', reason: 'ack_timeout' });
  });

  test('edge 6, a host that throws or rejects costs that call only', async () => {
    const f = await openFixture({ maxCalls: 10 });
    const { srf, time, host, log } = f;
    host.openMedia = () => Promise.reject(new Error('no sockets'));
    const rejected = srf.receive('invite', invite());
    await time.advance(0);
    host.openMedia = () => {
      throw new Error('no sockets');
    };
    const thrown = srf.receive('invite', invite());
    host.openMedia = async () => ok({ sdp: ANSWER });
    host.admit = () => {
      throw new Error('no opinion');
    };
    const undecided = srf.receive('invite', invite());
    expect([rejected, thrown, undecided].map((res) => res.sent[0]?.status)).toEqual([500, 500, 500]);
    expect(host.ended.map((end) => end.reason)).toEqual(['media_error', 'media_error', 'rejected_request']);
    expect(log.lines.filter((line) => line.level === 'error')).toHaveLength(3);
  });

  test('a session that throws when it is given the call ends the call', async () => {
    const f = await openFixture();
    f.host.onCallHook = () => {
      throw new Error('no session');
    };
    const dialog = await confirmed(f);
    expect(dialog.byes).toHaveLength(1);
    expect(f.host.ended.map((end) => end.reason)).toEqual(['internal_error']);
  });

  test('a listener that throws does not keep the event from the others', async () => {
    const f = await openFixture();
    const seen: string[] = [];
    f.host.onCallHook = (leg) => {
      leg.subscribe(() => {
        throw new Error('bad listener');
      });
      leg.subscribe((event) => seen.push(event.type));
    };
    await confirmed(f);
    expect(seen).toEqual(['answered', 'confirmed']);
  });

  test('a hang-up inside an event listener is one more input, not a recursion', async () => {
    const f = await openFixture();
    const order: string[] = [];
    f.host.onCallHook = (leg) => {
      leg.subscribe((event) => {
        order.push(`${event.type} begins`);
        if (event.type === 'confirmed') leg.hangup('agent_goodbye');
        order.push(`${event.type} is told`);
      });
    };
    await confirmed(f);
    expect(order.slice(2)).toEqual([
      'confirmed begins',
      'confirmed is told',
      'ended begins',
      'ended is told',
    ]);
  });

  test('offer that no codec fits: 488 with a Warning, and no port: 503 with Retry-After', async () => {
    const { srf, time, host } = await openFixture();
    const refuse = (status: number) => async (): Promise<Result<{ sdp: string }, MediaRefusal>> =>
      err({ status, reason: 'no' });
    host.openMedia = refuse(488);
    const unfit = srf.receive('invite', invite());
    await time.advance(0);
    host.openMedia = refuse(503);
    const full = srf.receive('invite', invite());
    await time.advance(0);
    expect(unfit.sent[0]).toMatchObject({
      status: 488,
      headers: { Warning: expect.stringMatching(/^305 /) },
    });
    expect(full.sent[0]).toMatchObject({
      status: 503,
      headers: { 'Retry-After': expect.stringMatching(/^[12]$/) },
    });
    expect(host.ended.map((end) => end.reason)).toEqual(['rejected_media', 'rejected_capacity']);
  });

  test('a copy of an INVITE is no second call: the same branch is left alone, another branch gets 482', async () => {
    const { srf, time, edge } = await openFixture();
    const first = invite();
    srf.receive('invite', first);
    const again = srf.receive('invite', invite({ 'Call-ID': first.get('call-id'), Via: first.get('via') }));
    const merged = srf.receive('invite', invite({ 'Call-ID': first.get('call-id') }));
    await time.advance(0);
    expect(again.sent).toEqual([]);
    expect(merged.sent.map((sent) => sent.status)).toEqual([482]);
    expect(edge.stats()).toMatchObject({ inbound: 1, repeatedInvites: 2 });
  });

  test('full: 503 with Retry-After of a second or two, the calls in progress go on', async () => {
    const { srf, time, host, edge } = await openFixture({ maxCalls: 1 });
    srf.receive('invite', invite());
    const refused = srf.receive('invite', invite());
    await time.advance(0);
    expect(refused.sent[0]).toMatchObject({
      status: 503,
      headers: { 'Retry-After': expect.stringMatching(/^[12]$/) },
    });
    expect(host.ended.map((end) => end.reason)).toEqual(['rejected_capacity']);
    expect(edge.stats()).toMatchObject({ active: 1, refused: 1 });
  });

  test('calls carried by others count too', async () => {
    const { srf } = await openFixture({ maxCalls: 5, otherCalls: () => 5 });
    expect(srf.receive('invite', invite()).sent[0]?.status).toBe(503);
  });

  test('OPTIONS: 200 with Allow; 503 after a long overload and while draining', async () => {
    const { srf, time, edge } = await openFixture({ maxCalls: 1, overloadMs: 5_000 });
    const ping = (): { status: number | undefined; retry: string | undefined; allow: string | undefined } => {
      const sent = srf.receive('options', invite()).sent[0];
      return { status: sent?.status, retry: sent?.headers['Retry-After'], allow: sent?.headers['Allow'] };
    };
    expect(ping()).toMatchObject({ status: 200, allow: expect.stringContaining('INVITE') });
    srf.receive('invite', invite());
    await time.advance(0);
    srf.confirmAnswer();
    expect(ping().status).toBe(200);
    await time.advance(5_000);
    expect(ping().status).toBe(503);
    void edge.drain();
    expect(Number(ping().retry)).toBeGreaterThanOrEqual(30);
  });

  test.each([
    ['message', 405],
    ['register', 405],
    ['subscribe', 405],
    ['publish', 405],
    ['info', 481],
    ['notify', 481],
    ['refer', 405],
    ['update', 481],
    ['bye', 481],
  ])('%s outside a dialog gets %i', async (method, status) => {
    const { srf } = await openFixture();
    expect(srf.receive(method, invite()).sent.map((sent) => sent.status)).toEqual([status]);
  });

  test('drain: new calls are refused, it resolves when the last call has ended', async () => {
    const f = await openFixture();
    const dialog = await confirmed(f);
    let drained = false;
    const done = f.edge.drain().then(() => (drained = true));
    expect(f.srf.receive('invite', invite()).sent[0]?.status).toBe(503);
    await f.time.advance(60_000);
    expect(drained).toBe(false);
    dialog.bye();
    await done;
    expect(f.host.ended.map((end) => end.reason)).toEqual(['rejected_draining', 'caller_hangup']);
  });

  test('close: every call gets its BYE, and the wait for their answers is bounded', async () => {
    const f = await openFixture();
    const first = await confirmed(f);
    const second = await confirmed(f);
    second.holdBye = true;
    const closed = f.edge.close();
    expect([first.byes.length, second.byes.length]).toEqual([1, 1]);
    await f.time.advance(2_000);
    await closed;
    expect(f.srf.disconnects).toBe(1);
    expect(f.host.ended.map((end) => end.reason)).toEqual(['server_shutdown', 'server_shutdown']);
  });

  test('who calls: trusted peers assert, and the log has the number under pii only', async () => {
    const { srf, time, host, log } = await openFixture({
      trustedPeers: ['192.0.2.0/24'],
      defaultRegion: 'DE',
    });
    srf.receive('invite', invite({ 'P-Asserted-Identity': '<tel:+4940999888>', 'X-Trunk': 'north' }));
    await time.advance(0);
    srf.confirmAnswer();
    expect(host.leg.info).toMatchObject({
      from: '+4940999888',
      identitySource: 'asserted',
      trustedPeer: true,
      to: 'agent',
      remoteAddress: '192.0.2.10',
      headers: { 'x-trunk': 'north' },
    });
    for (const line of log.lines) {
      const { pii, ...rest } = line.fields;
      expect(JSON.stringify([rest, line.message])).not.toContain('4940999888');
      if (line.message === 'a call came in') expect(pii).toMatchObject({ from: '+4940999888' });
    }
  });

  test('kept headers are bounded in number and length', async () => {
    const { srf, time, host } = await openFixture();
    const extra = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`X-Header-${i}`, 'v'.repeat(2000)]),
    );
    srf.receive('invite', invite(extra));
    await time.advance(0);
    srf.confirmAnswer();
    const kept = Object.values(host.leg.info.headers);
    expect(kept).toHaveLength(32);
    expect(Math.max(...kept.map((value) => value.length))).toBe(512);
  });

  test('SDP in a multipart body is found', async () => {
    const { srf, time, host } = await openFixture();
    const body = `--b\r\nContent-Type: application/isup\r\n\r\nx\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${ANSWER}\r\n--b--\r\n`;
    let offer: string | undefined;
    host.openMedia = async (_id, sdp) => {
      offer = sdp;
      return ok({ sdp: ANSWER });
    };
    srf.receive('invite', invite({ 'Content-Type': 'multipart/mixed;boundary=b' }, body));
    await time.advance(0);
    expect(offer).toBe(ANSWER);
  });

  test.each([
    ['no From tag, as peers of RFC 2543 write', { From: '<sip:ann@192.0.2.10>' }],
    ['Accept with a range', { Accept: 'text/html;q=0.1, application/*' }],
    ['Content-Encoding identity', { 'Content-Encoding': 'identity' }],
  ])('%s: answered', async (_what, headers) => {
    const { srf, time } = await openFixture();
    srf.receive('invite', invite(headers));
    await time.advance(0);
    expect(srf.answers).toHaveLength(1);
  });

  test('NOTIFY keep-alive outside a dialog: 200', async () => {
    const { srf } = await openFixture();
    const sent = srf.receive('notify', invite({ Event: 'keep-alive' })).sent;
    expect(sent.map(({ status }) => status)).toEqual([200]);
  });
});
