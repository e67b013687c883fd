import { readFile, writeFile } from 'node:fs/promises';
import { LeibnizError } from '../kernel/errors.js';
import { formatWav, parseWav, type WavAudio } from '../kernel/wav.js';

export type { WavAudio } from '../kernel/wav.js';

/**
 * Reads a WAV file: PCM16, A-law or mu-law, mono or stereo, any rate.
 *
 * @throws LeibnizError BAD_REQUEST that names the file: missing, unreadable, or of another format
 */
export async function readWav(path: string): Promise<WavAudio> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new LeibnizError('BAD_REQUEST', `${path} cannot be read; check the name and the permissions`, {
      field: path,
      cause,
    });
  }
  const audio = parseWav(bytes);
  if (audio.ok) return audio.value;
  throw new LeibnizError('BAD_REQUEST', `${path} ${audio.error}`, { field: path });
}

/**
 * Writes PCM16 as a WAV file; a shorter channel is filled up with silence.
 *
 * @throws LeibnizError BAD_REQUEST that names the file when it cannot be written
 */
export async function writeWav(path: string, audio: WavAudio): Promise<void> {
  try {
    await writeFile(path, formatWav(audio));
  } catch (cause) {
    throw new LeibnizError('BAD_REQUEST', `${path} cannot be written; check the folder and the free space`, {
      field: path,
      cause,
    });
  }
}

/** The mean of all channels: what a telephone makes of a stereo file. */
export function mixToMono(audio: WavAudio): Int16Array {
  const [first, second] = audio.channels;
  if (first === undefined) return new Int16Array(0);
  if (second === undefined) return first;
  return first.map((sample, i) => (sample + (second[i] ?? 0)) >> 1);
}
