import type { CallId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import type { MonoMs } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { Admission } from './core/admission.js';
import type { CallInfo, LegEvent, MediaWarning } from './core/types.js';

/** One call as the session sees it, whatever carries it. */
export interface CallLeg {
  readonly id: CallId;
  readonly info: CallInfo;
  /** Why the call ended; undefined while it has not. */
  readonly termination: Termination | undefined;
  /** Adds a listener for {@link LegEvent}s. Returns a function that removes it. */
  subscribe(listener: (event: LegEvent) => void): () => void;
  /** Ends the call: BYE, CANCEL or a final failure, whatever fits its state. Only the first call counts. */
  hangup(reason: Termination): void;
  /**
   * Blind transfer to a `sip:`, `sips:` or `tel:` URI. Reported by `transfer` events; after `accepted` the leg ends
   * with `transferred`, after `refused` or `failed` the caller is still here.
   */
  transfer(target: string): void;
}

/** Why media could not be opened: the SIP status the peer gets and a phrase for the log. */
export interface MediaRefusal {
  readonly status: number;
  readonly reason: string;
  /** What a Warning header says to the peer (RFC 3261 section 20.43). */
  readonly warning?: MediaWarning;
}

/**
 * What a call leg asks of the program around it. No call may throw; one that does counts as a refusal.
 * For one leg: `admit`, `openMedia`, then perhaps `acceptAnswer`, `onCall`, `reoffer`; `releaseMedia` once for
 * media that were opened; `onEnded` exactly once for every INVITE that named its parties.
 */
export interface CallHost {
  /** A new inbound call that the leg itself would take. */
  admit(info: CallInfo): Admission;
  /**
   * Opens media. With an offer the result is our answer; without one (delayed offer, outbound call) it is our offer,
   * and the peer's answer comes by {@link acceptAnswer}.
   */
  openMedia(id: CallId, offer: string | undefined): Promise<Result<{ readonly sdp: string }, MediaRefusal>>;
  /** The peer's answer to our offer. */
  acceptAnswer(id: CallId, sdp: string): Result<unknown, unknown>;
  /** A new offer of the peer within the call, or, without one, a request for ours (re-INVITE without SDP). */
  reoffer(
    id: CallId,
    offer: string | undefined,
  ): Result<{ readonly sdp: string }, Omit<MediaRefusal, 'reason'>>;
  /** The peer has acknowledged the call, or answered ours: what its SDP says may be believed from now on. */
  onConfirmed?(id: CallId): void;
  /** The leg needs its media no more. */
  releaseMedia(id: CallId): void;
  /** An inbound call is answered. Subscribe before returning. */
  onCall(leg: CallLeg): void;
  /** A call ended, also one that was refused or cancelled before it was answered. */
  onEnded?(info: CallInfo, reason: Termination, at: MonoMs): void;
}
