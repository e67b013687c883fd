import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs, rtpTs } from '../../../src/kernel/time.js';
import type { CodecFactory } from '../../../src/media/core/codec.js';
import { frameSamplesAt } from '../../../src/media/core/frame.js';
import { ReceiveStream } from '../../../src/media/core/receive-stream.js';
import { Concealer } from '../../../src/media/core/concealment.js';
import { decodeUlaw, encodeUlaw } from '../../../src/kernel/g711.js';
import { downsample } from '../../../src/speech/core/resample.js';

/**
 * What a telephone line does to audio.
 *
 * @param pcm16k - PCM16 at 16 kHz
 * @param seed - of what is random, one per recording
 * @returns PCM16 at the rate of the condition, 8 kHz unless it says otherwise, of about the same duration
 */
export type Degrade = (pcm16k: Int16Array, seed: number) => Int16Array;

/**
 * A line through a codec with packets of 20 ms that are lost independently of each other: encoded, received, decoded and
 * concealed by the agent's own code.
 *
 * @param loss - share of lost packets, 0..1
 * @returns PCM16 at the codec's rate
 */
export function codecLine(factory: CodecFactory, loss: number): Degrade {
  return (pcm16k, seed) => {
    const codec = factory.create();
    const pcm = codec.sampleRateHz === 8000 ? downsample(pcm16k) : pcm16k;
    const frame = frameSamplesAt(codec.sampleRateHz);
    const frames = Math.ceil(pcm.length / frame);
    const out = new Int16Array(frames * frame);
    const stream = new ReceiveStream((heard, startSample) => {
      if (startSample / 160 < frames) out.set(heard, (startSample / 160) * frame);
    });
    stream.setRate(codec.sampleRateHz, monoMs(0));
    stream.setActive(true, monoMs(0));
    const rng = seededRng(seed);
    const bytes = new Uint8Array(2000);
    for (let n = 0; n < frames; n++) {
      const block = new Int16Array(frame);
      block.set(pcm.subarray(n * frame, (n + 1) * frame));
      const length = codec.encode(block, bytes, 0);
      // The first and the last packet come, so that every loss lies within the stream.
      const lost = n > 0 && n < frames - 1 && rng.float() < loss;
      const timestamp = rtpTs(n * 160 * codec.ticksPerSample);
      if (!lost) stream.packet(monoMs(n * 20), n, timestamp, codec, bytes.slice(0, length));
      stream.tick(monoMs(n * 20));
    }
    return out;
  };
}

const FRAME_SAMPLES = 160;

/**
 * A line of 8 kHz, G.711 mu-law and frames of 20 ms that are lost independently of each other, decoded and
 * concealed by the agent's own code.
 *
 * @param loss - share of lost frames, 0..1
 */
export function telephoneLine(loss: number): Degrade {
  return (pcm16k, seed) => {
    const narrow = downsample(pcm16k);
    const frames = Math.ceil(narrow.length / FRAME_SAMPLES);
    const out = new Int16Array(frames * FRAME_SAMPLES);
    const bytes = new Uint8Array(FRAME_SAMPLES);
    const rng = seededRng(seed);
    const concealer = new Concealer();
    for (let at = 0; at < out.length; at += FRAME_SAMPLES) {
      const frame = new Int16Array(FRAME_SAMPLES);
      if (rng.float() < loss) {
        concealer.conceal(frame, FRAME_SAMPLES);
      } else {
        frame.set(narrow.subarray(at, at + FRAME_SAMPLES));
        encodeUlaw(frame, bytes);
        decodeUlaw(bytes, frame);
        concealer.good(frame, FRAME_SAMPLES);
      }
      out.set(frame, at);
    }
    return out;
  };
}
