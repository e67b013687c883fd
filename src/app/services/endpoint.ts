import type { ServiceStatus } from '../../api/ports.js';
import { ERROR_CATALOGUE, LeibnizError, type ErrorCode } from '../../kernel/errors.js';
import { parsedJson, textAt } from '../../kernel/json.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Failure } from '../../net/failure.js';
import { HttpClient, type HttpStream } from '../../net/http-client.js';
import { SERVICE_PREFIX } from '../../api/services/wire.js';

/** One request to a role; the path is below the prefix of internal paths. */
export interface ServiceRequest {
  readonly path: string;
  readonly body?: unknown;
  /** In place of `body`. */
  readonly bytes?: { readonly type: string; readonly body: Uint8Array };
  readonly signal?: AbortSignal | undefined;
  /** Longest time from the request to the last byte. */
  readonly totalMs: number;
}

const HEALTH_MS = 1000;
/** How long an answer about health is good for. */
const HEALTH_GOOD_MS = 2000;
const CONNECT_MS = 500;

/** A role in another process, at one address. */
export class ServiceEndpoint {
  readonly #http: HttpClient;
  readonly #path: string;
  #health: { readonly at: number; readonly status: Promise<ServiceStatus> } | undefined;

  /**
   * @param url - address of the role, with a path where a gateway stands before it
   * @param token - ADMIN_TOKEN, which the roles of one installation share
   */
  constructor(
    readonly url: string,
    token: string | undefined,
  ) {
    const { origin, pathname } = new URL(url);
    this.#path = pathname.replace(/\/+$/, '');
    this.#http = new HttpClient({
      origin,
      connections: 64,
      connectMs: CONNECT_MS,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  }

  /** Host and port, for metrics and health. */
  get name(): string {
    return new URL(this.url).host;
  }

  /** Asks and reads JSON. Never rejects. */
  async ask(request: ServiceRequest): Promise<Result<unknown, Failure>> {
    const { signal, totalMs, path } = request;
    const method = request.body === undefined && request.bytes === undefined ? 'GET' : 'POST';
    const limits = { signal, headersMs: totalMs, totalMs, maxBytes: 32_000_000 };
    const reply = await this.#http.request({ method, ...this.#message(path, request), ...limits });
    if (!reply.ok) return reply;
    if (reply.value.body.byteLength === 0) return ok(undefined);
    const value = parsedJson(reply.value.body);
    return value === undefined ? err({ kind: 'truncated', message: 'the answer is no JSON' }) : ok(value);
  }

  /** Asks for an answer that comes in pieces. Never rejects. */
  stream(request: ServiceRequest): Promise<Result<HttpStream, Failure>> {
    const { signal, totalMs, path } = request;
    const limits = { signal, headersMs: totalMs, idleMs: totalMs };
    return this.#http.stream({ method: 'POST', ...this.#message(path, request), ...limits });
  }

  /** What the role says of itself; `unhealthy` when it does not answer. */
  health(): Promise<ServiceStatus> {
    const now = performance.now();
    if (this.#health === undefined || now - this.#health.at > HEALTH_GOOD_MS) {
      this.#health = { at: now, status: this.#askHealth() };
    }
    return this.#health.status;
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #askHealth(): Promise<ServiceStatus> {
    const limits = { headersMs: HEALTH_MS, totalMs: HEALTH_MS };
    const reply = await this.#http.request({ method: 'GET', path: `${this.#path}/health`, ...limits });
    if (!reply.ok) return 'unhealthy';
    const status = textAt(parsedJson(reply.value.body), 'status');
    return status === 'healthy' || status === 'degraded' ? status : 'unhealthy';
  }

  #message(
    path: string,
    { body, bytes }: ServiceRequest,
  ): { path: string; headers: Record<string, string>; body?: string | Uint8Array } {
    const at = { path: `${this.#path}${SERVICE_PREFIX}${path}` };
    if (bytes !== undefined) return { ...at, headers: { 'content-type': bytes.type }, body: bytes.body };
    if (body === undefined) return { ...at, headers: {} };
    return { ...at, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }
}

/** A failure as the error that the port behind the role threw; one of the way there where it threw none. */
export function errorOfFailure(failure: Failure, otherwise: ErrorCode): LeibnizError {
  const code = failure.code !== undefined && isErrorCode(failure.code) ? failure.code : otherwise;
  return new LeibnizError(code, failure.message);
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CATALOGUE, code);
