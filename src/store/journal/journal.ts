import { addMs, type Scheduler } from '../../kernel/time.js';
import { encodeLine, type JournalEvent } from '../journal-event.js';
import type { Journal } from '../types.js';
import type { WriteReport } from './journal-writer.js';
import { PendingLines } from './pending-lines.js';
import type { Spool } from './spool.js';

/** Sizes and waits of the journal. */
export interface JournalLimits {
  /** Most events in memory; 20,000. */
  readonly maxItems: number;
  /** Most bytes in memory; 16 MiB. */
  readonly maxBytes: number;
  /** An event waits this long for company before it is written; 50 ms. */
  readonly flushMs: number;
  /** Without an answer from the database for this long events go to the spool; 1000 ms. */
  readonly patienceMs: number;
  /** First and longest pause between attempts to reach a database that failed; 250 ms and 10 s. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

export const JOURNAL_LIMITS: JournalLimits = {
  maxItems: 20_000,
  maxBytes: 16 * 1024 * 1024,
  flushMs: 50,
  patienceMs: 1000,
  retryMinMs: 250,
  retryMaxMs: 10_000,
};

/** What happened to the way of the events; for logs. Each is reported once, when it begins. */
export type JournalNotice =
  'store_down' | 'store_up' | 'spool_failing' | 'spool_working' | 'events_dropped' | 'events_rejected';

export interface JournalOptions {
  readonly instanceId: string;
  readonly scheduler: Scheduler;
  readonly spool: Spool;
  /** Writes lines to the database; rejects when it cannot. Repeating a batch must be harmless. */
  readonly send: (lines: readonly string[]) => Promise<WriteReport>;
  readonly onNotice?: (notice: JournalNotice, cause?: unknown) => void;
  readonly limits?: Partial<JournalLimits>;
}

const BATCH_ITEMS = 500;
const BATCH_BYTES = 512 * 1024;

/**
 * The way of events from a call to the database. {@link append} only puts a line into memory; everything else goes
 * on behind it: to the database in batches, one at a time; to the spool when the database refuses or does not answer
 * within `patienceMs`; back from the spool when it does. Order between events does not matter to the writer.
 */
export class StoreJournal implements Journal {
  readonly #o: JournalOptions;
  readonly #limits: JournalLimits;
  readonly #pending: PendingLines;
  /** The one batch that is with the database, answered or not. */
  #sending: Promise<boolean> | undefined;
  #storeDown = false;
  #spoolFailing = false;
  #spoolRetryAt = 0;
  #nextTryAt = 0;
  #retryMs: number;
  #running = false;
  #again = false;
  #closed = false;
  #unencodable = 0;
  #rejected = 0;
  #droppedBefore = 0;
  /** Spool file whose lines are on their way back. */
  #replaying: { readonly lines: readonly string[]; next: number } | undefined;
  #current: Promise<void> = Promise.resolve();
  /** Ends the wait for the database's answer. */
  #endWait: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Infinity;
  readonly #waiters = new Set<() => void>();
  readonly #idleWaiters = new Set<() => void>();

  constructor(options: JournalOptions) {
    this.#o = options;
    this.#limits = { ...JOURNAL_LIMITS, ...options.limits };
    this.#pending = new PendingLines(this.#limits.maxItems, this.#limits.maxBytes);
    this.#retryMs = this.#limits.retryMinMs;
  }

  append(event: JournalEvent): void {
    if (event.kind === 'event' && event.lane === 'secret') return;
    const line = encodeLine(event, this.#o.instanceId);
    if (line === undefined) {
      this.#unencodable++;
      return;
    }
    this.#pending.push(line, this.#o.scheduler.wall());
    if (this.#pending.dropped > this.#droppedBefore) {
      if (this.#droppedBefore === 0) this.#notice('events_dropped');
      this.#droppedBefore = this.#pending.dropped;
    }
    if (this.#isCrowded()) this.#endWait?.();
    this.#wakeIn(this.#pending.size >= BATCH_ITEMS ? 0 : this.#limits.flushMs);
  }

  async flush(timeoutMs = 5000): Promise<boolean> {
    if (this.#pending.size === 0) return true;
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#waiters.delete(settle);
        cancel();
        resolve(this.#pending.size === 0);
      };
      const cancel = this.#o.scheduler.at(addMs(this.#o.scheduler.now(), timeoutMs), settle);
      this.#waiters.add(settle);
      this.#wakeIn(0);
    });
  }

  /** Events in memory only. */
  get pendingEvents(): number {
    return this.#pending.size;
  }

  /** Events lost since the start: memory full, or not serialisable. */
  get droppedEvents(): number {
    return this.#pending.dropped + this.#unencodable;
  }

  /** Events that this version could not write; they are kept aside in the spool's folder. */
  get rejectedEvents(): number {
    return this.#rejected;
  }

  get spoolBytes(): number {
    return this.#o.spool.bytes;
  }

  get storeDown(): boolean {
    return this.#storeDown;
  }

  get spoolFailing(): boolean {
    return this.#spoolFailing;
  }

  /** Age of the oldest event that is not in the database. */
  get lagMs(): number {
    const oldest = Math.min(this.#o.spool.oldestAtMs ?? Infinity, this.#pending.oldestAtMs ?? Infinity);
    return oldest === Infinity ? 0 : Math.max(0, this.#o.scheduler.wall() - oldest);
  }

  /** Tells the journal that the database may be back, or that there is a spool to replay. */
  kick(): void {
    this.#nextTryAt = 0;
    this.#wakeIn(0);
  }

  /** Resolves when the database has everything, memory and spool. */
  async drained(): Promise<void> {
    if (this.#pending.size === 0 && this.#o.spool.bytes === 0) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        this.#idleWaiters.delete(settle);
        resolve();
      };
      this.#idleWaiters.add(settle);
      this.#wakeIn(0);
    });
  }

  /** Writes out what is pending and stops. False when something is in memory only and lost with it. */
  async close(timeoutMs: number): Promise<boolean> {
    const clean = await this.flush(timeoutMs);
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#current;
    return clean;
  }

  /** Arranges for a run within `delayMs`, keeping an earlier one. */
  #wakeIn(delayMs: number): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    const at = addMs(this.#o.scheduler.now(), delayMs);
    if (at >= this.#timerAt) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#o.scheduler.at(at, () => {
      this.#timerAt = Infinity;
      this.#cancelTimer = undefined;
      this.#current = this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#again = false;
    try {
      await this.#step();
    } catch (error) {
      this.#failSpool(error);
    } finally {
      this.#running = false;
    }
    if (this.#pending.size === 0) {
      for (const settle of [...this.#waiters]) settle();
      if (this.#o.spool.bytes === 0) for (const resolve of this.#idleWaiters) resolve();
    }
    this.#arm();
  }

  /** When to look again, given what is left to do. */
  #arm(): void {
    const untilTry = Math.max(0, this.#nextTryAt - this.#o.scheduler.now());
    if (this.#pending.size > 0) {
      const canSend = this.#sending === undefined && untilTry === 0;
      if (canSend) this.#wakeIn(this.#again || this.#pending.size >= BATCH_ITEMS ? 0 : this.#limits.flushMs);
      else if (!this.#spoolFailing) this.#wakeIn(this.#limits.flushMs);
      // An answer to an open batch wakes by itself.
      else this.#wakeIn(untilTry > 0 ? Math.min(untilTry, this.#limits.patienceMs) : this.#limits.patienceMs);
    } else if (this.#o.spool.bytes > 0 && this.#sending === undefined) {
      this.#wakeIn(untilTry);
    }
  }

  /** More than a quarter of the bound: events come faster than the database takes them. */
  #isCrowded(): boolean {
    const { maxItems, maxBytes } = this.#limits;
    return this.#pending.size > maxItems / 4 || this.#pending.bytes > maxBytes / 4;
  }

  /** One unit of work: a batch to the database, a spool file back to it, or pending lines to the spool. */
  async #step(): Promise<void> {
    const available = this.#sending === undefined && this.#o.scheduler.now() >= this.#nextTryAt;
    const canSpool = this.#o.scheduler.now() >= this.#spoolRetryAt;
    if (!available || (this.#isCrowded() && canSpool)) {
      await this.#toSpool();
      return;
    }
    // Fresh events first: screens look at them, and the writer does not care about order.
    if (this.#pending.size > 0) {
      const { lines, end } = this.#pending.take(BATCH_ITEMS, BATCH_BYTES);
      const delivered = await this.#deliver(lines, () => this.#pending.removeTo(end));
      if (!delivered) await this.#toSpool();
      return;
    }
    await this.#replay();
  }

  async #replay(): Promise<void> {
    if (this.#replaying === undefined) {
      try {
        const lines = await this.#o.spool.oldest();
        if (lines === undefined) return;
        this.#replaying = { lines, next: 0 };
      } catch (error) {
        this.#o.spool.setAside();
        throw error;
      }
    }
    const file = this.#replaying;
    while (file.next < file.lines.length) {
      const chunk = file.lines.slice(file.next, file.next + BATCH_ITEMS);
      const delivered = await this.#deliver(chunk, () => {
        file.next += chunk.length;
      });
      if (!delivered) return;
    }
    this.#replaying = undefined;
    await this.#o.spool.drop();
  }

  /**
   * Sends a batch and waits for its answer, but no longer than `patienceMs` or until memory fills. `onDelivered` runs whenever the
   * database has taken it, also after the wait, so that a slow database still makes progress.
   */
  async #deliver(lines: readonly string[], onDelivered: () => void): Promise<boolean> {
    const { scheduler } = this.#o;
    const sending = this.#o.send(lines).then(
      (report) => {
        onDelivered();
        this.#reject(report.rejected);
        this.#up();
        return true;
      },
      (error: unknown) => {
        this.#down(error);
        return false;
      },
    );
    this.#sending = sending;
    void sending.then(() => {
      this.#sending = undefined;
      this.#wakeIn(0);
    });
    let cancel: () => void = () => undefined;
    const late = new Promise<boolean>((resolve) => {
      this.#endWait = () => resolve(false);
      cancel = scheduler.at(addMs(scheduler.now(), this.#limits.patienceMs), this.#endWait);
    });
    const delivered = await Promise.race([sending, late]);
    cancel();
    this.#endWait = undefined;
    if (!delivered && this.#sending !== undefined) this.#markDown();
    return delivered;
  }

  async #toSpool(): Promise<void> {
    const { scheduler, spool } = this.#o;
    if (scheduler.now() < this.#spoolRetryAt) return;
    while (this.#pending.size > 0) {
      const batch = this.#pending.take(BATCH_ITEMS, BATCH_BYTES);
      if (!(await spool.write(batch.lines, scheduler.wall()))) {
        this.#failSpool(new Error('the spool is full'));
        return;
      }
      this.#pending.removeTo(batch.end);
      if (this.#spoolFailing) this.#spoolWorks();
    }
  }

  #spoolWorks(): void {
    this.#spoolFailing = false;
    this.#notice('spool_working');
  }

  #failSpool(error: unknown): void {
    this.#spoolRetryAt = addMs(this.#o.scheduler.now(), this.#limits.retryMaxMs / 2);
    if (!this.#spoolFailing) this.#notice('spool_failing', error);
    this.#spoolFailing = true;
  }

  #up(): void {
    this.#retryMs = this.#limits.retryMinMs;
    this.#nextTryAt = 0;
    // Nothing depends on the disk any more; whether it works shows when it is needed next.
    if (this.#spoolFailing) this.#spoolWorks();
    if (this.#storeDown) this.#notice('store_up');
    this.#storeDown = false;
  }

  #down(error: unknown): void {
    this.#nextTryAt = addMs(this.#o.scheduler.now(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#limits.retryMaxMs);
    this.#markDown(error);
  }

  #markDown(error?: unknown): void {
    if (!this.#storeDown) this.#notice('store_down', error);
    this.#storeDown = true;
  }

  #reject(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (this.#rejected === 0) this.#notice('events_rejected');
    this.#rejected += lines.length;
    this.#o.spool.keepRejected(lines).catch((error: unknown) => this.#failSpool(error));
  }

  #notice(notice: JournalNotice, cause?: unknown): void {
    try {
      this.#o.onNotice?.(notice, cause);
    } catch {
      // A broken logger must not stop the journal.
    }
  }
}
