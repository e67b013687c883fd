import { parsedJson } from '../kernel/json.js';

/**
 * Messages of two parts, a JSON header and bytes, one after the other in a body of any length: the length of the
 * header and of the bytes (32 bits each, big-endian), then both. Audio crosses between roles in this form.
 */
export interface Frame {
  readonly header: unknown;
  readonly bytes: Uint8Array;
}

/** A peer sent something that is no frame, or one larger than allowed. */
export class FrameBroken extends Error {
  override readonly name = 'FrameBroken';
}

const PREFIX_BYTES = 8;
const NONE = new Uint8Array(0);

/** One frame as it goes out. */
export function encodeFrame(header: unknown, bytes: Uint8Array = NONE): Uint8Array {
  const head = Buffer.from(JSON.stringify(header), 'utf8');
  const out = Buffer.allocUnsafe(PREFIX_BYTES + head.length + bytes.length);
  out.writeUInt32BE(head.length, 0);
  out.writeUInt32BE(bytes.length, 4);
  out.set(head, PREFIX_BYTES);
  out.set(bytes, PREFIX_BYTES + head.length);
  return out;
}

/** Puts frames together from chunks that are cut anywhere. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0);

  /** @param maxFrameBytes - bound on header and bytes of one frame together */
  constructor(private readonly maxFrameBytes: number) {}

  /** True when what was pushed ended with a whole frame. */
  get done(): boolean {
    return this.#held.length === 0;
  }

  /**
   * Takes a chunk and gives the frames that are whole now.
   *
   * @throws FrameBroken when a frame is too large or its header is no JSON
   */
  push(chunk: Uint8Array): Frame[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (this.#held.length - at >= PREFIX_BYTES) {
      const head = this.#held.readUInt32BE(at);
      const size = head + this.#held.readUInt32BE(at + 4);
      if (size > this.maxFrameBytes) throw new FrameBroken('a frame is too large');
      if (this.#held.length - at - PREFIX_BYTES < size) break;
      const start = at + PREFIX_BYTES;
      frames.push({
        header: headerOf(this.#held.subarray(start, start + head)),
        bytes: this.#held.subarray(start + head, start + size),
      });
      at = start + size;
    }
    this.#held = this.#held.subarray(at);
    return frames;
  }
}

/** The one frame that a body is. @throws FrameBroken */
export function decodeFrame(body: Uint8Array): Frame {
  const reader = new FrameReader(body.byteLength);
  const [frame, ...rest] = reader.push(body);
  if (frame === undefined || rest.length > 0 || !reader.done) {
    throw new FrameBroken('the body is not one frame');
  }
  return frame;
}

/** Samples of a frame's bytes, little-endian 16 bit; a copy of their own. @throws FrameBroken for half a sample */
export function samplesOf(bytes: Uint8Array): Int16Array {
  if (bytes.byteLength % 2 !== 0) throw new FrameBroken('half a sample');
  return new Int16Array(new Uint8Array(bytes).buffer);
}

/** Bytes of samples, without copying. */
export function bytesOf(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}

function headerOf(bytes: Uint8Array): unknown {
  const header = parsedJson(bytes);
  if (header === undefined) throw new FrameBroken('the header of a frame is no JSON');
  return header;
}
