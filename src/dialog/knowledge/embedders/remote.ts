import { LeibnizError } from '../../../kernel/errors.js';
import { parsedJson } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure, FailureKind } from '../../../kernel/failure.js';
import { HttpClient } from '../../../net/http-client.js';
import { normalized, type Vector } from '../core/vector.js';
import { MAX_EMBED_CHARS, type Embedder } from '../embedder.js';
import { geminiWire, openAiWire, type EmbeddingPurpose, type EmbeddingWire } from './wire.js';

/** A model of another service. */
export type EmbeddingSpec =
  | { readonly kind: 'gemini'; readonly model: string; readonly apiKey: string; readonly url?: string }
  /** `url` with its version, such as `http://127.0.0.1:8000/v1`. */
  | { readonly kind: 'openai'; readonly model: string; readonly url: string; readonly apiKey?: string };

/** Limits of a {@link RemoteEmbedder}; the defaults suit production. */
export interface RemoteLimits {
  /** Longest wait for the vector of a question; the encoder of the package stands in. Default 800 ms. */
  readonly queryMs?: number;
  /** Longest wait for a batch of a build. Default 30 s. */
  readonly batchMs?: number;
  /** Further tries of a batch. Default 4. */
  readonly retries?: number;
  /** First pause before one, doubled by each. Default 1 s. */
  readonly backoffMs?: number;
}

const GEMINI_URL = 'https://generativelanguage.googleapis.com';
/** Texts of one request. */
const BATCH = 64;
/** Longest pause that a service may ask for. */
const LONGEST_PAUSE_MS = 60_000;
/** 64 vectors of 4,096 numbers of 24 characters. */
const MAX_ANSWER_BYTES = 8_000_000;
/** What another try may cure. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  'rate_limit',
  'overloaded',
  'stalled',
  'truncated',
  'empty',
]);
/** Text that tells how long the vectors are. */
const PROBE = 'opening hours';

/** Vectors from a model of another service. */
export class RemoteEmbedder implements Embedder {
  #dimensions = 0;
  readonly #client: HttpClient;
  readonly #wire: EmbeddingWire;

  private constructor(
    private readonly spec: EmbeddingSpec,
    private readonly limits: RemoteLimits,
  ) {
    const url = new URL(spec.kind === 'gemini' ? (spec.url ?? GEMINI_URL) : spec.url);
    const credentials: Record<string, string> =
      spec.apiKey === undefined
        ? {}
        : spec.kind === 'gemini'
          ? { 'x-goog-api-key': spec.apiKey }
          : { authorization: `Bearer ${spec.apiKey}` };
    this.#client = new HttpClient({
      origin: url.origin,
      headers: { ...credentials, 'content-type': 'application/json' },
    });
    this.#wire =
      spec.kind === 'gemini'
        ? geminiWire(spec.model)
        : openAiWire(spec.model, url.pathname.replace(/\/+$/, ''));
  }

  /**
   * Asks once for a vector, to learn how long they are.
   *
   * @throws LeibnizError MODEL_UNAVAILABLE
   */
  static async open(spec: EmbeddingSpec, limits: RemoteLimits = {}): Promise<RemoteEmbedder> {
    const embedder = new RemoteEmbedder(spec, limits);
    try {
      const [vector] = await embedder.embed([PROBE]);
      embedder.#dimensions = vector?.length ?? 0;
      return embedder;
    } catch (error) {
      await embedder.close();
      throw error;
    }
  }

  get capabilities(): Embedder['capabilities'] {
    const { kind, model } = this.spec;
    return {
      model: `${kind}-${model.replace(/[^\w.-]+/g, '-')}-${this.#dimensions}`,
      dimensions: this.#dimensions,
      batch: BATCH,
    };
  }

  /** @throws LeibnizError MODEL_UNAVAILABLE after all tries */
  async embed(texts: readonly string[], purpose: EmbeddingPurpose = 'document'): Promise<Vector[]> {
    const { retries = 4, backoffMs = 1000 } = this.limits;
    const tries = purpose === 'query' ? 0 : retries;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#ask(texts, purpose);
      if (result.ok) return result.value;
      const { kind, message, retryAfterMs } = result.error;
      const isLasting = !PASSING.has(kind);
      if (isLasting || attempt >= tries) {
        throw new LeibnizError('MODEL_UNAVAILABLE', `the embedding model does not answer: ${message}`, {
          field: 'EMBEDDING_MODEL',
        });
      }
      const pauseMs = Math.min(LONGEST_PAUSE_MS, retryAfterMs ?? backoffMs * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #ask(texts: readonly string[], purpose: EmbeddingPurpose): Promise<Result<Vector[], Failure>> {
    const { queryMs = 800, batchMs = 30_000 } = this.limits;
    const totalMs = purpose === 'query' ? queryMs : batchMs;
    // A text of white space is refused by some services.
    const input = texts.map((text) => text.slice(0, MAX_EMBED_CHARS).trim() || '-');
    const reply = await this.#client.request({
      method: 'POST',
      path: this.#wire.path,
      body: JSON.stringify(this.#wire.body(input, purpose)),
      ...{ headersMs: totalMs, totalMs, maxBytes: MAX_ANSWER_BYTES },
    });
    if (!reply.ok) return reply;
    const rows = this.#wire.read(parsedJson(new TextDecoder().decode(reply.value.body)));
    const length = this.#dimensions === 0 ? rows?.[0]?.length : this.#dimensions;
    if (rows?.length !== texts.length || length === 0 || rows.some((row) => row.length !== length)) {
      return err({ kind: 'empty', message: 'the answer holds other vectors than were asked for' });
    }
    return ok(rows.map(normalized));
  }
}
