import { parseUri, type SipUri } from './uri.js';

/** A `;name=value` parameter. The name is in lower case, the value as written (with quotes). */
export interface Param {
  readonly name: string;
  readonly value: string | undefined;
}

/** A name-addr or addr-spec with header parameters (From, To, Contact, Route; RFC 3261 section 20.10). */
export interface Address {
  /** Display name as written, quotes included; empty when there is none. */
  readonly display: string;
  readonly uri: string;
  readonly params: readonly Param[];
}

/** A Via value (RFC 3261 section 20.42). */
export interface Via {
  /** Protocol version as written; other than 2.0 in a request of another version. */
  readonly version: string;
  /** Upper case. */
  readonly transport: string;
  /** Sent-by host as written, with the brackets of IPv6. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: readonly Param[];
}

/** A CSeq value (RFC 3261 section 20.16). */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** Most items taken from a comma list. */
export const MAX_LIST_ITEMS = 128;

/** Splits a comma list; commas in quoted strings and angle brackets do not count. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return value === '' ? [] : [value];
  const items: string[] = [];
  let start = 0;
  let depth = 0;
  for (let index = 0; index <= value.length; index++) {
    const char = value[index];
    if (char === '"' && depth === 0) {
      index = endOfQuoted(value, index);
    } else if (char === '<') {
      depth = 1;
    } else if (char === '>') {
      depth = 0;
    } else if (char === undefined || (char === ',' && depth === 0)) {
      const item = value.slice(start, index).trim();
      if (item !== '' && items.length < MAX_LIST_ITEMS) items.push(item);
      start = index + 1;
    }
  }
  return items;
}

/** Index of the closing quote of the string that opens at `open`, or the end of the text. */
function endOfQuoted(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index++) {
    const char = text[index];
    if (char === '\\') index++;
    else if (char === '"') return index;
  }
  return text.length - 1;
}

/** Parses `;a;b=c;d="x;y"`. `undefined` when something else stands there. One `;` at the end is tolerated. */
export function parseParams(text: string): Param[] | undefined {
  const params: Param[] = [];
  let index = 0;
  while (index < text.length) {
    while (text[index] === ' ' || text[index] === '\t') index++;
    if (index >= text.length) break;
    if (text[index] !== ';') return undefined;
    let end = index + 1;
    while (end < text.length && text[end] !== ';') {
      end = text[end] === '"' ? endOfQuoted(text, end) + 1 : end + 1;
    }
    const part = text.slice(index + 1, end).trim();
    index = end;
    if (part === '') {
      // Devices leave a semicolon at the end; two in a row are no grammar (RFC 4475 section 3.1.2.1).
      if (index >= text.length) break;
      return undefined;
    }
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (/[\s"<>,]/.test(name)) return undefined;
    params.push({ name, value: equals < 0 ? undefined : part.slice(equals + 1).trim() });
  }
  return params;
}

/** Value of a parameter; the empty string for one without a value, `undefined` when it is absent. */
export function param(params: readonly Param[], name: string): string | undefined {
  for (const entry of params) if (entry.name === name) return entry.value ?? '';
  return undefined;
}

/** `;name=value` for each parameter. */
export function formatParams(params: readonly Param[]): string {
  let text = '';
  for (const { name, value } of params) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** Parses an address with its parameters; `undefined` when it is none. Never throws. */
export function parseAddress(value: string): Address | undefined {
  const text = value.trim();
  if (text.startsWith('"')) {
    const close = endOfQuoted(text, 0);
    if (text[close] !== '"' || close === 0) return undefined;
    const rest = text.slice(close + 1).trimStart();
    return rest.startsWith('<') ? bracketAddress(text.slice(0, close + 1), rest) : undefined;
  }
  // A bracket within a quoted parameter of a bare URI opens no address.
  const quote = text.indexOf('"');
  const open = text.indexOf('<');
  if (open >= 0 && (quote < 0 || open < quote || !isAddrSpec(text.slice(0, quote)))) {
    return bracketAddress(text.slice(0, open).trim(), text.slice(open));
  }
  // In addr-spec form everything after the first `;` belongs to the header (RFC 3261 section 20.10).
  const semicolon = text.indexOf(';');
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  if (uri === '' || /[\s",]/.test(uri) || !uri.includes(':')) return undefined;
  const params = semicolon < 0 ? [] : parseParams(text.slice(semicolon));
  return params === undefined ? undefined : { display: '', uri, params };
}

/** True for text before a quote that is a bare URI with the beginning of its parameters. */
const isAddrSpec = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s"]*;[^"]*=\s*$/i.test(text);

function bracketAddress(display: string, rest: string): Address | undefined {
  const close = rest.indexOf('>');
  if (close < 0) return undefined;
  const uri = rest.slice(1, close).trim();
  const params = parseParams(rest.slice(close + 1));
  if (uri === '' || /[\s<]/.test(uri) || params === undefined) return undefined;
  return { display, uri, params };
}

/** The address in name-addr form. */
export function formatAddress(address: Address): string {
  const display = address.display === '' ? '' : `${quoteDisplay(address.display)} `;
  return `${display}<${address.uri}>${formatParams(address.params)}`;
}

/** True for a display name that is empty, quoted, or made of tokens. */
export function isPlainDisplay(display: string): boolean {
  return display.startsWith('"') || /^[\w.!%*+`'~ -]*$/.test(display);
}

/** A display name that is neither quoted nor made of tokens gets quotes (RFC 3261 section 25.1). */
function quoteDisplay(display: string): string {
  if (isPlainDisplay(display)) return display;
  return `"${display.replace(/["\\]/g, (char) => `\\${char}`)}"`;
}

const VIA =
  /^SIP\s*\/\s*(\d+\.\d+)\s*\/\s*([\w.!%*+`'~-]+)\s+(\[[0-9a-fA-F:.]+\]|[^\s;:,[\]]+)\s*(?::\s*(\d{1,5})\s*)?(;.*)?$/is;

/** Parses one Via value; `undefined` when it is none. */
export function parseVia(value: string): Via | undefined {
  const match = VIA.exec(value.trim());
  if (match === null) return undefined;
  const params = parseParams(match[5] ?? '');
  const port = match[4] === undefined ? undefined : Number(match[4]);
  if (params === undefined || (port !== undefined && port > 65535)) return undefined;
  return { version: match[1]!, transport: match[2]!.toUpperCase(), host: match[3]!, port, params };
}

/** The text of a Via value. */
export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/${via.version}/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** Parses `number METHOD`; the number must fit 31 bits (RFC 3261 section 8.1.1.5). */
export function parseCSeq(value: string): CSeq | undefined {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(value.trim());
  if (match === null) return undefined;
  const number = Number(match[1]);
  return number > 0x7fffffff ? undefined : { number, method: match[2]! };
}

/** First Contact, Route or similar address of a header value list, with its URI taken apart. */
export function firstAddress(value: string | undefined): { address: Address; uri: SipUri } | undefined {
  if (value === undefined) return undefined;
  const address = parseAddress(splitList(value)[0] ?? '');
  const uri = address === undefined ? undefined : parseUri(address.uri);
  return address === undefined || uri === undefined ? undefined : { address, uri };
}
