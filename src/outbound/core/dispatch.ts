import { isOpen, nextOpening, type CallingHours } from './hours.js';
import type { Outcome } from './outcome.js';
import type { CampaignRules } from './rules.js';
import { isE164, zonesOfNumber, type NumberZones } from './zones.js';

/** What the house allows, whatever a campaign says. Nothing is dialled without it. */
export interface HouseLimits {
  /** Numbers begin with one of these, in E.164 with the plus sign. */
  readonly prefixes: readonly string[];
  /** Calls under way at the same time on the trunk. */
  readonly maxCalls: number;
  /** Calls begun within a second. */
  readonly callsPerSecond: number;
  readonly hours: CallingHours;
}

/** Who may be called, by whose leave. */
export interface GivenConsent {
  /** Where it is kept: a form, a contract, an appointment. */
  readonly source: string;
  readonly atMs: number;
}

/** An earlier attempt on the same number. */
export interface EarlierAttempt {
  readonly atMs: number;
  /** `live` while it goes on; `unknown` after a crash. */
  readonly outcome: Outcome | 'live' | 'unknown' | 'not_dialled';
  readonly counts: boolean;
}

/** Everything that is looked at before a number is dialled. */
export interface DispatchFacts {
  readonly nowMs: number;
  readonly number: string;
  /** IANA zone of the callee, where somebody has told it. */
  readonly zone?: string | undefined;
  readonly consent?: GivenConsent | undefined;
  /** It is no use calling at or after this. */
  readonly expiresAtMs: number;
  readonly isOnDoNotCallList: boolean;
  /** `false` when what the call is about has been changed or is no more. */
  readonly stillHolds: boolean;
  /** Attempts on the number within the last 30 days. */
  readonly attempts: readonly EarlierAttempt[];
  readonly rules: CampaignRules;
}

/** Why a contact is never dialled. */
export type RefusalReason =
  | 'invalid_number'
  | 'prefix_not_allowed'
  | 'do_not_call'
  | 'no_consent'
  | 'unknown_time_zone'
  | 'no_common_hours'
  | 'no_longer_true'
  | 'expired';

/** What is to become of a contact now. */
export type DispatchVerdict =
  | { readonly type: 'dial' }
  | { readonly type: 'later'; readonly atMs: number }
  | { readonly type: 'never'; readonly reason: RefusalReason };

const DAY_MS = 86_400_000;
/** While the same number is called by another contact it is looked at again after this. */
const SAME_NUMBER_MS = 60_000;

/** Whether a contact may be dialled now. */
export function mayDial(facts: DispatchFacts, limits: HouseLimits, table: NumberZones): DispatchVerdict {
  const { nowMs, rules } = facts;
  const reason = refusalOf(facts, limits);
  if (reason !== undefined) return { type: 'never', reason };
  if (facts.attempts.some(({ outcome }) => outcome === 'live')) {
    return later(nowMs + SAME_NUMBER_MS, facts);
  }
  const zones = facts.zone === undefined ? zonesOfNumber(facts.number, table) : [facts.zone];
  if (zones.length === 0) return { type: 'never', reason: 'unknown_time_zone' };
  const freeAtMs = restsUntil(facts);
  const hours = [limits.hours, rules.hours];
  if (freeAtMs <= nowMs && isOpen(hours, zones, nowMs, rules.ringMs)) return { type: 'dial' };
  const atMs = nextOpening(hours, zones, Math.max(nowMs, freeAtMs), rules.ringMs);
  return atMs === undefined ? { type: 'never', reason: 'no_common_hours' } : later(atMs, facts);
}

/** What keeps a contact from ever being dialled. */
export function refusalOf(facts: DispatchFacts, limits: HouseLimits): RefusalReason | undefined {
  const { nowMs, number, consent, expiresAtMs, attempts } = facts;
  if (!isE164(number) || attempts.some(({ outcome }) => outcome === 'invalid')) return 'invalid_number';
  if (!limits.prefixes.some((prefix) => number.startsWith(prefix))) return 'prefix_not_allowed';
  if (facts.isOnDoNotCallList) return 'do_not_call';
  if (consent === undefined || consent.source.trim() === '' || consent.atMs > nowMs) return 'no_consent';
  if (!facts.stillHolds) return 'no_longer_true';
  return nowMs >= expiresAtMs ? 'expired' : undefined;
}

function later(atMs: number, { expiresAtMs }: DispatchFacts): DispatchVerdict {
  return atMs >= expiresAtMs ? { type: 'never', reason: 'expired' } : { type: 'later', atMs };
}

/** When the number has had its rest after the attempts of the last day and week. */
function restsUntil({ attempts, rules }: DispatchFacts): number {
  const times = attempts.filter((one) => one.counts).map(({ atMs }) => atMs);
  times.sort((a, b) => b - a);
  const rest = (limit: number, spanMs: number): number => {
    const blocking = times[limit - 1];
    return blocking === undefined ? 0 : blocking + spanMs;
  };
  return Math.max(rest(rules.perDay, DAY_MS), rest(rules.perWeek, 7 * DAY_MS));
}
