import { LeibnizError } from '../../kernel/errors.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { JsonValue } from '../journal-event.js';
import type { JobRecord } from '../types.js';

/** What can go wrong with the next commit. */
export type CommitFault =
  /** Refused at once; nothing is changed. */
  | 'unavailable'
  /** The connection breaks between COMMIT and its reply: done, but the caller gets STORE_TIMEOUT. */
  | 'reply_lost'
  /** The connection breaks before COMMIT: not done, and the caller gets STORE_TIMEOUT. */
  | 'commit_lost';

/** How the aggregates in memory answer: with the delays and faults that a test asks for. */
export class FakeLink {
  delayMs = 0;
  down = false;
  readonly faults: CommitFault[] = [];
  /** Oldest first. */
  readonly jobs = new Map<string, JobRecord>();
  #nextId = 1;

  constructor(readonly scheduler: Scheduler) {}

  /** A new id of a kind of thing. */
  id(kind: string): string {
    return `${kind}-${this.#nextId++}`;
  }

  /** Answers a question. */
  async answer<T>(read: () => T): Promise<T> {
    if (this.down) throw unavailable();
    await this.#sleep(this.delayMs);
    return read();
  }

  /** Makes a change, unless a fault is due. */
  async commit<T>(change: () => T, deadlineMs = 2000): Promise<T> {
    if (this.down) throw unavailable();
    const fault = this.faults.shift();
    if (fault === 'unavailable') throw unavailable();
    await this.#sleep(Math.min(this.delayMs, deadlineMs));
    if (this.delayMs >= deadlineMs || fault === 'commit_lost') {
      await this.#sleep(fault === 'commit_lost' ? deadlineMs - this.delayMs : 0);
      throw unknown();
    }
    const outcome = change();
    if (fault === 'reply_lost') {
      await this.#sleep(deadlineMs - this.delayMs);
      throw unknown();
    }
    return outcome;
  }

  /** Adds a job that nobody works on. */
  addJob(type: string, payload: JsonValue): void {
    const id = `job-${this.jobs.size + 1}`;
    this.jobs.set(id, {
      id,
      type,
      status: 'pending',
      priority: 0,
      retry_count: 0,
      max_retries: 3,
      payload,
      result: null,
      error_message: null,
      created_at: new Date(this.scheduler.wall()).toISOString(),
      started_at: null,
      completed_at: null,
    });
  }

  #sleep(forMs: number): Promise<void> {
    if (forMs <= 0) return Promise.resolve();
    const { scheduler } = this;
    return new Promise((resolve) => void scheduler.at(addMs(scheduler.now(), forMs), resolve));
  }
}

function unavailable(): LeibnizError {
  return new LeibnizError('STORE_UNAVAILABLE', 'The database cannot be reached; nothing was changed.');
}

function unknown(): LeibnizError {
  return new LeibnizError('STORE_TIMEOUT', 'The database did not answer in time; the outcome is unknown.');
}
