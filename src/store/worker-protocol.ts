import type { StoreHealth } from './types.js';
import type { StoreApi } from './store-server.js';

/** How follow-ups are delivered. */
export interface FollowupOptions {
  /** Where confirmations are posted; http or https. Absent: only the iCalendar file is made. */
  readonly webhookUrl?: string;
  /** Key of the HMAC-SHA256 signature; one kept in DATA_DIR unless told. */
  readonly webhookSecret?: string;
  /** Longest wait for the receiver's answer; 10,000 ms unless told. */
  readonly timeoutMs?: number;
  /** Name of the organiser in calendar files. */
  readonly organizer?: string;
  /** Address of the organiser in calendar files. */
  readonly organizerEmail?: string;
  /** Where appointments take place, as calendar files show it. */
  readonly location?: string;
}

/** Waits of the job queue; the defaults suit production. */
export interface QueueTuning {
  /** Pause before the first retry, doubled for each further one; 5000 ms. */
  readonly backoffMs?: number;
  /** A worker that is silent this long has lost its job; 30,000 ms. */
  readonly lockMs?: number;
  /** How often jobs of lost workers are looked for; 15,000 ms. */
  readonly stalledMs?: number;
  /** How often jobs that the queue may have lost are looked for; 60,000 ms. */
  readonly reconcileMs?: number;
  /** Prefix of every key in Redis; `leibniz`. */
  readonly prefix?: string;
}

/** Which sites may be read. */
export interface CrawlOptions {
  /** Host names; `*.` before one stands for all below it. */
  readonly hosts: readonly string[];
  /** Least pause between two requests to one host; 1000 ms unless told. */
  readonly pauseMs?: number;
  /** Reads sites of private networks and of this machine too; for tests. Never by a setting. */
  readonly privateNetworks?: boolean;
}

/** What the worker is told when it starts. */
export interface StoreWorkerData {
  readonly instanceId: string;
  readonly databaseFolder: string;
  /** Folder for a copy of the embedded database at each orderly end. */
  readonly backupFolder?: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly followup: FollowupOptions;
  readonly queue: QueueTuning;
  readonly crawl: CrawlOptions;
}

/** The worker's methods. */
export interface StoreWorkerApi extends StoreApi {
  /** Opens everything; called once, first. */
  open(): Promise<void>;
  /** Ends work and frees the database; the worker exits afterwards. */
  close(): Promise<void>;
}

/** State that the worker reports when it changes, and once a second as a sign of life. */
export interface WorkerStatus {
  readonly databaseConnected: boolean;
  /** False while the database does not take a write. */
  readonly databaseWritable: boolean;
  readonly queue: StoreHealth['queue'];
}

/** Messages from the worker that are not replies. */
export type WorkerNotice =
  | { readonly store: 'status'; readonly status: WorkerStatus }
  | {
      readonly store: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Record<string, unknown>;
      readonly message: string;
    };

/** True for {@link WorkerNotice}. */
export function isWorkerNotice(message: unknown): message is WorkerNotice {
  return typeof message === 'object' && message !== null && 'store' in message;
}
