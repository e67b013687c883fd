import { splitList } from './header-values.js';
import type { SipRequest } from './message.js';
import { isTooShort, type SessionTimerPolicy } from './session-interval.js';
import { isKnownMethod } from './stats.js';
import { parseUri } from './uri.js';

/** Methods that the application behind the server takes: what every Allow header of the server says. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, PRACK';

/** Methods delivered inside a dialog; those beyond {@link ALLOW} the application refuses in its own words. */
const IN_DIALOG = new Set([...ALLOW.split(', '), 'MESSAGE', 'REFER', 'SUBSCRIBE', 'PUBLISH']);

/** True for methods that are delivered inside a dialog. */
export const isAllowedInDialog = (method: string): boolean => IN_DIALOG.has(method);

/** What screening has to know of the server. */
export interface ScreeningOptions {
  readonly sessionTimer?: SessionTimerPolicy;
}

/** The extensions the server knows, as a Supported header lists them (RFC 3262, RFC 4028). */
export const supported = ({ sessionTimer }: ScreeningOptions): string =>
  sessionTimer === undefined ? '100rel' : '100rel, timer';

/** What an answer to OPTIONS says (RFC 3261 section 11.2). */
export const offered = (options: ScreeningOptions): readonly (readonly [string, string])[] => [
  ['Allow', ALLOW],
  ['Accept', 'application/sdp, multipart/mixed'],
  ['Accept-Encoding', 'identity'],
  ['Accept-Language', 'en'],
  ['Supported', supported(options)],
];

/** A final answer the server gives by itself. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** 503 of the server itself. */
export function overloaded({ retryAfterS }: { readonly retryAfterS: number }): Refusal {
  return { status: 503, headers: [['Retry-After', String(retryAfterS)]] };
}

/** URI schemes a request may be addressed to. `sips` needs TLS, which is not spoken. */
const SCHEMES = new Set(['sip', 'tel']);

/**
 * What can be said about a request without any state: RFC 3261 section 8.2 in its order (method is checked by
 * {@link refuseMethod}, because it depends on whether there is a dialog).
 *
 * Max-Forwards 0 is no reason to refuse: only a proxy counts it down (RFC 4475 section 3.3.11).
 */
export function screenRequest(request: SipRequest, options: ScreeningOptions): Refusal | undefined {
  if (request.version !== 'SIP/2.0') return { status: 505 };
  const uri = parseUri(request.uri);
  if (uri === undefined || uri.headers !== undefined) return { status: 400, reason: 'Bad Request-URI' };
  if (!SCHEMES.has(uri.scheme)) return { status: 416 };
  const hops = request.headers.get('max-forwards');
  if (hops !== undefined && !/^0*\d{1,3}$/.test(hops)) return { status: 400, reason: 'Bad Max-Forwards' };
  return refuseExtensions(request, options) ?? refuseInterval(request, options);
}

/** 422 for a session interval that is too short. */
function refuseInterval(request: SipRequest, { sessionTimer }: ScreeningOptions): Refusal | undefined {
  if (sessionTimer === undefined || !isTooShort(request, sessionTimer)) return undefined;
  return { status: 422, headers: [['Min-SE', String(sessionTimer.minS)]] };
}

/** 420 for the option tags of Require that are not supported (RFC 3261 section 8.2.2.3). */
function refuseExtensions(request: SipRequest, options: ScreeningOptions): Refusal | undefined {
  if (!request.headers.has('require') || request.method === 'ACK' || request.method === 'CANCEL') {
    return undefined;
  }
  const known = supported(options).split(', ');
  const wanted = request.headers.all('require').flatMap(splitList);
  const unknown = wanted.filter((tag) => !known.includes(tag.toLowerCase()));
  return unknown.length === 0 ? undefined : { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
}

/** 405 for a method that is known but not offered here, 501 for one nobody knows (RFC 3261 section 8.2.1). */
export function refuseMethod(method: string): Refusal {
  return { status: isKnownMethod(method) ? 405 : 501, headers: [['Allow', ALLOW]] };
}
