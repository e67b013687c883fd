import type { GrowingFile, StreamStore } from '../../src/store/blobs/types.js';

/** Files in memory, on a disk that can be full or slow. */
export class MemoryStreams implements StreamStore {
  readonly finished = new Map<string, Uint8Array>();
  readonly unfinished = new Map<string, Uint8Array>();
  /** The disk takes nothing more. */
  full = false;
  /** Resolves when the disk takes the next write; at once unless told. */
  gate: Promise<void> = Promise.resolve();

  async create(name: string): Promise<GrowingFile> {
    if (this.full) throw new Error('ENOSPC');
    this.unfinished.set(name, new Uint8Array(0));
    return this.#file(name);
  }

  async size(name: string): Promise<number | undefined> {
    return this.finished.get(name)?.length;
  }

  async read(name: string, from: number, length: number): Promise<Uint8Array | undefined> {
    return this.finished.get(name)?.slice(from, from + length);
  }

  async readUnfinished(name: string, from: number, length: number): Promise<Uint8Array | undefined> {
    return this.unfinished.get(name)?.slice(from, from + length);
  }

  async delete(name: string): Promise<boolean> {
    return [this.finished.delete(name), this.unfinished.delete(name)].includes(true);
  }

  async names(): Promise<{ finished: readonly string[]; unfinished: readonly string[] }> {
    return { finished: [...this.finished.keys()], unfinished: [...this.unfinished.keys()] };
  }

  async reopen(name: string): Promise<{ file: GrowingFile; size: number }> {
    return { file: this.#file(name), size: this.unfinished.get(name)?.length ?? 0 };
  }

  #file(name: string): GrowingFile {
    return {
      write: async (at, bytes) => {
        await this.gate;
        if (this.full) throw new Error('ENOSPC');
        const before = this.unfinished.get(name) ?? new Uint8Array(0);
        const grown = new Uint8Array(Math.max(before.length, at + bytes.length));
        grown.set(before);
        grown.set(bytes, at);
        this.unfinished.set(name, grown);
      },
      finish: async () => {
        if (this.full) throw new Error('ENOSPC');
        this.finished.set(name, this.unfinished.get(name) ?? new Uint8Array(0));
        this.unfinished.delete(name);
      },
      discard: async () => {
        this.unfinished.delete(name);
      },
    };
  }
}
