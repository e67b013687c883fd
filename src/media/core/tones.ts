import type { DtmfDigit } from '../../kernel/vocab.js';
import { isDtmfDigit } from './dtmf.js';
import type { AudioRate } from './frame.js';

/** Low and high frequency of each key (ITU-T Q.23). */
const FREQUENCIES: Readonly<Record<DtmfDigit, readonly [number, number]>> = {
  '1': [697, 1209],
  '2': [697, 1336],
  '3': [697, 1477],
  A: [697, 1633],
  '4': [770, 1209],
  '5': [770, 1336],
  '6': [770, 1477],
  B: [770, 1633],
  '7': [852, 1209],
  '8': [852, 1336],
  '9': [852, 1477],
  C: [852, 1633],
  '*': [941, 1209],
  '0': [941, 1336],
  '#': [941, 1477],
  D: [941, 1633],
};

/** About -9 dBm0 each, as ITU-T Q.24 allows. */
const AMPLITUDE = 5500;
/** Ramp at both ends, so that a key does not click. */
const RAMP_MS = 2;

/** How keys sound. */
export interface ToneOptions {
  /** Length of a key, milliseconds. Default 100. */
  readonly toneMs?: number;
  /** Silence behind each key, milliseconds. Default 100. */
  readonly pauseMs?: number;
  /** Samples a second. Default 8000. */
  readonly rate?: AudioRate;
}

/**
 * Keys as audible tones, for peers that have not negotiated telephone events.
 *
 * @param digits - characters that are no keys are skipped
 * @returns PCM16: each key with silence behind it
 */
export function dtmfTones(digits: string, o: ToneOptions = {}): Int16Array {
  const { toneMs = 100, pauseMs = 100, rate = 8000 } = o;
  const keys = [...digits.toUpperCase()].filter(isDtmfDigit);
  const samples = (ms: number): number => Math.round((ms * rate) / 1000);
  const tone = samples(toneMs);
  const step = tone + samples(pauseMs);
  const pcm = new Int16Array(keys.length * step);
  for (const [index, key] of keys.entries()) {
    const [low, high] = FREQUENCIES[key];
    for (let i = 0; i < tone; i++) {
      const ramp = Math.min(1, (i + 1) / samples(RAMP_MS), (tone - i) / samples(RAMP_MS));
      const t = (2 * Math.PI * i) / rate;
      pcm[index * step + i] = AMPLITUDE * ramp * (Math.sin(low * t) + Math.sin(high * t));
    }
  }
  return pcm;
}
