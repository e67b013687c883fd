/** Lines taken for writing; hand `end` to {@link PendingLines.removeTo} when they are safe elsewhere. */
export interface TakenLines {
  readonly lines: readonly string[];
  readonly end: number;
}

interface Entry {
  readonly line: string;
  readonly bytes: number;
  readonly atMs: number;
}

/**
 * Lines that are nowhere but in memory, oldest first, bounded in items and in bytes. At a bound the oldest give way
 * and are counted: the newest tell how a call ended.
 */
export class PendingLines {
  #entries: Entry[] = [];
  /** Number of the entry at index 0; entries are numbered from 0 in order of arrival. */
  #first = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(
    readonly maxItems: number,
    readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Lines that gave way since creation. */
  get dropped(): number {
    return this.#dropped;
  }

  /** When the oldest line arrived. */
  get oldestAtMs(): number | undefined {
    return this.#entries[0]?.atMs;
  }

  /** Adds a line. */
  push(line: string, atMs: number): void {
    const bytes = Buffer.byteLength(line);
    this.#entries.push({ line, bytes, atMs });
    this.#bytes += bytes;
    let excess = 0;
    let left = this.#bytes;
    while (
      this.#entries.length - excess > this.maxItems ||
      (left > this.maxBytes && excess < this.#entries.length)
    ) {
      left -= this.#entries[excess]?.bytes ?? 0;
      excess++;
    }
    // At the bound a tenth goes at once, so that the array is not moved for every line.
    if (excess > 0) {
      const batch = Math.min(
        this.#entries.length - 1,
        Math.max(excess, Math.ceil(this.#entries.length / 10)),
      );
      this.#dropped += batch;
      this.#discard(batch);
    }
  }

  /** The oldest lines, left in place. */
  take(maxItems: number, maxBytes: number): TakenLines {
    const lines: string[] = [];
    let bytes = 0;
    for (const entry of this.#entries) {
      if (lines.length >= maxItems || (lines.length > 0 && bytes + entry.bytes > maxBytes)) break;
      lines.push(entry.line);
      bytes += entry.bytes;
    }
    return { lines, end: this.#first + lines.length };
  }

  /** Removes every line before `end`. */
  removeTo(end: number): void {
    if (end > this.#first) this.#discard(Math.min(end - this.#first, this.#entries.length));
  }

  #discard(count: number): void {
    for (const entry of this.#entries.splice(0, count)) this.#bytes -= entry.bytes;
    this.#first += count;
  }
}
