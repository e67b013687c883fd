/** A `sip:`, `sips:` or `tel:` URI in parts (RFC 3261 section 19.1, RFC 3966). */
export interface SipAddressUri {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** User part, percent-decoded, without password and user parameters; for `tel:` the subscriber number. */
  readonly user: string | undefined;
  /** Lower-case host; undefined for `tel:`. */
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** A name-addr or addr-spec of a header field. */
export interface NameAddress {
  readonly displayName: string | undefined;
  readonly uri: string;
}

/** Longest header value looked at. */
const VALUE_LIMIT = 4096;
/** Most addresses taken from one header value. */
const MAX_ADDRESSES = 8;

/** Splits a header value at its top-level commas and reads each address. Never throws. */
export function parseAddressList(value: string | undefined): NameAddress[] {
  if (value === undefined || value.length > VALUE_LIMIT) return [];
  const out: NameAddress[] = [];
  for (const part of splitTopLevel(value)) {
    const address = parseAddress(part);
    if (address !== undefined) out.push(address);
    if (out.length === MAX_ADDRESSES) break;
  }
  return out;
}

/** Reads a URI; undefined when it is not a sip, sips or tel URI. Never throws. */
export function parseSipUri(uri: string): SipAddressUri | undefined {
  if (uri.length > VALUE_LIMIT) return undefined;
  const match = /^\s*(sips?|tel):(.*)$/i.exec(uri);
  if (match === null) return undefined;
  const scheme = (match[1] ?? '').toLowerCase() as 'sip' | 'sips' | 'tel';
  const rest = (match[2] ?? '').trim();
  if (scheme === 'tel') {
    const number = rest.split(/[;?]/, 1)[0] ?? '';
    return { scheme, user: number === '' ? undefined : decode(number), host: undefined, port: undefined };
  }
  const at = rest.lastIndexOf('@');
  const userInfo = at < 0 ? undefined : rest.slice(0, at);
  const hostPart = /^(\[[0-9a-f:.%]+\]|[\w.-]+)(?::(\d{1,5}))?/i.exec(rest.slice(at + 1));
  if (hostPart === null) return undefined;
  const user = userInfo === undefined ? undefined : decode(userInfo.split(/[;:]/, 1)[0] ?? '');
  return {
    scheme,
    user: user === '' ? undefined : user,
    host: hostPart[1]?.toLowerCase(),
    port: hostPart[2] === undefined ? undefined : Number(hostPart[2]),
  };
}

function parseAddress(part: string): NameAddress | undefined {
  const text = part.trim();
  const open = indexOutsideQuotes(text, '<');
  if (open < 0) {
    // An addr-spec outside <> ends at the first semicolon: what follows are header parameters.
    const uri = text.split(';', 1)[0]?.trim() ?? '';
    return uri === '' ? undefined : { displayName: undefined, uri };
  }
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const name = text.slice(0, open).trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(name);
  const displayName = quoted === null ? name : (quoted[1] ?? '').replace(/\\(.)/g, '$1');
  return {
    displayName: displayName === '' ? undefined : displayName,
    uri: text.slice(open + 1, close).trim(),
  };
}

function splitTopLevel(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let angle = false;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (quoted && char === '\\') i++;
    else if (char === '"' && !angle) quoted = !quoted;
    else if (quoted) continue;
    else if (char === '<') angle = true;
    else if (char === '>') angle = false;
    else if (char === ',' && !angle) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(value.slice(start));
  return parts;
}

function indexOutsideQuotes(text: string, char: string): number {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (quoted && text[i] === '\\') i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (!quoted && text[i] === char) return i;
  }
  return -1;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
