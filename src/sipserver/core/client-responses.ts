import { addMs } from '../../kernel/time.js';
import type { ClientFailure } from './client-transaction.js';
import type { ClientEntry, ClientRequests, ClientRequestUser } from './client-requests.js';
import type { EngineContext } from './context.js';
import { Dialog, withTag } from './dialog.js';
import { formatAddress, param, parseAddress } from './header-values.js';
import { Headers, reasonPhrase, serialize, type SipResponse } from './message.js';
import { buildDialogRequest, credentialsOf, plainRequest } from './request-builder.js';
import { transactionTimeoutMs } from './timing.js';

/** Longest time an INVITE of ours may ring; the transaction itself would wait for ever. */
const RINGING_LIMIT_MS = 600_000;

/** What responses do to dialogs, and their way to the application. */
export class ClientResponses implements ClientRequestUser {
  readonly #context: EngineContext;

  /** @param endCall - ends a call the application did not ask for */
  constructor(
    private readonly requests: ClientRequests,
    private readonly endCall: (dialog: Dialog, reason: string, report: boolean) => void,
  ) {
    this.#context = requests.context;
    requests.user = this;
  }

  response(entry: ClientEntry, response: SipResponse): void {
    if (response.status < 200) return this.#provisional(entry, response);
    if (entry.final) return this.#answeredAgain(entry, response);
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
    } else if (method === 'INVITE' && !entry.inDialog && entry.dialog !== undefined) {
      this.#context.endDialog(entry.dialog);
    }
    if (entry.inDialog && entry.dialog !== undefined) this.#finishInDialog(entry, entry.dialog, response);
  }

  #finishInDialog(entry: ClientEntry, dialog: Dialog, response: SipResponse): void {
    const { method } = entry.built.request;
    if (method === 'INVITE' || method === 'UPDATE') {
      dialog.clientOffers = Math.max(0, dialog.clientOffers - 1);
    }
    if (method === 'UPDATE' && response.status < 300) dialog.refreshTarget(response.headers);
    if (method !== 'BYE') return;
    if (response.status !== 401 && response.status !== 407) return this.#context.endDialog(dialog);
    // The application may repeat its BYE with credentials; a dialog nobody ends would stay for ever.
    const deadline = addMs(this.#context.now(), transactionTimeoutMs(this.#context.timing));
    this.#context.timers.set(deadline, () => this.#context.endDialog(dialog));
  }

  /** Makes or updates the dialog a response to INVITE belongs to. */
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
      this.endCall(fork, 'Answered elsewhere', false);
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
