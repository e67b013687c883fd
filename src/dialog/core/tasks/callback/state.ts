import type { Consent } from '../../consent.js';
import type { TaskStep } from '../task.js';

/** What is promised, and what is known of it so far. */
export interface Promised {
  readonly kind: 'callback' | 'message' | 'emergency';
  /** A constant sentence for whoever reads it. */
  readonly reason: string;
  /** What the caller wants passed on, in their words. */
  readonly message?: string;
  /** Digits so far. */
  readonly digits: string;
  readonly attempt: number;
  /** The caller has asked for it: what is told meanwhile is meant for whoever calls. */
  readonly isWanted?: true;
  /** Key of the promise of this call that this one takes the place of. */
  readonly instead?: string;
}

/** A call-back or message: a promise that is committed before it is spoken. */
export type CallbackState =
  | (Promised & { readonly ask: 'offer' | 'message' })
  /** The number, after the caller agreed. */
  | (Promised & { readonly ask: 'number'; readonly consent?: Consent })
  /** The number was read back. */
  | (Promised & { readonly ask: 'check' })
  | (Promised & { readonly ask: 'saving'; readonly consent: Consent })
  /** Whether the promise of this call is taken back. */
  | (Promised & { readonly ask: 'withdraw' })
  /** It is being taken back; `isReplaced`: another has taken its place already. */
  | (Promised & { readonly ask: 'withdrawing'; readonly isReplaced: boolean });

export type Step = TaskStep<CallbackState>;
