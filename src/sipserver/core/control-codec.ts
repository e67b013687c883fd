import { utf8Length } from './message.js';

/** Largest frame taken from a client once it is authenticated, and before. Bytes. */
export const FRAME_LIMITS = { authenticated: 1_048_576, unauthenticated: 4_096 } as const;

/** One frame of drachtio's control protocol: `id|type|fields…` and, after CRLF, an optional SIP message. */
export interface ControlFrame {
  readonly id: string;
  readonly type: string;
  /** Fields after the type. */
  readonly fields: readonly string[];
  /** SIP text, empty when the frame carries none. */
  readonly payload: string;
}

/** `<byte length>#<payload>`. */
export function encodeFrame(payload: string): string {
  return `${utf8Length(payload)}#${payload}`;
}

/** Splits a frame's text into its parts. */
export function decodeFrame(text: string): ControlFrame {
  const at = text.indexOf('\r\n');
  const [id = '', type = '', ...fields] = (at < 0 ? text : text.slice(0, at)).split('|');
  return { id, type, fields, payload: at < 0 ? '' : text.slice(at + 2) };
}

const HASH = 35;
const decoder = new TextDecoder('utf-8');

/**
 * Cuts the byte stream of a control connection into frames. Bytes are copied once into a buffer that doubles, so a
 * frame that arrives in many pieces costs linear time.
 */
export class FrameReader {
  #buffer = new Uint8Array(1024);
  #length = 0;

  /** Largest frame accepted, bytes; may be raised after authentication. */
  limit: number = FRAME_LIMITS.unauthenticated;

  /** Bytes held for an unfinished frame. */
  get pendingBytes(): number {
    return this.#length;
  }

  /**
   * Takes the bytes of one read and hands over every complete frame.
   *
   * @returns false when the stream is not the protocol or a frame is too large; the connection has to be closed
   */
  push(chunk: Uint8Array, sink: (text: string) => void): boolean {
    this.#append(chunk);
    let from = 0;
    for (;;) {
      const size = this.#frameAt(from);
      if (size === undefined) break;
      if (size === 'broken') return false;
      sink(decoder.decode(this.#buffer.subarray(size.start, size.end)));
      from = size.end;
    }
    this.#buffer.copyWithin(0, from, this.#length);
    this.#length -= from;
    return true;
  }

  #frameAt(from: number): { start: number; end: number } | undefined | 'broken' {
    let length = 0;
    for (let at = from; at < this.#length; at++) {
      const byte = this.#buffer[at]!;
      if (byte === HASH) {
        if (at === from || length === 0) return 'broken';
        const end = at + 1 + length;
        return end <= this.#length ? { start: at + 1, end } : undefined;
      }
      if (byte < 48 || byte > 57) return 'broken';
      length = length * 10 + (byte - 48);
      if (length > this.limit) return 'broken';
    }
    return undefined;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }
}

/** `HH:MM:SS.uuuuuu` UTC, the time format of the protocol. */
export function stackTime(wallMs: number): string {
  const inDay = ((wallMs % 86_400_000) + 86_400_000) % 86_400_000;
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const seconds = Math.floor(inDay / 1000);
  const micros = Math.min(999_999, Math.floor((inDay - seconds * 1000) * 1000));
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(micros, 6)}`;
}

/** Compares two secrets in a time that depends on the length of `given` only. */
export function sameSecret(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length;
  for (let index = 0; index < given.length; index++) {
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index % Math.max(1, expected.length));
  }
  return difference === 0;
}
