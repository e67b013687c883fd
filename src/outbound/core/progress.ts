import type { Decided, Outcome } from './outcome.js';
import { nextAttemptIn } from './retry.js';
import type { CampaignRules } from './rules.js';

/** What becomes of a contact after an attempt. */
export type AfterAttempt =
  { readonly state: 'done' } | { readonly state: 'waiting'; readonly nextAtMs: number };

/** Decides whether and when a contact is called again. @param history - its outcomes, this one last */
export function afterAttempt(
  history: readonly Outcome[],
  decided: Decided,
  facts: {
    readonly rules: CampaignRules;
    readonly nowMs: number;
    readonly expiresAtMs: number;
    readonly random: () => number;
  },
): AfterAttempt {
  const { rules, nowMs, expiresAtMs, random } = facts;
  const { maxAttempts, retry: overrides } = rules;
  const waitMs = nextAttemptIn({ history, decided, maxAttempts, overrides, random });
  if (waitMs === undefined || nowMs + waitMs >= expiresAtMs) return { state: 'done' };
  return { state: 'waiting', nextAtMs: nowMs + waitMs };
}

/** An appointment that somebody may be reminded of. */
export interface Remindable {
  readonly id: string;
  readonly startsAtMs: number;
  /** When it was booked or last changed. */
  readonly updatedAtMs: number;
}

/** A reminder that is due. */
export interface DueReminder {
  readonly key: string;
  /** From then on the next one takes its place, or the appointment has begun. */
  readonly expiresAtMs: number;
}

/**
 * The reminder of an appointment that is due, if one is: of the last moment that has come. Nobody is reminded of what they
 * have agreed to since that moment.
 *
 * @param beforeMin - minutes before the start
 */
export function dueReminder(
  { id, startsAtMs, updatedAtMs }: Remindable,
  beforeMin: readonly number[],
  nowMs: number,
): DueReminder | undefined {
  const moments = [...new Set(beforeMin)].sort((a, b) => b - a);
  for (const [index, before] of moments.entries()) {
    const dueMs = startsAtMs - before * 60_000;
    const expiresAtMs = startsAtMs - (moments[index + 1] ?? 0) * 60_000;
    if (nowMs < dueMs || nowMs >= expiresAtMs) continue;
    return updatedAtMs >= dueMs ? undefined : { key: `${id}:${startsAtMs}:${before}`, expiresAtMs };
  }
  return undefined;
}
