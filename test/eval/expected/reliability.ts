import type { BenchMetrics } from '../../../bench/report.js';
import { round } from '../speech/statistics.js';

/** Something with a confidence, and how right it was, 0..1. */
export interface Judged {
  readonly confidence: number;
  readonly rightness: number;
}

const BINS = 5;
/** Of a normal distribution, for 95 %. */
const Z = 1.96;

/** Wilson's score interval of a share, 95 %; all of 0 to 1 when nothing was counted. */
export function wilson(count: number, n: number): { readonly low: number; readonly high: number } {
  if (n === 0) return { low: 0, high: 1 };
  const p = count / n;
  const centre = p + (Z * Z) / (2 * n);
  const spread = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

/** Mean confidence and share of right ones by bin, and the expected calibration error over the bins. */
export function reliability(rows: readonly Judged[]): BenchMetrics {
  const report: Record<string, number | BenchMetrics> = { n: rows.length };
  let error = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const own = rows.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin);
    if (own.length === 0) continue;
    const mean = own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
    const right = own.reduce((sum, row) => sum + row.rightness, 0) / own.length;
    error += (own.length / rows.length) * Math.abs(mean - right);
    report[`from_0_${String(bin * 2)}`] = { n: own.length, confidence: round(mean), right: round(right) };
  }
  return { ...report, calibration_error: round(error) };
}
