import { randomUUID } from 'node:crypto';
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';

/** Lock of another machine (or container) without a sign of life for this long is stale. */
const FOREIGN_LEASE_MS = 30_000;

/** Who holds the lock. */
export interface LockOwner {
  readonly pid: number;
  /** Start of the process in clock ticks since boot; with the pid it names one process. Empty when unknown. */
  readonly startTicks: string;
  readonly host: string;
}

/** A held lock on a data directory. */
export interface DataDirLock {
  readonly file: string;
  /** Gives a sign of life; call it every few seconds. */
  refresh(): void;
  release(): void;
}

/**
 * Takes the lock `leibniz.lock` of a data directory. The embedded database has no lock of its own, and two
 * processes that open it destroy it. A lock whose process is gone is taken over.
 *
 * @throws LeibnizError DATA_DIR_LOCKED - a living process holds it
 * @throws LeibnizError DATA_DIR_UNUSABLE - the lock file cannot be written
 */
export function lockDataDir(dataDir: string, self: LockOwner = thisProcess()): DataDirLock {
  const file = join(dataDir, 'leibniz.lock');
  const draft = join(dataDir, `.lock-${randomUUID()}`);
  const content = `${JSON.stringify(self)}\n`;
  try {
    writeFileSync(draft, content, { flag: 'wx' });
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        // A link appears whole or not at all and fails when the name is taken.
        linkSync(draft, file);
        return heldLock(file, content);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      evictStale(file, dataDir);
    }
    throw locked(file, undefined);
  } catch (error) {
    if (error instanceof LeibnizError) throw error;
    throw new LeibnizError(
      'DATA_DIR_UNUSABLE',
      `Cannot write the lock file ${file} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}); ` +
        'make DATA_DIR a writable folder with free space.',
      { field: 'DATA_DIR', cause: error },
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The calling process as a lock owner. */
export function thisProcess(): LockOwner {
  return { pid: process.pid, startTicks: statOf(process.pid)?.startTicks ?? '', host: hostname() };
}

/** True while the process that a lock or a file name speaks of lives; false when its pid is free or used anew. */
export function isAlive(owner: { readonly pid: number; readonly startTicks: string }): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM means that it exists and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const { state, startTicks: ticks } = statOf(owner.pid) ?? {};
  // A process that has ended and whose parent has not looked yet keeps its pid and nothing else.
  if (state === 'Z' || state === 'X') return false;
  return ticks === undefined || owner.startTicks === '' || ticks === owner.startTicks;
}

function heldLock(file: string, content: string): DataDirLock {
  return {
    file,
    refresh: () => {
      const now = new Date();
      try {
        utimesSync(file, now, now);
      } catch {
        // The file system is in trouble; the lock is still ours on this machine.
      }
    },
    release: () => {
      if (readOrUndefined(file) === content) rmSync(file, { force: true });
    },
  };
}

/** Removes the lock if its owner is gone; throws when the owner lives. */
function evictStale(file: string, dataDir: string): void {
  const content = readOrUndefined(file);
  if (content === undefined) return;
  const owner = parseOwner(content);
  if (owner !== undefined && isHeld(owner, file)) throw locked(file, owner);
  const aside = join(dataDir, `.lock-stale-${randomUUID()}`);
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // Another process may have evicted the stale lock and taken its own between the read and the rename.
  if (readOrUndefined(aside) === content) unlinkSync(aside);
  else {
    try {
      linkSync(aside, file);
    } finally {
      unlinkSync(aside);
    }
  }
}

function isHeld(owner: LockOwner, file: string): boolean {
  if (owner.host === hostname()) return isAlive(owner);
  try {
    return Date.now() - statSync(file).mtimeMs < FOREIGN_LEASE_MS;
  } catch {
    return false;
  }
}

function locked(file: string, owner: LockOwner | undefined): LeibnizError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return new LeibnizError(
    'DATA_DIR_LOCKED',
    `The data directory is in use by ${who} (${file}); stop that process, or set DATA_DIR to another folder.`,
    { field: 'DATA_DIR' },
  );
}

function parseOwner(content: string): LockOwner | undefined {
  try {
    const value = JSON.parse(content) as Partial<LockOwner>;
    if (typeof value.pid !== 'number' || !Number.isInteger(value.pid) || value.pid <= 0) return undefined;
    return {
      pid: value.pid,
      startTicks: String(value.startTicks ?? ''),
      host: String(value.host ?? hostname()),
    };
  } catch {
    return undefined;
  }
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Fields 3 and 22 of `/proc/<pid>/stat` (proc_pid_stat(5)); `undefined` where there is no such file. */
function statOf(
  pid: number,
): { readonly state: string | undefined; readonly startTicks: string | undefined } | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  // The command name in parentheses may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : { state: fields[0], startTicks: fields[19] };
}
