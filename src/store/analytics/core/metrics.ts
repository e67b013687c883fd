import { gapCount, gapQuantile } from './gap-histogram.js';
import type { HourCounts } from './tally.js';

/** A number with how many cases it is of. Shares have the bounds of their 95 % interval (Wilson). */
export interface MetricValue {
  /** A share from 0 to 1, a number, or milliseconds; null without a case. */
  readonly value: number | null;
  readonly n: number;
  readonly low?: number;
  readonly high?: number;
}

type Read = (hours: HourCounts) => MetricValue;

const Z = 1.96;

const share =
  (part: string, whole: string): Read =>
  ({ counts }) => {
    const n = counts[whole] ?? 0;
    if (n === 0) return { value: null, n };
    const p = Math.min(1, (counts[part] ?? 0) / n);
    const middle = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
    const half = (Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2))) / (1 + Z ** 2 / n);
    return { value: p, n, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
  };

const number =
  (name: string): Read =>
  ({ counts }) => ({ value: counts[name] ?? 0, n: counts['calls'] ?? 0 });

const gap =
  (quantile: number): Read =>
  ({ gaps }) => ({ value: gapQuantile(gaps, quantile), n: gapCount(gaps) });

/** How each metric is read from hours that were added up. */
const READERS = {
  calls: number('calls'),
  containment: share('contained', 'spoken'),
  booking_rate: share('booked', 'booking_wanted'),
  unanswered: share('unanswered', 'asked'),
  abandoned: share('abandoned', 'calls'),
  transferred: share('transferred', 'calls'),
  human: share('human', 'calls'),
  gap_p50_ms: gap(0.5),
  gap_p95_ms: gap(0.95),
  not_understood: share('not_understood', 'user_turns'),
  guard_blocks: number('guard_blocks'),
  caller_rating: ({ counts }: HourCounts): MetricValue => {
    const n = counts['ratings'] ?? 0;
    return { value: n === 0 ? null : (counts['rating_percent'] ?? 0) / n / 100, n };
  },
} as const satisfies Readonly<Record<string, Read>>;

export type MetricName = keyof typeof READERS;

/** All metrics. */
export const METRIC_NAMES = Object.keys(READERS) as [MetricName, ...MetricName[]];

/** A metric of hours that were added up. */
export const metricOf = (name: MetricName, hours: HourCounts): MetricValue => READERS[name](hours);
