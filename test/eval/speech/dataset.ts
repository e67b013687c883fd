import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWav, type PcmAudio } from '../../../src/speech/core/wav.js';
import { decodeFlac } from './flac.js';

/** One row of `speech/speech.tsv`. */
export interface Recording {
  readonly file: string;
  readonly transcript: string;
  readonly speaker: string;
  readonly language: string;
  readonly kind: string;
}

/**
 * Rows of the recordings' table.
 *
 * @param dataDir - `LEIBNIZ_DATA_DIR`
 * @throws Error when it is not set or the table is not there
 */
export function readRecordings(dataDir: string | undefined): Recording[] {
  if (dataDir === undefined) {
    throw new Error('LEIBNIZ_DATA_DIR is not set; it names the folder with the recordings');
  }
  const table = join(dataDir, 'speech', 'speech.tsv');
  if (!existsSync(table)) {
    throw new Error(`there are no recordings: ${table} is missing; set LEIBNIZ_DATA_DIR`);
  }
  const [header = '', ...lines] = readFileSync(table, 'utf8').trimEnd().split(/\r?\n/);
  const columns = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    return {
      file: join(dataDir, 'speech', cell('file')),
      transcript: cell('transcript'),
      speaker: cell('speaker'),
      language: cell('lang'),
      kind: cell('kind'),
    };
  });
}

/** Audio of a WAV or FLAC file; undefined for other formats and for files that cannot be decoded. */
export function readAudio(file: string): PcmAudio | undefined {
  try {
    const bytes = readFileSync(file);
    return file.endsWith('.flac') ? decodeFlac(bytes) : parseWav(bytes);
  } catch {
    return undefined;
  }
}

/** Resamples to 16 kHz with a windowed sinc; exact enough for any source rate. */
export function to16k({ pcm, sampleRateHz }: PcmAudio): Int16Array {
  if (sampleRateHz === 16_000) return pcm;
  const ratio = sampleRateHz / 16_000;
  const cutoff = Math.min(1, 1 / ratio) * 0.95;
  const reach = Math.ceil(16 / cutoff);
  /** Weights of the samples around a place between two of them, by its distance from the first in 16,000ths. */
  const kernels = new Map<number, Float64Array>();
  const kernelAt = (phase: number): Float64Array => {
    const known = kernels.get(phase);
    if (known !== undefined) return known;
    const kernel = Float64Array.from({ length: 2 * reach }, (_, j) => {
      const x = j - reach + 1 - phase / 16_000;
      const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach));
    });
    kernels.set(phase, kernel);
    return kernel;
  };
  const out = new Int16Array(Math.floor(pcm.length / ratio));
  for (let i = 0; i < out.length; i++) {
    const at = i * sampleRateHz;
    const phase = at % 16_000;
    const first = (at - phase) / 16_000 - reach + 1;
    const kernel = kernelAt(phase);
    let sum = 0;
    for (let j = Math.max(0, -first); j < kernel.length && first + j < pcm.length; j++) {
      sum += (pcm[first + j] as number) * (kernel[j] as number);
    }
    out[i] = Math.max(-32768, Math.min(32767, Math.round(sum)));
  }
  return out;
}
