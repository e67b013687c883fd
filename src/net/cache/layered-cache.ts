import { createHash } from 'node:crypto';
import { member, numberAt, parsedJson } from '../../kernel/json.js';
import type { Scheduler } from '../../kernel/time.js';
import { ProcessLayer, type CacheLayerName, type SharedLayer } from './layers.js';

/** How a look-up in a layer came out. */
export type LookupResult = 'hit' | 'miss' | 'error';

/** Settings of {@link LayeredCache}. */
export interface LayeredCacheOptions {
  readonly scheduler: Scheduler;
  /** Asked in order after the process; none unless given. */
  readonly shared?: readonly SharedLayer[];
  /** Most entries in the process, all caches together. Default 4000. */
  readonly maxEntries?: number;
  /** Most bytes in the process, by the length of the values as JSON. Default 32 MiB. */
  readonly maxBytes?: number;
  /** Told of each look-up. */
  readonly onLookup?: (cache: string, layer: CacheLayerName, result: LookupResult) => void;
}

/** What is asked of a cache. */
export interface Cached<T> {
  /** Name of the cache, which begins its keys: `intent`, `rag`, … */
  readonly cache: string;
  /** Everything that the value depends on; hashed. */
  readonly on: readonly unknown[];
  readonly ttlMs: number;
  make(): Promise<T>;
  /** What a value that was made really depends on, where that shows only then. */
  readonly madeOn?: (value: T) => readonly unknown[];
  /** The instant (wall clock) after which a value no longer holds, where that is before `ttlMs` is over. */
  readonly holdsUntil?: (value: T) => number | undefined;
}

/** Counters of one cache since the start. */
export interface CacheStats {
  /** Entries in the process. */
  readonly size: number;
  readonly bytes: number;
  readonly hits: number;
  /** Hits by layer. */
  readonly by_layer: Readonly<Partial<Record<CacheLayerName, number>>>;
  /** Values that had to be made. */
  readonly misses: number;
  /** Share of look-ups that hit, 0..1; 0 before the first. */
  readonly hit_rate: number;
}

/** How the layers are. */
export interface LayerState {
  readonly layer: CacheLayerName;
  readonly connected: boolean;
  /** Look-ups and writes that could not be done. */
  readonly errors: number;
}

interface Counts {
  readonly hits: Map<CacheLayerName, number>;
  misses: number;
}

/** A value with its end on the wall clock, as shared layers hold it. */
interface Stored {
  readonly until: number;
  readonly value: unknown;
}

/**
 * Values that are dear to make, in layers: this process, then those that processes share. A layer that cannot be
 * asked is passed over and counted; nothing that goes wrong in a cache reaches whoever asks. A missing value is made
 * once at a time, however many wait for it.
 */
export class LayeredCache {
  readonly #process: ProcessLayer;
  readonly #making = new Map<string, Promise<unknown>>();
  readonly #counts = new Map<string, Counts>();
  readonly #errors = new Map<CacheLayerName, number>();
  #epoch = 0;

  constructor(private readonly options: LayeredCacheOptions) {
    this.#process = new ProcessLayer(options.maxEntries ?? 4000, options.maxBytes ?? 32 * 1024 * 1024);
  }

  /**
   * The value, kept or made now.
   *
   * @returns `layer` where it was found; none when it was made
   * @throws whatever `make` throws; nothing is kept then
   */
  async through<T>(
    asked: Cached<T>,
  ): Promise<{ readonly value: T; readonly layer: CacheLayerName | undefined }> {
    const key = keyOf(asked.cache, asked.on);
    const kept = this.#process.get(key, this.options.scheduler.wall());
    if (kept !== undefined) return this.#hit(asked.cache, 'process', kept.value as T);
    const making = this.#making.get(key) as Promise<T> | undefined;
    if (making !== undefined) return this.#hit(asked.cache, 'process', await making);
    this.#tell(asked.cache, 'process', 'miss');
    let layer: CacheLayerName | undefined;
    const found = this.#find<T>(key, asked).then(async (shared) => {
      layer = shared?.layer;
      return shared === undefined ? this.#make(asked) : shared.value;
    });
    this.#making.set(key, found);
    try {
      const value = await found;
      if (layer === undefined) this.#countsOf(asked.cache).misses++;
      else this.#hit(asked.cache, layer, value);
      return { value, layer };
    } finally {
      this.#making.delete(key);
    }
  }

  /** Forgets a cache, or all of them, in every layer. Returns how many entries went. */
  async clear(cache?: string): Promise<number> {
    this.#epoch++;
    const prefix = cache === undefined ? '' : `${cache}:`;
    let gone = this.#process.clear(prefix);
    for (const layer of this.options.shared ?? []) {
      gone += await layer.clear(prefix).catch(() => this.#failed(layer.name));
    }
    return gone;
  }

  /** Forgets what this process holds of a cache whose keys can no longer be asked for. */
  forget(cache: string): void {
    this.#process.clear(`${cache}:`);
  }

  /** Names of the caches that were asked. */
  names(): readonly string[] {
    return [...this.#counts.keys()];
  }

  stats(cache: string): CacheStats {
    const { hits: byLayer, misses } = this.#counts.get(cache) ?? {
      hits: new Map<CacheLayerName, number>(),
      misses: 0,
    };
    const hits = [...byLayer.values()].reduce((sum, count) => sum + count, 0);
    const { entries: size, bytes } = this.#process.sizeOf(`${cache}:`);
    const lookups = hits + misses;
    return {
      ...{ size, bytes, hits, misses },
      by_layer: Object.fromEntries(byLayer),
      hit_rate: lookups === 0 ? 0 : hits / lookups,
    };
  }

  layers(): readonly LayerState[] {
    const shared = this.options.shared ?? [];
    return [{ name: 'process' as const, connected: true }, ...shared].map(({ name, connected }) => ({
      ...{ layer: name, connected },
      errors: this.#errors.get(name) ?? 0,
    }));
  }

  async close(): Promise<void> {
    await Promise.all((this.options.shared ?? []).map((layer) => layer.close()));
  }

  async #find<T>(
    key: string,
    { cache }: Cached<T>,
  ): Promise<{ readonly value: T; readonly layer: CacheLayerName } | undefined> {
    const passed: SharedLayer[] = [];
    for (const layer of this.options.shared ?? []) {
      const stored = await this.#look(layer, cache, key);
      if (stored !== undefined) {
        this.#keep(key, stored, JSON.stringify(stored), passed);
        return { value: stored.value as T, layer: layer.name };
      }
      passed.push(layer);
    }
    return undefined;
  }

  async #look(layer: SharedLayer, cache: string, key: string): Promise<Stored | undefined> {
    try {
      const text = await layer.get(key);
      const stored = text === undefined ? undefined : storedOf(text);
      const isLive = stored !== undefined && stored.until > this.options.scheduler.wall();
      if (!isLive) this.#tell(cache, layer.name, 'miss');
      return isLive ? stored : undefined;
    } catch {
      this.#failed(layer.name);
      this.#tell(cache, layer.name, 'error');
      return undefined;
    }
  }

  async #make<T>(asked: Cached<T>): Promise<T> {
    const { cache, on, ttlMs } = asked;
    const epoch = this.#epoch;
    const value = await asked.make();
    if (epoch !== this.#epoch) return value;
    const longest = this.options.scheduler.wall() + ttlMs;
    const stored: Stored = { until: Math.min(longest, asked.holdsUntil?.(value) ?? longest), value };
    this.#keep(
      keyOf(cache, asked.madeOn?.(value) ?? on),
      stored,
      JSON.stringify(stored),
      this.options.shared ?? [],
    );
    return value;
  }

  #keep(key: string, { value, until }: Stored, text: string, layers: readonly SharedLayer[]): void {
    this.#process.set(key, { value, bytes: 2 * text.length, expiresAtMs: until });
    const ttlMs = Math.ceil(until - this.options.scheduler.wall());
    for (const layer of layers) layer.set(key, text, ttlMs).catch(() => this.#failed(layer.name));
  }

  #hit<T>(cache: string, layer: CacheLayerName, value: T): { value: T; layer: CacheLayerName } {
    const { hits } = this.#countsOf(cache);
    hits.set(layer, (hits.get(layer) ?? 0) + 1);
    this.#tell(cache, layer, 'hit');
    return { value, layer };
  }

  #failed(layer: CacheLayerName): 0 {
    this.#errors.set(layer, (this.#errors.get(layer) ?? 0) + 1);
    return 0;
  }

  #tell(cache: string, layer: CacheLayerName, result: LookupResult): void {
    this.options.onLookup?.(cache, layer, result);
  }

  #countsOf(cache: string): Counts {
    let counts = this.#counts.get(cache);
    if (counts === undefined) this.#counts.set(cache, (counts = { hits: new Map(), misses: 0 }));
    return counts;
  }
}

/** `cache:` and a hash of everything that the value depends on. */
export function keyOf(cache: string, on: readonly unknown[]): string {
  return `${cache}:${createHash('sha256').update(JSON.stringify(on)).digest('hex').slice(0, 32)}`;
}

function storedOf(text: string): Stored | undefined {
  const stored = parsedJson(text);
  const until = numberAt(stored, 'until');
  return until === undefined ? undefined : { until, value: member(stored, 'value') };
}
