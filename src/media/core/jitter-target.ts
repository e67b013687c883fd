import { rtpDiff, type MonoMs, type RtpTs } from '../../kernel/time.js';
import { SAMPLES_PER_MS } from './frame.js';

const BUCKET_MS = 5;
/** A jump of the relative delay beyond this is a new stream or a clock step, not jitter. */
const RESET_MS = 2000;
/** How fast the smallest delay seen creeps up, so that a route that got slower is not jitter for ever. */
const CREEP_MS_PER_PACKET = 0.02;

/** Bounds and behaviour of {@link JitterTarget}. */
export interface JitterTargetOptions {
  /** Smallest target, milliseconds. Default 20: one packet. */
  readonly minMs?: number;
  /** Largest target, milliseconds. Default 120. */
  readonly maxMs?: number;
  /** Share of packets that shall arrive within the target. Default 0.97. */
  readonly quantile?: number;
  /** Weight of the newest packet. Default 1/128: about 2.5 s of speech. */
  readonly forgetting?: number;
}

/**
 * Adaptive jitter target: the delay, over the fastest packets, within which nearly all packets arrive. Kept as a
 * histogram with forgetting, so that it costs the same for every packet and holds a fixed amount of memory.
 */
export class JitterTarget {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #quantile: number;
  readonly #forgetting: number;
  readonly #share: Float64Array;
  #lastAt: MonoMs | undefined;
  #lastTimestamp = 0 as RtpTs;
  #delayMs = 0;
  #fastestMs = 0;
  #targetMs: number;

  constructor(o: JitterTargetOptions = {}) {
    this.#minMs = o.minMs ?? 20;
    this.#maxMs = o.maxMs ?? 120;
    this.#quantile = o.quantile ?? 0.97;
    this.#forgetting = o.forgetting ?? 1 / 128;
    this.#share = new Float64Array(Math.ceil(this.#maxMs / BUCKET_MS) + 1);
    this.#share[0] = 1;
    this.#targetMs = this.#minMs;
  }

  /** Current target in milliseconds, within the bounds. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** How much later than the fastest packets the last one came, milliseconds. */
  get lastDelayMs(): number {
    return this.#delayMs - this.#fastestMs;
  }

  /** Takes the arrival of one packet. `ticksPerSample` is the RTP clock over 8 kHz. */
  arrival(at: MonoMs, timestamp: RtpTs, ticksPerSample: number): void {
    const lastAt = this.#lastAt;
    const mediaMs = rtpDiff(timestamp, this.#lastTimestamp) / (SAMPLES_PER_MS * ticksPerSample);
    this.#lastAt = at;
    this.#lastTimestamp = timestamp;
    if (lastAt === undefined) return;
    const changeMs = at - lastAt - mediaMs;
    if (Math.abs(changeMs) > RESET_MS) {
      this.#delayMs = 0;
      this.#fastestMs = 0;
      return;
    }
    this.#delayMs += changeMs;
    this.#fastestMs = Math.min(this.#fastestMs + CREEP_MS_PER_PACKET, this.#delayMs);
    this.#record(this.#delayMs - this.#fastestMs);
  }

  /** Forgets the stream but keeps what was learnt about the path. */
  restart(): void {
    this.#lastAt = undefined;
    this.#delayMs = 0;
    this.#fastestMs = 0;
  }

  #record(delayMs: number): void {
    const share = this.#share;
    const keep = 1 - this.#forgetting;
    const bucket = Math.min(share.length - 1, Math.floor(delayMs / BUCKET_MS));
    let sum = 0;
    let quantileAt = -1;
    for (let i = 0; i < share.length; i++) {
      const value = (share[i] as number) * keep + (i === bucket ? this.#forgetting : 0);
      share[i] = value;
      sum += value;
      if (quantileAt < 0 && sum >= this.#quantile) quantileAt = i;
    }
    const upperEdge = ((quantileAt < 0 ? share.length - 1 : quantileAt) + 1) * BUCKET_MS;
    this.#targetMs = Math.min(this.#maxMs, Math.max(this.#minMs, upperEdge));
  }
}
