import { headerKey, wireName } from './header-names.js';

/** One header field. `value` is unfolded and trimmed; a comma list stays one value. */
export interface HeaderField {
  readonly name: string;
  /** Lower-case key, compact form expanded. */
  readonly key: string;
  value: string;
}

/** The header fields of a message in the order of the wire. Messages hold few fields, so a scan beats a map. */
export class Headers {
  constructor(readonly fields: HeaderField[] = []) {}

  /** First value of a header, by lower-case key. */
  get(key: string): string | undefined {
    for (const field of this.fields) if (field.key === key) return field.value;
    return undefined;
  }

  /** All values of a header, by lower-case key. */
  all(key: string): string[] {
    const values: string[] = [];
    for (const field of this.fields) if (field.key === key) values.push(field.value);
    return values;
  }

  /** True when at least one field has this lower-case key. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Appends a field; the name is brought to its wire spelling. */
  append(name: string, value: string): this {
    this.fields.push({ name: wireName(name), key: headerKey(name), value });
    return this;
  }

  /** Appends the fields of another message that have this key, in order. */
  copy(from: Headers, key: string): this {
    for (const field of from.fields) if (field.key === key) this.fields.push({ ...field });
    return this;
  }
}

interface MessageBase {
  readonly headers: Headers;
  /** Decoded as UTF-8; never longer than Content-Length told. */
  readonly body: string;
  /** Size on the wire, 0 for messages made here. */
  readonly bytes: number;
}

/** A SIP request (RFC 3261 section 7.1). */
export interface SipRequest extends MessageBase {
  readonly kind: 'request';
  /** Case-sensitive, as received. */
  readonly method: string;
  readonly uri: string;
  readonly version: string;
}

/** A SIP response (RFC 3261 section 7.2). */
export interface SipResponse extends MessageBase {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly version: string;
}

/** Any SIP message. */
export type SipMessage = SipRequest | SipResponse;

/** Length of a string in UTF-8 bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text, index + 1)) {
      bytes += 2;
      index++;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit < 0xe000;
}

/** The text of a message with a Content-Length that fits its body. Any Content-Length among the headers is ignored. */
export function serialize(message: SipMessage): string {
  let text =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  for (const field of message.headers.fields) {
    if (field.key !== 'content-length') text += `${field.name}: ${field.value}\r\n`;
  }
  return `${text}Content-Length: ${message.body === '' ? 0 : utf8Length(message.body)}\r\n\r\n${message.body}`;
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  422: 'Session Interval Too Small',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  505: 'Version Not Supported',
  513: 'Message Too Large',
};

/** Default reason phrase of a status code (RFC 3261 section 21). */
export function reasonPhrase(status: number): string {
  return REASONS[status] ?? 'Unknown';
}
