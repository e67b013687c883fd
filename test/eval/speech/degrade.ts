import { seededRng } from '../../../src/kernel/rng.js';
import { Concealer } from '../../../src/media/core/concealment.js';
import { decodeUlaw, encodeUlaw } from '../../../src/media/core/g711.js';
import { downsample } from '../../../src/speech/core/resample.js';

/**
 * What a telephone line does to audio.
 *
 * @param pcm16k - PCM16 at 16 kHz
 * @param seed - of what is random, one per recording
 * @returns PCM16 at 8 kHz, of about the same duration
 */
export type Degrade = (pcm16k: Int16Array, seed: number) => Int16Array;

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
