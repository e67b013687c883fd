import { addMs, type MonoMs } from '../../kernel/time.js';
import { FRAME_MS } from './frame.js';
import { LatenessHistogram, type LatenessSummary } from './lateness.js';

/**
 * Runs once per 20 ms.
 *
 * @param now - when it runs
 * @param deadline - when it should have run; consecutive calls differ by a multiple of 20 ms, more than 20 ms
 *   after ticks were skipped
 */
export type PacerTick = (now: MonoMs, deadline: MonoMs) => void;

/** Lateness of a pacer. */
export interface PacerStats extends LatenessSummary {
  readonly members: number;
  /** Ticks that were not run because too many had been missed at once. */
  readonly skipped: number;
  /** Members that threw; each was removed. */
  readonly failed: number;
}

interface Slot {
  readonly members: Set<PacerTick>;
  deadline: MonoMs;
}

/** Phases of the wheel: 5 ms apart. */
const SLOTS = 4;
/** Members a phase takes before the next one is opened: few calls cause few wake-ups. */
const SLOT_FILL = 16;
/** Missed ticks that are made up for at once; a peer's jitter buffer absorbs that many packets in a burst. */
const MAX_CATCH_UP = 3;

/** The arithmetic of the pacer: absolute deadlines, catching up, skipping, and lateness. */
export class PacerWheel {
  readonly #slots: Slot[] = [];
  readonly #lateness = new LatenessHistogram();
  #skipped = 0;
  #failed = 0;

  /**
   * @param onError - told about a member that threw; it is removed, so that the others go on
   * @param onLateness - told how late each tick of a phase ran, ms
   */
  constructor(
    private readonly onError: (error: unknown) => void = () => undefined,
    private readonly onLateness: (ms: number) => void = () => undefined,
  ) {}

  /** Adds a member; its first deadline lies within 20 ms of `now`. Returns a function that removes it. */
  add(tick: PacerTick, now: MonoMs): () => void {
    const slot = this.#pick(now);
    slot.members.add(tick);
    return () => slot.members.delete(tick);
  }

  /** When {@link handle} has to be called next; `undefined` without members. */
  nextDeadline(): MonoMs | undefined {
    let next: MonoMs | undefined;
    for (const slot of this.#slots) {
      if (slot.members.size > 0 && (next === undefined || slot.deadline < next)) next = slot.deadline;
    }
    return next;
  }

  /** Runs everything that is due, earliest deadline first within a phase. */
  handle(now: MonoMs): void {
    for (const slot of this.#slots) {
      if (slot.members.size === 0) continue;
      const missed = Math.floor((now - slot.deadline) / FRAME_MS);
      if (missed > MAX_CATCH_UP) {
        const skip = missed - MAX_CATCH_UP;
        this.#skipped += skip * slot.members.size;
        slot.deadline = addMs(slot.deadline, skip * FRAME_MS);
      }
      while (slot.deadline <= now && slot.members.size > 0) {
        const { deadline } = slot;
        this.#lateness.record(now - deadline);
        this.onLateness(now - deadline);
        slot.deadline = addMs(deadline, FRAME_MS);
        for (const tick of slot.members) this.#run(slot, tick, now, deadline);
      }
    }
  }

  #run(slot: Slot, tick: PacerTick, now: MonoMs, deadline: MonoMs): void {
    try {
      tick(now, deadline);
    } catch (error) {
      slot.members.delete(tick);
      this.#failed++;
      this.onError(error);
    }
  }

  stats(): PacerStats {
    let members = 0;
    for (const slot of this.#slots) members += slot.members.size;
    return { ...this.#lateness.summary(), members, skipped: this.#skipped, failed: this.#failed };
  }

  resetStats(): void {
    this.#lateness.reset();
    this.#skipped = 0;
  }

  clear(): void {
    for (const slot of this.#slots) slot.members.clear();
  }

  #pick(now: MonoMs): Slot {
    let fewest: Slot | undefined;
    for (const slot of this.#slots) {
      if (slot.members.size === 0) slot.deadline = nextOnGrid(slot.deadline, now);
      if (slot.members.size < SLOT_FILL) return slot;
      if (fewest === undefined || slot.members.size < fewest.members.size) fewest = slot;
    }
    if (this.#slots.length === SLOTS) return fewest as Slot;
    const origin = this.#slots[0]?.deadline ?? now;
    const phase = (this.#slots.length * FRAME_MS) / SLOTS;
    const slot: Slot = { members: new Set(), deadline: nextOnGrid(addMs(origin, phase), now) };
    this.#slots.push(slot);
    return slot;
  }
}

/** The first time after `now` that is a whole number of frames from `deadline`. */
function nextOnGrid(deadline: MonoMs, now: MonoMs): MonoMs {
  const frames = Math.floor((now - deadline) / FRAME_MS) + 1;
  return addMs(deadline, frames * FRAME_MS);
}
