import { Redis } from 'ioredis';
import type { SharedLayer } from './layers.js';

/** Longest wait for an answer: a slow Redis must not cost more than making the value. */
const COMMAND_MS = 100;
const RETRY_MS = [100, 5000] as const;
const PAGE = 500;

/** Redis or KeyDB as a layer. While it cannot be reached every request fails at once. */
export class RedisLayer implements SharedLayer {
  readonly name = 'redis';
  readonly #redis: Redis;

  /**
   * @param prefix - begins every key, so that agents may share a server
   * @param onError - told once each time that the connection is lost
   */
  constructor(
    url: string,
    private readonly prefix: string,
    onError: (error: Error) => void = () => undefined,
  ) {
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_MS,
      retryStrategy: (attempt) => Math.min(RETRY_MS[1], RETRY_MS[0] * 2 ** Math.min(attempt, 6)),
    });
    let isLost = false;
    this.#redis.on('error', (error: Error) => {
      if (!isLost) onError(error);
      isLost = true;
    });
    this.#redis.on('ready', () => (isLost = false));
  }

  get connected(): boolean {
    return this.#redis.status === 'ready';
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#redis.get(this.#of(key))) ?? undefined;
  }

  async set(key: string, text: string, ttlMs: number): Promise<void> {
    if (ttlMs > 0) await this.#redis.set(this.#of(key), text, 'PX', ttlMs);
  }

  async clear(prefix: string): Promise<number> {
    let gone = 0;
    let cursor = '0';
    do {
      const [next, keys] = await this.#redis.scan(
        cursor,
        'MATCH',
        `${glob(this.#of(prefix))}*`,
        'COUNT',
        PAGE,
      );
      if (keys.length > 0) gone += await this.#redis.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
    return gone;
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  #of(key: string): string {
    return `${this.prefix}:cache:${key}`;
  }
}

/** A text that stands for itself in a pattern of Redis. */
const glob = (text: string): string => text.replace(/[*?[\]\\]/g, String.raw`\$&`);
