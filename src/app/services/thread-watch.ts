import type { RoleStatus } from '../roles/role.js';

/** How long a thread that was started again is told of, ms. */
const TOLD_MS = 5000;

/** The figures of an engine that a {@link ThreadWatch} looks at. */
export interface ThreadFigures {
  /** Threads that are ready or at work. */
  readonly workers: number;
  /** Threads that were started again since the start. */
  readonly workerRestarts: number;
}

/**
 * Tells of an engine's threads what a trial misses: one that is gone while the others answer, or that died and was back
 * before anybody tried.
 */
export class ThreadWatch {
  readonly #all: number;
  #restarts: number;
  #restartSeenAt: number | undefined;

  /**
   * @param figures - of an engine whose threads all run
   * @param standIn - whether something else answers when no thread is left
   */
  constructor(
    private readonly figures: () => ThreadFigures,
    private readonly standIn: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {
    const { workers, workerRestarts } = figures();
    this.#all = workers;
    this.#restarts = workerRestarts;
  }

  status(): RoleStatus {
    const { workers, workerRestarts } = this.figures();
    if (workerRestarts !== this.#restarts) {
      this.#restarts = workerRestarts;
      this.#restartSeenAt = this.now();
    }
    if (workers === 0 && this.#all > 0 && !this.standIn) return 'unhealthy';
    const isFresh = this.#restartSeenAt !== undefined && this.now() - this.#restartSeenAt < TOLD_MS;
    return workers < this.#all || isFresh ? 'degraded' : 'healthy';
  }
}
