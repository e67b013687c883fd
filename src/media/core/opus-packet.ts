/** What the first bytes of an Opus packet say (RFC 6716 section 3). Nothing is decoded. */

/** Longest packet: 120 ms (RFC 6716 section 3.4, R5). */
const MAX_PACKET_MS = 120;
/** Longest frame, bytes (R2). */
const MAX_FRAME_BYTES = 1275;
/** Frame lengths of configurations 0 to 11 (SILK), 12 to 15 (hybrid) and 16 to 31 (CELT), milliseconds. */
const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];

/** Length of each frame of a packet that begins with this byte, milliseconds. */
export function opusFrameMs(toc: number): number {
  const config = toc >> 3;
  if (config < 12) return SILK_MS[config & 3] as number;
  if (config < 16) return HYBRID_MS[config & 1] as number;
  return CELT_MS[config & 3] as number;
}

/**
 * Audio in a packet, milliseconds; -1 for bytes that are no Opus packet. A frame of no or one byte is valid: the sender
 * had nothing to say (DTX).
 */
export function opusPacketMs(payload: Uint8Array): number {
  const toc = payload[0];
  if (toc === undefined) return -1;
  const frameMs = opusFrameMs(toc);
  const rest = payload.length - 1;
  switch (toc & 3) {
    case 0: {
      return rest <= MAX_FRAME_BYTES ? frameMs : -1;
    }
    case 1: {
      return rest % 2 === 0 && rest / 2 <= MAX_FRAME_BYTES ? 2 * frameMs : -1;
    }
    case 2: {
      return twoFramesFit(payload) ? 2 * frameMs : -1;
    }
    default: {
      const count = (payload[1] ?? 0) & 63;
      return count > 0 && count * frameMs <= MAX_PACKET_MS ? count * frameMs : -1;
    }
  }
}

/** Code 2: the length of the first frame, of one or two bytes, stands in front (section 3.2.1). */
function twoFramesFit(payload: Uint8Array): boolean {
  const first = payload[1];
  if (first === undefined) return false;
  if (first < 252) return payload.length >= 2 + first;
  const second = payload[2];
  return second !== undefined && payload.length >= 3 + first + 4 * second;
}
