/** Where a cached value was found. */
export type CacheLayerName = 'process' | 'redis' | 'postgres';

/** A layer that several processes share. Values are text; times are the wall clock's. */
export interface SharedLayer {
  readonly name: Exclude<CacheLayerName, 'process'>;
  /** Whether it can be reached now. */
  readonly connected: boolean;
  /** `undefined` when it has none. Rejects when it cannot be asked. */
  get(key: string): Promise<string | undefined>;
  /** Keeps a text for `ttlMs`. */
  set(key: string, text: string, ttlMs: number): Promise<void>;
  /** Removes what begins with this; how many went. */
  clear(prefix: string): Promise<number>;
  close(): Promise<void>;
}

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
  readonly expiresAtMs: number;
}

/** The layer of one process: bounded in entries and bytes, what was not used for longest gives way. */
export class ProcessLayer {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(
    private readonly maxEntries: number,
    private readonly maxBytes: number,
  ) {}

  get(key: string, nowMs: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#remove(key);
    if (entry.expiresAtMs <= nowMs) return undefined;
    this.#add(key, entry);
    return entry;
  }

  /** One larger than the layer is not kept. */
  set(key: string, entry: Entry): void {
    this.#remove(key);
    if (entry.bytes > this.maxBytes) return;
    this.#add(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.maxEntries && this.#bytes <= this.maxBytes) break;
      this.#remove(oldest);
    }
  }

  /** Removes what begins with this; how many went. */
  clear(prefix: string): number {
    const keys = [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys) this.#remove(key);
    return keys.length;
  }

  /** Entries and bytes of what begins with this. */
  sizeOf(prefix: string): { readonly entries: number; readonly bytes: number } {
    let [entries, bytes] = [0, 0];
    for (const [key, entry] of this.#entries) {
      if (!key.startsWith(prefix)) continue;
      entries++;
      bytes += entry.bytes;
    }
    return { entries, bytes };
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
