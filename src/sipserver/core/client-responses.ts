import { addMs } from '../../kernel/time.js';
import type { ClientFailure } from './client-transaction.js';
import {
  mayOffer,
  type ClientEntry,
  type ClientRequests,
  type ClientRequestUser,
} from './client-requests.js';
import type { EngineContext } from './context.js';
import { Dialog, withTag } from './dialog.js';
import { formatAddress, param, parseAddress } from './header-values.js';
import { Headers, reasonPhrase, serialize, type SipResponse } from './message.js';
import { buildDialogRequest, buildLonger, credentialsOf, plainRequest } from './request-builder.js';
import { longerInterval, type SessionTimers } from './session-timers.js';
import { endsSubscription, type Subscriptions } from './subscriptions.js';
import { transactionTimeoutMs } from './timing.js';

/** Longest time an INVITE of ours may ring; the transaction itself would wait for ever. */
const RINGING_LIMIT_MS = 600_000;

/** What responses have an effect on beside their own dialog. */
export interface ResponseEffects {
  readonly sessions: SessionTimers;
  readonly subscriptions: Subscriptions;
  /** Ends a call the application did not ask to end. */
  readonly endCall: (dialog: Dialog, reason: string, report: boolean) => void;
}

/** What responses do to dialogs, and their way to the application. */
export class ClientResponses implements ClientRequestUser {
  readonly #context: EngineContext;

  constructor(
    private readonly requests: ClientRequests,
    private readonly effects: ResponseEffects,
  ) {
    this.#context = requests.context;
    requests.user = this;
  }

  response(entry: ClientEntry, response: SipResponse): void {
    if (response.status < 200) return this.#provisional(entry, response);
    if (entry.final) return this.#answeredAgain(entry, response);
    if (response.status === 422 && this.#repeatLonger(entry, response)) return;
    this.#finish(entry, response);
    this.#deliver(entry, response);
  }

  failed(entry: ClientEntry, reason: ClientFailure): void {
    const timedOut = entry.cancel === 'no' ? 408 : 487;
    this.endLocally(entry, reason === 'transport' ? 503 : timedOut);
  }

  /** Gives the application a final response that nobody sent. */
  endLocally(entry: ClientEntry, status: number, reason = reasonPhrase(status)): void {
    if (entry.final) return;
    const sent = entry.built.request.headers;
    const headers = new Headers().copy(sent, 'via').copy(sent, 'from');
    const to = entry.built.to;
    headers.append('To', formatAddress(entry.inDialog ? to : withTag(to, this.#context.random.token())));
    headers.copy(sent, 'call-id').copy(sent, 'cseq');
    const response: SipResponse = {
      kind: 'response',
      version: 'SIP/2.0',
      status,
      reason,
      headers,
      body: '',
      bytes: 0,
    };
    entry.flow = undefined;
    this.#finish(entry, response);
    entry.machine.stop();
    this.#deliver(entry, response);
    this.requests.forget(entry);
  }

  #provisional(entry: ClientEntry, response: SipResponse): void {
    entry.provisional = true;
    if (isStale(entry, response)) return;
    if (entry.built.request.method === 'INVITE') {
      entry.timers.start('ringing', RINGING_LIMIT_MS, () => {
        this.requests.sendCancel(entry);
        this.endLocally(entry, 408);
      });
      if (response.status > 100 && tagOf(response) !== '') this.#adopt(entry, response);
      entry.sendCancel?.();
    }
    if (response.status > 100) this.#deliver(entry, response);
  }

  /** What the first final response changes. */
  #finish(entry: ClientEntry, response: SipResponse): void {
    const { method } = entry.built.request;
    const success = response.status < 300;
    entry.final = true;
    entry.timers.clear();
    entry.sendCancel = undefined;
    if (method === 'INVITE' && success) {
      const dialog = this.#adopt(entry, response);
      dialog.state = 'confirmed';
      dialog.unacked = { cseq: entry.built.cseq, credentials: credentialsOf(entry.built.request) };
      // A CANCEL that lost to the answer of a re-INVITE changes nothing (RFC 3261 section 9.1).
      if (entry.cancel !== 'no' && !entry.inDialog) {
        dialog.byeAfterAck = 'ACK-BYE due to cancel race condition';
      }
    } else if (method === 'SUBSCRIBE' && success && !entry.inDialog && tagOf(response) !== '') {
      this.effects.subscriptions.renewed(this.#adopt(entry, response), response.headers);
    } else if (method === 'INVITE' && !entry.inDialog && entry.dialog !== undefined) {
      this.#context.endDialog(entry.dialog);
    }
    if (entry.inDialog && entry.dialog !== undefined) this.#finishInDialog(entry, entry.dialog, response);
    if (entry.dialog !== undefined && (method === 'INVITE' || method === 'UPDATE')) {
      this.effects.sessions.responded(entry, entry.dialog, response);
    }
  }

  /** A 422 asks for a longer session interval: the request goes out again, and the application sees one transaction. */
  #repeatLonger(entry: ClientEntry, response: SipResponse): boolean {
    const seconds = longerInterval(entry.built.request, response);
    if (seconds === undefined || entry.cancel !== 'no') return false;
    const { client, dialog, hop, id, inDialog } = entry;
    entry.final = true;
    entry.timers.clear();
    const built = buildLonger(this.#context, entry.built, seconds);
    if (dialog !== undefined && inDialog) {
      if (mayOffer(entry)) dialog.clientOffers--;
      dialog.localCSeq = Math.max(dialog.localCSeq, built.cseq);
      dialog.minSessionS = Math.max(dialog.minSessionS, seconds);
    } else if (dialog !== undefined) this.#context.endDialog(dialog);
    const kept = inDialog && dialog !== undefined ? { dialog } : { dialogId: entry.dialogId };
    this.requests.start(this.requests.open({ client, built, hop, id, ...kept }));
    return true;
  }

  #finishInDialog(entry: ClientEntry, dialog: Dialog, response: SipResponse): void {
    const { method } = entry.built.request;
    if (mayOffer(entry)) dialog.clientOffers = Math.max(0, dialog.clientOffers - 1);
    if (method === 'UPDATE' && response.status < 300) dialog.refreshTarget(response.headers);
    if (dialog.subscription !== undefined) this.#finishSubscribed(entry, dialog, response);
    if (method !== 'BYE') return;
    if (response.status !== 401 && response.status !== 407) return this.#context.endDialog(dialog);
    // The application may repeat its BYE with credentials; a dialog nobody ends would stay for ever.
    const deadline = addMs(this.#context.now(), transactionTimeoutMs(this.#context.timing));
    this.#context.timers.set(deadline, () => this.#context.endDialog(dialog));
  }

  /** A subscription ends with our last NOTIFY, and with a peer that knows nothing of it (RFC 6665 section 4.2.2). */
  #finishSubscribed({ built }: ClientEntry, dialog: Dialog, { headers, status }: SipResponse): void {
    const { method } = built.request;
    const over = method === 'NOTIFY' && endsSubscription(built.request.headers);
    if (over || status === 481) this.#context.endDialog(dialog);
    else if (method === 'SUBSCRIBE' && status < 300) this.effects.subscriptions.renewed(dialog, headers);
  }

  /** Makes or updates the dialog a response to INVITE or SUBSCRIBE belongs to. */
  #adopt(entry: ClientEntry, response: SipResponse): Dialog {
    const toTag = tagOf(response);
    let { dialog } = entry;
    if (dialog !== undefined && entry.inDialog) {
      if (response.status >= 200) dialog.refreshTarget(response.headers);
      return dialog;
    }
    if (dialog === undefined) {
      const { built } = entry;
      dialog = Dialog.forClient({ ...built, uri: built.request.uri, localTag: built.fromTag }, response, {
        owner: entry.client ?? -1,
        toTag,
      });
      entry.dialog = dialog;
      this.#context.dialogs.set(dialog.id, dialog);
    } else {
      dialog.adoptResponse(response, toTag);
    }
    dialog.flow = entry.flow;
    return dialog;
  }

  /** A 2xx after the first: its ACK again, or ACK and BYE for another branch of a fork (RFC 3261 section 13.2.2.4). */
  #answeredAgain(entry: ClientEntry, response: SipResponse): void {
    const { dialog } = entry;
    if (dialog === undefined) return;
    const toTag = tagOf(response);
    if (toTag === dialog.remoteTag) {
      const ack = dialog.lastAck;
      if (ack?.cseq === entry.built.cseq) this.#context.transmit(ack.hop, ack.text, true);
      return;
    }
    const fork = dialog.fork(response, toTag);
    fork.flow = entry.flow;
    this.requests.locateDialog(fork, (hop) => {
      const { cseq, request } = entry.built;
      const credentials = credentialsOf(request);
      const ack = buildDialogRequest(this.#context, fork, plainRequest('ACK'), hop, { cseq, credentials });
      if (!ack.ok) return;
      this.requests.transmitAck(fork, ack.value, hop);
      this.effects.endCall(fork, 'Answered elsewhere', false);
    });
  }

  #deliver(entry: ClientEntry, response: SipResponse): void {
    if (entry.client === undefined) return;
    const meta =
      entry.flow === undefined
        ? `0|${entry.hop.protocol}||0|${this.#context.time()}`
        : this.#context.networkMeta(response.bytes, entry.flow);
    const leader = `sip|network|${meta}|${entry.id}|${entry.dialogId}|`;
    this.#context.frame(entry.client, leader, serialize(response));
  }
}

function tagOf(response: SipResponse): string {
  const to = parseAddress(response.headers.get('to') ?? '');
  return to === undefined ? '' : (param(to.params, 'tag') ?? '');
}

/**
 * A reliable provisional response that was seen before or came out of order is neither acknowledged nor shown
 * (RFC 3262 section 4).
 */
function isStale(entry: ClientEntry, response: SipResponse): boolean {
  const digits = /^\d{1,10}$/.exec(response.headers.get('rseq') ?? '')?.[0];
  if (digits === undefined || entry.built.request.method !== 'INVITE') return false;
  const number = Number(digits);
  const tag = tagOf(response);
  const { reliable } = entry;
  if (reliable?.tag === tag && number !== reliable.number + 1) return true;
  entry.reliable = { tag, number };
  return false;
}
