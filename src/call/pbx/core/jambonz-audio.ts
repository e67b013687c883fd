import { littleEndian } from './audiosocket.js';

/**
 * Audio for the exchange, PCM16 little endian. A sample of -1 is its mark and fires marks early
 * (mod_audio_fork), so that it becomes 0.
 */
export function toJambonz(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * pcm.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < pcm.length; i++) {
    const sample = pcm[i] ?? 0;
    view.setInt16(2 * i, sample === -1 ? 0 : sample, true);
  }
  return bytes;
}

/** Samples from binary frames of any length: an odd byte waits for the next frame. */
export class PcmBytes {
  #odd: number | undefined;

  push(bytes: Uint8Array): Int16Array {
    const odd = this.#odd;
    const whole = odd === undefined ? bytes : Uint8Array.of(odd, ...bytes);
    this.#odd = whole.length % 2 === 0 ? undefined : whole[whole.length - 1];
    return littleEndian(whole);
  }
}
