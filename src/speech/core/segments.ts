/** Energy is compared over frames of this length when a cut is placed. */
const FRAME_MS = 20;
/** A pause is looked for in windows of this many frames. */
const PAUSE_FRAMES = 5;

/** A half-open range of samples. */
export interface SampleRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Splits long audio so that no piece is longer than the recogniser can take. Each cut is placed in the quietest
 * 100 ms of the second half of its piece, because a cut through a word makes the recogniser invent one.
 *
 * @param samples - audio in any scale
 * @param sampleRateHz - of `samples`
 * @param maxMs - longest piece
 * @returns adjoining ranges that cover all samples; none for no samples
 */
export function splitSegments(samples: Float32Array, sampleRateHz: number, maxMs: number): SampleRange[] {
  const maxSamples = Math.floor((maxMs * sampleRateHz) / 1000);
  const ranges: SampleRange[] = [];
  let start = 0;
  while (samples.length - start > maxSamples) {
    const end = quietest(samples, start + Math.floor(maxSamples / 2), start + maxSamples, sampleRateHz);
    ranges.push({ start, end });
    start = end;
  }
  if (samples.length > start) ranges.push({ start, end: samples.length });
  return ranges;
}

/** Middle of the quietest pause between two positions. */
function quietest(samples: Float32Array, from: number, to: number, sampleRateHz: number): number {
  const frame = Math.floor((FRAME_MS * sampleRateHz) / 1000);
  const energies: number[] = [];
  for (let at = from; at + frame <= to; at += frame) {
    let sum = 0;
    for (let i = at; i < at + frame; i++) sum += (samples[i] ?? 0) ** 2;
    energies.push(sum);
  }
  let best = Infinity;
  let bestFrame = Math.max(0, energies.length - 1);
  for (let i = 0; i + PAUSE_FRAMES <= energies.length; i++) {
    let sum = 0;
    for (let k = 0; k < PAUSE_FRAMES; k++) sum += energies[i + k] ?? 0;
    if (sum < best) {
      best = sum;
      bestFrame = i;
    }
  }
  return Math.min(to, from + bestFrame * frame + Math.floor((PAUSE_FRAMES * frame) / 2));
}

/** Audio with silence around it. */
export function padded(
  samples: Float32Array,
  sampleRateHz: number,
  beforeMs: number,
  afterMs: number,
): Float32Array {
  const before = Math.round((beforeMs * sampleRateHz) / 1000);
  const after = Math.round((afterMs * sampleRateHz) / 1000);
  const out = new Float32Array(before + samples.length + after);
  out.set(samples, before);
  return out;
}
