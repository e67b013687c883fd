import { parsedJson } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { openSocket, type ClientSocket } from '../../../net/socket-client.js';

/** One context of a shared socket: a sentence that is being spoken. */
export interface SocketContext {
  /** Takes a message that names this context. */
  onMessage(value: unknown): void;
  /** The socket is gone, or refused: the context ends with this. */
  onLost(failure: Failure): void;
}

/** What differs between the services that speak several texts over one socket. */
export interface ContextProtocol {
  /** Address and headers; asked at each connection. */
  target(): { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  /** The context that a message is about. */
  contextOf(value: unknown): string | undefined;
  /** What a message without a context says of the whole socket; undefined to pass over it. */
  fatal(value: unknown): Failure | undefined;
  /** What a close means for the contexts that were open. */
  closed(code: number, reason: string): Failure;
  /** Sockets without a context are closed after this time, before the service does it. */
  readonly idleMs: number;
}

const OPEN_MS = 2000;
const MAX_PAYLOAD_BYTES = 4_000_000;

/** One socket that carries several contexts: opened when it is needed, closed when it is idle, opened again when lost. */
export class ContextSocket {
  readonly #contexts = new Map<string, SocketContext>();
  #socket: ClientSocket | undefined;
  #opening: Promise<Result<ClientSocket, Failure>> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #next = 1;
  #closed = false;

  constructor(private readonly protocol: ContextProtocol) {}

  /** Contexts on it now. */
  get size(): number {
    return this.#contexts.size;
  }

  /** An open socket with a place for the context; a failure when it cannot be had. */
  async join(
    context: SocketContext,
  ): Promise<Result<{ readonly id: string; send(message: object): boolean }, Failure>> {
    if (this.#closed) return err({ kind: 'caller_abort', message: 'the engine is closing' });
    const id = `c${this.#next++}`;
    this.#contexts.set(id, context);
    clearTimeout(this.#idle);
    const opened = await this.#open();
    if (!opened.ok) {
      this.#contexts.delete(id);
      return opened;
    }
    return ok({ id, send: (message) => opened.value.send(JSON.stringify(message)) });
  }

  /** The context is over: its messages are passed over from now on. */
  leave(id: string): void {
    this.#contexts.delete(id);
    if (this.#contexts.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#drop(), this.protocol.idleMs).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#idle);
    this.#drop();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #open(): Promise<Result<ClientSocket, Failure>> {
    if (this.#socket !== undefined) return Promise.resolve(ok(this.#socket));
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #connect(): Promise<Result<ClientSocket, Failure>> {
    let lost: Failure | undefined;
    const opened = await openSocket({
      ...this.protocol.target(),
      openMs: OPEN_MS,
      maxPayloadBytes: MAX_PAYLOAD_BYTES,
      onMessage: (data) => (lost = this.#message(data) ?? lost),
    });
    if (!opened.ok) return opened;
    const socket = opened.value;
    if (this.#closed) {
      socket.close();
      return err({ kind: 'caller_abort', message: 'the engine is closing' });
    }
    this.#socket = socket;
    void socket.closed.then(({ code, reason }) => {
      if (this.#socket === socket) this.#socket = undefined;
      else if (this.#socket !== undefined) return;
      const failure = lost ?? this.protocol.closed(code, reason);
      for (const context of [...this.#contexts.values()]) context.onLost(failure);
    });
    return opened;
  }

  /** @returns what a message says of the whole socket */
  #message(data: Buffer): Failure | undefined {
    const value = parsedJson(data);
    const id = this.protocol.contextOf(value);
    if (id === undefined) return this.protocol.fatal(value);
    this.#contexts.get(id)?.onMessage(value);
    return undefined;
  }
}

/**
 * Runs one context to its end. Never rejects.
 *
 * @param begin - sends the text
 * @param giveUp - what tells the service that nobody listens any more
 * @param take - reads a message; `done` ends the context
 */
export function speakInContext(
  socket: ContextSocket,
  signal: AbortSignal,
  parts: {
    readonly begin: (id: string) => readonly object[];
    readonly giveUp: (id: string) => object;
    readonly take: (value: unknown, done: (result: Result<undefined, Failure>) => void) => void;
  },
): Promise<Result<undefined, Failure>> {
  return new Promise((resolve) => {
    let over = false;
    let joined: { readonly id: string; send(message: object): boolean } | undefined;
    const settle = (result: Result<undefined, Failure>): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', onAbort);
      if (joined !== undefined) socket.leave(joined.id);
      resolve(result);
    };
    const onAbort = (): void => {
      if (joined !== undefined && !over) joined.send(parts.giveUp(joined.id));
      settle(err({ kind: 'caller_abort', message: 'the request was given up' }));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    void socket
      .join({
        onMessage: (value) => parts.take(value, settle),
        onLost: (failure) => settle(err(failure)),
      })
      .then((result) => {
        if (!result.ok) {
          settle(result);
          return;
        }
        joined = result.value;
        if (over) {
          socket.leave(joined.id);
          return;
        }
        for (const message of parts.begin(joined.id)) {
          if (!joined.send(message)) {
            settle(err({ kind: 'overloaded', message: 'the service takes no more' }));
          }
        }
      });
  });
}
