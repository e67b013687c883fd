/** A request that the API refused, or that did not reach it. */
export class ApiFailure extends Error {
  /**
   * @param code - the API's error code, `UNREACHABLE` when no answer came, `BAD_ANSWER` when it was no JSON
   * @param status - HTTP status, 0 without an answer
   * @param field - what of the request was wrong
   * @param body - the whole answer; a conflict brings the thing as it is now
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly field?: string,
    readonly retryAfterMs?: number,
    readonly body?: unknown,
  ) {
    super(message);
    this.name = 'ApiFailure';
  }
}

/** Values of a query; undefined and empty ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Parts of a request beside method and path. */
export interface RequestParts {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link Http} is built on. */
export interface HttpOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Address of the API without a slash at its end; empty for the page's own. */
  readonly base: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest wait for an answer, ms. Default 15000. */
  readonly timeoutMs?: number;
  /**
   * Gets new tokens after a 401; true when the request is worth another attempt. Asked once for many requests that fail
   * together.
   */
  readonly renew?: () => Promise<boolean>;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** Requests to the API: JSON in, JSON out, one kind of failure. */
export class Http {
  #renewing: Promise<boolean> | undefined;

  constructor(private readonly options: HttpOptions) {}

  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this.request('GET', path, { ...(query === undefined ? {} : { query }), signal });
  }

  post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return this.request('POST', path, { body, signal });
  }

  /**
   * @returns the JSON of the answer, text where it is none, undefined for 204
   * @throws ApiFailure
   */
  async request<T>(method: string, path: string, parts: RequestParts = {}): Promise<T> {
    try {
      return await this.#once(method, path, parts);
    } catch (error) {
      const { renew } = this.options;
      if (!(error instanceof ApiFailure) || error.status !== 401 || renew === undefined) throw error;
      this.#renewing ??= renew().finally(() => (this.#renewing = undefined));
      if (!(await this.#renewing)) throw error;
      return this.#once(method, path, parts);
    }
  }

  async #once<T>(method: string, path: string, { query, body, signal }: RequestParts): Promise<T> {
    const limit = AbortSignal.timeout(this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const url = `${this.options.base}${path}${search(query)}`;
    let response: Response;
    let text: string;
    try {
      response = await this.options.fetch(url, {
        method,
        headers: {
          ...this.options.headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted === true) throw error;
      const why = limit.aborted ? 'did not answer in time' : 'cannot be reached';
      throw new ApiFailure('UNREACHABLE', `Leibniz ${why}.`, 0);
    }
    const answer = parsed(text, response.headers.get('content-type') ?? '');
    if (!response.ok) throw failureOf(response.status, answer);
    return answer as T;
  }
}

/** `?a=1&b=2`, or nothing. */
export function search(query: Query = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([key, value]): [string, string] => [key, String(value)])).toString()}`;
}

function parsed(text: string, contentType: string): unknown {
  if (text === '') return undefined;
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFailure('BAD_ANSWER', 'The answer is not valid JSON.', 0);
  }
}

function failureOf(status: number, body: unknown): ApiFailure {
  const error = (body as { readonly error?: unknown } | undefined)?.error as
    | {
        readonly code?: string;
        readonly message?: string;
        readonly field?: string;
        readonly retry_after_ms?: number;
      }
    | undefined;
  return new ApiFailure(
    error?.code ?? 'BAD_ANSWER',
    error?.message ?? `The answer was ${status}, without a reason.`,
    status,
    error?.field,
    error?.retry_after_ms,
    body,
  );
}
