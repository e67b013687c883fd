import { calibrated, type CalibratedHead } from '../../intent/core/heads.js';
import { guardFeatures, windowsOf } from './features.js';

/** What the head of the guard tells of a text, in the order of its rows. */
export const GUARD_LABELS = ['injection', 'toxic'] as const;

/** Probabilities, 0..1. */
export type GuardScores = Readonly<Record<(typeof GUARD_LABELS)[number], number>>;

/** Probability that some piece of a text means to turn the agent from its work, and that some piece is abusive. */
export function readGuard(head: CalibratedHead, text: string): GuardScores {
  const rows = windowsOf(text).map((window) => calibrated(head, guardFeatures(window)));
  const top = (k: number): number => Math.max(0, ...rows.map((row) => row[k] ?? 0));
  return { injection: top(0), toxic: top(1) };
}
