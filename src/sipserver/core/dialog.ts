import type { Essentials } from './essentials.js';
import { firstAddress, param, parseAddress, splitList, type Address } from './header-values.js';
import type { Flow, Hop } from './hop.js';
import { type Headers, type HeaderField, type SipRequest, type SipResponse } from './message.js';
import type { DialogSession } from './session-interval.js';
import type { Timer } from './timer-heap.js';
import { parseUri } from './uri.js';

/** Which side created the dialog. */
export type DialogRole = 'uac' | 'uas';

/** `early` until a 2xx, then `confirmed`; `ended` after BYE or failure. */
export type DialogState = 'early' | 'confirmed' | 'ended';

/** An ACK we sent for a 2xx, kept because the 2xx may come again. */
export interface SentAck {
  readonly cseq: number;
  readonly hop: Hop;
  readonly text: string;
}

/** What an ACK takes from the INVITE whose 2xx it answers (RFC 3261 sections 13.2.2.4 and 22.1). */
export interface UnackedInvite {
  readonly cseq: number;
  readonly credentials: readonly HeaderField[];
}

/** What a client dialog takes from the INVITE that made it. */
export interface ClientOrigin {
  readonly uri: string;
  readonly callId: string;
  readonly localTag: string;
  readonly cseq: number;
  readonly from: Address;
  readonly to: Address;
}

/**
 * A dialog (RFC 3261 section 12). Plain data with the rules that change it; sending is the user agent's affair.
 */
export class Dialog {
  /** `<Call-ID>;from-tag=<tag of the creating request's From>`, the id of drachtio's protocol. */
  readonly id: string;
  state: DialogState = 'early';
  remoteTag: string;
  /** Our next request gets this number plus one. */
  localCSeq: number;
  /** Highest number seen from the peer; `undefined` before its first request. */
  remoteCSeq: number | undefined;
  /** URIs of the route set with their parameters, in the order of the Route header. */
  routes: readonly string[] = [];
  /** Request-URI of requests to the peer. */
  remoteTarget: string;
  /** Peer's connection or last known address; preferred over the target on stream transports. */
  flow: Flow | undefined;
  /** A client INVITE (or UPDATE) of ours is unanswered: an offer of the peer gets 491. */
  clientOffers = 0;
  /** A server INVITE (or UPDATE) is unanswered: another one gets 500. */
  serverOffers = 0;
  /** A 2xx of ours to an INVITE waits for its ACK. */
  awaitingAck = false;
  /** The INVITE of ours whose 2xx the application has not acknowledged yet. */
  unacked: UnackedInvite | undefined;
  lastAck: SentAck | undefined;
  /** The peer's Allow names UPDATE. */
  takesUpdate = false;
  /** Last SDP of ours that the peer has; what a refresh by INVITE repeats. */
  localSdp: string | undefined;
  session: DialogSession | undefined;
  /** Shortest session interval the peers on the way take, seconds; 0 while none has said. */
  minSessionS = 0;
  /** Ends a dialog made by SUBSCRIBE whose subscription runs out; `undefined` for calls. */
  subscription: Timer | undefined;
  /** End the call with this Reason text as soon as the ACK has gone out or come in. */
  byeAfterAck: string | undefined;

  private constructor(
    readonly role: DialogRole,
    /** Control client that owns the dialog. */
    readonly owner: number,
    readonly callId: string,
    readonly localTag: string,
    remoteTag: string,
    /** Our side's address as in the creating request, without tag. */
    readonly localAddress: Address,
    readonly remoteAddress: Address,
    cseqs: { local: number; remote: number | undefined },
    remoteTarget: string,
  ) {
    this.id = dialogId(callId, role === 'uac' ? localTag : remoteTag);
    this.remoteTag = remoteTag;
    this.localCSeq = cseqs.local;
    this.remoteCSeq = cseqs.remote;
    this.remoteTarget = remoteTarget;
  }

  /** The dialog a server makes from an INVITE it answers (RFC 3261 section 12.1.1). */
  static forServer(
    request: SipRequest,
    known: Essentials,
    options: { owner: number; localTag: string; flow: Flow; firstCSeq: number },
  ): Dialog {
    const dialog = new Dialog(
      'uas',
      options.owner,
      known.callId,
      options.localTag,
      known.fromTag,
      withoutTag(known.to),
      withoutTag(known.from),
      { local: options.firstCSeq, remote: known.cseq.number },
      firstAddress(request.headers.get('contact'))?.address.uri ?? known.from.uri,
    );
    dialog.routes = recordRoutes(request.headers);
    dialog.flow = options.flow;
    return dialog;
  }

  /** The dialog a client makes from a response to its INVITE (RFC 3261 section 12.1.2). */
  static forClient(
    origin: ClientOrigin,
    response: SipResponse,
    options: { owner: number; toTag: string },
  ): Dialog {
    const dialog = new Dialog(
      'uac',
      options.owner,
      origin.callId,
      origin.localTag,
      options.toTag,
      withoutTag(origin.from),
      withoutTag(origin.to),
      { local: origin.cseq, remote: undefined },
      origin.uri,
    );
    dialog.adoptResponse(response, options.toTag);
    return dialog;
  }

  /** The dialog of another answer to the same INVITE (a fork). */
  fork(response: SipResponse, toTag: string): Dialog {
    const { callId, localTag, localCSeq: cseq, localAddress: from, remoteAddress: to } = this;
    const origin = { uri: this.remoteTarget, callId, localTag, cseq, from, to };
    return Dialog.forClient(origin, response, { owner: this.owner, toTag });
  }

  /** Takes tag, route set and target of a 1xx or 2xx; a 2xx overrides what a 1xx said (RFC 3261 section 13.2.2.4). */
  adoptResponse(response: SipResponse, toTag: string): void {
    this.remoteTag = toTag;
    this.routes = recordRoutes(response.headers).reverse();
    this.refreshTarget(response.headers);
  }

  /** Target refresh (RFC 3261 section 12.2): takes the Contact, if there is a usable one. */
  refreshTarget(headers: Headers): void {
    const contact = firstAddress(headers.get('contact'));
    if (contact !== undefined) this.remoteTarget = contact.address.uri;
  }

  /** True when a request with these tags belongs to this dialog. */
  matches(localTag: string, remoteTag: string): boolean {
    return this.localTag === localTag && this.remoteTag === remoteTag;
  }

  /**
   * Request-URI and Route header of a request to the peer, and the URI of the next hop
   * (RFC 3261 section 12.2.1.1; a first route without `lr` is a strict router).
   */
  routing(): { uri: string; routes: readonly string[]; nextHop: string } {
    const first = this.routes[0];
    if (first === undefined) return { uri: this.remoteTarget, routes: [], nextHop: this.remoteTarget };
    const address = parseAddress(first);
    const firstUri = address?.uri ?? this.remoteTarget;
    if (parseUri(firstUri)?.params.has('lr') === true) {
      return { uri: this.remoteTarget, routes: this.routes, nextHop: firstUri };
    }
    return { uri: firstUri, routes: [...this.routes.slice(1), `<${this.remoteTarget}>`], nextHop: firstUri };
  }
}

/** The dialog id of drachtio's protocol. */
export const dialogId = (callId: string, creatorFromTag: string): string =>
  `${callId};from-tag=${creatorFromTag}`;

/** Record-Route values in the order of the wire. */
function recordRoutes(headers: Headers): string[] {
  return headers.all('record-route').flatMap(splitList);
}

/** The address without its tag. */
export function withoutTag(address: Address): Address {
  return { ...address, params: address.params.filter((entry) => entry.name !== 'tag') };
}

/** The address with this tag in place of its own; an empty tag adds none. */
export function withTag(address: Address, tag: string): Address {
  const bare = withoutTag(address);
  if (tag === '') return bare;
  const own = param(address.params, 'tag');
  return own === tag ? address : { ...bare, params: [...bare.params, { name: 'tag', value: tag }] };
}
