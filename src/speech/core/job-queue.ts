/** How urgent a job is. */
export type JobPriority = 'final' | 'speculative';

/** A job with its urgency. */
export interface QueuedJob {
  priority: JobPriority;
}

/**
 * Bounded queue in which final jobs go first and speculative ones give way first.
 * Within one priority the order is first in, first out.
 */
export class JobQueue<T extends QueuedJob> {
  readonly #finals: T[] = [];
  readonly #speculatives: T[] = [];

  /** @param capacity - most jobs held at once, at least 1 */
  constructor(readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`capacity must be >= 1, got ${capacity}`);
    }
  }

  get size(): number {
    return this.#finals.length + this.#speculatives.length;
  }

  /**
   * Adds a job.
   *
   * @returns the job that had to give way: the oldest speculative one when a final job found the queue full, or
   *   `job` itself when nothing less urgent was waiting
   */
  push(job: T): T | undefined {
    let evicted: T | undefined;
    if (this.size >= this.capacity) {
      if (job.priority === 'speculative' || this.#speculatives.length === 0) return job;
      evicted = this.#speculatives.shift();
    }
    (job.priority === 'final' ? this.#finals : this.#speculatives).push(job);
    return evicted;
  }

  /** Removes and returns the next job to work on. */
  shift(): T | undefined {
    return this.#finals.shift() ?? this.#speculatives.shift();
  }

  /** Puts a job back that {@link shift} gave, as the next of its priority. */
  unshift(job: T): void {
    (job.priority === 'final' ? this.#finals : this.#speculatives).unshift(job);
  }

  /** Makes a waiting speculative job final, as the last of the final ones. Returns false when there is none. */
  promote(matches: (job: T) => boolean): boolean {
    const at = this.#speculatives.findIndex(matches);
    const job = this.#speculatives[at];
    if (job === undefined) return false;
    this.#speculatives.splice(at, 1);
    job.priority = 'final';
    this.#finals.push(job);
    return true;
  }

  /** Removes a job that waits. Returns false when it does not. */
  remove(job: T): boolean {
    const list = job.priority === 'final' ? this.#finals : this.#speculatives;
    const at = list.indexOf(job);
    if (at < 0) return false;
    list.splice(at, 1);
    return true;
  }

  /** Removes and returns all jobs. */
  drain(): T[] {
    return [...this.#finals.splice(0), ...this.#speculatives.splice(0)];
  }
}
