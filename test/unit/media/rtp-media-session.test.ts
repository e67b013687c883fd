import { CompoundPacket, ByePacket } from 'rtp.js/packets';
import { utteranceId } from '../../../src/kernel/ids.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { parseRtp, rtpFields, type RtpFields } from '../../../src/media/core/rtp-packet.js';
import { Pacer } from '../../../src/media/pacer.js';
import type { MediaEvent } from '../../../src/media/ports.js';
import { RtpMediaSession, type RtpMediaSessionOptions } from '../../../src/media/rtp-media-session.js';
import type { NetemOptions } from '../../support/netem.js';
import { VirtualNetwork, type VirtualRtpTransport } from '../../support/virtual-rtp.js';
import { VirtualTime } from '../../support/virtual-time.js';

const CALLER = '192.0.2.1';
const AGENT = '192.0.2.2';

/** Everything but audio, as short words; audio is counted. */
class Ear {
  readonly words: string[] = [];
  readonly frames = { received: 0, concealed: 0, silence: 0 };
  nextStart = 0;
  energy = 0;
  last = new Int16Array(160);

  constructor(session: RtpMediaSession) {
    session.subscribe((event) => this.#take(event));
  }

  #take(event: MediaEvent): void {
    switch (event.type) {
      case 'audio': {
        if (event.startSample !== this.nextStart) {
          this.words.push(`jump ${this.nextStart}>${event.startSample}`);
        }
        this.nextStart = event.startSample + 160;
        this.frames[event.source]++;
        for (const sample of event.pcm) this.energy += Math.abs(sample);
        this.last.set(event.pcm);
        return;
      }
      case 'dtmf': {
        this.words.push(`dtmf ${event.digit} ${event.durationMs}`);
        return;
      }
      case 'hold': {
        this.words.push(event.held ? 'held' : 'resumed from hold');
        return;
      }
      case 'inactive': {
        this.words.push(`inactive ${event.silentMs}`);
        return;
      }
      case 'playout': {
        this.words.push(`${event.event} ${event.utteranceId} ${event.playedMs}`);
        return;
      }
      case 'first_rtp':
      case 'bye': {
        this.words.push(event.type);
        return;
      }
    }
  }
}

function world(network: NetemOptions = {}, options: Partial<RtpMediaSessionOptions> = {}, seed = 1) {
  const time = new VirtualTime();
  const net = new VirtualNetwork(time, network, seed);
  const pacer = new Pacer(time);
  const end = (
    host: string,
    port: number,
    rngSeed: number,
  ): { session: RtpMediaSession; wire: VirtualRtpTransport; ear: Ear } => {
    const wire = net.transport(host, port);
    wire.keep = true;
    const session = new RtpMediaSession({
      transport: wire,
      pacer,
      scheduler: time,
      rng: seededRng(rngSeed),
      localHost: host,
      ...options,
    });
    return { session, wire, ear: new Ear(session) };
  };
  return { time, net, pacer, end, caller: end(CALLER, 4000, 1), agent: end(AGENT, 20_000, 2) };
}

type World = ReturnType<typeof world>;

function connect({ caller, agent }: Pick<World, 'caller' | 'agent'>): void {
  const answer = agent.session.answerOffer(caller.session.createOffer());
  if (!answer.ok) throw new Error(answer.error.message);
  if (!caller.session.acceptAnswer(answer.value.sdp).ok) throw new Error('answer refused');
}

function tone(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 300 * i) / 8000));
}

function read(packet: Uint8Array): RtpFields {
  const fields = rtpFields();
  expect(parseRtp(packet, fields)).toBe(true);
  return fields;
}

describe('on the wire', () => {
  test('before an agreement nothing is sent and nothing is heard', () => {
    const { time, agent } = world();
    agent.wire.deliver(new Uint8Array(172), CALLER, 4000, false, time.now());
    time.advanceSync(500);
    expect(agent.wire.sent).toEqual([]);
    expect(agent.ear.words).toEqual([]);
  });

  test('agreed, idle, utterance, idle: one packet each 20 ms, running numbers, a marker at each talk spurt', () => {
    const w = world();
    connect(w);
    w.time.advanceSync(100);
    w.agent.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(60), last: true });
    w.time.advanceSync(100);
    const packets = w.agent.wire.sent.map(read);
    expect(packets.length).toBe(10);
    for (let i = 1; i < packets.length; i++) {
      const [a, b] = [packets[i - 1] as RtpFields, packets[i] as RtpFields];
      expect((b.sequence - a.sequence) & 0xffff).toBe(1);
      expect((b.timestamp - a.timestamp) >>> 0).toBe(160);
      expect(b.payloadEnd - b.payloadStart).toBe(160);
    }
    expect(packets.flatMap((packet, i) => (packet.marker ? [i] : []))).toEqual([0, 5]);
    expect(w.agent.ear.words.filter((word) => word.includes(' u '))).toEqual([
      'started u 20',
      'finished u 60',
    ]);
  });

  test.each([10, 30, 40, 60])('ptime %i: packets of that length, timestamps without a hole', (ptime) => {
    const w = world();
    const offer = w.caller.session.createOffer().replace('a=ptime:20', `a=ptime:${ptime}`);
    expect(w.agent.session.answerOffer(offer).ok).toBe(true);
    w.agent.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(1000), last: true });
    w.time.advanceSync(1200);
    const packets = w.agent.wire.sent.map(read);
    expect(packets.length).toBe(1200 / ptime);
    for (let i = 1; i < packets.length; i++) {
      expect(((packets[i] as RtpFields).timestamp - (packets[i - 1] as RtpFields).timestamp) >>> 0).toBe(
        ptime * 8,
      );
      expect((packets[i] as RtpFields).payloadEnd - 12).toBe(ptime * 8);
    }
  });

  test('keys pressed on one side are heard on the other, speech waits for them', () => {
    const w = world();
    connect(w);
    w.caller.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(200), last: true });
    w.caller.session.sendDtmf('42#');
    w.time.advanceSync(2000);
    expect(w.agent.ear.words).toEqual(['first_rtp', 'dtmf 4 100', 'dtmf 2 100', 'dtmf # 100']);
    expect(w.caller.ear.words).toEqual(['first_rtp', 'started u 20', 'finished u 200']);
  });

  test('a peer without telephone events gets tones', () => {
    const w = world();
    const offer = w.caller.session
      .createOffer()
      .replace(' 101\r\n', '\r\n')
      .replace(/a=(rtpmap|fmtp):101.*\r\n/g, '');
    expect(w.agent.session.answerOffer(offer).ok).toBe(true);
    w.agent.session.sendDtmf('1');
    w.time.advanceSync(400);
    const loud = w.agent.wire.sent.filter((packet) =>
      packet.subarray(12).some((byte) => (byte & 0x7f) < 0x30),
    );
    expect(loud.length).toBeGreaterThanOrEqual(4);
    expect(loud.length).toBeLessThanOrEqual(6);
    expect(w.agent.wire.sent.every((packet) => read(packet).payloadType === 0)).toBe(true);
  });

  test('RTCP: reports within the interval, round trip and loss known, BYE at the end', async () => {
    const w = world({ latencyMs: 30, loss: 0.05 }, {}, 3);
    connect(w);
    await w.time.advance(30_000);
    const { sent, received } = w.agent.session.stats();
    expect(sent.roundTripMs).toBeGreaterThan(55);
    expect(sent.roundTripMs).toBeLessThan(65);
    expect(sent.remoteLost).toBeGreaterThan(20);
    expect(received.lost).toBeGreaterThan(20);
    await w.caller.session.close();
    await w.time.advance(100);
    expect(w.agent.ear.words).toContain('bye');
  });

  test('RTCP from another host is not believed', async () => {
    const w = world();
    connect(w);
    w.time.advanceSync(100);
    const bye = new ByePacket();
    bye.addSsrc(read(w.caller.wire.sent[0] as Uint8Array).ssrc);
    const compound = new CompoundPacket();
    compound.addPacket(bye);
    compound.serialize();
    w.agent.wire.deliver(new Uint8Array(compound.getView().buffer), '203.0.113.66', 4001, true, w.time.now());
    expect(w.agent.ear.words).toEqual(['first_rtp']);
  });
});

describe('hearing', () => {
  test.each([
    ['a perfect network', {}, 0.01],
    ['3 % loss', { loss: 0.03 }, 0.05],
    ['10 % loss', { loss: 0.1 }, 0.13],
    ['60 ms of jitter', { jitterMs: 60, latencyMs: 20 }, 0.05],
    ['bursts', { burst: { enter: 0.01, leave: 0.3, loss: 0.8 } }, 0.06],
    ['reordering and duplicates', { reorder: 0.05, reorderMs: 30, duplicate: 0.05 }, 0.06],
    ['all of it', { latencyMs: 40, jitterMs: 60, loss: 0.1, reorder: 0.02, duplicate: 0.02 }, 0.2],
  ] as [string, NetemOptions, number][])(
    '20 s over %s: the index runs in real time without a jump',
    (_name, network, missing) => {
      const w = world(network);
      connect(w);
      w.caller.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(18_000), last: true });
      w.time.advanceSync(20_000);
      const { ear } = w.agent;
      expect(ear.words.filter((word) => word.startsWith('jump'))).toEqual([]);
      expect(ear.nextStart / 8).toBeGreaterThan(19_600);
      expect(ear.nextStart / 8).toBeLessThan(20_400);
      const total = ear.frames.received + ear.frames.concealed + ear.frames.silence;
      expect(ear.frames.received / total).toBeGreaterThan(1 - missing);
    },
  );

  test('the same seed gives the same call', () => {
    const hear = (): unknown => {
      const w = world({ loss: 0.1, jitterMs: 60 }, {}, 7);
      connect(w);
      w.caller.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(5000), last: true });
      w.time.advanceSync(6000);
      return [w.agent.ear.frames, w.agent.ear.energy, w.agent.session.stats()];
    };
    expect(hear()).toEqual(hear());
  });

  test('in order means at once: no frame is older than its packet', () => {
    const w = world({ latencyMs: 5 });
    connect(w);
    const lags: number[] = [];
    w.agent.session.subscribe((event) => {
      if (event.type === 'audio' && event.source === 'received') lags.push(w.time.now() - event.at);
    });
    w.time.advanceSync(1000);
    expect(lags.length).toBeGreaterThan(40);
    expect(Math.max(...lags)).toBe(0);
  });

  test('the peer stops sending: silence by the clock goes on, inactive is reported once, and again after a return', () => {
    const w = world({}, { inactivityMs: 2000 });
    connect(w);
    w.time.advanceSync(1000);
    const mute = w.net.path(CALLER, AGENT);
    const { handle } = mute;
    mute.handle = () => undefined;
    w.time.advanceSync(5000);
    expect(w.agent.ear.words).toEqual(['first_rtp', expect.stringMatching(/^inactive 20[0-2]\d$/)]);
    expect(w.agent.ear.nextStart / 8).toBeGreaterThan(5900);
    mute.handle = handle;
    w.time.advanceSync(1000);
    mute.handle = () => undefined;
    w.time.advanceSync(5000);
    expect(w.agent.ear.words.filter((word) => word.startsWith('inactive')).length).toBe(2);
    expect(w.agent.ear.words.some((word) => word.startsWith('jump'))).toBe(false);
  });

  test('packets from elsewhere are counted as injected and not heard', () => {
    const w = world();
    connect(w);
    w.time.advanceSync(200);
    const evil = w.end('203.0.113.66', 6000, 99);
    const before = w.agent.ear.energy;
    expect(evil.session.answerOffer(w.caller.session.createOffer()).ok).toBe(true);
    for (let n = 0; n < 20; n++) {
      const packet = (w.caller.wire.sent.at(-1) as Uint8Array).slice();
      packet.fill(0x80, 12);
      packet[3] = ((packet[3] as number) + n) & 0xff;
      evil.wire.send(packet, AGENT, 20_000);
    }
    w.time.advanceSync(19);
    expect(w.agent.session.stats().received.injected).toBe(20);
    expect(w.agent.ear.energy).toBe(before);
    expect(w.agent.session.destination).toEqual({ host: CALLER, port: 4000 });
  });

  test('a listener that throws is reported and disturbs nobody', () => {
    const errors: unknown[] = [];
    const w = world({}, { onListenerError: (error) => errors.push(error) });
    w.agent.session.subscribe(() => {
      throw new Error('listener');
    });
    connect(w);
    w.time.advanceSync(200);
    expect(w.agent.ear.frames.received).toBeGreaterThan(5);
    expect(errors.length).toBeGreaterThan(5);
  });
});

describe('hold and re-INVITE', () => {
  test.each(['a=sendonly', 'a=inactive', 'c=IN IP4 0.0.0.0'])(
    '%s: nothing sent, nothing heard, speech waits; then all goes on',
    (how) => {
      const w = world();
      connect(w);
      w.time.advanceSync(200);
      const offer = w.caller.session.createOffer();
      const hold = how.startsWith('a=')
        ? offer.replace('a=sendrecv', how)
        : offer.replace(/c=.*\r\n/, `${how}\r\n`);
      expect(w.agent.session.answerOffer(hold).ok).toBe(true);
      w.agent.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(100), last: true });
      const sent = w.agent.wire.sent.length;
      const heard = w.agent.ear.nextStart;
      w.time.advanceSync(60_000);
      expect(w.agent.wire.sent.length).toBe(sent);
      expect(w.agent.ear.nextStart).toBe(heard);
      expect(w.agent.session.answerOffer(offer).ok).toBe(true);
      w.time.advanceSync(1000);
      expect(w.agent.ear.words).toEqual([
        'first_rtp',
        'held',
        'resumed from hold',
        'started u 20',
        'finished u 100',
      ]);
      expect(w.agent.ear.nextStart).toBeGreaterThan(heard + 7000);
      const resumed = read(w.agent.wire.sent[sent] as Uint8Array);
      const last = read(w.agent.wire.sent[sent - 1] as Uint8Array);
      expect(resumed.marker).toBe(true);
      expect((resumed.sequence - last.sequence) & 0xffff).toBe(1);
      expect((resumed.timestamp - last.timestamp) >>> 0).toBe(60_020 * 8);
    },
  );

  test('speaking, held, cut: the cut is told at once, with what was heard before the hold', () => {
    const w = world();
    connect(w);
    w.agent.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(2000), last: true });
    w.time.advanceSync(500);
    w.agent.session.answerOffer(w.caller.session.createOffer().replace('a=sendrecv', 'a=sendonly'));
    w.time.advanceSync(500);
    w.agent.session.cut();
    w.time.advanceSync(20);
    expect(w.agent.ear.words.at(-1)).toBe('cut u 510');
  });

  test('only we speak (a=recvonly): we send, time passes, nobody is inactive', () => {
    const w = world({}, { inactivityMs: 1000 });
    expect(
      w.agent.session.answerOffer(w.caller.session.createOffer().replace('a=sendrecv', 'a=recvonly')).ok,
    ).toBe(true);
    w.time.advanceSync(5000);
    expect(w.agent.wire.sent.length).toBe(250);
    expect(w.agent.ear.words).toEqual([]);
    expect(w.agent.ear.frames.silence).toBeGreaterThan(200);
  });

  test('the peer moves to another address and SSRC: heard from there, index without a jump', () => {
    const w = world();
    connect(w);
    w.time.advanceSync(500);
    const moved = w.end('192.0.2.77', 7000, 55);
    void w.caller.session.close();
    connect({ caller: moved, agent: w.agent });
    moved.session.enqueue({ utteranceId: utteranceId('m'), pcm: tone(500), last: true });
    w.time.advanceSync(1000);
    expect(w.agent.session.destination).toEqual({ host: '192.0.2.77', port: 7000 });
    expect(moved.ear.frames.received).toBeGreaterThan(40);
    expect(w.agent.ear.energy).toBeGreaterThan(0);
    expect(w.agent.ear.words.filter((word) => word.startsWith('jump'))).toEqual([]);
  });

  test('the codec changes in the middle: both directions follow', () => {
    const w = world();
    connect(w);
    w.time.advanceSync(200);
    const pcma = w.caller.session.createOffer().replace('RTP/AVP 0 8', 'RTP/AVP 8');
    const answer = w.agent.session.answerOffer(pcma);
    expect(answer.ok && w.caller.session.acceptAnswer(answer.value.sdp).ok).toBe(true);
    w.time.advanceSync(200);
    expect(read(w.agent.wire.sent.at(-1) as Uint8Array).payloadType).toBe(8);
    expect(w.agent.session.stats().received.unknownPayloadType).toBe(0);
    expect(w.agent.ear.words).toEqual(['first_rtp']);
  });
});

describe('barge-in over the wire', () => {
  test('pause, resume, cut: what the caller hears is what the ledger says', () => {
    const w = world();
    connect(w);
    w.agent.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(2000), last: true });
    w.time.advanceSync(500);
    w.agent.session.pause();
    w.time.advanceSync(300);
    expect(w.caller.ear.last.every((sample) => Math.abs(sample) < 10)).toBe(true);
    w.agent.session.resume();
    w.time.advanceSync(300);
    w.agent.session.cut();
    w.time.advanceSync(100);
    expect(w.agent.ear.words.filter((word) => word.includes(' u '))).toEqual([
      'started u 20',
      'paused u 510',
      'resumed u 520',
      'cut u 810',
    ]);
    expect(w.agent.session.playedMs(utteranceId('u'))).toBe(810);
    expect(w.agent.session.queuedMs()).toBe(0);
  });
});

test('a monitor hears both sides on one clock, one frame per tick, hold included', () => {
  const w = world({ jitterMs: 30, loss: 0.02 });
  connect(w);
  let frames = 0;
  let received = 0;
  let sent = 0;
  const stop = w.agent.session.monitor((frame) => {
    frames++;
    received += frame.received.reduce((sum, sample) => sum + Math.abs(sample), 0);
    sent += frame.sent.reduce((sum, sample) => sum + Math.abs(sample), 0);
  });
  w.caller.session.enqueue({ utteranceId: utteranceId('c'), pcm: tone(1000), last: true });
  w.agent.session.enqueue({
    utteranceId: utteranceId('a'),
    pcm: tone(1000),
    last: true,
  });
  w.time.advanceSync(2000);
  expect(frames).toBe(100);
  expect(received / (8000 * 5000)).toBeCloseTo(1, 0);
  expect(sent / (8000 * 5090)).toBeCloseTo(1, 1);
  w.agent.session.answerOffer(w.caller.session.createOffer().replace('a=sendrecv', 'a=inactive'));
  w.time.advanceSync(200);
  expect(frames).toBe(110);
  stop();
  w.time.advanceSync(200);
  expect(frames).toBe(110);
});

test('close: twice is once, nothing is sent or told afterwards', async () => {
  const w = world();
  connect(w);
  w.time.advanceSync(100);
  await w.agent.session.close();
  await w.agent.session.close();
  const sent = w.agent.wire.sent.length;
  w.agent.session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(100), last: true });
  await w.time.advance(500);
  expect(w.agent.wire.sent.length).toBe(sent);
  expect(w.agent.session.queuedMs()).toBe(0);
});
