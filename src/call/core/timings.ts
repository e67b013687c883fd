/** Deadlines of one leg, all in milliseconds. */
export interface LegTimings {
  /** INVITE received until the media side gave its SDP; then 500. Well below the 64 s of a SIP server. */
  readonly answerMs: number;
  /** 200 handed to the SIP server until the server says that it is on the wire. */
  readonly sendMs: number;
  /** 200 sent until ACK. The server gives up after 64*T1 = 32 s (RFC 3261 section 13.3.1.4); this one backs it up. */
  readonly ackMs: number;
  /** BYE handed over until its transaction has ended (RFC 3261 timer F is 32 s). */
  readonly byeMs: number;
  /** Outbound: INVITE sent until the callee has answered; then CANCEL and `no_answer`. */
  readonly ringMs: number;
  /** CANCEL sent until the INVITE's final response. */
  readonly cancelMs: number;
}

/** Values a SIP network expects. */
export const DEFAULT_TIMINGS = {
  answerMs: 10_000,
  sendMs: 5_000,
  ackMs: 35_000,
  byeMs: 35_000,
  ringMs: 60_000,
  cancelMs: 35_000,
} as const satisfies LegTimings;
