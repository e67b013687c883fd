import type { AttemptOutcome } from './failover.js';

/**
 * What went wrong with a foreign service, in one vocabulary for language models, speech and our own roles.
 *
 * - `caller_abort`: we gave it up
 * - `rate_limit`: too many requests; works again after `retryAfterMs`
 * - `quota_or_money`: used up; a person has to act
 * - `auth`: the key is missing, wrong or may not do this
 * - `bad_request`: the service refuses this request, and would again
 * - `overloaded`: unreachable or failing (5xx, connection refused, reset)
 * - `stalled`: nothing came in time
 * - `truncated`: it broke off in the middle
 * - `empty`: it succeeded with nothing
 * - `refused`: its policy forbids the answer
 */
export type FailureKind =
  | 'caller_abort'
  | 'rate_limit'
  | 'quota_or_money'
  | 'auth'
  | 'bad_request'
  | 'overloaded'
  | 'stalled'
  | 'truncated'
  | 'empty'
  | 'refused';

/** A failure that an ordinary caller handles. The message holds no secret, no personal data and no address. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** The service's own code, such as `insufficient_quota`. */
  readonly code?: string;
  /** When the service says it may be asked again. */
  readonly retryAfterMs?: number;
}

/** What each kind says of the provider, for whoever asks several: only `void` means that no other one would do better. */
export const FAILURE_OUTCOME: Readonly<Record<FailureKind, AttemptOutcome>> = {
  caller_abort: 'void',
  rate_limit: 'busy',
  quota_or_money: 'broken',
  auth: 'broken',
  bad_request: 'busy',
  overloaded: 'failed',
  stalled: 'failed',
  truncated: 'failed',
  empty: 'failed',
  refused: 'void',
};
