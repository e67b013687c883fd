/**
 * Asterisk's AudioSocket: a TCP stream of messages, each a kind (1 byte), a length (2 bytes, big endian) and a payload
 * (res_audiosocket.c). Audio is PCM16, little endian.
 */

/** Kinds of messages. */
export const KIND = { hangup: 0x00, uuid: 0x01, dtmf: 0x03, slin8: 0x10, error: 0xff } as const;
/** Rates by kind, Hz; only 8 kHz is spoken by the dialplan's application. */
const SLIN_RATES: Readonly<Record<number, number>> = {
  0x10: 8000,
  0x11: 12_000,
  0x12: 16_000,
  0x13: 24_000,
  0x14: 32_000,
  0x15: 44_100,
  0x16: 48_000,
  0x17: 96_000,
  0x18: 192_000,
};

const HEADER_BYTES = 3;

/** A message of the exchange. */
export type AudioSocketMessage =
  | { readonly type: 'uuid'; readonly uuid: string }
  | { readonly type: 'audio'; readonly rateHz: number; readonly pcm: Int16Array }
  | { readonly type: 'dtmf'; readonly key: string }
  | { readonly type: 'hangup' }
  | { readonly type: 'error'; readonly code: number }
  /** A kind that is not known; its payload is skipped. */
  | { readonly type: 'unknown'; readonly kind: number };

/** Cuts the stream into messages. Holds at most one message: 64 kB. */
export class AudioSocketReader {
  #held: Uint8Array = new Uint8Array(0);

  /** Takes what came, which may end anywhere. */
  push(bytes: Uint8Array): AudioSocketMessage[] {
    const all = this.#held.length === 0 ? bytes : concat(this.#held, bytes);
    const messages: AudioSocketMessage[] = [];
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const length = ((all[at + 1] ?? 0) << 8) | (all[at + 2] ?? 0);
      const end = at + HEADER_BYTES + length;
      if (all.length < end) break;
      messages.push(messageOf(all[at] ?? 0, all.subarray(at + HEADER_BYTES, end)));
      at = end;
    }
    this.#held = all.slice(at);
    return messages;
  }
}

/** Ends the call: the dialplan goes on with its next step. */
export const HANGUP_MESSAGE: Uint8Array = Uint8Array.of(KIND.hangup, 0, 0);

/**
 * Audio at 8 kHz as one message. Header and payload are one piece: the exchange waits for the payload in a loop, and
 * a message of no length ends the call.
 */
export function audioMessage(pcm: Int16Array): Uint8Array {
  const message = new Uint8Array(HEADER_BYTES + 2 * pcm.length);
  message[0] = KIND.slin8;
  message[1] = (2 * pcm.length) >> 8;
  message[2] = (2 * pcm.length) & 0xff;
  const view = new DataView(message.buffer, HEADER_BYTES);
  for (let i = 0; i < pcm.length; i++) view.setInt16(2 * i, pcm[i] ?? 0, true);
  return message;
}

function messageOf(kind: number, payload: Uint8Array): AudioSocketMessage {
  const rateHz = SLIN_RATES[kind];
  if (rateHz !== undefined) return { type: 'audio', rateHz, pcm: littleEndian(payload) };
  switch (kind) {
    case KIND.hangup:
      return { type: 'hangup' };
    case KIND.uuid:
      return payload.length === 16 ? { type: 'uuid', uuid: uuidOf(payload) } : { type: 'unknown', kind };
    case KIND.dtmf:
      return payload.length === 1
        ? { type: 'dtmf', key: String.fromCharCode(payload[0] ?? 0) }
        : { type: 'unknown', kind };
    case KIND.error:
      return { type: 'error', code: payload[0] ?? 0 };
    default:
      return { type: 'unknown', kind };
  }
}

/** PCM16 from bytes; a last half sample is dropped. */
export function littleEndian(bytes: Uint8Array): Int16Array {
  const pcm = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < pcm.length; i++) pcm[i] = (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
  return pcm;
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
