import type { MonoMs } from './time.js';

/** One line for the log. */
export interface Notice<Reason extends string> {
  readonly reason: Reason;
  /** Address of the source; `undefined` in the line that stands for all sources beyond the limit. */
  readonly address: string | undefined;
  /** Times since the last line about this source, this one included. */
  readonly count: number;
}

/** Between two lines about one source, milliseconds. */
const EVERY_MS = 3_600_000;
/** Sources of one reason that get lines of their own within that time; the others share one. */
const MAX_SOURCES = 20;

interface Source {
  toldAt: MonoMs;
  count: number;
}

/** Keeps an attacker from filling the log: one line an hour for each source and reason. */
export class Notices<Reason extends string> {
  readonly #sources = new Map<string, Source>();

  /** Notes an event. Returns the line to be written now, if any. */
  note(now: MonoMs, reason: Reason, address: string): Notice<Reason> | undefined {
    const own = `${reason}|${address}`;
    const known = this.#sources.has(own) || this.#hasRoom(reason, now);
    const key = known ? own : `${reason}|`;
    const source = this.#sources.get(key) ?? { toldAt: Number.NEGATIVE_INFINITY as MonoMs, count: 0 };
    this.#sources.set(key, source);
    source.count++;
    if (now - source.toldAt < EVERY_MS) return undefined;
    const { count } = source;
    source.toldAt = now;
    source.count = 0;
    return { reason, address: known ? address : undefined, count };
  }

  /** Whether one more source may have a line of its own; old ones are forgotten first. */
  #hasRoom(reason: Reason, now: MonoMs): boolean {
    let kept = 0;
    for (const [key, { toldAt }] of this.#sources) {
      if (!key.startsWith(`${reason}|`) || key === `${reason}|`) continue;
      if (now - toldAt >= 2 * EVERY_MS) this.#sources.delete(key);
      else kept++;
    }
    return kept < MAX_SOURCES;
  }
}
