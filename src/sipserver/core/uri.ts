/** A SIP or SIPS URI (RFC 3261 section 19.1), or the scheme alone of any other URI. */
export interface SipUri {
  /** Lower case: `sip`, `sips`, `tel`, … */
  readonly scheme: string;
  readonly user: string | undefined;
  /** Host name, IPv4 address, or IPv6 address without brackets; empty for other schemes. */
  readonly host: string;
  readonly port: number | undefined;
  /** Names in lower case; a parameter without a value is the empty string. */
  readonly params: ReadonlyMap<string, string>;
  /** What follows `?`, not taken apart. */
  readonly headers: string | undefined;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):(.*)$/is;
const HOST_PORT = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*))(?::(\d{1,5}))?$/i;
const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/** Longest URI that is taken apart. */
export const MAX_URI_LENGTH = 4096;

/** Parses a URI; `undefined` when it is not one. Never throws. */
export function parseUri(text: string): SipUri | undefined {
  if (text.length > MAX_URI_LENGTH || /[\s<>"]/.test(text)) return undefined;
  const match = SCHEME.exec(text);
  if (match === null) return undefined;
  const scheme = match[1]!.toLowerCase();
  const rest = match[2]!;
  if (scheme !== 'sip' && scheme !== 'sips') {
    return rest === ''
      ? undefined
      : { scheme, user: undefined, host: '', port: undefined, params: NO_PARAMS, headers: undefined };
  }
  return parseSipPart(scheme, rest);
}

function parseSipPart(scheme: string, rest: string): SipUri | undefined {
  // The user part may hold `;` and `?` (RFC 3261 section 25.1, user-unreserved), so the last `@` is found first.
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? undefined : rest.slice(0, at);
  let tail = rest.slice(at + 1);
  let headers: string | undefined;
  const question = tail.indexOf('?');
  if (question >= 0) {
    headers = tail.slice(question + 1);
    tail = tail.slice(0, question);
  }
  const semicolon = tail.indexOf(';');
  const hostPort = HOST_PORT.exec(semicolon < 0 ? tail : tail.slice(0, semicolon));
  if (hostPort === null) return undefined;
  const port = hostPort[2] === undefined ? undefined : Number(hostPort[2]);
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  const host = hostPort[1]!;
  return {
    scheme,
    user,
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    port,
    params: semicolon < 0 ? NO_PARAMS : parseUriParams(tail.slice(semicolon + 1)),
    headers,
  };
}

function parseUriParams(text: string): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    params.set(name, equals < 0 ? '' : part.slice(equals + 1));
  }
  return params;
}

/** True for a literal IPv4 or IPv6 address. */
export function isIpAddress(host: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || host.includes(':');
}

/** `host` or `[host]`, as it stands before a port. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
