import { sdpInBody } from './core/mime.js';

/**
 * The part of drachtio-srf that the call leg uses, as it behaves (its own type definitions differ from the code in
 * several signatures). Tests put a stub in its place.
 */

/** A SIP request or response. */
export interface SrfMessage {
  readonly body?: string | undefined;
  get(header: string): string | undefined;
  has(header: string): boolean;
  /** Throws when the header is absent or cannot be read. */
  getParsedHeader(header: string): unknown;
}

/** A request, received or sent. */
export interface SrfRequest extends SrfMessage {
  readonly method: string;
  readonly uri: string;
  readonly source_address?: string;
  readonly source_port?: number;
  readonly protocol?: string;
  /** The control connection it came by. */
  socket?: unknown;
  once(event: 'cancel', listener: () => void): unknown;
  cancel(options: { headers?: Record<string, string> }, callback: (error: unknown) => void): void;
}

/** A response: to be sent, or received. */
export interface SrfResponse extends SrfMessage {
  readonly status?: number;
  readonly finalResponseSent?: boolean;
  send(
    status: number,
    options?: { headers?: Record<string, string>; body?: string },
    callback?: (error: unknown) => void,
  ): void;
}

/** Events of a dialog that carry a request to be answered. */
export type DialogRequestEvent =
  'modify' | 'update' | 'info' | 'notify' | 'options' | 'message' | 'refer' | 'publish' | 'subscribe';

/** An INVITE dialog. */
export interface SrfDialog {
  readonly id: string;
  readonly connected: boolean;
  readonly local: { sdp?: string; contact?: string };
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  on(event: 'destroy', listener: (request: SrfMessage, reason?: string) => void): unknown;
  on(event: 'ack', listener: (request: SrfRequest) => void): unknown;
  on(event: DialogRequestEvent, listener: (request: SrfRequest, response: SrfResponse) => void): unknown;
  destroy(options: { headers?: Record<string, string> }, callback: (error: unknown) => void): unknown;
  request(
    options: { method: string; headers?: Record<string, string>; body?: string },
    callback: (error: unknown, response?: SrfResponse) => void,
  ): unknown;
}

/** Options of an outbound INVITE. */
export interface SrfInviteOptions {
  localSdp: string;
  headers: Record<string, string>;
  proxy?: string;
  auth?: { username: string; password: string };
}

/** Options of the control connection. `reconnect` is read again at every loss. */
export interface SrfConnectOptions {
  host: string;
  port: number;
  secret: string;
  enablePing?: boolean;
  pingInterval?: number;
  reconnect: { maxAttempts?: number; retryMaxDelay: number };
}

/** A connection to a SIP server. */
export interface SrfPort {
  /** Dialogs by id. Not a documented member; read by the orphan sweep only. */
  readonly _dialogs?: Map<string, SrfDialog>;
  connect(options: SrfConnectOptions): unknown;
  disconnect(): void;
  on(
    event: 'connect',
    listener: (error: unknown, hostport?: string, serverVersion?: string) => void,
  ): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'reconnecting', listener: (attempt: unknown) => void): unknown;
  use(method: string, handler: (request: SrfRequest, response: SrfResponse) => void): unknown;
  /**
   * Answers an INVITE with 200. The callback may run twice: with a 487 error for a CANCEL, and then with the dialog
   * of a 200 that went out all the same.
   */
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: { localSdp: string; headers: Record<string, string> },
    callback: (error: unknown, dialog?: SrfDialog) => void,
  ): unknown;
  createUAC(
    uri: string,
    options: SrfInviteOptions,
    progress: {
      cbRequest: (error: unknown, request?: SrfRequest) => void;
      cbProvisional: (response: SrfResponse) => void;
    },
    callback: (error: unknown, dialog?: SrfDialog) => void,
  ): unknown;
  removeDialog(dialog: SrfDialog): void;
}

/** Methods a peer may send us (RFC 3261 section 20.5). */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, PRACK';
/** Body types we take in an INVITE. */
export const ACCEPT = 'application/sdp, multipart/mixed';
/** What an answer to OPTIONS says (RFC 3261 section 11.2). The SIP server fills in the extensions it knows. */
export const OFFERED: Readonly<Record<string, string>> = {
  Allow: ALLOW,
  Accept: ACCEPT,
  'Accept-Encoding': 'identity',
  'Accept-Language': 'en',
  Supported: '',
};

/** The SDP of a message, also inside a multipart body; undefined when it has none. */
export const sdpOf = (message: SrfMessage): string | undefined =>
  sdpInBody(message.get('content-type'), message.body);

/** CSeq number of a message; -1 when it cannot be read. */
export function cseqOf(message: SrfMessage): number {
  const value = /^\s*(\d{1,10})\b/.exec(message.get('cseq') ?? '')?.[1];
  return value === undefined ? -1 : Number(value);
}
