import type { AnswerVerdict } from '../../outbound/core/outcome.js';
import type { AttemptEnd, Lease } from '../../store/types.js';

/** A place for one call in this process, kept from before the INVITE until it is given back; again does no harm. */
export type ReleasePlace = () => void;

/** How a call that was dialled ended. */
export type OutboundEnd = AttemptEnd;

/** A call that is being dialled, or goes on. */
export interface OutboundCall {
  readonly callId: string;
  /** Resolves once, never rejects. */
  readonly ended: Promise<OutboundEnd>;
}

/** What calls people: a trunk with somebody to talk behind it. */
export interface OutboundLine {
  /** Keeps a place for somebody to talk, so that nobody answers to silence; `undefined` when there is none. */
  reserve(): ReleasePlace | undefined;
  /**
   * Dials.
   *
   * @param release - of the place that was reserved for this call; the line gives it back once the call itself counts
   * @param onAnswered - told once, when the callee has answered
   * @throws LeibnizError when the INVITE cannot be made at all
   */
  dial(lease: Lease, release: ReleasePlace, onAnswered: (callId: string) => void): OutboundCall;
}

/** Tells a human being from a machine. Until it has an answer, and where there is none, nobody is sure. */
export interface AnswerDetector {
  /** Resolves once, by itself when the call has ended. */
  judge(callId: string): Promise<AnswerVerdict>;
}
