import type { MonoMs } from '../../kernel/time.js';
import { knowsOption } from './option-tags.js';
import type { Headers, SipRequest } from './message.js';
import type { Timer } from './timer-heap.js';

/** What session timers are asked for (RFC 4028). Seconds. */
export interface SessionTimerPolicy {
  /** Interval asked for and granted at most. Default 1,800. */
  readonly expiresS: number;
  /** Shortest interval taken; 90 or more (section 4). Default 90. */
  readonly minS: number;
}

/** Which side of a transaction refreshes the session. */
export type Refresher = 'uac' | 'uas';

/** A Session-Expires header. */
export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: Refresher | undefined;
}

/** Smallest Min-SE there is, and what a request without one means (RFC 4028 section 5). Seconds. */
export const SHORTEST_INTERVAL_S = 90;
/** Longest interval that is watched; a session that may be silent for longer has no timer. Seconds. */
export const LONGEST_INTERVAL_S = 86_400;

/** Reads a Session-Expires value; `undefined` when it is none. */
export function parseSessionExpires(value: string | undefined): SessionExpires | undefined {
  const match = /^\s*(\d{1,10})\s*(?:;(.*))?$/s.exec(value ?? '');
  if (match === null) return undefined;
  const told = /(?:^|;)\s*refresher\s*=\s*(uac|uas)\s*(?:;|$)/i.exec(match[2] ?? '')?.[1]?.toLowerCase();
  return { seconds: Number(match[1]), refresher: told === 'uac' || told === 'uas' ? told : undefined };
}

/** Seconds of a Min-SE header, 0 without one. */
export function minSessionExpires(headers: Headers): number {
  const digits = /^\s*(\d{1,10})\s*(?:;|$)/.exec(headers.get('min-se') ?? '')?.[1];
  return digits === undefined ? 0 : Number(digits);
}

/**
 * True for a request whose interval is refused with 422: too short, and from a peer that can do something about it
 * (RFC 4028 section 9).
 */
export function isTooShort(request: SipRequest, policy: SessionTimerPolicy): boolean {
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return false;
  const asked = parseSessionExpires(request.headers.get('session-expires'));
  return asked !== undefined && asked.seconds < policy.minS && knowsOption(request.headers, 'timer');
}

/** What a 2xx of ours says about the session timer. */
export interface GrantedInterval {
  readonly seconds: number;
  readonly refresher: Refresher;
  /** The peer knows the extension and is told that it is in use. */
  readonly require: boolean;
}

/**
 * The interval that a 2xx to this INVITE or UPDATE grants (RFC 4028 section 9, table 2). A peer that asks refreshes
 * unless it says otherwise; one that knows session timers without asking is refreshed by us; one that knows none is
 * left in peace unless a proxy asked on its way.
 *
 * @param running - a timer runs in this dialog: `us` refreshes, or `peer`
 * @returns `undefined` for a session without a timer
 */
export function grantInterval(
  headers: Headers,
  policy: SessionTimerPolicy,
  running: 'us' | 'peer' | undefined,
): GrantedInterval | undefined {
  const knows = knowsOption(headers, 'timer');
  const asked = parseSessionExpires(headers.get('session-expires'));
  if (asked === undefined && !knows && running === undefined) return undefined;
  if (asked !== undefined && asked.seconds < policy.minS) return undefined;
  const seconds = Math.max(
    minSessionExpires(headers),
    Math.min(asked?.seconds ?? policy.expiresS, policy.expiresS),
  );
  if (seconds > LONGEST_INTERVAL_S) return undefined;
  if (!knows) return { seconds, refresher: 'uas', require: false };
  const silent: Refresher = asked === undefined && running !== 'peer' ? 'uas' : 'uac';
  return { seconds, refresher: asked?.refresher ?? silent, require: true };
}

/** The value of a Session-Expires header. */
export const formatSessionExpires = (seconds: number, refresher?: Refresher): string =>
  refresher === undefined ? String(seconds) : `${seconds};refresher=${refresher}`;

/** True when the peer says that it takes UPDATE; `undefined` when it does not say what it takes. */
export function takesUpdate(headers: Headers): boolean | undefined {
  const allow = headers.all('allow');
  return allow.length === 0 ? undefined : allow.some((value) => /(?:^|[\s,])UPDATE(?:[\s,]|$)/.test(value));
}

/** What a dialog knows of its session timer. */
export interface SessionClock {
  readonly seconds: number;
  /** Which side refreshes. */
  readonly refresher: 'us' | 'peer';
}

/** The session timer of a dialog. */
export interface DialogSession extends SessionClock {
  /** The session counts as dead then. */
  readonly expiresAt: MonoMs;
  /** Next refresh or the end, whichever comes first. */
  timer: Timer | undefined;
}

/**
 * Headers that a request of ours gets: an INVITE asks for a timer, a request of a session with a timer renews it
 * (RFC 4028 sections 7.1 and 7.4). An INVITE with credentials asks the peer to refresh: what we send between the
 * application's requests has no credentials.
 *
 * @param clock - the timer of the dialog, for a request inside one
 * @param minS - shortest interval the peers of this dialog take
 */
export function sessionHeaders(
  app: SipRequest,
  policy: SessionTimerPolicy | undefined,
  dialog: { readonly clock: SessionClock | undefined; readonly minS: number } | undefined,
): [name: string, value: string][] {
  const { headers, method } = app;
  const inSession = dialog?.clock !== undefined && (method === 'INVITE' || method === 'UPDATE');
  if (policy === undefined || !(inSession || (dialog === undefined && method === 'INVITE'))) return [];
  if (headers.has('session-expires')) return [];
  const credentials = headers.has('authorization') || headers.has('proxy-authorization');
  const lines: [string, string][] = knowsOption(headers, 'timer') ? [] : [['Supported', 'timer']];
  const clock = dialog?.clock;
  const value =
    clock === undefined
      ? formatSessionExpires(policy.expiresS, credentials ? 'uas' : undefined)
      : formatSessionExpires(clock.seconds, clock.refresher === 'us' ? 'uac' : 'uas');
  lines.push(['Session-Expires', value]);
  const minS = Math.max(policy.minS, dialog?.minS ?? 0);
  if (minS > SHORTEST_INTERVAL_S) lines.push(['Min-SE', String(minS)]);
  return lines;
}
