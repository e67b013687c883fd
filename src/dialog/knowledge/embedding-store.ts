import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vector } from './core/vector.js';
import type { Embedder } from './embedder.js';

const MAGIC = 'LBZEMB01';
const HASH_BYTES = 32;
const HEADER_BYTES = MAGIC.length + HASH_BYTES + 8;

/** Texts embedded in one go, unless the embedder says otherwise. Small, so that questions are answered between the batches of a rebuild. */
const BATCH = 4;

/** How the file was found when it was opened. */
export type EmbeddingFileState = 'loaded' | 'missing' | 'corrupt';

/** Counters of an {@link EmbeddingStore}. */
export interface EmbeddingStoreStats {
  readonly file: EmbeddingFileState;
  readonly kept: number;
  /** Vectors that had to be computed since the start. */
  readonly computed: number;
}

/**
 * Vectors kept on disk by the hash of model and text, so that only changed texts are embedded again.
 * The file is written beside and renamed; one that does not match its checksum is rebuilt.
 */
export class EmbeddingStore {
  #vectors: Map<string, Vector>;
  #computed = 0;
  #dirty = false;

  private constructor(
    private readonly embedder: Embedder,
    private readonly file: string,
    private readonly state: EmbeddingFileState,
    vectors: Map<string, Vector>,
  ) {
    this.#vectors = vectors;
  }

  /**
   * Opens the store of one model in `cacheDir`, which is created when it does not exist.
   *
   * @param shipped - vectors that come with an index file, as {@link encoded} gave them; those of another model are left
   */
  static async open(embedder: Embedder, cacheDir: string, shipped?: Uint8Array): Promise<EmbeddingStore> {
    await mkdir(cacheDir, { recursive: true });
    const file = join(cacheDir, `embeddings-${embedder.capabilities.model}.bin`);
    const bytes = await readFile(file).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      return Buffer.alloc(0);
    });
    const vectors = bytes === undefined ? undefined : decodeVectors(bytes, embedder.capabilities.dimensions);
    const state = bytes === undefined ? 'missing' : vectors === undefined ? 'corrupt' : 'loaded';
    const store = new EmbeddingStore(embedder, file, state, vectors ?? new Map<string, Vector>());
    store.learn(shipped);
    return store;
  }

  /** Takes vectors of an index file; those of another model are never asked for. */
  learn(shipped: Uint8Array | undefined): void {
    if (shipped === undefined) return;
    const given = decodeVectors(Buffer.from(shipped), this.embedder.capabilities.dimensions);
    for (const [key, vector] of given ?? []) this.#vectors.set(key, vector);
  }

  /** The vectors of `texts` as they are written to a file; those that are not known are left out. */
  encoded(texts: readonly string[]): Uint8Array {
    return encodeVectors(this.#of(texts), this.embedder.capabilities.dimensions);
  }

  stats(): EmbeddingStoreStats {
    return { file: this.state, kept: this.#vectors.size, computed: this.#computed };
  }

  /**
   * The vectors of texts, from the file where they are known. Yields to the event loop between batches.
   *
   * @param onProgress - called with the number of vectors done and wanted, once a batch
   */
  async embedAll(
    texts: readonly string[],
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<Vector[]> {
    const keys = texts.map((text) => this.#key(text));
    const missing = [...new Map(keys.map((key, index) => [key, texts[index] ?? '']))].filter(
      ([key]) => !this.#vectors.has(key),
    );
    const size = this.embedder.capabilities.batch ?? BATCH;
    for (let at = 0; at < missing.length; at += size) {
      const batch = missing.slice(at, at + size);
      const vectors = await this.embedder.embed(batch.map(([, text]) => text));
      batch.forEach(([key], index) => {
        const vector = vectors[index];
        if (vector !== undefined) this.#vectors.set(key, vector);
      });
      this.#computed += batch.length;
      this.#dirty = true;
      onProgress(Math.min(at + size, missing.length), missing.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return keys.map(
      (key) => this.#vectors.get(key) ?? new Float32Array(this.embedder.capabilities.dimensions),
    );
  }

  /**
   * Writes the vectors of `texts` and forgets all others. Does nothing when the file already holds them.
   *
   * @throws the error of the file system; the file before stays whole
   */
  async save(texts: readonly string[]): Promise<void> {
    const kept = this.#of(texts);
    if (!this.#dirty && kept.size === this.#vectors.size) return;
    this.#vectors = kept;
    const temporary = `${this.file}.${process.pid}.tmp`;
    try {
      const handle = await open(temporary, 'w');
      try {
        await handle.writeFile(encodeVectors(kept, this.embedder.capabilities.dimensions));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.file);
      this.#dirty = false;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #of(texts: readonly string[]): Map<string, Vector> {
    const keys = new Set(texts.map((text) => this.#key(text)));
    return new Map([...this.#vectors].filter(([key]) => keys.has(key)));
  }

  #key(text: string): string {
    return createHash('sha256')
      .update(this.embedder.capabilities.model)
      .update('\0')
      .update(text)
      .digest('hex');
  }
}

/** Layout: magic, sha256 of the rest, dimensions (u32), count (u32), then hash and float32 values per vector. */
function encodeVectors(vectors: ReadonlyMap<string, Vector>, dimensions: number): Buffer {
  const record = HASH_BYTES + dimensions * 4;
  const bytes = Buffer.alloc(HEADER_BYTES + vectors.size * record);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(dimensions, MAGIC.length + HASH_BYTES);
  bytes.writeUInt32LE(vectors.size, MAGIC.length + HASH_BYTES + 4);
  let at = HEADER_BYTES;
  for (const [key, vector] of vectors) {
    bytes.write(key, at, 'hex');
    for (let i = 0; i < dimensions; i++) bytes.writeFloatLE(vector[i] ?? 0, at + HASH_BYTES + i * 4);
    at += record;
  }
  digest(bytes).copy(bytes, MAGIC.length);
  return bytes;
}

function decodeVectors(bytes: Buffer, dimensions: number): Map<string, Vector> | undefined {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  if (!digest(bytes).equals(bytes.subarray(MAGIC.length, MAGIC.length + HASH_BYTES))) return undefined;
  const count = bytes.readUInt32LE(MAGIC.length + HASH_BYTES + 4);
  const record = HASH_BYTES + dimensions * 4;
  if (bytes.readUInt32LE(MAGIC.length + HASH_BYTES) !== dimensions) return undefined;
  if (bytes.length !== HEADER_BYTES + count * record) return undefined;
  const vectors = new Map<string, Vector>();
  for (let at = HEADER_BYTES; at < bytes.length; at += record) {
    const vector = new Float32Array(dimensions);
    for (let i = 0; i < dimensions; i++) vector[i] = bytes.readFloatLE(at + HASH_BYTES + i * 4);
    vectors.set(bytes.toString('hex', at, at + HASH_BYTES), vector);
  }
  return vectors;
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(bytes.subarray(MAGIC.length + HASH_BYTES))
    .digest();
}
