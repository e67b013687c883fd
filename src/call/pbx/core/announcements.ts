import { addMs, type MonoMs } from '../../../kernel/time.js';

/** What an exchange says of a call before its audio comes. */
export interface AnnouncedCall {
  readonly from?: string;
  readonly to?: string;
  readonly displayName?: string;
}

const MAX_WAITING = 1000;

/**
 * Calls whose audio is awaited, by a key that works once. Audio streams carry neither credentials nor numbers: the key
 * binds them to whoever knew the secret.
 */
export class Announcements<Call> {
  readonly #waiting = new Map<string, { readonly call: Call; readonly until: MonoMs }>();

  /** @param ttlMs - how long audio is awaited */
  constructor(private readonly ttlMs: number) {}

  /** @returns false when too many wait already */
  announce(key: string, call: Call, now: MonoMs): boolean {
    this.#expire(now);
    if (this.#waiting.size >= MAX_WAITING) return false;
    this.#waiting.set(key, { call, until: addMs(now, this.ttlMs) });
    return true;
  }

  /** The call of a key, which is spent by it. */
  claim(key: string, now: MonoMs): Call | undefined {
    const entry = this.#waiting.get(key);
    this.#waiting.delete(key);
    return entry !== undefined && now < entry.until ? entry.call : undefined;
  }

  /** Entries are in the order of their end. */
  #expire(now: MonoMs): void {
    for (const [key, { until }] of this.#waiting) {
      if (now < until) return;
      this.#waiting.delete(key);
    }
  }
}
