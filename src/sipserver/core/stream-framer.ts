import { contentLength, findHeaderEnd, MESSAGE_LIMITS, parseMessage, skipLineEnds } from './parser.js';

/** What a framer found in the stream. */
export type FramerEvent =
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** A double CRLF between messages: a keep-alive that wants a CRLF back (RFC 5626 section 4.4.1). */
  | { readonly type: 'ping' }
  /** The stream cannot be followed any further; the connection has to be closed. */
  | {
      readonly type: 'broken';
      readonly reason: 'too_large' | 'content_length' | 'start_line';
      readonly bytes: Uint8Array;
    };

const EMPTY = new Uint8Array(0);

/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 section 18.3). Holds at most one message of
 * {@link MESSAGE_LIMITS}`.messageBytes` plus one read.
 */
export class StreamFramer {
  #pending: Uint8Array = EMPTY;
  /** Header section already searched up to here, so that byte-wise arrival stays linear. */
  #searched = 0;
  #broken = false;

  /** Bytes held back for an unfinished message. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** Takes the bytes of one read. After `broken` everything else is ignored. */
  push(chunk: Uint8Array, sink: (event: FramerEvent) => void): void {
    if (this.#broken) return;
    let bytes = this.#pending.length === 0 ? chunk : concat(this.#pending, chunk);
    for (;;) {
      const begin = skipLineEnds(bytes);
      if (begin >= 4 && this.#searched === 0) sink({ type: 'ping' });
      if (begin === bytes.length) {
        // Half a keep-alive waits for its other half; more line ends than one ping needs are dropped.
        this.#keep(begin < 4 ? bytes : EMPTY, 0);
        return;
      }
      const size = this.#messageSize(bytes, begin);
      if (typeof size === 'string') {
        this.#broken = true;
        this.#keep(EMPTY, 0);
        sink({ type: 'broken', reason: size, bytes: bytes.subarray(begin) });
        return;
      }
      if (size === undefined || begin + size > bytes.length) {
        this.#keep(bytes.slice(begin), size === undefined ? Math.max(0, bytes.length - begin - 3) : 0);
        return;
      }
      this.#searched = 0;
      sink({ type: 'message', bytes: bytes.subarray(begin, begin + size) });
      bytes = bytes.subarray(begin + size);
      if (bytes.length === 0) {
        this.#keep(EMPTY, 0);
        return;
      }
    }
  }

  #keep(bytes: Uint8Array, searched: number): void {
    this.#pending = bytes;
    this.#searched = searched;
  }

  /** Size of the message that starts at `begin`, `undefined` while its header section is unfinished. */
  #messageSize(
    bytes: Uint8Array,
    begin: number,
  ): number | undefined | 'too_large' | 'content_length' | 'start_line' {
    // No message begins so; a TLS hello, for one, would otherwise wait for ever.
    if (!isTokenByte(bytes[begin] as number)) return 'start_line';
    const end = findHeaderEnd(bytes, begin + this.#searched);
    if (end === undefined) {
      return bytes.length - begin > MESSAGE_LIMITS.messageBytes ? 'too_large' : undefined;
    }
    const head = parseMessage(bytes.subarray(begin, Math.min(end.body, begin + MESSAGE_LIMITS.messageBytes)));
    const message = head.ok ? head.value : head.error.partial;
    if (message === undefined) return head.ok || head.error.code !== 'too_large' ? 'start_line' : 'too_large';
    // On a stream Content-Length is mandatory; a message without a body is the only safe reading of its absence.
    const length = contentLength(message.headers) ?? 0;
    if (length === 'invalid') return 'content_length';
    const size = end.body - begin + length;
    return size > MESSAGE_LIMITS.messageBytes ? 'too_large' : size;
  }
}

/** True for a byte that a method or `SIP/2.0` may begin with. */
const isTokenByte = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a, 0);
  out.set(b, a.length);
  return out;
}
