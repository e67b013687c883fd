import { err, ok, type Result } from '../kernel/result.js';
import type { Termination } from '../kernel/vocab.js';
import type { ServerConnection } from './connection.js';
import { printable, type IdentityHeaders } from './core/identity.js';
import { acceptsSdp, isPlainEncoding } from './core/mime.js';
import { OfferAnswer } from './core/offer-answer.js';
import { parseAddressList, parseSipUri } from './core/sip-address.js';
import { reasonHeader, warningHeader } from './core/termination.js';
import type { ReferDone } from './core/transfer-machine.js';
import type { MediaWarning } from './core/types.js';
import { DialogPort } from './dialog-port.js';
import type { Leg, Signalling } from './leg.js';
import { guarded, type CallLog } from './log.js';
import {
  ACCEPT,
  ALLOW,
  cseqOf,
  sdpOf,
  type SrfDialog,
  type SrfPort,
  type SrfRequest,
  type SrfResponse,
} from './srf-port.js';

/** What an INVITE says, after it was found fit to be answered. */
export interface InviteFacts {
  readonly offer: string | undefined;
  readonly cseq: number;
  readonly sipCallId: string;
  /** Call-ID, From tag and CSeq: the same in every copy of one request (RFC 3261 section 8.2.2.2). */
  readonly requestKey: string;
  /** Branch of the top Via: the same only in a retransmission. */
  readonly branch: string;
  readonly identity: IdentityHeaders;
  readonly headers: Readonly<Record<string, string>>;
}

/** Why an INVITE is refused before it becomes a call. */
export interface InviteFault {
  readonly status: number;
  /** Phrase for the log. */
  readonly what: string;
  readonly headers?: Record<string, string>;
}

const MAX_HEADERS = 32;
const MAX_HEADER_CHARS = 512;
const INCOMPATIBLE_MEDIA: MediaWarning = { code: 305, text: 'Incompatible media format' };

/**
 * Checks everything that is needed to answer an INVITE, before it is answered: drachtio-srf sends the 200 of an
 * INVITE without Contact first and fails afterwards. Never throws.
 */
export function readInvite(req: SrfRequest): Result<InviteFacts, InviteFault> {
  const sipCallId = req.get('call-id') ?? '';
  const from = req.get('from') ?? '';
  // Peers of RFC 2543 send no tag; it counts as empty (RFC 3261 section 12.1.1).
  const fromTag = /;\s*tag=([^;\s]+)/i.exec(from.replace(/<[^>]*>/g, ''))?.[1] ?? '';
  const cseq = cseqOf(req);
  if (sipCallId === '' || from.trim() === '' || cseq < 0) {
    return err({ status: 400, what: 'a header is missing' });
  }
  if (!contactUsable(req)) return err({ status: 400, what: 'Contact is missing or unusable' });
  if (/;\s*tag=/i.test((req.get('to') ?? '').replace(/<[^>]*>/g, ''))) {
    return err({ status: 481, what: 'no such dialog' });
  }
  if (!isPlainEncoding(req.get('content-encoding'))) {
    return err({ status: 415, what: 'the body is encoded', headers: { 'Accept-Encoding': 'identity' } });
  }
  if (!acceptsSdp(req.get('accept'))) {
    return err({ status: 406, what: 'SDP is not accepted', headers: { Accept: ACCEPT } });
  }
  const offer = sdpOf(req);
  if (offer === undefined && (req.body ?? '').trim() !== '') {
    return err({ status: 415, what: 'the body is not SDP', headers: { Accept: ACCEPT } });
  }
  return ok({
    offer,
    cseq,
    sipCallId,
    requestKey: `${sipCallId};${fromTag};${cseq}`,
    branch: /;\s*branch=([^;,\s]+)/i.exec(req.get('via') ?? '')?.[1] ?? '',
    identity: {
      requestUri: req.uri,
      from: req.get('from'),
      to: req.get('to'),
      pAssertedIdentity: req.get('p-asserted-identity'),
      privacy: req.get('privacy'),
      diversion: req.get('diversion') ?? req.get('Diversion'),
    },
    headers: keptHeaders(req),
  });
}

function contactUsable(req: SrfRequest): boolean {
  try {
    const parsed = req.getParsedHeader('contact');
    const first: unknown = Array.isArray(parsed) ? parsed[0] : undefined;
    const [address] = parseAddressList(req.get('contact'));
    return (
      typeof first === 'object' &&
      first !== null &&
      address !== undefined &&
      parseSipUri(address.uri)?.host !== undefined
    );
  } catch {
    return false;
  }
}

function keptHeaders(req: SrfRequest): Readonly<Record<string, string>> {
  const names = Object.keys((req as { headers?: Record<string, unknown> }).headers ?? {});
  const kept: Record<string, string> = {};
  for (const name of names.filter((n) => /^(user-agent$|x-)/i.test(n)).slice(0, MAX_HEADERS)) {
    const value = req.get(name);
    if (value !== undefined) kept[name.toLowerCase()] = printable(value).slice(0, MAX_HEADER_CHARS);
  }
  return kept;
}

/** What the SIP side of an inbound leg works with. */
export interface InboundParts {
  readonly srf: SrfPort;
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  readonly facts: InviteFacts;
  readonly leg: Leg;
  readonly connection: ServerConnection;
  readonly log: CallLog;
  /** Tells who owns a dialog. */
  readonly onDialog: (dialog: SrfDialog, leg: Leg) => void;
  /** Retry-After of a 503 for this reason, in seconds. */
  readonly retryAfterS: (reason: Termination) => number;
}

/** The SIP side of an inbound leg. */
export class InboundSignalling implements Signalling {
  #dialog: DialogPort | undefined;

  constructor(private readonly parts: InboundParts) {}

  answer(sdp: string): void {
    const headers = { 'Content-Type': 'application/sdp', Allow: ALLOW };
    const { srf, req, res, log } = this.parts;
    srf.createUAS(
      req,
      res,
      { localSdp: sdp, headers },
      guarded(log, 'createUAS', (error: unknown, dialog?: SrfDialog) => {
        if (dialog !== undefined) this.#established(dialog);
        else this.#answerFailed(error);
      }),
    );
  }

  reject(status: number, reason: Termination, warning?: MediaWarning): void {
    const headers: Record<string, string> = { Reason: reasonHeader(reason) };
    if (status === 503) headers['Retry-After'] = String(this.parts.retryAfterS(reason));
    const told = warning ?? (status === 488 ? INCOMPATIBLE_MEDIA : undefined);
    if (told !== undefined) headers['Warning'] = warningHeader(told);
    sendFailure(this.parts.res, status, headers);
  }

  invite(): void {
    throw new Error('an inbound leg sends no INVITE');
  }

  cancel(): void {
    throw new Error('an inbound leg has nothing to cancel');
  }

  bye(reason: Termination): void {
    const done = (): void => this.parts.leg.feed({ type: 'bye_done' });
    if (this.#dialog === undefined) done();
    else this.#dialog.bye(reason, done);
  }

  refer(target: string, done: ReferDone): void {
    const [to] = parseAddressList(this.parts.req.get('to'));
    if (this.#dialog === undefined) done(undefined);
    else this.#dialog.refer(target, to?.uri, done);
  }

  /** Runs in the tick in which the dialog came up: what follows in the same read must find the listeners. */
  #established(dialog: SrfDialog): void {
    const { leg, facts, connection, log, onDialog } = this.parts;
    const offers = new OfferAnswer(facts.cseq, facts.offer === undefined);
    onDialog(dialog, leg);
    this.#dialog = new DialogPort(dialog, offers, leg, connection, log);
    leg.feed({ type: 'answer_sent' });
    this.#dialog.checkConnected();
  }

  /**
   * A 487 only says that the CANCEL was seen, which our own listener has reported; the 200 may have gone out all the
   * same, and then the dialog still comes.
   */
  #answerFailed(error: unknown): void {
    if (statusOf(error) === 487) return;
    this.parts.leg.feed({ type: 'answer_failed', gone: /unknown transaction/i.test(textOf(error)) });
  }
}

/** Sends a final failure once. */
export function sendFailure(res: SrfResponse, status: number, headers: Record<string, string>): void {
  if (res.finalResponseSent !== true) res.send(status, { headers });
}

/** SIP status of a drachtio-srf error, if it has one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** What went wrong, in words: drachtio-srf gives some failures as text, others as an error. */
export function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return '';
  const { message, reason } = error as { readonly message?: unknown; readonly reason?: unknown };
  return `${typeof message === 'string' ? message : ''} ${typeof reason === 'string' ? reason : ''}`;
}
