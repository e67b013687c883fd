/** SIP timer values in milliseconds (RFC 3261 table 4 and RFC 6026). */
export interface SipTiming {
  /** Round-trip estimate; first retransmission. */
  readonly t1: number;
  /** Longest retransmission interval of non-INVITE requests and INVITE responses. */
  readonly t2: number;
  /** Longest time a message stays in the network. */
  readonly t4: number;
}

/** The values of RFC 3261. */
export const DEFAULT_TIMING: SipTiming = { t1: 500, t2: 4_000, t4: 5_000 };

/** 64*T1: timers B, F, H, J, L, M and the life of an unacknowledged 2xx. */
export const transactionTimeoutMs = (timing: SipTiming): number => 64 * timing.t1;

/** Timer D: at least 32 s on an unreliable transport (RFC 3261 section 17.1.1.2). */
export const timerDMs = (timing: SipTiming): number => Math.max(32_000, 64 * timing.t1);
