import { WebSocket, type RawData } from 'ws';
import { err, ok, type Result } from '../kernel/result.js';
import { failureOfStatus, type Failure } from './failure.js';

/** How a WebSocket is opened. */
export interface SocketOptions {
  /** ws or wss. Never logged: services take keys in it. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Longest time until it is open. */
  readonly openMs: number;
  readonly signal?: AbortSignal | undefined;
  /** A larger message closes the socket (1009). Default 4 MB. */
  readonly maxPayloadBytes?: number;
  /** What may wait to be sent; beyond it {@link ClientSocket.send} refuses. Default 1 MB. */
  readonly maxWaitingBytes?: number;
  /** Called with each message, in order; `binary` tells the kind of its frames. */
  readonly onMessage: (data: Buffer, binary: boolean) => void;
}

/** How a socket ended: code 1006 when the connection was lost. The reason is the peer's own text. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** An open WebSocket. */
export interface ClientSocket {
  /** @returns false when it is closed, or too much waits to be sent already */
  send(data: string | Uint8Array): boolean;
  /** Bytes that wait to be sent. */
  waitingBytes(): number;
  /** Says goodbye; after a second without an answer the connection is cut. */
  close(code?: number, reason?: string): void;
  /** Resolves once, when the socket has ended. */
  readonly closed: Promise<SocketEnd>;
}

const GOODBYE_MS = 1000;
const DEFAULT_BYTES = 4_000_000;
const LONGEST_ERROR_BODY = 16_000;

/** Opens a WebSocket (RFC 6455). Never rejects; a refused upgrade is the {@link Failure} of its status. */
export async function openSocket(options: SocketOptions): Promise<Result<ClientSocket, Failure>> {
  const { signal, openMs, maxPayloadBytes = DEFAULT_BYTES } = options;
  if (signal?.aborted === true) return err({ kind: 'caller_abort', message: 'the request was given up' });
  const socket = new WebSocket(options.url, [...(options.protocols ?? [])], {
    handshakeTimeout: openMs,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    ...(options.headers === undefined ? {} : { headers: options.headers }),
  });
  const closed = new Promise<SocketEnd>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
  });
  const opened = await opening(socket, signal, openMs);
  if (!opened.ok) {
    socket.terminate();
    return opened;
  }
  socket.on('error', () => undefined);
  socket.on('message', (data, binary) => options.onMessage(asBuffer(data), binary));
  // A peer may greet in the packet of its upgrade: nothing is read before the caller has its socket.
  setImmediate(() => socket.resume());
  const abort = (): void => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  void closed.then(() => signal?.removeEventListener('abort', abort));
  return ok(new OpenSocket(socket, closed, options.maxWaitingBytes ?? 1_000_000));
}

class OpenSocket implements ClientSocket {
  constructor(
    private readonly socket: WebSocket,
    readonly closed: Promise<SocketEnd>,
    private readonly maxWaitingBytes: number,
  ) {}

  send(data: string | Uint8Array): boolean {
    if (this.socket.readyState !== WebSocket.OPEN || this.socket.bufferedAmount > this.maxWaitingBytes) {
      return false;
    }
    this.socket.send(data);
    return true;
  }

  waitingBytes(): number {
    return this.socket.bufferedAmount;
  }

  close(code = 1000, reason = ''): void {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close(code, reason);
    const cut = setTimeout(() => this.socket.terminate(), GOODBYE_MS).unref();
    void this.closed.then(() => clearTimeout(cut));
  }
}

function opening(
  socket: WebSocket,
  signal: AbortSignal | undefined,
  openMs: number,
): Promise<Result<undefined, Failure>> {
  return new Promise((resolve) => {
    // The handshake's own limit begins with the connection; a name that does not resolve has none.
    const late = setTimeout(
      () => settle(err({ kind: 'stalled', message: 'the service did not answer in time' })),
      openMs,
    );
    const onAbort = (): void => settle(err({ kind: 'caller_abort', message: 'the request was given up' }));
    const settle = (result: Result<undefined, Failure>): void => {
      clearTimeout(late);
      signal?.removeEventListener('abort', onAbort);
      // What still goes wrong with a socket that is given up is nobody's concern.
      socket.on('error', () => undefined);
      resolve(result);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => {
      socket.pause();
      settle(ok(undefined));
    });
    socket.once('error', (error: Error & { code?: string }) =>
      settle(
        err({
          kind: /timed? ?out/i.test(error.message) ? 'stalled' : 'overloaded',
          message: 'the service cannot be reached',
          ...(typeof error.code === 'string' ? { code: error.code } : {}),
        }),
      ),
    );
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body = (body + text).slice(0, LONGEST_ERROR_BODY)));
      const done = (): void =>
        settle(err(failureOfStatus(response.statusCode ?? 0, response.headers, body, Date.now())));
      response.once('end', done).once('close', done).once('error', done);
    });
  });
}

function asBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
