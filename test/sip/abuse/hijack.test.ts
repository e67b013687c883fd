import { sdp, SipPeer } from '../call/sip-peer.js';
import { callIn, openOffice, RtpEnd, wait, type Office, type Phone } from './office.js';

/** Real time in which an agent sends 75 packets; fewer where the machine is busy. */
const TALK_MS = 1500;
const SOME_SPEECH = 40;
/** A packet is on its way no longer than this, ms. */
const ON_ITS_WAY_MS = 60;

/** Every packet that the agent has sent came to one of these phones: what is stolen would be missing. */
async function expectAllHeard(office: Office, phones: readonly Phone[]): Promise<void> {
  const sent = office.sentPackets();
  await wait(ON_ITS_WAY_MS);
  const heard = phones.reduce((sum, phone) => sum + phone.rtp.heard, 0);
  expect(sent).toBeGreaterThan(SOME_SPEECH * phones.length);
  expect(heard).toBeGreaterThanOrEqual(sent);
}

describe('media cannot be stolen', () => {
  let office: Office;
  beforeAll(async () => {
    office = await openOffice();
  });
  afterAll(() => office.close());

  test.each([
    ['another host, three packets before the caller sends', '127.0.0.2', 3, 60],
    ['another host, for 800 ms before the caller sends', '127.0.0.2', 40, 820],
    ["another port of the caller's host, three packets before", '127.0.0.1', 3, 60],
    ["another port of the caller's host, for 400 ms before", '127.0.0.1', 20, 420],
  ])('by being first: %s', async (_what, host, packets, callerAfterMs) => {
    const phone = await callIn(office, { talk: false });
    const thief = await RtpEnd.open(host, 66);
    const stop = setTimeout(() => phone.rtp.talkTo(phone.agentPort), callerAfterMs);
    for (let n = 0; n < packets; n++) {
      thief.send(phone.agentPort);
      await wait(20);
    }
    await wait(TALK_MS);
    clearTimeout(stop);
    expect(thief.heard).toBe(0);
    await expectAllHeard(office, [phone]);
    await phone.hangUp();
    thief.close();
    phone.close();
  });

  test('while the caller is silent, by a host that nobody named and that never stops', async () => {
    const phone = await callIn(office, { talk: false });
    const thief = await RtpEnd.open('127.0.0.2', 66);
    thief.talkTo(phone.agentPort);
    await wait(1200 + TALK_MS);
    expect(thief.heard).toBe(0);
    await expectAllHeard(office, [phone]);
    await phone.hangUp();
    thief.close();
    phone.close();
  });

  test('by a blind spray over every port, before and while eight callers talk', async () => {
    const thieves = await Promise.all(
      [0, 1, 2, 3].map((n) => RtpEnd.open(n % 2 === 0 ? '127.0.0.1' : '127.0.0.3', 66)),
    );
    const phones = await Promise.all(
      Array.from({ length: 8 }, (_, n) => callIn(office, { talk: false, ssrc: n + 1 })),
    );
    const ports = phones.map(({ agentPort }) => agentPort);
    const spray = setInterval(() => {
      for (const thief of thieves) for (const port of ports) thief.send(port);
    }, 20);
    for (const phone of phones) {
      await wait(40);
      phone.rtp.talkTo(phone.agentPort);
    }
    await wait(TALK_MS);
    clearInterval(spray);
    expect(thieves.map(({ heard }) => heard)).toEqual([0, 0, 0, 0]);
    await expectAllHeard(office, phones);
    for (const phone of phones) {
      await phone.hangUp();
      phone.close();
    }
    for (const thief of thieves) thief.close();
  });

  test('by a re-INVITE with the same address', async () => {
    const phone = await callIn(office);
    await wait(200);
    const thief = await RtpEnd.open('127.0.0.2', 66);
    thief.talkTo(phone.agentPort);
    phone.sip.inDialog(phone.call, 'INVITE', { body: sdp([], phone.rtp.port) });
    await phone.sip.response(200, 'INVITE');
    phone.sip.ack(phone.call);
    await wait(TALK_MS);
    expect(thief.heard).toBe(0);
    await expectAllHeard(office, [phone]);
    await phone.hangUp();
    thief.close();
    phone.close();
  });
});

test('one INVITE without ACK that names a third host: nothing is sent there, and nothing but SIP to anybody', async () => {
  const office = await openOffice();
  const victim = await RtpEnd.open('127.0.0.4');
  const sip = await SipPeer.open(office.server.port);
  sip.invite({ body: sdp([], victim.port).replace('c=IN IP4 127.0.0.1', 'c=IN IP4 127.0.0.4') });
  await sip.response(200, 'INVITE');
  await wait(2000);
  expect(victim.heard).toBe(0);
  expect(sip.received.every(({ status }) => status === 100 || status === 200)).toBe(true);
  sip.close();
  victim.close();
  await office.close();
});
