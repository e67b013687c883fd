import type { CallingHours } from './hours.js';
import type { RetryOverrides } from './retry.js';

/** What a campaign obeys beside the limits of the house. */
export interface CampaignRules {
  readonly hours: CallingHours;
  /** Attempts on one number within 24 hours and within 7 days, whatever campaigns they belong to. */
  readonly perDay: number;
  readonly perWeek: number;
  /** Attempts on one contact, in all. */
  readonly maxAttempts: number;
  /** Calls of the campaign at the same time. */
  readonly maxConcurrent: number;
  /** How long a phone rings, ms; below the time after which most mailboxes answer. */
  readonly ringMs: number;
  readonly retry: RetryOverrides;
  /** The campaign stops when more of the answered calls than this are hung up on at once, 0..1. */
  readonly maxShortShare: number;
  /** The campaign stops when fewer of its attempts than this are answered, 0..1. */
  readonly minAnswerShare: number;
}

/** What holds where a campaign says nothing. */
export const DEFAULT_RULES: CampaignRules = {
  hours: { fromMin: 9 * 60, toMin: 20 * 60, days: [1, 2, 3, 4, 5, 6], holidays: [] },
  perDay: 2,
  perWeek: 5,
  maxAttempts: 4,
  maxConcurrent: 2,
  ringMs: 25_000,
  retry: {},
  maxShortShare: 0.1,
  minAnswerShare: 0,
};

/** Fewer calls than these say nothing of a share. */
const MIN_ANSWERED = 20;
const MIN_ATTEMPTS = 50;

/** What a campaign has come to so far. */
export interface CampaignTally {
  /** Attempts that count. */
  readonly attempts: number;
  readonly answered: number;
  readonly short: number;
}

/** Why a campaign should stop by itself. */
export type StopReason = 'trunk_refused' | 'short_calls' | 'few_answers';

/** Whether a campaign bothers people, by what it has come to. */
export function stopReason(
  { attempts, answered, short }: CampaignTally,
  { maxShortShare, minAnswerShare }: CampaignRules,
): StopReason | undefined {
  if (answered >= MIN_ANSWERED && short / answered > maxShortShare) return 'short_calls';
  if (attempts >= MIN_ATTEMPTS && answered / attempts < minAnswerShare) return 'few_answers';
  return undefined;
}
