import type { ErrorCode } from '../kernel/errors.js';
import type { ApiOptions } from './options.js';

/** What the API thread is started with. */
export interface ApiWorkerData {
  readonly options: ApiOptions;
  /** 0 = any free port. */
  readonly port: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly logPii: boolean;
}

/** What the API thread tells about itself. */
export type ApiWorkerMessage =
  | { readonly api: 'listening'; readonly port: number }
  | { readonly api: 'failed'; readonly code: ErrorCode; readonly message: string; readonly field?: string };

/** What the API thread can be told. */
export interface ApiWorkerControl {
  /** Takes no new requests, closes sockets, lets the thread end. */
  close(): Promise<void>;
}
