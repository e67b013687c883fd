import type { SpoolFile, SpoolFs } from '../../../src/store/journal/spool-fs.js';

/** A file system in memory with a capacity, whose faults are those of a full or broken disk. */
export class MemoryFs implements SpoolFs {
  readonly files = new Map<string, string>();
  capacityBytes = Infinity;
  /** Bytes that a failing append still writes: a torn line. */
  tearBytes = 0;
  broken = false;
  syncs = 0;

  makeFolder = async (): Promise<void> => this.#check();
  list = async (folder: string): Promise<string[]> => {
    this.#check();
    return [...this.files.keys()]
      .filter((f) => f.startsWith(`${folder}/`))
      .map((f) => f.slice(folder.length + 1));
  };
  info = async (file: string): Promise<{ bytes: number; changedAtMs: number }> => ({
    bytes: Buffer.byteLength(this.#content(file)),
    changedAtMs: 0,
  });
  read = async (file: string): Promise<string> => {
    this.#check();
    return this.#content(file);
  };
  rename = async (from: string, to: string): Promise<void> => {
    this.files.set(to, this.#content(from));
    this.files.delete(from);
  };
  remove = async (file: string): Promise<void> => void this.files.delete(file);

  create = async (file: string): Promise<SpoolFile> => {
    this.#check();
    this.files.set(file, '');
    return {
      append: async (data) => {
        this.#check();
        const used = [...this.files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        if (used + Buffer.byteLength(data) > this.capacityBytes) {
          this.files.set(file, this.#content(file) + data.slice(0, this.tearBytes));
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        }
        this.files.set(file, this.#content(file) + data);
      },
      sync: async () => void this.syncs++,
      truncate: async (bytes) => void this.files.set(file, this.#content(file).slice(0, bytes)),
      close: async () => undefined,
    };
  };

  #content(file: string): string {
    const text = this.files.get(file);
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  }

  #check(): void {
    if (this.broken) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
  }
}
