import { LeibnizError } from '../kernel/errors.js';
import type { Termination } from '../kernel/vocab.js';
import type { ServerConnection } from './connection.js';
import { OfferAnswer } from './core/offer-answer.js';
import { parseAddressList, parseSipUri } from './core/sip-address.js';
import { parseReasons, reasonHeader } from './core/termination.js';
import type { ReferDone } from './core/transfer-machine.js';
import type { UnsentCause } from './core/types.js';
import { DialogPort } from './dialog-port.js';
import type { CallHost, CallLeg } from './host.js';
import { statusOf, textOf } from './inbound.js';
import type { Leg, Signalling } from './leg.js';
import { guarded, type CallLog } from './log.js';
import {
  ALLOW,
  sdpOf,
  type SrfDialog,
  type SrfInviteOptions,
  type SrfPort,
  type SrfRequest,
  type SrfResponse,
} from './srf-port.js';

/** An outbound call. */
export interface DialOptions {
  /** `sip:` or `sips:` URI to call. */
  readonly uri: string;
  /** From: a number or user name (our own address is added), or a whole `sip:` URI. */
  readonly from?: string;
  readonly displayName?: string;
  /** Extra headers of the INVITE. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers a digest challenge (RFC 3261 section 22). */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Outbound proxy as a `sip:` URI. */
  readonly proxy?: string;
  /** Who provides media for this call; the edge's host unless told. `onCall` is not called for it. */
  readonly host?: CallHost;
  /** Ring this long before giving up with `no_answer`, in milliseconds. Default 60,000. */
  readonly ringMs?: number;
}

/** How an outbound call attempt came out. */
export type DialOutcome =
  | { readonly type: 'answered' }
  | {
      readonly type: 'failed';
      readonly reason: Termination;
      readonly status: number | undefined;
      /** What kept the INVITE from being sent at all. */
      readonly unsent?: UnsentCause;
    };

/** An outbound call. `ringing`, `answered` and `confirmed` come as events; hang-up before the answer cancels. */
export interface OutboundLeg extends CallLeg {
  /** Settles, without ever rejecting, when the call is confirmed or has ended before that. */
  readonly outcome: Promise<DialOutcome>;
}

const MAX_EXTRA_HEADERS = 32;
/** drachtio-server takes a frame of less than 12 kB, headers and SDP together. */
const MAX_HEADER_BYTES = 8192;

/**
 * Checks dial options; nothing in them may end a header line.
 *
 * @throws LeibnizError BAD_REQUEST naming the field
 */
export function checkDialOptions(options: DialOptions): void {
  const uri = parseSipUri(options.uri);
  if (uri?.host === undefined || !isToken(options.uri)) throw bad('uri', 'must be a sip: or sips: URI');
  if (
    options.proxy !== undefined &&
    (parseSipUri(options.proxy)?.host === undefined || !isToken(options.proxy))
  ) {
    throw bad('proxy', 'must be a sip: URI');
  }
  if (options.from !== undefined && !isToken(options.from)) {
    throw bad('from', 'must be a user name or a sip: URI');
  }
  if (/[\r\n]/.test(options.displayName ?? '')) throw bad('displayName', 'must be one line');
  const headers = Object.entries(options.headers ?? {});
  const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  if (headers.length > MAX_EXTRA_HEADERS || bytes > MAX_HEADER_BYTES) {
    throw bad('headers', 'are too many or too long');
  }
  for (const [name, value] of headers) {
    if (!/^[\w\-.!%*+`'~]+$/.test(name) || /[\r\n]/.test(value)) {
      throw bad('headers', 'must be valid SIP headers');
    }
  }
}

/** The SIP side of an outbound leg. */
export class OutboundSignalling implements Signalling {
  #request: SrfRequest | undefined;
  #cancelReason: Termination | undefined;
  #dialog: DialogPort | undefined;
  /** Answer in a reliable provisional response; the 200 may then have no SDP (RFC 3262 section 5). */
  #earlyAnswer: string | undefined;

  constructor(
    private readonly srf: SrfPort,
    private readonly options: DialOptions,
    private readonly leg: Leg,
    private readonly connection: ServerConnection,
    private readonly log: CallLog,
    private readonly onDialog: (dialog: SrfDialog, leg: Leg) => void,
  ) {}

  invite(sdp: string): void {
    const { auth, proxy } = this.options;
    const invite: SrfInviteOptions = {
      localSdp: sdp,
      headers: inviteHeaders(this.options),
      ...(auth === undefined ? {} : { auth: { ...auth } }),
      ...(proxy === undefined ? {} : { proxy }),
    };
    this.srf.createUAC(
      this.options.uri,
      invite,
      {
        cbRequest: guarded(this.log, 'inviteSent', (_error: unknown, request?: SrfRequest) => {
          if (request === undefined) return;
          this.#request = request;
          if (this.#cancelReason !== undefined) this.cancel(this.#cancelReason);
        }),
        cbProvisional: guarded(this.log, 'provisional', (response) => {
          if (response.has('rseq')) this.#earlyAnswer = sdpOf(response) ?? this.#earlyAnswer;
          this.leg.feed({ type: 'provisional', status: response.status ?? 100 });
        }),
      },
      guarded(this.log, 'createUAC', (error: unknown, dialog?: SrfDialog) => {
        if (dialog !== undefined) this.#established(dialog);
        else this.#failed(error);
      }),
    );
  }

  cancel(reason: Termination): void {
    this.#cancelReason = reason;
    this.#request?.cancel(
      { headers: { Reason: reasonHeader(reason) } },
      guarded(this.log, 'cancel', () => undefined),
    );
  }

  bye(reason: Termination): void {
    const done = (): void => this.leg.feed({ type: 'bye_done' });
    if (this.#dialog === undefined) done();
    else this.#dialog.bye(reason, done);
  }

  refer(target: string, done: ReferDone): void {
    const [from] = parseAddressList(this.#dialog?.raw.req.get('from'));
    if (this.#dialog === undefined) done(undefined);
    else this.#dialog.refer(target, from?.uri, done);
  }

  answer(): void {
    throw new Error('an outbound leg answers no INVITE');
  }

  reject(): void {
    throw new Error('an outbound leg rejects no INVITE');
  }

  #failed(error: unknown): void {
    const unsent = unsentCause(error, this.options);
    if (unsent !== undefined) {
      this.log.warn({ callId: this.leg.id, unsent }, 'an outbound call could not be sent');
    }
    const reasons = parseReasons(responseOf(error)?.get('reason'));
    const told = reasons.length === 0 ? {} : { reasons };
    this.leg.feed({ type: 'failed', status: statusOf(error), ...told, ...(unsent && { unsent }) });
  }

  #established(dialog: SrfDialog): void {
    this.onDialog(dialog, this.leg);
    this.#dialog = new DialogPort(
      dialog,
      new OfferAnswer(undefined, false),
      this.leg,
      this.connection,
      this.log,
    );
    this.leg.feed({ type: 'established', sdp: sdpOf(dialog.res) ?? this.#earlyAnswer });
    this.#dialog.checkConnected();
  }
}

/** The final response behind an error, if there was one. */
function responseOf(error: unknown): SrfResponse | undefined {
  if (typeof error !== 'object' || error === null || !('res' in error)) return undefined;
  return error.res as SrfResponse | undefined;
}

/** What the SIP server says of a request that it could not send. */
function unsentCause(error: unknown, { uri, proxy }: DialOptions): UnsentCause | undefined {
  const text = textOf(error);
  if (/\bdns\b/i.test(text)) return 'dns';
  const secure = /^sips:/i.test(proxy ?? uri) && statusOf(error) === 416;
  return secure || /transport not available/i.test(text) ? 'transport' : undefined;
}

function inviteHeaders(options: DialOptions): Record<string, string> {
  const headers: Record<string, string> = {
    ...options.headers,
    Allow: ALLOW,
    Supported: '100rel',
    'Content-Type': 'application/sdp',
  };
  if (options.from === undefined) return headers;
  // The SIP server puts its own address in the place of `localhost`.
  const uri = /^(sips?|tel):/i.test(options.from)
    ? options.from
    : `sip:${encodeUser(options.from)}@localhost`;
  const name = options.displayName === undefined ? '' : `"${options.displayName.replace(/["\\]/g, '\\$&')}" `;
  headers['From'] = `${name}<${uri}>`;
  return headers;
}

function encodeUser(user: string): string {
  return encodeURIComponent(user).replace(/%2B/gi, '+');
}

function isToken(text: string): boolean {
  return text.length > 0 && text.length <= 512 && !/[\s<>"]/.test(text);
}

function bad(field: string, what: string): LeibnizError {
  return new LeibnizError('BAD_REQUEST', `The ${field} of an outbound call ${what}.`, { field });
}
