import { randomUUID } from 'node:crypto';
import { open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** How the disk under a folder is doing. */
export interface DiskState {
  /** `low`: little space is left. `failing`: a write is refused or takes too long. */
  readonly state: 'ok' | 'low' | 'failing';
  /** Space left for this user, bytes; `undefined` where the system does not say. */
  readonly freeBytes: number | undefined;
}

/** What a {@link DiskWatch} does with the disk; tests give one that is full. */
export interface DiskFs {
  free(folder: string): Promise<number>;
  /** Writes a new file of so many bytes down to the disk itself, and removes it. */
  probe(folder: string, bytes: number): Promise<void>;
}

const EVERY_MS = 2000;
/** A write that takes longer than this is none that a journal could wait for. */
const PATIENCE_MS = 1500;
/** A disk takes some bytes more when it is full for everything that matters. */
const PROBE_BYTES = 64 * 1024;
/** Less is left than some hours of a busy office leave behind. */
const LOW_BYTES = 64 * 1024 * 1024;
const PREFIX = '.disk-probe-';

/** Writes to a folder every two seconds, so that a full or broken disk is known before a caller finds out. */
export class DiskWatch {
  #state: DiskState = { state: 'ok', freeBytes: undefined };
  #askedAt: number | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly folder: string,
    private readonly fs: DiskFs = nodeDiskFs,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#timer = setInterval(() => void this.look(), EVERY_MS).unref();
  }

  /** As of the last look, at most {@link EVERY_MS} + {@link PATIENCE_MS} ago. */
  get state(): DiskState {
    const late = this.#askedAt !== undefined && this.now() - this.#askedAt > PATIENCE_MS;
    return late ? { ...this.#state, state: 'failing' } : this.#state;
  }

  /** Looks now, unless a look is still under way. */
  async look(): Promise<void> {
    if (this.#askedAt !== undefined) return;
    this.#askedAt = this.now();
    const freeBytes = await this.fs.free(this.folder).catch(() => undefined);
    const written = await this.fs.probe(this.folder, PROBE_BYTES).then(
      () => true,
      () => false,
    );
    const low = freeBytes !== undefined && freeBytes < LOW_BYTES;
    this.#state = { state: written ? (low ? 'low' : 'ok') : 'failing', freeBytes };
    this.#askedAt = undefined;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

const nodeDiskFs: DiskFs = {
  free: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  probe: async (folder, bytes) => {
    const file = join(folder, `${PREFIX}${randomUUID()}`);
    try {
      const handle = await open(file, 'wx', 0o600);
      try {
        await handle.write(Buffer.alloc(bytes, 1));
        await handle.datasync();
      } finally {
        await handle.close();
      }
    } finally {
      await rm(file, { force: true });
    }
  },
};

/** Removes what a killed process has left of its looks. */
export async function sweepProbes(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(PREFIX));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}
