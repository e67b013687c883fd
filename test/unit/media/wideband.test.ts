import { utteranceId } from '../../../src/kernel/ids.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { G711_CODECS, G722, type CodecFactory } from '../../../src/media/core/codec.js';
import { loadOpus } from '../../../src/media/opus.js';
import { Pacer } from '../../../src/media/pacer.js';
import type { MediaEvent } from '../../../src/media/ports.js';
import { RtpMediaSession } from '../../../src/media/rtp-media-session.js';
import type { NetemOptions } from '../../support/netem.js';
import { VirtualNetwork } from '../../support/virtual-rtp.js';
import { VirtualTime } from '../../support/virtual-time.js';

const CALLER = '192.0.2.1';
const AGENT = '192.0.2.2';
const opus = await loadOpus();
const WIDE: [string, CodecFactory][] = [
  ['G722', G722],
  ...(opus.ok ? [['opus', opus.codec] as const] : []),
].map(([name, codec]) => [name as string, codec as CodecFactory]);
if (!opus.ok) process.stderr.write(`skipped: Opus, ${opus.reason}\n`);

const tone = (hz: number, ms: number, rate = 16_000): Int16Array =>
  Int16Array.from({ length: (ms * rate) / 1000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / rate));

/** Amplitude of one frequency in a piece of audio (Goertzel). */
function level(pcm: Int16Array, hz: number): number {
  const rate = pcm.length * 50;
  let re = 0;
  let im = 0;
  for (const [i, sample] of pcm.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * i) / rate);
    im += sample * Math.sin((2 * Math.PI * hz * i) / rate);
  }
  return (2 * Math.hypot(re, im)) / pcm.length;
}

interface Heard {
  readonly frames: { readonly pcm: Int16Array; readonly startSample: number; readonly source: string }[];
  readonly words: string[];
}

function listen(session: RtpMediaSession): Heard {
  const heard: Heard = { frames: [], words: [] };
  session.subscribe((event: MediaEvent) => {
    if (event.type === 'audio') heard.frames.push({ ...event, pcm: event.pcm.slice() });
    else if (event.type === 'playout') heard.words.push(`${event.event} ${event.playedMs}`);
    else if (event.type === 'dtmf') heard.words.push(`key ${event.digit} ${event.durationMs}`);
  });
  return heard;
}

function world(caller: readonly CodecFactory[], agent: readonly CodecFactory[], network: NetemOptions = {}) {
  const time = new VirtualTime();
  const net = new VirtualNetwork(time, network, 1);
  const pacer = new Pacer(time);
  const open = (host: string, port: number, codecs: readonly CodecFactory[]) => {
    const wire = net.transport(host, port);
    wire.keep = true;
    const session = new RtpMediaSession({
      transport: wire,
      pacer,
      scheduler: time,
      rng: seededRng(port),
      localHost: host,
      codecs,
    });
    return { wire, session, heard: listen(session) };
  };
  return { time, caller: open(CALLER, 4000, caller), agent: open(AGENT, 20_000, agent) };
}

type World = ReturnType<typeof world>;

/** An INVITE or re-INVITE of the caller, with only some of the formats it speaks. */
function invite({ caller, agent }: World, keep?: (sdp: string) => string): void {
  const offer = caller.session.createOffer();
  const answer = agent.session.answerOffer(keep?.(offer) ?? offer);
  if (!answer.ok) throw new Error(answer.error.message);
  expect(caller.session.acceptAnswer(answer.value.sdp).ok).toBe(true);
}

const say = ({ session }: World['caller'], pcm: Int16Array, sampleRateHz: 8000 | 16_000 = 16_000): void =>
  session.enqueue({ utteranceId: utteranceId('u'), pcm, sampleRateHz, last: true });

const contiguous = ({ frames }: Heard): boolean => frames.every((f, i) => f.startSample === i * 160);

describe.each(WIDE)('a call over %s', (name, codec) => {
  test('both sides say and hear wideband; one packet each 20 ms on the RTP clock', () => {
    const w = world([codec, ...G711_CODECS], [codec, ...G711_CODECS]);
    invite(w);
    expect(w.agent.session.media?.send.codec).toBe(name);
    expect(w.agent.session.sampleRateHz).toBe(16_000);
    say(w.caller, tone(5000, 1000));
    say(w.agent, tone(5000, 1000));
    w.time.advanceSync(1200);
    for (const { heard } of [w.caller, w.agent]) {
      expect(contiguous(heard)).toBe(true);
      const loud = heard.frames[30]?.pcm ?? new Int16Array(0);
      expect(loud).toHaveLength(320);
      expect(level(loud, 5000)).toBeGreaterThan(3000);
      expect(heard.words).toContain('finished 1000');
    }
    const stamps = w.caller.wire.sent.map((packet) => new DataView(packet.buffer).getUint32(4));
    const steps = new Set(stamps.slice(1).map((at, i) => (at - (stamps[i] as number)) >>> 0));
    expect([...steps]).toEqual([codec.spec.clockRateHz / 50]);
  });

  test('narrowband speech is heard at its own pitch and length', () => {
    const w = world([codec], [codec]);
    invite(w);
    say(w.caller, tone(1000, 1000, 8000), 8000);
    w.time.advanceSync(1200);
    expect(level(w.agent.heard.frames[30]?.pcm ?? new Int16Array(0), 1000)).toBeGreaterThan(4000);
    expect(w.caller.heard.words).toContain('finished 1000');
  });

  test('lost packets are made up, the time line has no hole', () => {
    const w = world([codec], [codec], { loss: 0.1 });
    invite(w);
    say(w.caller, tone(440, 4000));
    w.time.advanceSync(4200);
    const { heard, session } = w.agent;
    expect(contiguous(heard)).toBe(true);
    expect(session.stats().received.concealedMs).toBeGreaterThan(100);
    const made = heard.frames.filter(({ source }) => source === 'concealed');
    const loud = made.filter(({ pcm }) => pcm.some((sample) => Math.abs(sample) > 1000));
    expect(loud.length).toBeGreaterThan(made.length / 2);
  });

  test('keys as telephone events on the clock of the codec', () => {
    const w = world([codec], [codec]);
    invite(w);
    expect(w.agent.session.media?.dtmf?.clockRateHz).toBe(codec.spec.clockRateHz);
    w.time.advanceSync(100);
    w.caller.session.sendDtmf('5');
    w.time.advanceSync(400);
    expect(w.agent.heard.words).toEqual(['key 5 100']);
  });

  test('keys as tones where the peer has no telephone events', () => {
    const w = world([codec], [codec]);
    invite(w, (sdp) => sdp.replaceAll(/a=rtpmap:\d+ telephone-event.*\r\n/g, ''));
    w.caller.session.sendDtmf('5');
    w.time.advanceSync(400);
    const frame = w.agent.heard.frames[4]?.pcm ?? new Int16Array(0);
    expect(level(frame, 1336)).toBeGreaterThan(2000);
  });

  test('garbage payloads are counted or heard, never thrown', () => {
    const w = world([codec], [codec]);
    invite(w);
    w.time.advanceSync(200);
    const rng = seededRng(5);
    const [first] = w.caller.wire.sent;
    const header = (first as Uint8Array).slice(0, 12);
    const view = new DataView(header.buffer);
    let sequence = view.getUint16(2) + w.caller.wire.sent.length;
    for (let n = 0; n < 300; n++) {
      view.setUint16(2, sequence++ & 0xffff);
      view.setUint32(4, (view.getUint32(4) + codec.spec.clockRateHz / 50) >>> 0);
      const body = Array.from({ length: n % 60 }, () => rng.uint32() & 255);
      w.agent.wire.deliver(Uint8Array.from([...header, ...body]), CALLER, 4000, false, w.time.now());
      w.time.advanceSync(20);
    }
    expect(contiguous(w.agent.heard)).toBe(true);
  });
});

describe('a re-INVITE that changes the band', () => {
  const only = (type: number) => (sdp: string) => sdp.replace(/(m=audio \d+ \S+) .*/, `$1 ${type}`);
  const both = [G722, ...G711_CODECS];

  test('in the middle of speech: it goes on where it was, on one time line', () => {
    const w = world(both, both);
    invite(w, only(0));
    expect(w.agent.session.sampleRateHz).toBe(8000);
    say(w.agent, tone(440, 2000));
    say(w.caller, tone(440, 2000));
    w.time.advanceSync(1000);
    const before = w.agent.session.playedMs(utteranceId('u'));
    invite(w, only(9));
    expect(w.agent.session.sampleRateHz).toBe(16_000);
    expect(w.agent.session.playedMs(utteranceId('u'))).toBe(before);
    w.time.advanceSync(600);
    invite(w, only(8));
    w.time.advanceSync(800);
    expect(w.agent.heard.words).toEqual(expect.arrayContaining(['started 20', 'finished 2000']));
    for (const { heard } of [w.agent, w.caller]) {
      expect(contiguous(heard)).toBe(true);
      const lengths = heard.frames.map(({ pcm }) => pcm.length);
      expect([...new Set(lengths)].sort()).toEqual([160, 320]);
      const speech = heard.frames.slice(10, 90).map(({ pcm }) => level(pcm, 440));
      expect(speech.filter((loud) => loud < 3000).length).toBeLessThan(8);
    }
  });

  test('recorders keep the rate they asked for', () => {
    const w = world(both, both);
    invite(w, only(0));
    const lengths = { narrow: new Set<number>(), wide: new Set<number>() };
    let loudest = 0;
    w.agent.session.monitor(({ received, sent }) => lengths.narrow.add(received.length).add(sent.length));
    w.agent.session.monitor(({ received, sent }) => {
      lengths.wide.add(received.length).add(sent.length);
      loudest = Math.max(loudest, level(received, 5000));
    }, 16_000);
    w.time.advanceSync(500);
    invite(w, only(9));
    say(w.caller, tone(5000, 500));
    w.time.advanceSync(800);
    expect([...lengths.narrow]).toEqual([160]);
    expect([...lengths.wide]).toEqual([320]);
    expect(loudest).toBeGreaterThan(3000);
  });
});
