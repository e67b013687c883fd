import type { Knowledge } from '../../dialog/knowledge/types.js';
import { LeibnizError } from '../../kernel/errors.js';
import { err } from '../../kernel/result.js';
import type { SttEngine, TtsEngine } from '../../speech/ports.js';

/** Something that is opened when it is first needed; an opening that failed is tried again. */
class Lazy<T extends { close(): Promise<void> }> {
  #opening: Promise<T> | undefined;
  #opened: T | undefined;

  constructor(private readonly open: () => Promise<T>) {}

  get opened(): T | undefined {
    return this.#opened;
  }

  async get(): Promise<T> {
    this.#opening ??= this.open();
    try {
      return (this.#opened = await this.#opening);
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#opening?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }
}

const UNOPENED = { code: 'failed', message: 'the engine cannot be loaded' } as const;
const NO_WORK = { workers: 0, busy: 0, queued: 0, completed: 0, failed: 0, workerRestarts: 0 } as const;

/** A recogniser that is loaded when it is first asked. @param like - capabilities until then */
export function lazyStt(open: () => Promise<SttEngine>, like: SttEngine['capabilities']): SttEngine {
  const lazy = new Lazy(open);
  return {
    capabilities: like,
    transcribe: async (request) => {
      const engine = await lazy.get().catch(() => undefined);
      return engine === undefined ? err(UNOPENED) : engine.transcribe(request);
    },
    promote: (requestId) => lazy.opened?.promote(requestId),
    stats: () => lazy.opened?.stats() ?? { ...NO_WORK, aborted: 0, overloaded: 0, timeouts: 0 },
    close: () => lazy.close(),
  };
}

/** A synthesiser that is loaded when it is first asked. @param like - capabilities until then */
export function lazyTts(open: () => Promise<TtsEngine>, like: TtsEngine['capabilities']): TtsEngine {
  const lazy = new Lazy(open);
  return {
    get capabilities() {
      return lazy.opened?.capabilities ?? like;
    },
    voices: () => lazy.opened?.voices() ?? [],
    synthesize: async (request) => {
      const engine = await lazy.get().catch(() => undefined);
      return engine === undefined ? err(UNOPENED) : engine.synthesize(request);
    },
    stats: () => lazy.opened?.stats() ?? { ...NO_WORK, cacheHits: 0, cacheMisses: 0, cacheBytes: 0 },
    close: () => lazy.close(),
  };
}

const UNREAD = new LeibnizError('WORKER_CRASHED', 'this knowledge base has not been read yet');

/** A knowledge base that is read when it is first asked. */
export function lazyKnowledge(open: () => Promise<Knowledge>): Knowledge {
  const lazy = new Lazy(open);
  return {
    classify: async (...args) => (await lazy.get()).classify(...args),
    query: async (...args) => (await lazy.get()).query(...args),
    rebuild: async (path) => (await lazy.get()).rebuild(path),
    retrieve: async (...args) => (await lazy.get()).retrieve(...args),
    // Documents from outside are given again once it is open.
    held: () => lazy.opened?.held() ?? Promise.reject(UNREAD),
    take: (change) => lazy.opened?.take(change) ?? Promise.reject(UNREAD),
    stats: async () => (await lazy.get()).stats(),
    close: () => lazy.close(),
  };
}
