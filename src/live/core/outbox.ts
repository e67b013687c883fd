import type { LiveEntry } from './types.js';

/** Entries that wait for one reader, at most. */
export const OUTBOX_ENTRIES = 256;

/** What replaces an entry of the same key that still waits: only the newest of these is of use. */
function keyOf({ fact }: LiveEntry): string | undefined {
  if (fact.type === 'partial') return `${fact.call_id} ${fact.role}`;
  return fact.type === 'levels' ? fact.call_id : undefined;
}

/**
 * What waits for one reader. Words that may change are replaced in place. When too much waits everything is dropped and the
 * reader is brought to the present by a snapshot.
 */
export class Outbox {
  #entries: LiveEntry[] = [];
  #overflowed = false;

  constructor(private readonly capacity = OUTBOX_ENTRIES) {}

  get size(): number {
    return this.#entries.length;
  }

  /** True once more came than is kept: what the reader needs is a snapshot. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  push(entry: LiveEntry): void {
    if (this.#overflowed) return;
    const key = keyOf(entry);
    // A later entry stands in for the earlier one at the end, so that the sequence still rises.
    if (key !== undefined) this.#entries = this.#entries.filter((one) => keyOf(one) !== key);
    this.#entries.push(entry);
    if (this.#entries.length <= this.capacity) return;
    this.#entries = [];
    this.#overflowed = true;
  }

  shift(): LiveEntry | undefined {
    return this.#entries.shift();
  }

  /** A snapshot was sent: nothing older follows. */
  restart(): void {
    this.#entries = [];
    this.#overflowed = false;
  }
}
