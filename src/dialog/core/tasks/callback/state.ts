import type { Consent } from '../../consent.js';
import type { TaskStep } from '../task.js';

/** What is promised, and what is known of it so far. */
export interface Promised {
  readonly kind: 'callback' | 'message' | 'emergency';
  /** A constant sentence for whoever reads it. */
  readonly reason: string;
  /** What the caller wants passed on, in their words. */
  readonly message?: string;
  /** When they would like to be called, in their words. */
  readonly when?: string;
  /** Digits so far; a number that is known already keeps its mark. */
  readonly digits: string;
  readonly attempt: number;
  /** The caller has asked for it: what is told meanwhile is meant for whoever calls. */
  readonly isWanted?: true;
  /** The number that is known is not the one to call. */
  readonly isElsewhere?: true;
  /** No number is given: the message goes without. */
  readonly isNumberless?: true;
  /** Key of the promise of this call that is being changed. */
  readonly changes?: string;
}

/** A call-back or message: a promise that is committed before it is spoken. */
export type CallbackState =
  | (Promised & { readonly ask: 'offer' | 'message' })
  /** The number, after the caller agreed. */
  | (Promised & { readonly ask: 'number'; readonly consent?: Consent })
  /** Number, wish and words were read back. */
  | (Promised & { readonly ask: 'check' })
  | (Promised & { readonly ask: 'saving'; readonly consent: Consent })
  /** Whether the promise of this call is taken back. */
  | (Promised & { readonly ask: 'withdraw' })
  | (Promised & { readonly ask: 'withdrawing'; readonly consent: Consent });

export type Step = TaskStep<CallbackState>;
