import { err, ok, type Result } from '../../kernel/result.js';
import type { EngineContext } from './context.js';
import { withTag, type Dialog } from './dialog.js';
import { formatAddress, param, parseAddress, parseCSeq, type Address } from './header-values.js';
import type { Hop } from './hop.js';
import { Headers, type HeaderField, type SipRequest, type SipResponse } from './message.js';
import { appendApplicationHeaders, replaceLocalhost } from './response-builder.js';
import { formatSessionExpires, parseSessionExpires, sessionHeaders } from './session-interval.js';

/** Methods whose request refreshes the target and so needs a Contact (RFC 3261 section 12.2, RFC 3311, RFC 6665). */
const NEEDS_CONTACT = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY']);

/** Names of headers that carry credentials; an ACK repeats them (RFC 3261 section 22.1). */
const CREDENTIALS = new Set(['authorization', 'proxy-authorization']);

/** A request ready for the wire, with the identifiers its transaction needs. */
export interface BuiltRequest {
  readonly request: SipRequest;
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  readonly branch: string;
  readonly from: Address;
  readonly to: Address;
}

/** Cookie that marks branches of RFC 3261 stacks (section 8.1.1.7). */
const MAGIC_COOKIE = 'z9hG4bK';

/** A Via of ours for this hop with this branch. */
export function ownVia(context: EngineContext, hop: Hop, branch: string): string {
  const { host, port } = context.advertised(hop);
  const rport = hop.protocol === 'udp' ? ';rport' : '';
  return `SIP/2.0/${hop.protocol.toUpperCase()} ${host}:${port}${rport};branch=${branch}`;
}

/** A branch no other transaction has. */
export const newBranch = (context: EngineContext): string => MAGIC_COOKIE + context.random.token();

/** Content-Type of a body: as told, or `application/sdp` for a body that starts like one. */
function contentType(app: SipRequest): Result<string | undefined, string> {
  if (app.body === '') return ok(undefined);
  const told = app.headers.get('content-type');
  if (told !== undefined && told !== '') return ok(told);
  return app.body.startsWith('v=0') ? ok('application/sdp') : err('missing content-type');
}

/** Completes an application's request outside a dialog. Errors are the texts of the control protocol. */
export function buildNewRequest(
  context: EngineContext,
  app: SipRequest,
  hop: Hop,
): Result<BuiltRequest, string> {
  const { host, port } = context.advertised(hop);
  const type = contentType(app);
  if (!type.ok) return type;
  const own = (key: string): string | undefined => {
    const value = app.headers.get(key);
    return value === undefined || value === '' ? undefined : replaceLocalhost(context, hop, key, value);
  };
  const from = parseAddress(own('from') ?? `<sip:${host}:${port}>`);
  const to = parseAddress(own('to') ?? `<${app.uri}>`);
  if (from === undefined || to === undefined) return err('invalid From or To header');
  const cseq =
    parseCSeq(app.headers.get('cseq') ?? '')?.number ?? 1 + Math.floor(context.random.float() * 0x3fffffff);
  const callId = own('call-id') ?? context.random.uuid();
  const fromTag = param(from.params, 'tag') || context.random.token();
  const branch = newBranch(context);
  const headers = new Headers()
    .append('Via', ownVia(context, hop, branch))
    .append('Max-Forwards', app.headers.get('max-forwards') ?? '70')
    .append('From', formatAddress(withTag(from, fromTag)))
    .append('To', formatAddress(to))
    .append('Call-ID', callId)
    .append('CSeq', `${cseq} ${app.method}`);
  const needsContact = app.method === 'INVITE' || app.method === 'SUBSCRIBE';
  finish(context, app, hop, headers, { type: type.value, needsContact });
  return ok({ request: asRequest(app, app.uri, headers), callId, fromTag, cseq, branch, from, to });
}

/** Completes an application's request inside a dialog (RFC 3261 section 12.2.1.1); ACK takes the number of its INVITE. */
export function buildDialogRequest(
  context: EngineContext,
  dialog: Dialog,
  app: SipRequest,
  hop: Hop,
  options: { cseq?: number; credentials?: readonly HeaderField[] } = {},
): Result<BuiltRequest, string> {
  const type = contentType(app);
  if (!type.ok) return type;
  const { uri, routes } = dialog.routing();
  const told = parseCSeq(app.headers.get('cseq') ?? '')?.number;
  const cseq = options.cseq ?? (told !== undefined && told > dialog.localCSeq ? told : dialog.localCSeq + 1);
  if (options.cseq === undefined) dialog.localCSeq = cseq;
  const branch = newBranch(context);
  const from = withTag(dialog.localAddress, dialog.localTag);
  const to = withTag(dialog.remoteAddress, dialog.remoteTag);
  const headers = new Headers()
    .append('Via', ownVia(context, hop, branch))
    .append('Max-Forwards', '70')
    .append('From', formatAddress(from))
    .append('To', formatAddress(to))
    .append('Call-ID', dialog.callId)
    .append('CSeq', `${cseq} ${app.method}`);
  for (const route of routes) headers.append('Route', route);
  for (const field of options.credentials ?? []) headers.append(field.name, field.value);
  finish(context, app, hop, headers, {
    type: type.value,
    needsContact: NEEDS_CONTACT.has(app.method),
    dialog,
  });
  // drachtio-srf writes the URI of the INVITE into what it sends by itself; the peer's Contact is the place by now.
  const acknowledges = app.method === 'ACK' || app.method === 'PRACK';
  const target = acknowledges || app.uri.includes('placeholder') ? uri : app.uri;
  const built = asRequest(app, routes.length > 0 ? uri : target, headers);
  return ok({ request: built, callId: dialog.callId, fromTag: dialog.localTag, cseq, branch, from, to });
}

function finish(
  context: EngineContext,
  app: SipRequest,
  hop: Hop,
  headers: Headers,
  options: { readonly type: string | undefined; readonly needsContact: boolean; readonly dialog?: Dialog },
): void {
  const { dialog, needsContact, type } = options;
  const contacts = app.headers.all('contact').filter((value) => value !== '');
  for (const value of contacts) headers.append('Contact', replaceLocalhost(context, hop, 'contact', value));
  if (contacts.length === 0 && needsContact) headers.append('Contact', context.contact(hop));
  const rest = new Headers(app.headers.fields.filter((field) => field.key !== 'max-forwards'));
  appendApplicationHeaders(context, hop, rest, headers);
  const session = dialog && { clock: dialog.session, minS: dialog.minSessionS };
  for (const [name, value] of sessionHeaders(app, context.options.sessionTimer, session)) {
    headers.append(name, value);
  }
  if (type !== undefined) headers.append('Content-Type', type);
}

function asRequest(app: SipRequest, uri: string, headers: Headers): SipRequest {
  return { ...app, uri, version: 'SIP/2.0', headers };
}

/** The same request once more with a longer session interval, after a 422 (RFC 4028 section 7.3). */
export function buildLonger(context: EngineContext, sent: BuiltRequest, seconds: number): BuiltRequest {
  const { request } = sent;
  const cseq = sent.cseq + 1;
  const branch = newBranch(context);
  const refresher = parseSessionExpires(request.headers.get('session-expires'))?.refresher;
  const changed = new Map([
    ['via', (request.headers.get('via') ?? '').replace(sent.branch, branch)],
    ['cseq', `${cseq} ${request.method}`],
    ['session-expires', formatSessionExpires(seconds, refresher)],
  ]);
  const fields = request.headers.fields
    .filter((field) => field.key !== 'min-se')
    .map((field) => ({ ...field, value: changed.get(field.key) ?? field.value }));
  const headers = new Headers(fields).append('Min-SE', String(seconds));
  return { ...sent, request: { ...request, headers }, cseq, branch };
}

/** CANCEL of a request we sent: same branch, same route, no body (RFC 3261 section 9.1). */
export function buildCancel(invite: SipRequest, app: SipRequest): SipRequest {
  const headers = new Headers().append('Via', invite.headers.get('via') ?? '').append('Max-Forwards', '70');
  for (const key of ['from', 'to', 'call-id', 'route']) headers.copy(invite.headers, key);
  headers.append('CSeq', (invite.headers.get('cseq') ?? '').replace('INVITE', 'CANCEL'));
  const taken = new Set([
    ...headers.fields.map((field) => field.key),
    'contact',
    'content-length',
    'content-type',
  ]);
  for (const field of app.headers.fields) if (!taken.has(field.key)) headers.append(field.name, field.value);
  return { ...invite, method: 'CANCEL', headers, body: '', bytes: 0 };
}

/** ACK for a final response other than 2xx: part of the INVITE's transaction (RFC 3261 section 17.1.1.3). */
export function buildTransactionAck(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new Headers().append('Via', invite.headers.get('via') ?? '').append('Max-Forwards', '70');
  headers.copy(invite.headers, 'from').copy(response.headers, 'to').copy(invite.headers, 'call-id');
  headers
    .append('CSeq', (invite.headers.get('cseq') ?? '').replace('INVITE', 'ACK'))
    .copy(invite.headers, 'route');
  return { ...invite, method: 'ACK', headers, body: '', bytes: 0 };
}

/** An empty request of the server itself, to be completed by {@link buildDialogRequest}. */
export function plainRequest(
  method: string,
  headers: readonly (readonly [string, string])[] = [],
): SipRequest {
  const fields = new Headers();
  for (const [name, value] of headers) fields.append(name, value);
  const uri = 'sip:placeholder';
  return { kind: 'request', method, uri, version: 'SIP/2.0', headers: fields, body: '', bytes: 0 };
}

/** Credentials of a request. */
export function credentialsOf(request: SipRequest): HeaderField[] {
  return request.headers.fields.filter((field) => CREDENTIALS.has(field.key));
}
