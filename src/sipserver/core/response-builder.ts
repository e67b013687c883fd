import type { EngineContext } from './context.js';
import { withTag } from './dialog.js';
import {
  formatAddress,
  formatVia,
  isPlainDisplay,
  param,
  parseAddress,
  splitList,
  type Via,
} from './header-values.js';
import type { Flow, Hop } from './hop.js';
import {
  Headers,
  reasonPhrase,
  serialize,
  type HeaderField,
  type SipRequest,
  type SipResponse,
} from './message.js';
import { ALLOW, supported } from './screening.js';
import { bracketed } from './uri.js';

/** Headers the server writes itself; what an application says about them is left out. */
const SERVER_OWNED = new Set([
  'via',
  'from',
  'to',
  'call-id',
  'cseq',
  'route',
  'record-route',
  'rseq',
  'content-length',
  'contact',
  'content-type',
]);

/** Headers in which `@localhost` stands for our own address. */
const LOCALHOST_HEADERS = new Set(['from', 'to', 'contact', 'p-asserted-identity']);

/** Puts our address in place of `@localhost`. */
export function replaceLocalhost(context: EngineContext, hop: Hop, key: string, value: string): string {
  if (!LOCALHOST_HEADERS.has(key) || !value.includes('@localhost')) return bracketedContact(key, value);
  const { host, port } = context.advertised(hop);
  return bracketedContact(key, value).replace(/@localhost(?::\d+)?(?=[;>?\s,]|$)/g, `@${host}:${port}`);
}

/** A Contact without `<>` gets them: the grammar can do without (RFC 3261 section 20.10), simple peers cannot. */
function bracketedContact(key: string, value: string): string {
  if (key !== 'contact' || value.trim() === '*') return value;
  return splitList(value)
    .map((item) => {
      const address = item.includes('<') ? undefined : parseAddress(item);
      return address === undefined ? item : formatAddress(address);
    })
    .join(', ');
}

/** Copies the application's headers, without those the server writes. */
export function appendApplicationHeaders(context: EngineContext, hop: Hop, from: Headers, to: Headers): void {
  for (const field of from.fields) {
    if (SERVER_OWNED.has(field.key)) continue;
    // An application that says nothing of extensions leaves them to the server.
    if (field.key === 'supported' && field.value === '') continue;
    to.append(field.name, replaceLocalhost(context, hop, field.key, field.value));
  }
}

/**
 * Writes `received` and a requested `rport` into the top Via (RFC 3261 section 18.2.1, RFC 3581 section 4).
 *
 * @returns where responses go
 */
export function stampVia(request: SipRequest, via: Via, flow: Flow): Hop {
  const { remote } = flow;
  const wantsPort = param(via.params, 'rport') !== undefined;
  const params = via.params
    .filter((entry) => entry.name !== 'received')
    .map((entry) => (entry.name === 'rport' ? { name: 'rport', value: String(remote.port) } : entry));
  // RFC 3581 section 4 wants `received` beside every `rport`, even when it repeats the sent-by host.
  if (wantsPort || bracketed(remote.address) !== via.host) {
    params.push({ name: 'received', value: remote.address });
  }
  const top = request.headers.fields.find((field) => field.key === 'via');
  if (top !== undefined) {
    const rest = splitList(top.value).slice(1);
    top.value = [formatVia({ ...via, params }), ...rest].join(', ');
  }
  const sentBy = via.port ?? 5060;
  if (remote.protocol !== 'udp') return { ...remote, port: sentBy };
  return { protocol: 'udp', address: remote.address, port: wantsPort ? remote.port : sentBy };
}

/** The headers every response repeats from its request; To gets the tag unless it has one (RFC 3261 section 8.2.6.2). */
function echoHeaders(request: SipRequest, status: number, toTag: string): Headers {
  const headers = new Headers();
  headers.copy(request.headers, 'via');
  if (status > 100 && status < 300 && request.method === 'INVITE') {
    headers.copy(request.headers, 'record-route');
  }
  headers.copy(request.headers, 'from');
  const to = parseAddress(request.headers.get('to') ?? '');
  if (to === undefined || status === 100 || param(to.params, 'tag') !== undefined) {
    headers.copy(request.headers, 'to');
  } else headers.append('To', formatAddress(withTag(to, toTag)));
  headers.copy(request.headers, 'call-id');
  headers.copy(request.headers, 'cseq');
  if (status === 100) headers.copy(request.headers, 'timestamp');
  return headers;
}

/**
 * The text of a request as the application gets it. drachtio-srf reads tags only behind display names that follow the
 * grammar, so names that do not are put in quotes; responses repeat what was received.
 */
export function forApplication(request: SipRequest): string {
  const untidy = request.headers.fields.some((field) => tidied(field) !== field.value);
  if (!untidy) return serialize(request);
  const fields = request.headers.fields.map((field) => ({ ...field, value: tidied(field) }));
  return serialize({ ...request, headers: new Headers(fields) });
}

function tidied(field: HeaderField): string {
  // A bare URI whose quoted parameters hold brackets is read wrongly by simple parsers.
  if (field.key === 'contact' || field.key === 'from' || field.key === 'to') {
    const bare = /^[a-z][a-z0-9+.-]*:[^<]*"[^"]*</i.test(field.value) ? parseAddress(field.value) : undefined;
    if (bare !== undefined) return formatAddress(bare);
  }
  if (field.key !== 'from' && field.key !== 'to') return field.value;
  const address = parseAddress(field.value);
  return address === undefined || isPlainDisplay(address.display) ? field.value : formatAddress(address);
}

/** A response of the server itself. */
export function serverResponse(
  request: SipRequest,
  status: number,
  toTag: string,
  extra: { reason?: string; headers?: readonly (readonly [string, string])[] } = {},
): SipResponse {
  const headers = echoHeaders(request, status, toTag);
  for (const [name, value] of extra.headers ?? []) headers.append(name, value);
  const reason = extra.reason ?? reasonPhrase(status);
  return { kind: 'response', version: 'SIP/2.0', status, reason, headers, body: '', bytes: 0 };
}

/** A response of the application, completed to what goes on the wire. */
export function applicationResponse(
  context: EngineContext,
  request: SipRequest,
  answer: SipResponse,
  options: {
    readonly hop: Hop;
    readonly toTag: string;
    readonly inDialog: boolean;
    /** Headers of the server's own beside those the application wrote. */
    readonly extra?: readonly (readonly [name: string, value: string])[];
    /** The peer acknowledges this provisional response, and so has to be told where (RFC 3262 section 3). */
    readonly reliable?: boolean;
  },
): { message: SipResponse; text: string } {
  const { status } = answer;
  const headers = echoHeaders(request, status, options.toTag);
  const contacts = answer.headers.all('contact');
  for (const value of contacts) {
    headers.append('Contact', replaceLocalhost(context, options.hop, 'contact', value));
  }
  const early = options.inDialog || options.reliable === true;
  if (contacts.length === 0 && needsContact(request.method, status, early)) {
    headers.append('Contact', context.contact(options.hop));
  }
  appendApplicationHeaders(context, options.hop, answer.headers, headers);
  for (const [name, value] of options.extra ?? []) headers.append(name, value);
  const isSuccess = status >= 200 && status < 300;
  const offersMethods = isSuccess && (request.method === 'INVITE' || request.method === 'OPTIONS');
  if ((offersMethods || status === 405) && !headers.has('allow')) headers.append('Allow', ALLOW);
  if (offersMethods && !headers.has('supported')) headers.append('Supported', supported(context.options));
  const type =
    answer.headers.get('content-type') ?? (answer.body.startsWith('v=0') ? 'application/sdp' : undefined);
  if (type !== undefined && answer.body !== '') headers.append('Content-Type', type);
  const reason = answer.reason === '' ? reasonPhrase(status) : answer.reason;
  const message: SipResponse = { ...answer, version: 'SIP/2.0', reason, headers };
  return { message, text: serialize(message) };
}

/**
 * Contact belongs into 2xx to INVITE and into every answer to an INVITE inside a dialog, or one that makes a dialog at
 * once, but failures.
 */
function needsContact(method: string, status: number, hasDialog: boolean): boolean {
  if (method !== 'INVITE' && method !== 'SUBSCRIBE' && method !== 'UPDATE') return false;
  return (status >= 200 && status < 300) || (hasDialog && status > 100 && status < 200);
}
