import type { TimedText } from '../../../../src/speech/core/word-times.js';

const WORD_MS = 300;
const LEAD_MS = 90;

/** Speech of a stand-in: a tone for each word, whose pitch belongs to the voice, with some silence around the whole. */
export interface Tones {
  readonly pcm: Int16Array;
  readonly words: readonly TimedText[];
}

/** Tones for the words of a text. */
export function tonesOf(text: string, voice: string, rateHz: number, speed = 1): Tones {
  const said = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const wordMs = WORD_MS / speed;
  const pcm = new Int16Array(Math.round((rateHz * (2 * LEAD_MS + said.length * wordMs)) / 1000));
  const hz = 300 + ([...voice].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1201);
  const words = said.map((word, index) => {
    const startMs = LEAD_MS + index * wordMs;
    return { text: word, startMs, endMs: startMs + 0.8 * wordMs };
  });
  for (const { startMs, endMs } of words) {
    const from = Math.round((startMs * rateHz) / 1000);
    const to = Math.round((endMs * rateHz) / 1000);
    for (let i = from; i < to; i++) {
      pcm[i] = Math.round(8000 * Math.sin((2 * Math.PI * hz * (i - from + 0.5)) / rateHz));
    }
  }
  return { pcm, words };
}

export function pcmBytes(pcm: Int16Array): Buffer {
  const bytes = Buffer.alloc(2 * pcm.length);
  pcm.forEach((sample, i) => bytes.writeInt16LE(sample, 2 * i));
  return bytes;
}

/** mu-law by the definition (ITU-T G.711), to be told apart from the decoder's table. */
export function ulawBytes(pcm: Int16Array): Buffer {
  return Buffer.from(
    Array.from(pcm, (sample) => {
      const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
      const segment = Math.floor(Math.log2(magnitude)) - 7;
      const code = (segment << 4) | ((magnitude >> (segment + 3)) & 15);
      return ~(code | (sample < 0 ? 0x80 : 0)) & 0xff;
    }),
  );
}

export function wavBytes(body: Buffer, rateHz: number, coding: 1 | 6 | 7 = 1): Buffer {
  const header = Buffer.alloc(44);
  const width = coding === 1 ? 2 : 1;
  header.write('RIFF', 0).toString();
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(coding, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * width, 28);
  header.writeUInt16LE(width, 32);
  header.writeUInt16LE(8 * width, 34);
  header.write('data', 36);
  header.writeUInt32LE(0xffffffff, 40);
  return Buffer.concat([header, body]);
}
