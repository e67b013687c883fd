import { LeibnizError } from '../kernel/errors.js';
import type { AudioRate } from '../media/core/frame.js';
import { createResampler } from '../media/core/resample.js';
import { mixToMono, readWav } from '../media/wav.js';

/** Mono PCM16 with its rate. */
export interface SpokenAudio {
  readonly pcm: Int16Array;
  readonly sampleRateHz: AudioRate;
}

/**
 * A WAV file as mono PCM16.
 *
 * @throws LeibnizError BAD_REQUEST naming the file: unreadable, no WAV, or neither 8 nor 16 kHz
 */
export async function readSpokenWav(path: string): Promise<SpokenAudio> {
  const audio = await readWav(path);
  const { sampleRateHz } = audio;
  if (sampleRateHz !== 8000 && sampleRateHz !== 16_000) {
    throw new LeibnizError('BAD_REQUEST', `${path} has ${sampleRateHz} Hz; give a file of 8000 or 16000 Hz`, {
      field: path,
    });
  }
  return { pcm: mixToMono(audio), sampleRateHz };
}

/** A WAV file as a narrowband telephone hears it: mono, PCM16, 8 kHz. Errors as of {@link readSpokenWav}. */
export async function readTelephoneWav(path: string): Promise<Int16Array> {
  return toTelephone(await readSpokenWav(path));
}

/** Audio at 8 kHz, without delay. */
export function toTelephone({ pcm: mono, sampleRateHz }: SpokenAudio): Int16Array {
  if (sampleRateHz === 8000) return mono;
  const resampler = createResampler(16_000, 8000);
  const frame = 320;
  const out = new Int16Array(Math.ceil(mono.length / frame) * (frame / 2));
  for (let at = 0; at < mono.length; at += frame) {
    const block = new Int16Array(frame);
    block.set(mono.subarray(at, at + frame));
    resampler.process(block, out.subarray(at / 2, at / 2 + frame / 2));
  }
  return out.subarray(0, Math.floor(mono.length / 2));
}
