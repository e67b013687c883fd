import type { CallId } from '../../kernel/ids.js';
import type { MonoMs, WallMs } from '../../kernel/time.js';
import type { DtmfDigit, Termination } from '../../kernel/vocab.js';

/** Who opened the call. */
export type Direction = 'inbound' | 'outbound';

/** Where the caller's identity was taken from: an asserting trusted peer (RFC 3325) or the From header. */
export type IdentitySource = 'asserted' | 'from';

/**
 * What is known of a call when it starts. Numbers, names and URIs in it are personal data: they go to a log or a
 * store only through {@link callInfoForLog}.
 */
export interface CallInfo {
  readonly id: CallId;
  readonly direction: Direction;
  /** The calling number: E.164 where it could be normalised, else the user part as sent; undefined when withheld. */
  readonly from: string | undefined;
  readonly displayName: string | undefined;
  /** True when the caller withholds the number (RFC 3323, RFC 3325, or a From that says so). */
  readonly anonymous: boolean;
  readonly identitySource: IdentitySource;
  /** The called number: Request-URI, else To. Same form as {@link CallInfo.from}. */
  readonly to: string | undefined;
  /** The number first dialled when the call was forwarded here (RFC 5806). */
  readonly divertedFrom: string | undefined;
  /** Address the request came from, or the URI's host for an outbound call. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** `udp`, `tcp`, `tls`, or empty when unknown. */
  readonly transport: string;
  /** True when the address is in the list of trusted peers. */
  readonly trustedPeer: boolean;
  readonly sipCallId: string;
  readonly receivedAt: MonoMs;
  readonly receivedWall: WallMs;
  /** `User-Agent` and `X-…` headers of the INVITE, lower-case names, bounded in number and length. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a Warning header says of a description that does not fit (RFC 3261 section 20.43). */
export interface MediaWarning {
  readonly code: number;
  readonly text: string;
}

/** Why a request never left: its name is unknown, or its transport (TLS, `sips:`) is not spoken. */
export type UnsentCause = 'dns' | 'transport';

/** State of a blind transfer as the session sees it. */
export type TransferState = 'trying' | 'accepted' | 'refused' | 'failed';

/** The cause a peer gave in its Reason header (RFC 3326). */
export interface RemoteReason {
  readonly protocol: string;
  readonly cause: number | undefined;
  readonly text: string | undefined;
}

/** What happens on one call leg, in the order it happens. Nothing follows `ended`. */
export type LegEvent =
  | { readonly type: 'ringing'; readonly status: number; readonly at: MonoMs }
  | { readonly type: 'answered'; readonly at: MonoMs }
  | { readonly type: 'confirmed'; readonly at: MonoMs }
  | { readonly type: 'media_changed'; readonly at: MonoMs }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit; readonly durationMs: number; readonly at: MonoMs }
  | {
      readonly type: 'transfer';
      readonly state: TransferState;
      /** SIP status that decided it, where there was one. */
      readonly status: number | undefined;
      readonly at: MonoMs;
    }
  | {
      readonly type: 'ended';
      readonly reason: Termination;
      /** SIP status that ended it, where there was one. */
      readonly status: number | undefined;
      readonly remoteReason: RemoteReason | undefined;
      /** Why a call of ours was not answered, as the final response gives it; absent when it says nothing. */
      readonly reasons?: readonly RemoteReason[];
      /** What kept an INVITE of ours from being sent at all. */
      readonly unsent?: UnsentCause;
      readonly at: MonoMs;
    };

/** The fields of a call that a log line may carry; personal data under `pii`. */
export function callInfoForLog(info: CallInfo): Readonly<Record<string, unknown>> {
  return {
    callId: info.id,
    direction: info.direction,
    transport: info.transport,
    trustedPeer: info.trustedPeer,
    pii: { from: info.from, to: info.to, displayName: info.displayName, remoteAddress: info.remoteAddress },
  };
}
