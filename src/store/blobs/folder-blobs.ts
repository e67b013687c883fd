import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LeibnizError } from '../../kernel/errors.js';
import type { BlobSigner } from './signatures.js';
import type { BlobFacts, BlobStore, StoredBlob } from './types.js';

/** Settings of {@link openFolderBlobs}. */
export interface FolderBlobsOptions {
  /** Made when it is not there. */
  readonly dir: string;
  /** All blobs together. */
  readonly maxBytes: number;
  readonly signer: BlobSigner;
  /** Before `/api/v1/blobs/...`; nothing for addresses relative to the API. */
  readonly baseUrl?: string | undefined;
  readonly wall: () => number;
}

interface Entry {
  readonly bytes: number;
  readonly facts: BlobFacts;
}

const KEY = /^(?!.*\.\.)[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/;
const LONGEST_KEY = 200;
const HEAD_LIMIT = 4096;

/** True for keys that a store takes. */
export const isBlobKey = (key: string): boolean => key.length <= LONGEST_KEY && KEY.test(key);

/**
 * Blobs in a folder. Each is one file, facts before the bytes, written under another name first, so that a crash leaves no
 * half of one. What is there at the start is kept, in the order of its last use.
 *
 * @throws LeibnizError DATA_DIR_UNUSABLE
 */
export async function openFolderBlobs(options: FolderBlobsOptions): Promise<FolderBlobs> {
  const { dir } = options;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const found: { readonly file: string; readonly at: number }[] = [];
    for (const file of await readdir(dir)) {
      if (file.endsWith('.part')) await rm(join(dir, file), { force: true });
      else found.push({ file, at: (await stat(join(dir, file))).mtimeMs });
    }
    const blobs = new FolderBlobs(options);
    for (const { file } of found.sort((a, b) => a.at - b.at)) await blobs.adopt(file);
    return blobs;
  } catch (error) {
    throw new LeibnizError('DATA_DIR_UNUSABLE', `The folder ${dir} can be neither read nor written.`, {
      field: 'DATA_DIR',
      cause: error,
    });
  }
}

/** See {@link openFolderBlobs}. */
export class FolderBlobs implements BlobStore {
  /** By key, the least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(private readonly options: FolderBlobsOptions) {}

  /** Bytes that are kept, and how many blobs. */
  stats(): { readonly bytes: number; readonly blobs: number } {
    return { bytes: this.#bytes, blobs: this.#entries.size };
  }

  /** Takes a file of an earlier run; one that is none of ours is removed. */
  async adopt(file: string): Promise<void> {
    const path = join(this.options.dir, file);
    const { size } = await stat(path);
    const head = headOf(await beginning(path));
    if (head === undefined || fileOf(head.key) !== file) await rm(path, { force: true });
    else this.#remember(head.key, { bytes: size - head.bytesAt, facts: head.facts });
    await this.#evict();
  }

  async put(key: string, bytes: Uint8Array, facts: BlobFacts): Promise<boolean> {
    const head = Buffer.from(`${JSON.stringify({ key, facts })}\n`);
    if (!isBlobKey(key) || head.length > HEAD_LIMIT || bytes.length > this.options.maxBytes) return false;
    const path = this.#path(key);
    const part = `${path}.${randomUUID()}.part`;
    try {
      await writeFile(part, Buffer.concat([head, bytes]), { mode: 0o600 });
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw new LeibnizError('STORE_UNAVAILABLE', 'The file cannot be kept; is the disk full?', {
        cause: error,
      });
    }
    this.#remember(key, { bytes: bytes.length, facts });
    await this.#evict();
    return true;
  }

  async facts(key: string): Promise<BlobFacts | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#remember(key, entry);
    const now = new Date(this.options.wall());
    // The order of use outlives the program; that it cannot be written harms nothing.
    await utimes(this.#path(key), now, now).catch(() => undefined);
    return entry.facts;
  }

  async get(key: string): Promise<StoredBlob | undefined> {
    if ((await this.facts(key)) === undefined) return undefined;
    const file = await readFile(this.#path(key)).catch(() => undefined);
    const head = file === undefined ? undefined : headOf(file);
    if (file !== undefined && head?.key === key) {
      return { bytes: file.subarray(head.bytesAt), facts: head.facts };
    }
    // Somebody has taken the file away.
    this.#forget(key);
    return undefined;
  }

  async delete(key: string): Promise<void> {
    if (!this.#entries.has(key)) return;
    this.#forget(key);
    await rm(this.#path(key), { force: true }).catch(() => undefined);
  }

  async signedUrl(key: string, validMs: number): Promise<string> {
    const { signer, baseUrl = '', wall } = this.options;
    const expires = Math.ceil((wall() + validMs) / 1000);
    const path = key.split('/').map(encodeURIComponent).join('/');
    return `${baseUrl}/api/v1/blobs/${path}?expires=${expires}&signature=${signer.sign(key, expires)}`;
  }

  #path(key: string): string {
    return join(this.options.dir, fileOf(key));
  }

  #remember(key: string, entry: Entry): void {
    this.#forget(key);
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  async #evict(): Promise<void> {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.options.maxBytes) return;
      await this.delete(key);
    }
  }
}

/** Keys have folders; files have none. */
const fileOf = (key: string): string => createHash('sha256').update(key).digest('hex');

async function beginning(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_LIMIT), 0, HEAD_LIMIT, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function headOf(
  file: Uint8Array,
): { readonly key: string; readonly facts: BlobFacts; readonly bytesAt: number } | undefined {
  const end = file.subarray(0, HEAD_LIMIT).indexOf(10);
  if (end < 0) return undefined;
  try {
    const { key, facts } = JSON.parse(new TextDecoder().decode(file.subarray(0, end))) as {
      key?: unknown;
      facts?: unknown;
    };
    if (typeof key !== 'string' || typeof facts !== 'object' || facts === null) return undefined;
    return { key, facts: facts as BlobFacts, bytesAt: end + 1 };
  } catch {
    return undefined;
  }
}
