import type { AnswerVerdict } from '../../outbound/core/outcome.js';
import type { AttemptEnd, Lease } from '../../store/types.js';

/** A place for one call in this process, kept from before the INVITE until it is given back. */
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
   * Dials. The place that was reserved is taken from now on; whoever reserved it gives it back when the call has ended.
   *
   * @param onAnswered - told once, when the callee has answered
   * @throws LeibnizError when the INVITE cannot be made at all
   */
  dial(lease: Lease, onAnswered: (callId: string) => void): OutboundCall;
}

/** Tells a human being from a machine. Until it has an answer, and where there is none, nobody is sure. */
export interface AnswerDetector {
  /** Resolves once, by itself when the call has ended. */
  judge(callId: string): Promise<AnswerVerdict>;
}
