import { splitList } from './header-values.js';
import type { SipRequest } from './message.js';
import { isKnownMethod } from './stats.js';
import { parseUri } from './uri.js';

/** Methods answered inside a dialog, and what every Allow header says. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, MESSAGE, NOTIFY, REFER, UPDATE';

const ALLOWED = new Set(ALLOW.split(', '));

/** True for methods that are delivered inside a dialog. */
export const isAllowedInDialog = (method: string): boolean => ALLOWED.has(method);

/** A final answer the server gives by itself. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** URI schemes a request may be addressed to. `sips` needs TLS, which is not spoken. */
const SCHEMES = new Set(['sip', 'tel']);

/**
 * What can be said about a request without any state: RFC 3261 section 8.2 in its order (method is checked by
 * {@link refuseMethod}, because it depends on whether there is a dialog).
 *
 * Max-Forwards 0 is no reason to refuse: only a proxy counts it down (RFC 4475 section 3.3.11).
 */
export function screenRequest(request: SipRequest): Refusal | undefined {
  if (request.version !== 'SIP/2.0') return { status: 505 };
  const uri = parseUri(request.uri);
  if (uri === undefined || uri.headers !== undefined) return { status: 400, reason: 'Bad Request-URI' };
  if (!SCHEMES.has(uri.scheme)) return { status: 416 };
  const hops = request.headers.get('max-forwards');
  if (hops !== undefined && !/^0*\d{1,3}$/.test(hops)) return { status: 400, reason: 'Bad Max-Forwards' };
  return refuseExtensions(request);
}

/** 420 for every option tag of Require (RFC 3261 section 8.2.2.3): no extension is supported so far. */
function refuseExtensions(request: SipRequest): Refusal | undefined {
  const wanted = request.headers.all('require').flatMap(splitList);
  if (wanted.length === 0 || request.method === 'ACK' || request.method === 'CANCEL') return undefined;
  return { status: 420, headers: [['Unsupported', wanted.join(', ')]] };
}

/** 405 for a method that is known but not offered here, 501 for one nobody knows (RFC 3261 section 8.2.1). */
export function refuseMethod(method: string): Refusal {
  return { status: isKnownMethod(method) ? 405 : 501, headers: [['Allow', ALLOW]] };
}
