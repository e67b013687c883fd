/** A probability with what was true: 1 or 0. */
export interface Judged {
  readonly value: number;
  readonly target: number;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Precision, recall and F1 at one half. */
export function f1(rows: readonly Judged[]): {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
} {
  const hit = rows.filter((row) => row.value >= 0.5 && row.target === 1).length;
  const said = rows.filter((row) => row.value >= 0.5).length;
  const there = rows.filter((row) => row.target === 1).length;
  const [precision, recall] = [hit / Math.max(1, said), hit / Math.max(1, there)];
  const mean = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision: rounded(precision), recall: rounded(recall), f1: rounded(mean) };
}

/** Expected calibration error over ten bins of equal width. */
export function calibrationError(rows: readonly Judged[]): number {
  let error = 0;
  for (let bin = 0; bin < 10; bin++) {
    const inside = rows.filter((row) => Math.min(9, Math.floor(row.value * 10)) === bin);
    if (inside.length === 0) continue;
    const mean = (of: (row: Judged) => number): number =>
      inside.reduce((sum, row) => sum + of(row), 0) / inside.length;
    error += (inside.length / rows.length) * Math.abs(mean((row) => row.value) - mean((row) => row.target));
  }
  return rounded(error);
}

/** Probability that a true row has a greater value than a false one. */
export function areaUnderCurve(rows: readonly Judged[]): number {
  const sorted = [...rows].sort((a, b) => a.value - b.value);
  let [ranks, positives] = [0, 0];
  sorted.forEach((row, k) => {
    if (row.target === 1) {
      ranks += k + 1;
      positives++;
    }
  });
  const negatives = rows.length - positives;
  return rounded((ranks - (positives * (positives + 1)) / 2) / Math.max(1, positives * negatives));
}
