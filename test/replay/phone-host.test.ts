import { dialogPort } from '../../src/app/dialog-wiring.js';
import { FakeKnowledge } from '../../src/dialog/testing/fake-knowledge.js';
import { seededRng } from '../../src/kernel/rng.js';
import { err, ok } from '../../src/kernel/result.js';
import { Pacer } from '../../src/media/pacer.js';
import { RtpMediaSession } from '../../src/media/rtp-media-session.js';
import { PhoneHost } from '../../src/session/phone-host.js';
import type { SessionPorts } from '../../src/session/ports.js';
import { EnergyVad } from '../../src/speech/testing/energy-vad.js';
import { FakeStt } from '../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../src/speech/testing/fake-tts.js';
import { FakeStore } from '../../src/store/testing/fake-store.js';
import { shippedContext } from '../support/shipped-context.js';
import { VirtualNetwork } from '../support/virtual-rtp.js';
import { VirtualTime } from '../support/virtual-time.js';
import { invite, OFFER, openFixture } from '../unit/call/edge-fixture.js';
import { StubMessage, type StubSrf } from '../unit/call/stub-srf.js';

/** The edge over a stubbed SIP server with the host of the program; `ports` RTP ports in all. */
async function house(ports = 10): Promise<{
  readonly time: VirtualTime;
  readonly srf: StubSrf;
  readonly store: FakeStore;
  readonly phones: PhoneHost;
  readonly rejected: string[];
  readonly openPorts: () => number;
}> {
  const time = new VirtualTime();
  const store = new FakeStore({ scheduler: time });
  const network = new VirtualNetwork(time);
  const pacer = new Pacer(time);
  const rejected: string[] = [];
  let opened = 0;
  let closed = 0;
  const phones = new PhoneHost({
    ports: await portsOf(time, store),
    options: {},
    observe: () => () => undefined,
    rejected: (reason) => rejected.push(reason),
    openMedia: async () => {
      if (opened - closed === ports) return err({ status: 503, reason: 'no port' });
      const transport = network.transport('10.0.0.2', 5000 + 2 * opened++);
      const { close } = transport;
      transport.close = async () => {
        closed++;
        await close.call(transport);
      };
      return ok(
        new RtpMediaSession({ transport, pacer, scheduler: time, rng: seededRng(1), localHost: '10.0.0.2' }),
      );
    },
  });
  const { srf } = await openFixture({ host: phones, scheduler: time, maxCalls: 100 });
  return { time, srf, store, phones, rejected, openPorts: () => opened - closed };
}

async function portsOf(time: VirtualTime, store: FakeStore): Promise<SessionPorts> {
  return {
    scheduler: time,
    vad: new EnergyVad(),
    stt: new FakeStt(time, () => ({ text: '' })),
    tts: new FakeTts(time),
    dialog: dialogPort,
    knowledge: new FakeKnowledge({ scheduler: time, answers: {}, intents: {} }),
    journal: store.journal,
    appointments: store.appointments,
    callbacks: store.callbacks,
    waitingList: store.waitingList,
    tools: { call: () => Promise.resolve({ type: 'failed', why: 'unavailable' }) },
    conversations: store.conversations,
    context: await shippedContext(),
  };
}

describe('a call that is not answered', () => {
  test('CANCEL before the 200: one record with its parties, cancelled, no turns, and its port is free', async () => {
    const { time, srf, store, phones, rejected, openPorts } = await house();
    const req = invite();
    srf.receive('invite', req);
    await time.advance(0);
    req.emit('cancel');
    srf.answers[0]?.callback('Response not sent due to unknown transaction');
    await time.advance(100);
    const { items } = await store.calls.list();
    expect(items).toMatchObject([
      { direction: 'inbound', reason: 'cancelled', turnCount: 0, pii: { from: '+4930123456', to: 'agent' } },
    ]);
    expect(rejected).toEqual(['cancelled']);
    expect({ calls: phones.activeCalls, ports: openPorts() }).toEqual({ calls: 0, ports: 0 });
  });

  test('CANCEL while the port is opened: the same', async () => {
    const { time, srf, store, phones, openPorts } = await house();
    const req = invite();
    srf.receive('invite', req);
    req.emit('cancel');
    await time.advance(100);
    expect((await store.calls.list()).items.map(({ reason }) => reason)).toEqual(['cancelled']);
    expect({ calls: phones.activeCalls, ports: openPorts() }).toEqual({ calls: 0, ports: 0 });
  });

  test('media that do not fit, again and again: 488, a record each, and no port is lost', async () => {
    const { time, srf, store, phones, openPorts } = await house(2);
    const offer = OFFER.replace('RTP/AVP 0', 'RTP/SAVP 0');
    for (let n = 0; n < 5; n++) {
      const res = srf.receive('invite', invite({}, offer));
      await time.advance(100);
      expect(res.sent.map(({ status }) => status)).toEqual([488]);
    }
    expect(new Set((await store.calls.list()).items.map(({ reason }) => reason))).toEqual(
      new Set(['rejected_media']),
    );
    expect({ calls: phones.activeCalls, ports: openPorts() }).toEqual({ calls: 0, ports: 0 });
  });

  test('an answered call has one record, its port is free afterwards', async () => {
    const { time, srf, store, phones, rejected, openPorts } = await house();
    srf.receive('invite', invite());
    await time.advance(0);
    const dialog = srf.confirmAnswer();
    dialog.emit('ack', new StubMessage({ CSeq: '1 ACK' }));
    await time.advance(1000);
    expect(phones.activeCalls).toBe(1);
    dialog.bye('normal release');
    await time.advance(100);
    expect((await store.calls.list()).items.map(({ reason }) => reason)).toEqual(['caller_hangup']);
    expect(rejected).toEqual([]);
    expect({ calls: phones.activeCalls, ports: openPorts() }).toEqual({ calls: 0, ports: 0 });
  });
});
