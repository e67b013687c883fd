import { EventEmitter } from 'node:events';
import type {
  SrfDialog,
  SrfInviteOptions,
  SrfMessage,
  SrfPort,
  SrfRequest,
  SrfResponse,
} from '../../../src/call/srf-port.js';

type Headers = Record<string, string>;

/** A message as drachtio-srf would show it. */
export class StubMessage extends EventEmitter implements SrfMessage {
  readonly headers: Headers = {};

  constructor(
    headers: Headers,
    readonly body = '',
  ) {
    super();
    for (const [name, value] of Object.entries(headers)) this.headers[name.toLowerCase()] = value;
  }

  get = (name: string): string | undefined => this.headers[name.toLowerCase()];
  has = (name: string): boolean => name.toLowerCase() in this.headers;

  getParsedHeader(name: string): unknown {
    const value = this.get(name);
    if (value === undefined) throw new Error(`header ${name} not available`);
    return name.toLowerCase() === 'contact'
      ? [{ uri: value.replace(/[<>]/g, '') }]
      : { uri: value, params: {} };
  }
}

export class StubRequest extends StubMessage implements SrfRequest {
  source_address = '192.0.2.10';
  source_port = 5060;
  protocol = 'udp';
  socket?: unknown = {};
  cancelled: Headers | undefined;

  constructor(
    readonly method: string,
    readonly uri: string,
    headers: Headers,
    body = '',
  ) {
    super(headers, body);
  }

  cancel(options: { headers?: Headers }, callback: (error: unknown) => void): void {
    this.cancelled = options.headers ?? {};
    callback(null);
  }
}

export interface Sent {
  status: number;
  headers: Headers;
  body: string | undefined;
}

export class StubResponse extends StubMessage implements SrfResponse {
  readonly sent: Sent[] = [];
  finalResponseSent = false;

  constructor(
    readonly status = 0,
    headers: Headers = {},
    body = '',
  ) {
    super(headers, body);
  }

  send(status: number, options: { headers?: Headers; body?: string } = {}): void {
    if (this.finalResponseSent) throw new Error('final response already sent');
    this.finalResponseSent = status >= 200;
    this.sent.push({ status, headers: options.headers ?? {}, body: options.body });
  }
}

export class StubDialog extends EventEmitter implements SrfDialog {
  connected = true;
  readonly local = { sdp: '', contact: '<sip:agent@127.0.0.1>' };
  readonly byes: Headers[] = [];
  readonly requests: {
    method: string;
    headers: Headers;
    done: (error: unknown, response?: SrfResponse) => void;
  }[] = [];
  /** Set to hold the answer to BYE back. */
  byeDone: ((error: unknown) => void) | undefined;
  holdBye = false;

  constructor(
    readonly id: string,
    readonly req: StubRequest,
    readonly res: StubResponse,
  ) {
    super();
  }

  destroy(options: { headers?: Headers }, callback: (error: unknown) => void): void {
    this.byes.push(options.headers ?? {});
    this.connected = false;
    if (this.holdBye) this.byeDone = callback;
    else callback(null);
  }

  request(
    options: { method: string; headers?: Headers },
    callback: (error: unknown, response?: SrfResponse) => void,
  ): void {
    this.requests.push({ method: options.method, headers: options.headers ?? {}, done: callback });
  }

  /** The peer, or the SIP server, sends BYE. */
  bye(reason = 'normal release', headers: Headers = {}): void {
    this.connected = false;
    this.emit('destroy', new StubMessage(headers), reason);
    this.removeAllListeners();
  }

  /** The peer sends a request in the dialog. */
  receive(event: string, headers: Headers = {}, body = ''): StubResponse {
    const res = new StubResponse();
    this.emit(event, new StubRequest(event, 'sip:agent@127.0.0.1', headers, body), res);
    return res;
  }
}

interface Answer {
  sdp: string;
  headers: Headers;
  callback: (error: unknown, dialog?: SrfDialog) => void;
  req: StubRequest;
  res: StubResponse;
}

interface Invite {
  uri: string;
  options: SrfInviteOptions;
  cbRequest: (error: unknown, request?: SrfRequest) => void;
  cbProvisional: (response: SrfResponse) => void;
  callback: (error: unknown, dialog?: SrfDialog) => void;
}

/** drachtio-srf without a server: a test plays the server's part. */
export class StubSrf extends EventEmitter implements SrfPort {
  readonly _dialogs = new Map<string, SrfDialog>();
  readonly handlers = new Map<string, (req: SrfRequest, res: SrfResponse) => void>();
  readonly answers: Answer[] = [];
  readonly invites: Invite[] = [];
  /** What the connect does; succeeds unless told. */
  onConnect: (srf: StubSrf) => void = (srf) => srf.emit('connect', null, 'udp/127.0.0.1:5060');
  connectOptions: unknown;
  disconnects = 0;

  connect(options: unknown): void {
    this.connectOptions = options;
    this.onConnect(this);
  }

  disconnect(): void {
    this.disconnects++;
  }

  use(method: string, handler: (req: SrfRequest, res: SrfResponse) => void): void {
    this.handlers.set(method, handler);
  }

  createUAS(
    req: StubRequest,
    res: StubResponse,
    options: { localSdp: string; headers: Headers },
    callback: (error: unknown, dialog?: SrfDialog) => void,
  ): void {
    res.finalResponseSent = true;
    this.answers.push({ sdp: options.localSdp, headers: options.headers, callback, req, res });
  }

  createUAC(
    uri: string,
    options: SrfInviteOptions,
    progress: Pick<Invite, 'cbRequest' | 'cbProvisional'>,
    callback: Invite['callback'],
  ): void {
    this.invites.push({ uri, options, ...progress, callback });
  }

  removeDialog(dialog: SrfDialog): void {
    this._dialogs.delete(dialog.id);
  }

  /** A request from the network. */
  receive(method: string, req: StubRequest): StubResponse {
    const res = new StubResponse();
    this.handlers.get(method)?.(req, res);
    return res;
  }

  /** The server says that the 200 of the last answer is on the wire. */
  confirmAnswer(): StubDialog {
    const answer = this.answers.at(-1);
    if (answer === undefined) throw new Error('nothing was answered');
    const dialog = new StubDialog(`dialog-${this._dialogs.size + 1}`, answer.req, answer.res);
    this._dialogs.set(dialog.id, dialog);
    answer.callback(null, dialog);
    return dialog;
  }
}
