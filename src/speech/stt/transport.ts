import type { Result } from '../../kernel/result.js';
import type { Failure } from '../../net/failure.js';
import { openSocket, type ClientSocket } from '../../net/socket-client.js';
import { SETUP_MS } from './core/link.js';

/** An open connection to a recogniser. */
export type Connection = Pick<ClientSocket, 'send' | 'close' | 'closed'>;

/** Opens a connection to a recogniser. Never rejects. */
export type Transport = (options: {
  readonly sampleRateHz: 8000 | 16000;
  /** Gives the attempt up, or cuts the connection. */
  readonly signal: AbortSignal;
  /** Called with each message, in order. */
  readonly onMessage: (text: string) => void;
}) => Promise<Result<Connection, Failure>>;

/** Where a provider's socket is. Address and headers may hold keys: neither is ever shown. */
export interface SocketAddress {
  readonly url: (sampleRateHz: 8000 | 16000) => string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The longest message that a provider may send, bytes. Audio of a conversing model is the largest. */
const MAX_MESSAGE_BYTES = 2_000_000;

/** Connections over a WebSocket. Binary messages hold the same JSON as text does. */
export function socketTransport({ url, headers }: SocketAddress): Transport {
  return ({ sampleRateHz, signal, onMessage }) =>
    openSocket({
      url: url(sampleRateHz),
      headers,
      openMs: SETUP_MS,
      signal,
      maxPayloadBytes: MAX_MESSAGE_BYTES,
      onMessage: (data) => onMessage(data.toString('utf8')),
    });
}
