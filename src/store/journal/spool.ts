import { join } from 'node:path';
import { isAlive, thisProcess } from '../data-dir-lock.js';
import { nodeSpoolFs, type SpoolFile, type SpoolFs } from './spool-fs.js';

export interface SpoolOptions {
  /** Folder of the spool files; made when missing. */
  readonly folder: string;
  /** Most bytes on disk; 256 MiB unless told. */
  readonly maxBytes?: number;
  /** A file is closed and the next begun at this size; 1 MiB unless told. */
  readonly fileBytes?: number;
  readonly fs?: SpoolFs;
}

interface Segment {
  readonly file: string;
  bytes: number;
  readonly sinceMs: number;
}

/** Name of a file: its owner's pid and start ticks, then a number; `free` when its owner closed in order. */
const OWNED = /^(\d+)-(\d*)-\d+\.ndjson$/;
/** Most that is kept of what cannot be written, bytes. */
const REJECTED_BYTES = 64 * 1024 * 1024;
const FREE = /^free-.*\.ndjson$/;

/**
 * Journal lines on disk while the database does not take them. Append-only files of one JSON value a line;
 * {@link write} returns when they are on the disk itself (fdatasync). Files of processes that are gone are adopted
 * on opening. One caller at a time.
 */
export class Spool {
  readonly #fs: SpoolFs;
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #fileBytes: number;
  readonly #owner = thisProcess();
  readonly #sealed: Segment[] = [];
  #open: { handle: SpoolFile; segment: Segment } | undefined;
  #number = 0;
  #folderMade = false;
  #rejectedBytes = 0;

  constructor(options: SpoolOptions) {
    this.#fs = options.fs ?? nodeSpoolFs;
    this.#folder = options.folder;
    this.#maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.#fileBytes = options.fileBytes ?? 1024 * 1024;
  }

  /** Bytes waiting on disk. */
  get bytes(): number {
    return this.#segments().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the oldest file was begun. */
  get oldestAtMs(): number | undefined {
    return this.#segments()[0]?.sinceMs;
  }

  /** Takes over what processes that are gone have left, oldest first. Returns the number of files. */
  async adopt(): Promise<number> {
    await this.#ensureFolder();
    const found: { name: string; bytes: number; changedAtMs: number }[] = [];
    for (const name of await this.#fs.list(this.#folder)) {
      if (!this.#isOrphan(name)) continue;
      found.push({ name, ...(await this.#fs.info(join(this.#folder, name))) });
    }
    found.sort((a, b) => a.changedAtMs - b.changedAtMs);
    let adopted = 0;
    for (const { name, bytes, changedAtMs } of found) {
      const file = this.#nextFile();
      try {
        // The rename is the claim: of several processes that adopt, one succeeds.
        await this.#fs.rename(join(this.#folder, name), file);
      } catch {
        continue;
      }
      this.#sealed.push({ file, bytes, sinceMs: changedAtMs });
      adopted++;
    }
    return adopted;
  }

  /**
   * Appends lines and waits for the disk.
   *
   * @returns false when the bound is reached
   * @throws the file system's error; then none of the lines counts as written
   */
  async write(lines: readonly string[], nowMs: number): Promise<boolean> {
    const data = lines.map((line) => `${line}\n`).join('');
    const bytes = Buffer.byteLength(data);
    if (this.bytes + bytes > this.#maxBytes) return false;
    const { handle, segment } = (this.#open ??= await this.#begin(nowMs));
    try {
      await handle.append(data);
      await handle.sync();
    } catch (error) {
      // What was written in part must not run into the next line.
      await handle.truncate(segment.bytes).catch(() => undefined);
      await this.#seal();
      throw error;
    }
    segment.bytes += bytes;
    if (segment.bytes >= this.#fileBytes) await this.#seal();
    return true;
  }

  /** Lines of the oldest file, or `undefined` when the spool is empty. Call {@link drop} when they are safe. */
  async oldest(): Promise<readonly string[] | undefined> {
    if (this.#sealed.length === 0) await this.#seal();
    const segment = this.#sealed[0];
    if (segment === undefined) return undefined;
    const lines = (await this.#fs.read(segment.file)).split('\n');
    // The last element is empty, or a line that a crash tore.
    lines.pop();
    return lines;
  }

  /** Removes the oldest file. */
  async drop(): Promise<void> {
    const segment = this.#sealed.shift();
    if (segment !== undefined) await this.#fs.remove(segment.file).catch(() => undefined);
  }

  /**
   * Keeps lines that this version cannot write, such as those of a newer one, for a version that can: give the file a
   * name that begins with `free-` and ends with `.ndjson` then. Beyond {@link REJECTED_BYTES} they are let go.
   */
  async keepRejected(lines: readonly string[]): Promise<void> {
    const data = lines.map((line) => `${line}\n`).join('');
    const bytes = Buffer.byteLength(data);
    if (this.#rejectedBytes + bytes > REJECTED_BYTES) return;
    this.#rejectedBytes += bytes;
    await this.#ensureFolder();
    const file = await this.#fs.create(`${this.#nextFile()}.rejected`);
    try {
      await file.append(data);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Leaves the oldest file on disk, out of the way; for one that cannot be read. */
  setAside(): void {
    this.#sealed.shift();
  }

  /** Closes the files and leaves them for the next start. */
  async close(): Promise<void> {
    await this.#seal();
    for (const segment of this.#sealed.splice(0)) {
      const name = `free-${segment.file.slice(segment.file.lastIndexOf('/') + 1)}`;
      await this.#fs.rename(segment.file, join(this.#folder, name)).catch(() => undefined);
    }
  }

  #segments(): readonly Segment[] {
    return this.#open === undefined ? this.#sealed : [...this.#sealed, this.#open.segment];
  }

  #isOrphan(name: string): boolean {
    if (FREE.test(name)) return true;
    const owned = OWNED.exec(name);
    if (owned === null) return false;
    return !isAlive({ pid: Number(owned[1]), startTicks: owned[2] ?? '' });
  }

  async #begin(nowMs: number): Promise<{ handle: SpoolFile; segment: Segment }> {
    await this.#ensureFolder();
    const file = this.#nextFile();
    return { handle: await this.#fs.create(file), segment: { file, bytes: 0, sinceMs: nowMs } };
  }

  async #seal(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    await open.handle.close().catch(() => undefined);
    if (open.segment.bytes > 0) this.#sealed.push(open.segment);
    else await this.#fs.remove(open.segment.file).catch(() => undefined);
  }

  async #ensureFolder(): Promise<void> {
    if (this.#folderMade) return;
    await this.#fs.makeFolder(this.#folder);
    this.#folderMade = true;
  }

  #nextFile(): string {
    const stamp = String(this.#number++).padStart(8, '0');
    return join(this.#folder, `${this.#owner.pid}-${this.#owner.startTicks}-${stamp}.ndjson`);
  }
}
