import { errors, Pool, type Dispatcher } from 'undici';
import { err, ok, type Result } from '../kernel/result.js';
import { failureOfStatus, type Failure, type ReplyHeaders } from './failure.js';

/** Settings of an {@link HttpClient}. */
export interface HttpClientOptions {
  /** Scheme, host and port; requests go nowhere else, redirects are not followed. */
  readonly origin: string;
  /** Most connections at once; further requests wait for one. Default 16. */
  readonly connections?: number;
  /** Sent with each request: credentials and the like. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time to connect. Default 2 s. */
  readonly connectMs?: number;
  /** Whether HTTP/2 may be spoken: an aborted stream then costs no connection. Default false. */
  readonly allowHttp2?: boolean;
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Path and query, beginning with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the status line. */
  readonly headersMs: number;
}

/** Limits of an answer that is read whole. */
export interface WholeRequest extends HttpRequest {
  /** Longest time from the request to the last byte. */
  readonly totalMs: number;
  /** A longer body is a failure. Default 4 MB. */
  readonly maxBytes?: number;
}

/** Limits of an answer that is read as it comes. */
export interface StreamRequest extends HttpRequest {
  /** Longest pause between two chunks. */
  readonly idleMs: number;
}

/** An answer with a status of 200 to 299, read whole. */
export interface HttpReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: Uint8Array;
}

/** An answer with a status of 200 to 299 whose body comes in pieces. */
export interface HttpStream {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** Throws {@link StreamBroken} where the body breaks off. Leaving the loop early gives the request up. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The body of an answer did not come to its end. */
export class StreamBroken extends Error {
  override readonly name = 'StreamBroken';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const KEEP_ALIVE_MS = 60_000;
const LONGEST_ERROR_BODY = 64_000;
const DEFAULT_MAX_BYTES = 4_000_000;

/** Requests to one service over kept connections, with limits; every failure is a {@link Failure}. */
export class HttpClient {
  readonly #dispatcher: Pool;
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws TypeError when the origin is no http(s) URL */
  constructor(options: HttpClientOptions) {
    const { connections = 16, connectMs = 2000, allowHttp2 = false } = options;
    this.#origin = new URL(options.origin).origin;
    this.#headers = options.headers ?? {};
    this.#dispatcher = new Pool(this.#origin, {
      connections,
      allowH2: allowHttp2,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: { timeout: connectMs },
    });
  }

  /** Asks and reads the whole answer. Never rejects. */
  async request(request: WholeRequest): Promise<Result<HttpReply, Failure>> {
    const total = AbortSignal.timeout(request.totalMs);
    const signal = request.signal === undefined ? total : AbortSignal.any([request.signal, total]);
    const started = await this.#send(request, signal, request.totalMs, total);
    if (!started.ok) return started;
    const { statusCode: status, headers, body } = started.value;
    try {
      const whole = await readAtMost(body, request.maxBytes ?? DEFAULT_MAX_BYTES);
      if (whole === undefined) {
        return err({ kind: 'bad_request', message: 'the answer is too large', status });
      }
      return ok({ status, headers, body: whole });
    } catch (error) {
      return err(failureOf(error, request.signal, total, 'truncated'));
    }
  }

  /** Asks and gives the body as it comes. Never rejects; see {@link HttpStream.chunks} for what comes later. */
  async stream(request: StreamRequest): Promise<Result<HttpStream, Failure>> {
    const started = await this.#send(request, request.signal, request.idleMs, undefined);
    if (!started.ok) return started;
    const { statusCode: status, headers, body } = started.value;
    return ok({ status, headers, chunks: pieces(body, request.signal) });
  }

  /** Gives up what is open and closes the connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #send(
    request: HttpRequest,
    signal: AbortSignal | undefined,
    bodyTimeout: number,
    total: AbortSignal | undefined,
  ): Promise<Result<Dispatcher.ResponseData, Failure>> {
    const { method, path, body, headersMs: headersTimeout } = request;
    try {
      const response = await this.#dispatcher.request({
        origin: this.#origin,
        method,
        path,
        headers: { ...this.#headers, ...request.headers },
        headersTimeout,
        bodyTimeout,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      const { statusCode, headers } = response;
      if (statusCode >= 200 && statusCode < 300) return ok(response);
      const words = await readAtMost(response.body, LONGEST_ERROR_BODY).catch(() => undefined);
      const text = words === undefined ? '' : new TextDecoder().decode(words);
      return err(failureOfStatus(statusCode, headers, text, Date.now()));
    } catch (error) {
      return err(failureOf(error, request.signal, total, 'overloaded'));
    }
  }
}

async function* pieces(
  body: Dispatcher.ResponseData['body'],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw new StreamBroken(failureOf(error, signal, undefined, 'truncated'));
  }
}

/** The body; `undefined` when it is longer than allowed. */
async function readAtMost(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function failureOf(
  error: unknown,
  given: AbortSignal | undefined,
  total: AbortSignal | undefined,
  otherwise: 'overloaded' | 'truncated',
): Failure {
  if (given?.aborted === true) return { kind: 'caller_abort', message: 'the request was given up' };
  if (
    total?.aborted === true ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  ) {
    return { kind: 'stalled', message: 'the service did not answer in time' };
  }
  const { code } = error as { code?: unknown };
  return {
    kind: otherwise,
    message: otherwise === 'truncated' ? 'the answer broke off' : 'the service cannot be reached',
    ...(typeof code === 'string' ? { code } : {}),
  };
}
