import type { Decided, Outcome } from './outcome.js';

/** What follows an outcome. */
export interface RetryRule {
  /** Whether it was an attempt in the callee's eyes: what never reached them is none. */
  readonly counts: boolean;
  /** Waits before the next attempt, minutes from-to: the first time it comes to this, the second, … None: the last. */
  readonly steps: readonly (readonly [from: number, to: number])[];
}

/** Rules for some outcomes, in place of those of {@link RETRY_RULES}. */
export type RetryOverrides = Readonly<Partial<Record<Outcome, RetryRule>>>;

const never: RetryRule = { counts: true, steps: [] };
const HOURS: readonly [number, number] = [120, 240];
const LATER: readonly [number, number] = [180, 300];
const TOMORROW: readonly [number, number] = [1440, 1440];

/** What follows each outcome unless a campaign says otherwise. */
export const RETRY_RULES: Readonly<Record<Outcome, RetryRule>> = {
  busy: { counts: true, steps: Array.from({ length: 3 }, () => [10, 30] as const) },
  no_answer: { counts: true, steps: Array.from({ length: 3 }, () => [60, 120] as const) },
  unreachable: { counts: true, steps: [HOURS, HOURS, HOURS] },
  declined: { counts: true, steps: [TOMORROW] },
  unwanted: never,
  blocked: never,
  invalid: never,
  network: {
    counts: false,
    steps: [
      [1, 1],
      [2, 2],
      [5, 5],
    ],
  },
  // The trunk refuses everybody: the campaign stops, and the contact waits for it.
  account: { counts: false, steps: [[1, 1]] },
  media: { counts: false, steps: [[1, 1]] },
  machine_left: never,
  machine_not_left: { counts: true, steps: [LATER, LATER] },
  screened: { counts: true, steps: [LATER] },
  human_short: { counts: true, steps: [TOMORROW] },
  completed: never,
  opted_out: never,
  expired: never,
};

/** Outcomes after which no rule of a campaign may dial again. */
export const NEVER_AGAIN: readonly Outcome[] = [
  'unwanted',
  'blocked',
  'invalid',
  'machine_left',
  'completed',
  'opted_out',
  'expired',
];

/** Waits vary by this share, so that those who were called together are not called together again. */
const JITTER = 0.2;

/** The rule for an outcome. */
export const ruleFor = (outcome: Outcome, overrides: RetryOverrides = {}): RetryRule =>
  overrides[outcome] ?? RETRY_RULES[outcome];

/** Whether an outcome counts as an attempt. */
export const counts = (outcome: Outcome, overrides?: RetryOverrides): boolean =>
  ruleFor(outcome, overrides).counts;

/** What the next attempt hangs on. */
export interface RetryFacts {
  /** Outcomes of the contact's attempts, this one last. */
  readonly history: readonly Outcome[];
  readonly decided: Decided;
  /** Attempts of one contact that count, in all. */
  readonly maxAttempts: number;
  readonly overrides?: RetryOverrides | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Wait before the contact's next attempt, ms; `undefined` when there is none. */
export function nextAttemptIn(facts: RetryFacts): number | undefined {
  const { history, decided, maxAttempts, overrides, random } = facts;
  const { outcome, final } = decided;
  if (final || NEVER_AGAIN.includes(outcome)) return undefined;
  const { steps } = ruleFor(outcome, overrides);
  // A contact does not pay for a trunk that refuses; it waits until somebody has seen to that.
  const times = outcome === 'account' ? 1 : history.filter((one) => one === outcome).length;
  const step = steps[times - 1];
  if (step === undefined) return undefined;
  if (history.filter((one) => counts(one, overrides)).length >= maxAttempts) return undefined;
  const [from, to] = step;
  const minutes = (from + (to - from) * random()) * (1 - JITTER + 2 * JITTER * random());
  return Math.round(minutes * 60_000);
}
