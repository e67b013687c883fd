import { err, ok, type Result } from '../../kernel/result.js';
import { headerKey, wireName } from './header-names.js';
import { Headers, utf8Length, type HeaderField, type SipMessage } from './message.js';

/** Bounds of one message. A message beyond them is refused, never truncated. */
export const MESSAGE_LIMITS = {
  /** Whole message, bytes. */
  messageBytes: 65_536,
  /** Start line, characters. */
  startLine: 8_192,
  /** One header field after unfolding, characters. */
  headerValue: 16_384,
  /** Header fields. */
  headers: 256,
} as const;

/** Why bytes are not a SIP message. */
export type ParseErrorCode =
  | 'empty'
  | 'too_large'
  | 'no_header_end'
  | 'start_line'
  | 'start_line_too_long'
  | 'too_many_headers'
  | 'header_too_long'
  | 'content_length';

/** A message that could not be parsed; `partial` is there when its start line and headers could. */
export interface ParseError {
  readonly code: ParseErrorCode;
  readonly partial?: SipMessage;
}

const decoder = new TextDecoder('utf-8');

/**
 * Parses one datagram or one framed message. Never throws.
 *
 * Tolerated: bare LF line ends, folding, spaces around colons, compact forms, CRLF before the start line, header
 * lines that are none (skipped, RFC 3261 section 8.2.2). Bytes after Content-Length are dropped (section 18.3).
 */
export function parseMessage(bytes: Uint8Array): Result<SipMessage, ParseError> {
  if (bytes.length > MESSAGE_LIMITS.messageBytes) return err({ code: 'too_large' });
  const begin = skipLineEnds(bytes);
  if (begin === bytes.length) return err({ code: 'empty' });
  const end = findHeaderEnd(bytes, begin) ?? endsWithLine(bytes);
  if (end === undefined) return err({ code: 'no_header_end' });
  const head = parseHead(decoder.decode(bytes.subarray(begin, end.head)));
  if (!head.ok) return head;
  const available = bytes.length - end.body;
  const length = contentLength(head.value.headers);
  const bodyEnd = typeof length === 'number' ? end.body + length : bytes.length;
  const body =
    length === 'invalid' || available === 0 ? '' : decoder.decode(bytes.subarray(end.body, bodyEnd));
  const message = { ...head.value, body, bytes: bytes.length } as SipMessage;
  if (length === 'invalid' || (length !== undefined && length > available)) {
    return err({ code: 'content_length', partial: message });
  }
  return ok(message);
}

/**
 * Parses a message handed over by the application: everything after the blank line is the body, whatever
 * Content-Length says (drachtio-srf counts it in UTF-16 units).
 */
export function parseApplicationMessage(text: string): Result<SipMessage, ParseError> {
  const at = text.indexOf('\r\n\r\n');
  const head = parseHead(at < 0 ? text : text.slice(0, at));
  if (!head.ok) return head;
  return ok({ ...head.value, body: at < 0 ? '' : text.slice(at + 4), bytes: utf8Length(text) });
}

/** Content-Length of a message: `undefined` when absent, `'invalid'` when malformed or contradictory. */
export function contentLength(headers: Headers): number | undefined | 'invalid' {
  let length: number | undefined;
  for (const field of headers.fields) {
    if (field.key !== 'content-length') continue;
    if (!/^\d{1,9}$/.test(field.value)) return 'invalid';
    const value = Number(field.value);
    if (length !== undefined && length !== value) return 'invalid';
    length = value;
  }
  return length;
}

const CR = 13;
const LF = 10;

/** Index of the first byte that is neither CR nor LF. */
export function skipLineEnds(bytes: Uint8Array, from = 0): number {
  let index = from;
  while (index < bytes.length && (bytes[index] === CR || bytes[index] === LF)) index++;
  return index;
}

/** Where the header section ends and where the body begins; `undefined` when there is no blank line. */
export function findHeaderEnd(bytes: Uint8Array, from: number): { head: number; body: number } | undefined {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return { head: at + 1, body: at + 2 };
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return { head: at + 1, body: at + 3 };
  }
  return undefined;
}

/** A datagram may end with its last header line: there is nothing left to separate. */
function endsWithLine(bytes: Uint8Array): { head: number; body: number } | undefined {
  return bytes[bytes.length - 1] === LF ? { head: bytes.length, body: bytes.length } : undefined;
}

type Head = SipMessage extends infer M ? (M extends SipMessage ? Omit<M, 'body' | 'bytes'> : never) : never;

function parseHead(text: string): Result<Head, ParseError> {
  const firstEnd = text.indexOf('\n');
  const startLine = stripCr(firstEnd < 0 ? text : text.slice(0, firstEnd));
  const { fields, excess } = firstEnd < 0 ? NO_FIELDS : parseHeaders(text, firstEnd + 1);
  const headers = new Headers(fields);
  const start = startLine.length > MESSAGE_LIMITS.startLine ? undefined : parseStartLine(startLine);
  if (excess !== undefined) {
    const whole = start === undefined ? undefined : { ...start, headers, body: '', bytes: 0 };
    return err(whole === undefined ? { code: excess } : { code: excess, partial: whole });
  }
  if (start !== undefined) return ok({ ...start, headers });
  if (startLine.length > MESSAGE_LIMITS.startLine) {
    const cut = looseRequest(`${startLine.slice(0, 64)} ${startLine.slice(-64)}`, headers);
    return err({ code: 'start_line_too_long', ...(cut && { partial: cut }) });
  }
  const partial = looseRequest(startLine, headers);
  return err(partial === undefined ? { code: 'start_line' } : { code: 'start_line', partial });
}

/** A request line with spaces where none may be: understood well enough to be refused. */
function looseRequest(line: string, headers: Headers): SipMessage | undefined {
  const words = line.trim().split(/\s+/);
  const version = words.at(-1)?.toUpperCase() ?? '';
  const method = words[0] ?? '';
  if (words.length < 3 || !TOKEN.test(method) || !/^SIP\/\d+\.\d+$/.test(version)) return undefined;
  return { kind: 'request', method, uri: words[1] ?? '', version, headers, body: '', bytes: 0 };
}

const RESPONSE_LINE = /^(SIP\/\d+\.\d+) +(\d{3})(?: +(.*))?$/is;
const REQUEST_LINE = /^([\w.!%*+`'~-]{1,64}) (\S+(?: \S+)*?) (SIP\/\d+\.\d+) *$/is;

type Start =
  | { kind: 'request'; method: string; uri: string; version: string }
  | { kind: 'response'; status: number; reason: string; version: string };

function parseStartLine(line: string): Start | undefined {
  if (/^SIP\//i.test(line)) {
    const match = RESPONSE_LINE.exec(line);
    if (match === null) return undefined;
    const status = Number(match[2]);
    if (status < 100 || status > 699) return undefined;
    return { kind: 'response', status, reason: match[3] ?? '', version: match[1]!.toUpperCase() };
  }
  const match = REQUEST_LINE.exec(line);
  if (match === null) return undefined;
  return { kind: 'request', method: match[1]!, uri: match[2]!, version: match[3]!.toUpperCase() };
}

/** The header fields of a message, and what was too much of them: the fields beyond the bound are left out. */
interface ParsedFields {
  readonly fields: HeaderField[];
  readonly excess?: 'too_many_headers' | 'header_too_long';
}

const NO_FIELDS: ParsedFields = { fields: [] };

/** Headers that a refusal repeats; of a message that is too large these are still read. */
const ECHOED = new Set(['via', 'from', 'to', 'call-id', 'cseq']);

function parseHeaders(text: string, from: number): ParsedFields {
  const fields: HeaderField[] = [];
  let excess: ParsedFields['excess'];
  let current: HeaderField | undefined;
  for (let at = from; at < text.length;) {
    const lineEnd = text.indexOf('\n', at);
    const line = stripCr(lineEnd < 0 ? text.slice(at) : text.slice(at, lineEnd));
    at = lineEnd < 0 ? text.length : lineEnd + 1;
    const first = line.charCodeAt(0);
    if (first === 32 || first === 9) {
      if (current === undefined) continue;
      const folded = line.trim();
      if (folded !== '') current.value = current.value === '' ? folded : `${current.value} ${folded}`;
    } else {
      current = parseField(line);
      if (current === undefined) continue;
      const room = fields.length < MESSAGE_LIMITS.headers;
      if (!room) excess ??= 'too_many_headers';
      if (room || (ECHOED.has(current.key) && !fields.some(({ key }) => key === current?.key))) {
        fields.push(current);
      }
    }
    if (current.value.length > MESSAGE_LIMITS.headerValue) {
      excess ??= 'header_too_long';
      current.value = '';
    }
  }
  return excess === undefined ? { fields } : { fields, excess };
}

const TOKEN = /^[\w.!%*+`'~-]+$/;

function parseField(line: string): HeaderField | undefined {
  const colon = line.indexOf(':');
  if (colon <= 0) return undefined;
  const name = line.slice(0, colon).trimEnd();
  if (!TOKEN.test(name)) return undefined;
  const key = headerKey(name);
  // A compact form is written out, because not every reader downstream knows all of them.
  return { name: name.length === 1 ? wireName(key) : name, key, value: cleanValue(line.slice(colon + 1)) };
}

/** Trims and removes what no header may hold: NUL and stray CR, which would split the line again downstream. */
function cleanValue(value: string): string {
  const trimmed = value.trim();

  return /[\r\0]/.test(trimmed) ? trimmed.replace(/[\r\0]+/g, ' ') : trimmed;
}

function stripCr(line: string): string {
  return line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line;
}
