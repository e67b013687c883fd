import { LeibnizError } from '../kernel/errors.js';
import { createResampler } from '../media/core/resample.js';
import { mixToMono, readWav } from '../media/wav.js';

/**
 * A WAV file as a telephone hears it: mono, PCM16, 8 kHz.
 *
 * @throws LeibnizError BAD_REQUEST naming the file: unreadable, no WAV, or neither 8 nor 16 kHz
 */
export async function readTelephoneWav(path: string): Promise<Int16Array> {
  const audio = await readWav(path);
  const mono = mixToMono(audio);
  if (audio.sampleRateHz === 8000) return mono;
  if (audio.sampleRateHz !== 16_000) {
    throw new LeibnizError(
      'BAD_REQUEST',
      `${path} has ${audio.sampleRateHz} Hz; give a file of 8000 or 16000 Hz`,
      {
        field: path,
      },
    );
  }
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
