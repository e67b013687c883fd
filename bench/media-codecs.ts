import { RtpPacket } from 'rtp.js/packets';
import { seededRng } from '../src/kernel/rng.js';
import { monoMs, rtpTs } from '../src/kernel/time.js';
import { PCMU, type Codec } from '../src/media/core/codec.js';
import { Concealer } from '../src/media/core/concealment.js';
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '../src/kernel/g711.js';
import { ReceiveStream } from '../src/media/core/receive-stream.js';
import { createResampler } from '../src/media/core/resample.js';
import { parseRtp, rtpFields, writeRtpHeader } from '../src/media/core/rtp-packet.js';
import { availableCodecs } from '../src/media/codecs.js';
import type { BenchReport } from './report.js';

const FRAME_SAMPLES = 160;
const FRAMES = 20_000;
const ROUNDS = 5;

/** Median nanoseconds of one call over several rounds, after a warm-up. */
function nsPerCall(run: (n: number) => void, count = FRAMES): number {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let n = 0; n < count; n++) run(n);
    if (round > 0) rounds.push(Number(process.hrtime.bigint() - start) / count);
  }
  rounds.sort((a, b) => a - b);
  return Math.round(rounds[Math.floor(ROUNDS / 2)] as number);
}

const ratio = (peer: number, ours: number): number => Math.round((peer / ours) * 100) / 100;

/** mu-law by the segment search, without a table: what the table is measured against. */
function naiveUlaw(pcm: Int16Array, out: Uint8Array): void {
  for (let i = 0; i < pcm.length; i++) {
    const sample = pcm[i] as number;
    const sign = sample < 0 ? 0x80 : 0;
    const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
    let exponent = 7;
    for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent--;
    out[i] = ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
  }
}

function speechLike(): Int16Array {
  const rng = seededRng(1);
  return Int16Array.from(
    { length: FRAME_SAMPLES },
    (_, i) => 6000 * Math.sin((2 * Math.PI * 180 * i) / 8000) + (rng.float() - 0.5) * 3000,
  );
}

function packetOf(n: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(12 + payload.length);
  writeRtpHeader(packet, 0, false, n & 0xffff, rtpTs(n * FRAME_SAMPLES), 0x12345678);
  packet.set(payload, 12);
  return packet;
}

function g711(pcm: Int16Array): { metrics: Record<string, number>; ulaw: Uint8Array } {
  const ulaw = new Uint8Array(FRAME_SAMPLES);
  const out = new Int16Array(FRAME_SAMPLES);
  const encode = nsPerCall(() => void encodeUlaw(pcm, ulaw));
  const naive = nsPerCall(() => naiveUlaw(pcm, ulaw));
  return {
    ulaw,
    metrics: {
      ulaw_encode_ns: encode,
      ulaw_decode_ns: nsPerCall(() => void decodeUlaw(ulaw, out)),
      alaw_encode_ns: nsPerCall(() => void encodeAlaw(pcm, ulaw)),
      alaw_decode_ns: nsPerCall(() => void decodeAlaw(ulaw, out)),
      ulaw_encode_without_table_ns: naive,
      ulaw_table_speedup: ratio(naive, encode),
    },
  };
}

function rtp(payload: Uint8Array): Record<string, number> {
  const packet = packetOf(1, payload);
  const fields = rtpFields();
  let sink = 0;
  const parse = nsPerCall(() => {
    if (parseRtp(packet, fields)) sink += fields.sequence;
  });
  const peerParse = nsPerCall(() => {
    const parsed = new RtpPacket(new DataView(packet.buffer, packet.byteOffset, packet.byteLength));
    sink +=
      parsed.getSequenceNumber() + parsed.getTimestamp() + parsed.getSsrc() + parsed.getPayload().byteLength;
  });
  const write = nsPerCall((n) => void packetOf(n, payload));
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const peerWrite = nsPerCall((n) => {
    const made = new RtpPacket();
    made.setPayloadType(0);
    made.setSequenceNumber(n & 0xffff);
    made.setTimestamp(n * FRAME_SAMPLES);
    made.setSsrc(0x12345678);
    made.setPayload(view);
    made.serialize();
    sink += made.getByteLength();
  });
  return {
    parse_ns: parse,
    parse_rtpjs_ns: peerParse,
    parse_speedup: ratio(peerParse, parse),
    write_ns: write,
    write_rtpjs_ns: peerWrite,
    write_speedup: ratio(peerWrite, write),
    checksum: sink % 2,
  };
}

/** Cost of one received packet from the datagram to the 8 kHz frame, with a share of packets lost. */
function receive(payload: Uint8Array, lossEvery: number): number {
  const codec: Codec = PCMU.create();
  const fields = rtpFields();
  const packets = Array.from({ length: FRAMES }, (_, n) => packetOf(n, payload));
  let samples = 0;
  const cost = nsPerCall((round) => {
    void round;
    const stream = new ReceiveStream((pcm) => void (samples += pcm.length));
    stream.setActive(true, monoMs(0));
    for (let n = 0; n < FRAMES; n++) {
      if (lossEvery > 0 && n % lossEvery === lossEvery - 1) continue;
      const packet = packets[n] as Uint8Array;
      if (!parseRtp(packet, fields)) continue;
      const body = packet.subarray(fields.payloadStart, fields.payloadEnd);
      stream.packet(monoMs(n * 20), fields.sequence, fields.timestamp, codec, body);
    }
  }, 1);
  return Math.round(cost / FRAMES);
}

function resampling(pcm: Int16Array): Record<string, number> {
  const up = createResampler(8000, 16_000);
  const down = createResampler(16_000, 8000);
  const wide = new Int16Array(2 * FRAME_SAMPLES);
  const narrow = new Int16Array(FRAME_SAMPLES);
  return {
    up_ns: nsPerCall(() => void up.process(pcm, wide), 5000),
    down_ns: nsPerCall(() => void down.process(wide, narrow), 5000),
  };
}

async function opus(pcm: Int16Array): Promise<Record<string, number>> {
  const { codecs } = await availableCodecs(['opus', 'g722', 'pcmu', 'pcma']);
  const codec = codecs.find(({ spec }) => spec.name === 'opus')?.create();
  if (codec === undefined) return { available: 0 };
  const out = new Uint8Array(512);
  const decoded = new Int16Array(960);
  const length = codec.encode(pcm, out, 0);
  return {
    available: 1,
    encode_ns: nsPerCall(() => void codec.encode(pcm, out, 0), 1000),
    decode_ns: nsPerCall(() => void codec.decode(out.subarray(0, length), decoded), 1000),
  };
}

/** Cost of one 20 ms frame (160 samples at 8 kHz) in each stage of the media path, with peers in the same run. */
export async function run(): Promise<BenchReport> {
  const pcm = speechLike();
  const { metrics, ulaw } = g711(pcm);
  const concealer = new Concealer();
  concealer.good(pcm.slice(), FRAME_SAMPLES);
  const made = new Int16Array(FRAME_SAMPLES);
  const good = pcm.slice();
  return {
    name: 'media-codecs',
    n: FRAMES,
    metrics: {
      g711: metrics,
      rtp: rtp(ulaw),
      receive: {
        clean_ns: receive(ulaw, 0),
        loss_3_percent_ns: receive(ulaw, 33),
        loss_10_percent_ns: receive(ulaw, 10),
      },
      concealment: {
        conceal_and_recover_ns: nsPerCall(() => {
          concealer.conceal(made, FRAME_SAMPLES);
          concealer.good(good, FRAME_SAMPLES);
        }, 5000),
      },
      resampling: resampling(pcm),
      opus: await opus(pcm),
    },
  };
}
