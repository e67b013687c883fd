import { addMs, wallMs, type Scheduler } from '../../kernel/time.js';
import type { Peaks } from '../../recording/core/peaks.js';
import { describe, recover, type Recovered } from '../../recording/recover.js';
import type { StreamStore } from '../../store/blobs/types.js';
import type { AuditEntry, RecordingRecord, Recordings, StoredPeaks } from '../../store/types.js';
import { SYSTEM, withFacts } from './receipts.js';

const DAY_MS = 86_400_000;
/** How often recordings that are old enough are looked for. */
const SWEEP_MS = 600_000;
/** Wait before the store is asked again, ms. */
const RETRY_MS = 5000;
/** Writes that wait for the store; beyond it the oldest is found again by its file, at the next start. */
const MAX_WAITING = 2000;
const SWEPT_AT_ONCE = 100;

/** Name of a recording's file. */
export const fileOf = (id: string): string => `${id}.wav`;

/** What a {@link RecordingKeeper} needs. */
export interface KeeperOptions {
  readonly recordings: Recordings;
  readonly files: StreamStore;
  readonly scheduler: Scheduler;
  /** How long a recording is kept. */
  readonly keepDays: number;
  readonly counted: (outcome: 'saved' | 'failed' | 'deleted' | 'expired' | 'recovered') => void;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * Recordings once they are made: their rows, their end. Writes to the store wait in order while it does not answer. A file
 * tells of itself what its row does, so that none is lost by a crash: it is found at the next start.
 */
export class RecordingKeeper {
  readonly #waiting: (() => Promise<unknown>)[] = [];
  #working: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #cancelSweep: (() => void) | undefined;
  #closed = false;

  constructor(private readonly o: KeeperOptions) {}

  /** Writes to the store that have not been taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes up what earlier runs have left, and begins to look for what is old enough. */
  async open(): Promise<void> {
    await this.#recover().catch((error: unknown) => {
      this.o.log({ err: error }, 'recordings of earlier runs could not be looked through');
    });
    this.#sweepIn(0);
  }

  /** Writes down what is known of a recording in progress. */
  save(record: RecordingRecord, peaks?: StoredPeaks): void {
    this.#push(() => this.o.recordings.save(record, peaks));
  }

  /** A recording is over and kept. */
  made(record: RecordingRecord, peaks: Peaks | undefined): void {
    this.o.counted(record.state === 'failed' ? 'failed' : 'saved');
    const deleteAfterMs = wallMs(this.o.scheduler.wall() + this.o.keepDays * DAY_MS);
    this.save({ ...record, deleteAfterMs }, peaks === undefined ? undefined : stored(peaks));
  }

  /** Deletes a recording: the file at once, the row with its receipt as soon as the store answers. */
  async remove(record: RecordingRecord, receipt: AuditEntry): Promise<void> {
    await this.o.files.delete(fileOf(record.id));
    this.o.counted(receipt.detail?.['reason'] === 'retention' ? 'expired' : 'deleted');
    this.#push(async () => {
      // A row that is not there yet, because the store did not answer before, is made for the receipt.
      const states = await this.o.recordings.states([record.id]);
      if (states[record.id] === undefined) await this.o.recordings.save(record);
      await this.o.recordings.deleted(record.id, receipt);
    });
    await this.#working;
  }

  /** Stops looking; writes what waits, if the store takes it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    this.#cancelRetry?.();
    this.#work();
    await this.#working;
  }

  #push(write: () => Promise<unknown>): void {
    this.#waiting.push(write);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#work();
  }

  #work(): void {
    if (this.#working !== undefined || (this.#cancelRetry !== undefined && !this.#closed)) return;
    this.#working = this.#drain().finally(() => (this.#working = undefined));
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await next();
      } catch {
        if (!this.#closed) this.#retryLater();
        return;
      }
      if (this.#waiting[0] === next) this.#waiting.shift();
    }
  }

  #retryLater(): void {
    const { scheduler } = this.o;
    this.#cancelRetry = scheduler.at(addMs(scheduler.now(), RETRY_MS), () => {
      this.#cancelRetry = undefined;
      this.#work();
    });
  }

  #sweepIn(delayMs: number): void {
    if (this.#closed) return;
    const { scheduler } = this.o;
    this.#cancelSweep = scheduler.at(addMs(scheduler.now(), delayMs), () => {
      void this.sweep()
        .catch(() => undefined)
        .then(() => this.#sweepIn(SWEEP_MS));
    });
  }

  /** Deletes what is old enough. @returns how many */
  async sweep(): Promise<number> {
    const nowMs = this.o.scheduler.wall();
    let count = 0;
    for (const record of await this.o.recordings.due(nowMs, SWEPT_AT_ONCE)) {
      const isHere = (await this.o.files.size(fileOf(record.id))) !== undefined;
      // The file of another process is left to it for a day; a process that is gone for longer deletes it at its start.
      if (!isHere && nowMs - (record.deleteAfterMs ?? nowMs) < DAY_MS) continue;
      await this.remove(record, withFacts(SYSTEM, record, 'retention'));
      count++;
    }
    if (count > 0) this.o.log({ count }, 'recordings were deleted for their age');
    return count;
  }

  async #recover(): Promise<void> {
    const { files } = this.o;
    const { finished, unfinished } = await files.names();
    for (const name of unfinished) {
      const { file, size } = await files.reopen(name);
      const read = (from: number, length: number): Promise<Uint8Array | undefined> =>
        files.readUnfinished(name, from, length);
      const found = await recover({ size, read, file });
      if (found === undefined) continue;
      this.o.counted('recovered');
      this.o.log({ callId: found.about.callId }, 'a recording that a crash had left open was closed');
      this.#found(found);
    }
    this.#push(() => this.#compare(finished));
  }

  /** Files without a row get one; files whose row is deleted go. */
  async #compare(names: readonly string[]): Promise<void> {
    const { files, recordings } = this.o;
    const ids = names.map((name) => name.replace(/\.wav$/, ''));
    const states = await recordings.states(ids);
    for (const id of ids) {
      const name = fileOf(id);
      const state = states[id];
      if (state === 'deleted') await files.delete(name);
      if (state === 'saved' || state === 'failed' || state === 'deleted') continue;
      const size = (await files.size(name)) ?? 0;
      const found = await describe(size, (from, length) => files.read(name, from, length));
      if (found !== undefined) this.#found(found);
    }
  }

  #found({ about, rate, durationMs, bytes, peaks }: Recovered): void {
    const { id, callId, startedAtMs, offsetMs, consent } = about;
    const record: RecordingRecord = {
      ...{ id, callId, state: 'saved', channels: 2, sampleRateHz: rate, startedAtMs: wallMs(startedAtMs) },
      ...{ offsetMs, durationMs, bytes, blobKey: fileOf(id), consent, intervals: [], latePackets: 0 },
      deleteAfterMs: wallMs(startedAtMs + this.o.keepDays * DAY_MS),
    };
    this.save(record, stored(peaks));
  }
}

const stored = ({ bucketMs, bytes }: Peaks): StoredPeaks => ({
  bucketMs,
  base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
});
