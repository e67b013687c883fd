import { randomBytes } from 'node:crypto';
import type { RouteGroup } from './group-names.js';

/** Settings of accounts. */
export interface AuthOptions {
  /** Signs access tokens; at least 32 bytes. */
  readonly key: Uint8Array;
  readonly accessTtlS: number;
  readonly refreshTtlS: number;
  /** How long a spent refresh token is taken for another tab's, not for a thief's. */
  readonly refreshGraceS: number;
  /** Who may make an account. */
  readonly registration: 'closed' | 'open';
}

/** {@link AuthOptions} with what concerns browsers. */
export interface AuthSettings extends AuthOptions {
  /** Whether browsers may send cookies over HTTPS only. */
  readonly secureCookies: boolean;
}

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
  /** What consoles were told of calls, by type. */
  liveFacts(types: readonly string[]): void;
  /** A console had to be brought to the present by a snapshot. */
  liveResync(reason: string): void;
}

/** Settings of the API; all plain data. */
export interface ApiOptions {
  /** Address that is listened on; decides whether a token is required. */
  readonly host: string;
  /** Bearer token of whoever may do everything. */
  readonly token?: string | undefined;
  /** Token of the calendar feed, given in its address; the bearer token opens it too. */
  readonly calendarFeedToken?: string | undefined;
  /** Web origins that may call beside the API's own. Default none. */
  readonly allowedOrigins?: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Requests a client may send to each text entry point per minute, and conversations it may begin; 0 = no limit. Default 10. */
  readonly rateLimitPerMinute?: number;
  /** Largest request body, bytes. Default 65536. */
  readonly bodyLimitBytes?: number;
  /** Largest document that is uploaded, bytes. Default 20,000,000. */
  readonly uploadMaxBytes?: number;
  /** Longest wait for the program to answer a request, ms. Default 10000. */
  readonly portTimeoutMs?: number;
  /** Accounts. Without a key one is made that lives as long as the options. */
  readonly auth?: Partial<AuthSettings>;
  /** Where people reach the API; http:// with `reachedAt` and the port unless told. */
  readonly publicUrl?: string | undefined;
  /** Name or address of this machine as others reach it. Default the host. */
  readonly reachedAt?: string | undefined;
  /** Version shown in the OpenAPI document. */
  readonly version: string;
  /** Folder with the built console; none is served unless given. */
  readonly consoleDir?: string | undefined;
  /** What is served beside health, readiness, metrics and docs. Default everything. */
  readonly routes?: readonly RouteGroup[] | undefined;
}

/** {@link ApiOptions} with every default filled in. */
export interface ResolvedApiOptions {
  readonly host: string;
  readonly token: string | undefined;
  readonly calendarFeedToken: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly rateLimitPerMinute: number;
  readonly bodyLimitBytes: number;
  readonly uploadMaxBytes: number;
  readonly portTimeoutMs: number;
  readonly auth: AuthSettings;
  readonly publicUrl: string | undefined;
  readonly reachedAt: string;
  readonly version: string;
  readonly consoleDir: string | undefined;
  readonly routes: readonly RouteGroup[] | undefined;
}

/** Fills in the defaults; `0` stays zero. */
export function resolveApiOptions(options: ApiOptions): ResolvedApiOptions {
  return {
    host: options.host,
    token: options.token,
    calendarFeedToken: options.calendarFeedToken,
    allowedOrigins: options.allowedOrigins ?? [],
    trustedProxies: options.trustedProxies ?? [],
    rateLimitPerMinute: options.rateLimitPerMinute ?? 10,
    bodyLimitBytes: options.bodyLimitBytes ?? 65_536,
    uploadMaxBytes: options.uploadMaxBytes ?? 20_000_000,
    portTimeoutMs: options.portTimeoutMs ?? 10_000,
    auth: {
      key: randomBytes(32),
      accessTtlS: 1800,
      refreshTtlS: 604_800,
      refreshGraceS: 15,
      registration: 'closed',
      secureCookies: options.publicUrl?.startsWith('https:') ?? false,
      ...options.auth,
    },
    publicUrl: options.publicUrl,
    reachedAt: options.reachedAt ?? options.host,
    version: options.version,
    consoleDir: options.consoleDir,
    routes: options.routes,
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
  liveFacts: nothing,
  liveResync: nothing,
};
