import { LeibnizError } from '../kernel/errors.js';
import { addMs, type Scheduler } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import { reasonHeader } from './core/termination.js';
import { guarded, type CallLog } from './log.js';
import type { SrfConnectOptions, SrfDialog, SrfPort } from './srf-port.js';

/** Where the SIP server's control port is. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** What the edge wants to know of the connection. */
export interface ConnectionListener {
  /** The connection broke; it is being made again. */
  onLost(): void;
  /** The connection is back. Dialogs of before may or may not exist on the server. */
  onRestored(): void;
}

/** BYEs kept while the server is away; the oldest is given up. */
const MAX_DEFERRED = 1000;
const RETRY_MAX_DELAY_MS = 5000;

/**
 * The control connection to the SIP server: the first connect, which fails with one clear error, the reconnects
 * after it, which go on for ever, and the BYEs that fall due in between.
 */
export class ServerConnection {
  readonly #reconnect: SrfConnectOptions['reconnect'] = { maxAttempts: 1, retryMaxDelay: RETRY_MAX_DELAY_MS };
  readonly #deferred: { dialog: SrfDialog; reason: Termination }[] = [];
  #state: 'new' | 'connected' | 'lost' | 'closed' = 'new';
  #reconnects = 0;

  constructor(
    private readonly srf: SrfPort,
    private readonly address: ServerAddress,
    private readonly scheduler: Scheduler,
    private readonly log: CallLog,
    private readonly listener: ConnectionListener,
  ) {}

  get connected(): boolean {
    return this.#state === 'connected';
  }

  /** Times the connection came back. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /**
   * Connects for the first time.
   *
   * @throws LeibnizError SIP_SERVER_UNREACHABLE when nothing answers within `timeoutMs` or the secret is refused
   */
  async open(timeoutMs: number): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      const stopTimer = this.scheduler.at(addMs(this.scheduler.now(), timeoutMs), () =>
        reject(this.#unreachable(`did not answer within ${timeoutMs} ms`)),
      );
      this.srf.on('connect', (error) => {
        stopTimer();
        if (error === null || error === undefined) resolve();
        else reject(this.#unreachable('refused the secret'));
      });
      this.srf.on('error', (error) => {
        stopTimer();
        reject(this.#unreachable(`cannot be reached (${errorCode(error)})`));
      });
    });
    this.srf.on(
      'connect',
      guarded(this.log, 'connect', (error: unknown) => this.#onConnect(error)),
    );
    this.srf.on('error', (error) =>
      this.log.warn({ code: errorCode(error) }, 'the SIP server connection failed'),
    );
    this.srf.on(
      'close',
      guarded(this.log, 'close', () => this.#onClose()),
    );
    this.srf.connect({ ...this.address, reconnect: this.#reconnect });
    try {
      await connected;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Ends a dialog by BYE, or keeps the BYE until the connection is back. `done` runs once, without an error. */
  bye(dialog: SrfDialog, reason: Termination, done: () => void): void {
    if (!this.connected) {
      this.#defer(dialog, reason);
      done();
      return;
    }
    const finished = guarded(this.log, 'bye', (error: unknown) => {
      // The connection broke under the request; the server may still know the dialog when it is back.
      if (errorCode(error) === 'ESOCKETDESTROYED' && this.#state !== 'closed') this.#defer(dialog, reason);
      done();
    });
    dialog.destroy({ headers: { Reason: reasonHeader(reason) } }, finished);
  }

  /** Closes the connection for good. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#reconnect.maxAttempts = 1;
    try {
      this.srf.disconnect();
    } catch {
      // drachtio-srf throws when there is no connection to close.
    }
  }

  #onConnect(error: unknown): void {
    if (this.#state === 'closed') return this.srf.disconnect();
    if (error !== null && error !== undefined) {
      this.log.error({}, 'the SIP server refused the secret');
      return;
    }
    const first = this.#state === 'new';
    this.#state = 'connected';
    this.#reconnect.maxAttempts = 0;
    if (first) return;
    this.#reconnects++;
    this.log.info({ deferred: this.#deferred.length }, 'the SIP server connection is back');
    this.listener.onRestored();
    for (const { dialog, reason } of this.#deferred.splice(0)) {
      moveToCurrentConnection(dialog);
      this.bye(dialog, reason, () => undefined);
    }
  }

  #onClose(): void {
    if (this.#state !== 'connected') return;
    this.#state = 'lost';
    this.log.error({}, 'the SIP server connection was lost');
    this.listener.onLost();
  }

  #defer(dialog: SrfDialog, reason: Termination): void {
    if (this.#deferred.length === MAX_DEFERRED) this.#deferred.shift();
    this.#deferred.push({ dialog, reason });
  }

  #unreachable(what: string): LeibnizError {
    const { host, port } = this.address;
    return new LeibnizError(
      'SIP_SERVER_UNREACHABLE',
      `The SIP server at ${host}:${port} ${what}; check SIP_SERVER and that the server runs.`,
      { field: 'SIP_SERVER' },
    );
  }
}

/** drachtio-srf sends a dialog's requests on the connection it was made on; without one it takes the current one. */
export function moveToCurrentConnection(dialog: SrfDialog): void {
  dialog.req.socket = undefined;
}

/** The code of an error without its text, which may hold an address. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'unknown';
  return typeof error.code === 'string' ? error.code : 'unknown';
}
