/**
 * The three clocks of Leibniz. They never mix: each has a type of its own.
 *
 * - {@link MonoMs}: monotonic milliseconds, for every deadline and duration.
 * - {@link RtpTs}: RTP timestamp units, unsigned 32 bits, wraps (RFC 3550 section 5.1).
 * - {@link WallMs}: milliseconds since the Unix epoch, for storage, calendars and screens only.
 */
declare const unit: unique symbol;

/** Milliseconds on a monotonic clock. The origin is arbitrary; only differences mean something. */
export type MonoMs = number & { readonly [unit]: 'MonoMs' };

/** Milliseconds since the Unix epoch (UTC). */
export type WallMs = number & { readonly [unit]: 'WallMs' };

/** RTP timestamp, unsigned 32 bits. Compare with {@link rtpDiff} only. */
export type RtpTs = number & { readonly [unit]: 'RtpTs' };

/** Marks a plain number as monotonic milliseconds. */
export const monoMs = (value: number): MonoMs => value as MonoMs;

/** Marks a plain number as wall-clock milliseconds. */
export const wallMs = (value: number): WallMs => value as WallMs;

/** Reduces a number to an RTP timestamp (modulo 2^32). */
export const rtpTs = (value: number): RtpTs => (value >>> 0) as RtpTs;

/** `base + deltaMs`, keeping the clock's type. */
export const addMs = (base: MonoMs, deltaMs: number): MonoMs => (base + deltaMs) as MonoMs;

/** Signed distance `a - b` in timestamp units; right across the 32-bit wrap for distances below 2^31. */
export const rtpDiff = (a: RtpTs, b: RtpTs): number => (a - b) | 0;

/** `base + units` modulo 2^32. */
export const rtpAdd = (base: RtpTs, units: number): RtpTs => rtpTs(base + units);

/** Source of both clocks; the one place where a shell reads time. Tests pass a virtual one. */
export interface Clock {
  /** Monotonic now. */
  now(): MonoMs;
  /** Wall-clock now. */
  wall(): WallMs;
}

/** The earlier of two optional deadlines. */
export function earliest(a: MonoMs | undefined, b: MonoMs | undefined): MonoMs | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a < b ? a : b;
}

/** A clock that can also wake its owner. Shells take one; tests pass a virtual one and never sleep. */
export interface Scheduler extends Clock {
  /**
   * Runs `run` once, no earlier than `deadline`. A deadline in the past runs on the next turn of the loop.
   *
   * @returns a function that cancels the timer; calling it after the timer ran does nothing
   */
  at(deadline: MonoMs, run: () => void): () => void;
}

/**
 * Runs something again and again, each time that long after the last.
 *
 * @returns a function that ends it, also from within `run`
 */
export function every(scheduler: Scheduler, ms: number, run: () => void): () => void {
  let ended = false;
  let cancel = (): void => undefined;
  const arm = (): void => {
    cancel = scheduler.at(addMs(scheduler.now(), ms), () => {
      run();
      if (!ended) arm();
    });
  };
  arm();
  return () => {
    ended = true;
    cancel();
  };
}
