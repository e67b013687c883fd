import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LeibnizError } from '../../kernel/errors.js';
import { isBlobKey } from './folder-blobs.js';
import type { GrowingFile, StreamStore } from './types.js';

/** Ends the name of a file that is not finished. */
const PART = '.part';

/**
 * A {@link StreamStore} in a folder: each file by its own name, so that any player opens it, for its owner only.
 *
 * @throws LeibnizError DATA_DIR_UNUSABLE
 */
export async function openFolderStreams(dir: string): Promise<FolderStreams> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new LeibnizError('DATA_DIR_UNUSABLE', `The folder ${dir} cannot be made.`, {
      field: 'DATA_DIR',
      cause,
    });
  }
  return new FolderStreams(dir);
}

/** See {@link openFolderStreams}. */
export class FolderStreams implements StreamStore {
  constructor(private readonly dir: string) {}

  create(name: string): Promise<GrowingFile> {
    return this.#grow(name, 'wx');
  }

  async size(name: string): Promise<number | undefined> {
    return sizeOf(this.#path(name));
  }

  async read(name: string, from: number, length: number): Promise<Uint8Array | undefined> {
    return readPiece(this.#path(name), from, length);
  }

  async readUnfinished(name: string, from: number, length: number): Promise<Uint8Array | undefined> {
    return readPiece(this.#path(name) + PART, from, length);
  }

  async delete(name: string): Promise<boolean> {
    const paths = [this.#path(name), this.#path(name) + PART];
    const sizes = await Promise.all(paths.map((path) => sizeOf(path)));
    await Promise.all(paths.map((path) => rm(path, { force: true })));
    return sizes.some((size) => size !== undefined);
  }

  async names(): Promise<{ readonly finished: readonly string[]; readonly unfinished: readonly string[] }> {
    const all = (await readdir(this.dir)).filter((name) => isBlobKey(name));
    return {
      finished: all.filter((name) => !name.endsWith(PART)),
      unfinished: all.filter((name) => name.endsWith(PART)).map((name) => name.slice(0, -PART.length)),
    };
  }

  async reopen(name: string): Promise<{ readonly file: GrowingFile; readonly size: number }> {
    const file = await this.#grow(name, 'r+');
    return { file, size: (await sizeOf(this.#path(name) + PART)) ?? 0 };
  }

  async #grow(name: string, flags: 'wx' | 'r+'): Promise<GrowingFile> {
    const path = this.#path(name);
    try {
      return new FolderFile(await open(path + PART, flags, 0o600), path);
    } catch (cause) {
      throw new LeibnizError('STORE_UNAVAILABLE', 'The file cannot be written; is the disk full?', { cause });
    }
  }

  #path(name: string): string {
    if (!isBlobKey(name) || name.includes('/')) {
      throw new LeibnizError('BAD_REQUEST', 'A file has no such name.', { field: 'name' });
    }
    return join(this.dir, name);
  }
}

class FolderFile implements GrowingFile {
  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
  ) {}

  async write(at: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }

  async finish(): Promise<void> {
    await this.handle.datasync();
    await this.handle.close();
    await rename(this.path + PART, this.path);
  }

  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.path + PART, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function readPiece(path: string, from: number, length: number): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
