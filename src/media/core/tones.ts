import type { DtmfDigit } from '../../kernel/vocab.js';
import { isDtmfDigit } from './dtmf.js';
import { msToSamples, SAMPLE_RATE_HZ } from './frame.js';

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
const RAMP_SAMPLES = msToSamples(2);

/**
 * Keys as audible tones, for peers that have not negotiated telephone events.
 *
 * @param digits - characters that are no keys are skipped
 * @returns PCM16 at 8 kHz: each key `toneMs` long with `pauseMs` of silence behind it
 */
export function dtmfTones(digits: string, toneMs = 100, pauseMs = 100): Int16Array {
  const keys = [...digits.toUpperCase()].filter(isDtmfDigit);
  const tone = msToSamples(toneMs);
  const step = tone + msToSamples(pauseMs);
  const pcm = new Int16Array(keys.length * step);
  for (const [index, key] of keys.entries()) {
    const [low, high] = FREQUENCIES[key];
    for (let i = 0; i < tone; i++) {
      const ramp = Math.min(1, (i + 1) / RAMP_SAMPLES, (tone - i) / RAMP_SAMPLES);
      const t = (2 * Math.PI * i) / SAMPLE_RATE_HZ;
      pcm[index * step + i] = AMPLITUDE * ramp * (Math.sin(low * t) + Math.sin(high * t));
    }
  }
  return pcm;
}
