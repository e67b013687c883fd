import { crc32 } from 'node:zlib';

/** One message of an `application/vnd.amazon.eventstream` body. */
export interface EventStreamMessage {
  /** Values of type string by name; others are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** The stream does not hold what it must: a wrong length or checksum. */
export class EventStreamBroken extends Error {
  override readonly name = 'EventStreamBroken';
}

/** Two lengths, and the checksum of them. */
const PRELUDE_BYTES = 12;
/** The checksum at the end. */
const TRAILER_BYTES = 4;
const MAX_MESSAGE_BYTES = 4_000_000;
const STRING_TYPE = 7;
/** Length of values by type: true, false, byte, short, int, long, -, -, timestamp, uuid. */
const FIXED: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

/**
 * Messages of an Amazon event stream: u32 length, u32 length of headers, u32 CRC-32 of both, headers, payload, u32 CRC-32 of
 * all before; big-endian (smithy.io, Amazon Event Stream specification). Bytes that end within a message are dropped.
 *
 * @throws EventStreamBroken
 */
export async function* eventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<EventStreamMessage> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    while (held.length >= PRELUDE_BYTES) {
      const length = held.readUInt32BE(0);
      if (crc32(held.subarray(0, 8)) !== held.readUInt32BE(8)) throw new EventStreamBroken('wrong prelude');
      if (length < PRELUDE_BYTES + TRAILER_BYTES || length > MAX_MESSAGE_BYTES) {
        throw new EventStreamBroken('wrong length');
      }
      if (held.length < length) break;
      yield messageIn(held.subarray(0, length));
      held = held.subarray(length);
    }
  }
}

function messageIn(bytes: Buffer): EventStreamMessage {
  const end = bytes.length - TRAILER_BYTES;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) {
    throw new EventStreamBroken('wrong checksum');
  }
  const headersEnd = PRELUDE_BYTES + bytes.readUInt32BE(4);
  if (headersEnd > end) throw new EventStreamBroken('wrong length of headers');
  return {
    headers: headersIn(bytes.subarray(PRELUDE_BYTES, headersEnd)),
    payload: bytes.subarray(headersEnd, end),
  };
}

function headersIn(bytes: Buffer): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    if (nameEnd + 1 > bytes.length) throw new EventStreamBroken('a header is cut');
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    at = nameEnd + 1;
    const fixed = FIXED[type];
    if (fixed === undefined && at + 2 > bytes.length) throw new EventStreamBroken('a header is cut');
    const length = fixed ?? bytes.readUInt16BE(at);
    const begin = fixed === undefined ? at + 2 : at;
    if (begin + length > bytes.length) throw new EventStreamBroken('a header is cut');
    if (type === STRING_TYPE) headers[name] = bytes.toString('utf8', begin, begin + length);
    at = begin + length;
  }
  return headers;
}
