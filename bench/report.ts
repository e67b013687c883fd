/** A metric: a number, or metrics by name. Names are snake_case. */
export interface BenchMetrics {
  readonly [name: string]: number | BenchMetrics;
}

/** What every benchmark, evaluation and report of the command line gives with `--json`. */
export interface BenchReport {
  readonly name: string;
  /** Cases, turns, calls: whatever was counted. */
  readonly n: number;
  readonly metrics: BenchMetrics;
}
