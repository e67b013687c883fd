import type { Result } from '../kernel/result.js';
import type { Termination } from '../kernel/vocab.js';
import type { ServerConnection } from './connection.js';
import { DTMF_CONTENT_TYPES, parseDtmfInfo, type InfoDigit } from './core/dtmf-info.js';
import { acceptsSdp, isPlainEncoding } from './core/mime.js';
import type { OfferAnswer } from './core/offer-answer.js';
import { parseReason, terminationForBye, warningHeader } from './core/termination.js';
import {
  parseReferNotify,
  type ReferDone,
  type ReferNotify,
  type ReferResponse,
} from './core/transfer-machine.js';
import type { MediaWarning, RemoteReason } from './core/types.js';
import { guarded, type CallLog } from './log.js';
import {
  ACCEPT,
  ALLOW,
  OFFERED,
  cseqOf,
  sdpOf,
  type DialogRequestEvent,
  type SrfDialog,
  type SrfMessage,
  type SrfRequest,
  type SrfResponse,
} from './srf-port.js';

/** What happens in a dialog. */
export interface DialogSink {
  /** False when the call has ended: further requests get 481. */
  readonly alive: boolean;
  onBye(reason: Termination, remoteReason: RemoteReason | undefined): void;
  /** The ACK of the initial INVITE. */
  onAck(sdp: string | undefined): void;
  /** The answer to an offer of ours in a re-INVITE's 200. */
  onLateAnswer(sdp: string): void;
  onOffer(
    offer: string | undefined,
  ): Result<{ readonly sdp: string }, { readonly status: number; readonly warning?: MediaWarning }>;
  onMediaChanged(): void;
  onDigits(digits: readonly InfoDigit[]): void;
  /** False when no transfer of ours is meant. */
  expectsNotify(notify: ReferNotify): boolean;
  onReferNotify(notify: ReferNotify): void;
}

/**
 * The in-dialog requests of one call. Must be made in the same tick as the dialog is delivered: a BYE of that tick is
 * emitted to nobody otherwise. {@link checkConnected} catches one that was even faster.
 *
 * Of the library's re-INVITE events only `modify` has a listener: its `hold` knows one of the many forms of hold, and
 * without a listener it answers with the old SDP.
 */
export class DialogPort {
  constructor(
    private readonly dialog: SrfDialog,
    private readonly offers: OfferAnswer,
    private readonly sink: DialogSink,
    private readonly connection: ServerConnection,
    private readonly log: CallLog,
  ) {
    dialog.on(
      'destroy',
      guarded(log, 'destroy', (request: SrfMessage, reason?: string) => this.#onDestroy(request, reason)),
    );
    dialog.on(
      'ack',
      guarded(log, 'ack', (request: SrfRequest) => this.#onAck(request)),
    );
    this.#onRequest('modify', (req, res) => this.#onReinvite(req, res));
    this.#onRequest('update', (req, res) => this.#onUpdate(req, res));
    this.#onRequest('info', (req, res) => this.#onInfo(req, res));
    this.#onRequest('notify', (req, res) => this.#onNotify(req, res));
    this.#onRequest('options', (_req, res) => res.send(200, { headers: { ...OFFERED } }));
    this.#onRequest('subscribe', (_req, res) => res.send(489, { headers: { 'Allow-Events': 'refer' } }));
    for (const method of ['message', 'refer', 'publish'] as const) {
      this.#onRequest(method, (_req, res) => res.send(405, { headers: { Allow: ALLOW } }));
    }
  }

  /** Reports a BYE that came before the listeners stood. */
  checkConnected(): void {
    if (!this.dialog.connected) this.sink.onBye('caller_hangup', undefined);
  }

  get raw(): SrfDialog {
    return this.dialog;
  }

  bye(reason: Termination, done: () => void): void {
    this.connection.bye(this.dialog, reason, done);
  }

  /** Sends REFER (RFC 3515). */
  refer(target: string, referredBy: string | undefined, done: ReferDone): void {
    const headers: Record<string, string> = { 'Refer-To': `<${target}>` };
    if (referredBy !== undefined) headers['Referred-By'] = `<${referredBy}>`;
    if (this.dialog.local.contact !== undefined) headers['Contact'] = this.dialog.local.contact;
    const finished = guarded(this.log, 'refer', (error: unknown, response?: SrfResponse) =>
      done(error === null || error === undefined ? referResponse(response) : undefined),
    );
    if (this.connection.connected) this.dialog.request({ method: 'REFER', headers }, finished);
    else done(undefined);
  }

  #onRequest(event: DialogRequestEvent, handle: (req: SrfRequest, res: SrfResponse) => void): void {
    const run = (req: SrfRequest, res: SrfResponse): void => {
      if (this.sink.alive) handle(req, res);
      else res.send(481);
    };
    const failed = (_req: SrfRequest, res: SrfResponse): void => {
      if (res.finalResponseSent !== true) res.send(500);
    };
    this.dialog.on(event, guarded(this.log, event, run, failed));
  }

  #onDestroy(request: SrfMessage, reason: string | undefined): void {
    const serverReason = reason === 'normal release' ? undefined : reason;
    this.sink.onBye(terminationForBye(serverReason), parseReason(request.get('reason')));
  }

  #onAck(request: SrfRequest): void {
    const meaning = this.offers.onAck(cseqOf(request));
    const sdp = sdpOf(request);
    if (meaning.kind === 'initial') this.sink.onAck(sdp);
    else if (meaning.kind === 'reinvite' && meaning.answerDue && sdp !== undefined) {
      this.sink.onLateAnswer(sdp);
    }
  }

  #onReinvite(req: SrfRequest, res: SrfResponse): void {
    const offer = sdpOf(req);
    if (!isPlainEncoding(req.get('content-encoding'))) return refuseEncoding(res);
    if (offer === undefined && (req.body ?? '').trim() !== '') return refuseBody(res, ACCEPT);
    if (!acceptsSdp(req.get('accept'))) return res.send(406, { headers: { Accept: ACCEPT } });
    const sdp = this.#negotiate(offer, res);
    if (sdp === undefined) return;
    this.offers.onAnswered(cseqOf(req), offer === undefined);
    this.#sendSdp(res, sdp);
    if (offer !== undefined) this.sink.onMediaChanged();
  }

  #onUpdate(req: SrfRequest, res: SrfResponse): void {
    const offer = sdpOf(req);
    if (!isPlainEncoding(req.get('content-encoding'))) return refuseEncoding(res);
    if (offer === undefined) {
      if ((req.body ?? '').trim() !== '') refuseBody(res, ACCEPT);
      else res.send(200, { headers: { Allow: ALLOW } });
      return;
    }
    const sdp = this.#negotiate(offer, res);
    if (sdp === undefined) return;
    this.#sendSdp(res, sdp);
    this.sink.onMediaChanged();
  }

  /** Our SDP for an offer, or for none; undefined when the request was refused. */
  #negotiate(offer: string | undefined, res: SrfResponse): string | undefined {
    const decision = this.offers.onOffer();
    if (decision.action === 'reject') {
      res.send(decision.status);
      return undefined;
    }
    const result = this.sink.onOffer(offer);
    if (result.ok) return result.value.sdp;
    const { status, warning } = result.error;
    res.send(status, warning === undefined ? {} : { headers: { Warning: warningHeader(warning) } });
    return undefined;
  }

  #sendSdp(res: SrfResponse, sdp: string): void {
    const headers: Record<string, string> = { 'Content-Type': 'application/sdp', Allow: ALLOW };
    if (this.dialog.local.contact !== undefined) headers['Contact'] = this.dialog.local.contact;
    this.dialog.local.sdp = sdp;
    res.send(200, { headers, body: sdp });
  }

  #onInfo(req: SrfRequest, res: SrfResponse): void {
    if ((req.body ?? '').trim() === '') return res.send(200);
    const digits = parseDtmfInfo(req.get('content-type'), req.body);
    if (digits === undefined) return refuseBody(res, DTMF_CONTENT_TYPES.join(', '));
    res.send(200);
    if (digits.length > 0) this.sink.onDigits(digits);
  }

  #onNotify(req: SrfRequest, res: SrfResponse): void {
    const event = req.get('event');
    if (!/^\s*refer\b/i.test(event ?? '')) return res.send(489);
    const notify = parseReferNotify(req.body, req.get('subscription-state'), event);
    const mine = this.sink.expectsNotify(notify);
    // The answer first: what the news leads to may be our BYE, and after it nothing of the dialog is answered.
    res.send(mine ? 200 : 481);
    if (mine) this.sink.onReferNotify(notify);
  }
}

function referResponse(response: SrfResponse | undefined): ReferResponse | undefined {
  if (response?.status === undefined) return undefined;
  const cseq = cseqOf(response);
  return { status: response.status, cseq: cseq < 0 ? undefined : cseq };
}

function refuseEncoding(res: SrfResponse): void {
  res.send(415, { headers: { 'Accept-Encoding': 'identity' } });
}

function refuseBody(res: SrfResponse, accept: string): void {
  res.send(415, { headers: { Accept: accept } });
}
