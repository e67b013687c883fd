import { describe, expect, test } from '@jest/globals';
import { ANSWER, invite, openFixture } from './edge-fixture.js';
import { StubMessage } from './stub-srf.js';

const ack = (cseq = 1, body = ''): StubMessage => new StubMessage({ CSeq: `${cseq} ACK` }, body);

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

  test('200, ACK, hangup twice: one BYE with its reason, one end', async () => {
    const { srf, time, host } = await openFixture();
    srf.receive('invite', invite());
    await time.advance(0);
    const dialog = srf.confirmAnswer();
    dialog.emit('ack', ack());
    host.leg.hangup('agent_goodbye');
    host.leg.hangup('rtp_inactive');
    expect(dialog.byes).toEqual([{ Reason: 'Q.850;cause=16;text="Normal call clearing"' }]);
    expect(host.ended.map((end) => end.reason)).toEqual(['agent_goodbye']);
  });
});
