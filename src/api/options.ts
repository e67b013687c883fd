/** What the API logs with. Messages are constants; personal data stand under a `pii` key. */
export interface ApiLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What the API counts. Routes are patterns, never paths as they were sent. */
export interface ApiObserver {
  request(o: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly ms: number;
  }): void;
  rateLimited(route: string): void;
  socketOpened(): void;
  socketClosed(reason: string): void;
  /** Chunks of 50 ms that a slow reader lost. */
  audioDropped(chunks: number): void;
  /** Inbound messages of a socket that were refused. */
  messageRefused(reason: string): void;
}

/** Settings of the API; all plain data. */
export interface ApiOptions {
  /** Address that is listened on; decides whether a token is required. */
  readonly host: string;
  /** Bearer token; asked for as soon as it is set. Required unless `host` is loopback. */
  readonly token?: string | undefined;
  /** Web origins that may call beside the API's own. Default none. */
  readonly allowedOrigins?: readonly string[];
  /** Requests a client may send to each text entry point per minute; 0 = no limit. Default 10. */
  readonly rateLimitPerMinute?: number;
  /** Largest request body, bytes. Default 65536. */
  readonly bodyLimitBytes?: number;
  /** Longest wait for the program to answer a request, ms. Default 10000. */
  readonly portTimeoutMs?: number;
  /** Version shown in the OpenAPI document. */
  readonly version: string;
}

/** {@link ApiOptions} with every default filled in. */
export interface ResolvedApiOptions {
  readonly host: string;
  readonly token: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly rateLimitPerMinute: number;
  readonly bodyLimitBytes: number;
  readonly portTimeoutMs: number;
  readonly version: string;
}

/** Fills in the defaults; `0` stays zero. */
export function resolveApiOptions(options: ApiOptions): ResolvedApiOptions {
  return {
    host: options.host,
    token: options.token,
    allowedOrigins: options.allowedOrigins ?? [],
    rateLimitPerMinute: options.rateLimitPerMinute ?? 10,
    bodyLimitBytes: options.bodyLimitBytes ?? 65_536,
    portTimeoutMs: options.portTimeoutMs ?? 10_000,
    version: options.version,
  };
}

const nothing = (): void => undefined;

/** Logs nothing. */
export const SILENT_API_LOG: ApiLog = { info: nothing, warn: nothing, error: nothing };

/** Counts nothing. */
export const NO_OBSERVER: ApiObserver = {
  request: nothing,
  rateLimited: nothing,
  socketOpened: nothing,
  socketClosed: nothing,
  audioDropped: nothing,
  messageRefused: nothing,
};
