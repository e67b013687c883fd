import type { RoleStatus } from '../roles/role.js';

/** How long an answer is good for: whoever asks for health often must not keep an engine from its callers. */
const GOOD_MS = 4000;
/** A bad answer is good for less: what works again is to be seen. */
const BAD_MS = 2000;
/** Longest wait for an answer. */
const WAIT_MS = 2000;

/** Tries an engine when somebody asks how it is. */
export class Probe {
  #last: { readonly at: number; readonly status: RoleStatus } | undefined;
  #running: Promise<RoleStatus> | undefined;

  /**
   * @param work - what tells that it works; a rejection counts as unhealthy
   * @param goodMs - how long a good answer is good for; less where a trial costs an engine nothing
   */
  constructor(
    private readonly work: () => Promise<RoleStatus>,
    private readonly goodMs = GOOD_MS,
  ) {}

  /** Of the last trial, or of one that is made now. Never rejects. */
  status(): Promise<RoleStatus> {
    const { at, status = 'unhealthy' } = this.#last ?? {};
    const goodMs = status === 'healthy' ? this.goodMs : BAD_MS;
    if (at !== undefined && performance.now() - at < goodMs) return Promise.resolve(status);
    this.#running ??= this.#try().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #try(): Promise<RoleStatus> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<RoleStatus>((resolve) => {
      // Busy rather than broken: an engine that is stuck fails by its own limits.
      timer = setTimeout(resolve, WAIT_MS, 'degraded');
    });
    const status = await Promise.race([this.work().catch((): RoleStatus => 'unhealthy'), late]);
    clearTimeout(timer);
    this.#last = { at: performance.now(), status };
    return status;
  }
}
