import type { Dialog } from './dialog.js';
import type { Essentials } from './essentials.js';
import type { Flow, Hop } from './hop.js';
import type { SipRequest } from './message.js';
import type { InviteServerTransaction, ServerTransaction } from './server-transaction.js';
import type { NamedTimers } from './transaction-host.js';

/** One request from the network while its transaction lives. */
export interface ServerEntry {
  /** Key for retransmissions (RFC 3261 section 17.2.3). */
  readonly key: string;
  /** Key for the same request over another path (section 8.2.2.2); `undefined` inside a dialog. */
  readonly mergeKey: string | undefined;
  /** Transaction id in the control protocol. */
  readonly id: string;
  readonly request: SipRequest;
  readonly known: Essentials;
  readonly flow: Flow;
  readonly hop: Hop;
  machine: ServerTransaction;
  /** The same machine when this is an INVITE. */
  invite: InviteServerTransaction | undefined;
  /** Control client that has to answer; `undefined` for requests the server answers itself. */
  client: number | undefined;
  /** Tag of our side. */
  toTag: string;
  dialog: Dialog | undefined;
  /** True for a request outside any dialog. */
  readonly initial: boolean;
  /** The application has sent at least one response. */
  answered: boolean;
  /** A final response has been sent. */
  final: boolean;
  /** Timers of the transaction user: patience with the application, 2xx repetition, ACK. */
  readonly timers: NamedTimers;
}

/**
 * Key under which retransmissions and CANCEL find a transaction. Peers of RFC 2543 send no magic cookie; for them the
 * identifying headers stand in (RFC 3261 section 17.2.3).
 */
export function serverKey(request: SipRequest, known: Essentials, method: string): string {
  const { branch, via } = known;
  if (branch.length > 7 && branch.slice(0, 7).toLowerCase() === 'z9hg4bk') {
    return `${branch}|${via.host.toLowerCase()}:${via.port ?? 5060}|${method}`;
  }
  const { callId, fromTag, cseq } = known;
  return `2543|${callId}|${fromTag}|${cseq.number}|${request.uri}|${via.host}:${via.port ?? 5060}|${branch}|${method}`;
}

/** Key of requests outside a dialog that are one and the same (RFC 3261 section 8.2.2.2). */
export function mergeKey(known: Essentials): string {
  return `${known.callId}|${known.fromTag}|${known.cseq.number}|${known.cseq.method}`;
}
