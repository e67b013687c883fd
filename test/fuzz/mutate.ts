import { randomInt, type Rng } from '../../src/kernel/rng.js';

/** One of several. */
export const pick = <T>(rng: Rng, items: readonly T[]): T => items[rng.uint32() % items.length] as T;

const encoder = new TextEncoder();
const LONGEST = 40;

/** Pieces that sit at the edges of binary formats. */
const BYTES = [0, 0x7f, 0x80, 0xff, 0x0d, 0x0a, 0x3d, 0x20].map((byte) => Uint8Array.of(byte));

/** Pieces that sit at the edges of text formats. */
const TEXTS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\0',
  ' \t',
  '"',
  '<',
  '>',
  ';',
  ',',
  ':',
  '=',
  '|',
  '#',
  '%00',
  '-1',
  '4294967296',
  'ü€😀',
];

/** Up to seven seeded edits: bits and bytes changed, ranges cut or doubled, an awkward piece put in. */
export function mutateBytes(rng: Rng, seed: Uint8Array, pieces: readonly Uint8Array[] = BYTES): Uint8Array {
  let bytes = [...seed];
  for (let edits = randomInt(rng, 0, 7); edits > 0; edits--) {
    const at = randomInt(rng, 0, Math.max(0, bytes.length - 1));
    const length = randomInt(rng, 1, LONGEST);
    switch (rng.uint32() % 7) {
      case 0: {
        bytes[at] = rng.uint32() & 0xff;
        break;
      }
      case 1: {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (rng.uint32() % 8));
        break;
      }
      case 2: {
        bytes = bytes.slice(0, at);
        break;
      }
      case 3: {
        bytes.splice(at, length);
        break;
      }
      case 4: {
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      }
      default: {
        const piece = pick(rng, pieces);
        bytes.splice(at, pick(rng, [0, piece.length, length]), ...piece);
      }
    }
  }
  return Uint8Array.from(bytes);
}

/** {@link mutateBytes} for text. `words` are awkward pieces of its own grammar. */
export function mutateText(rng: Rng, text: string, words: readonly string[] = []): Uint8Array {
  const pieces = [...TEXTS, ...words].map((piece) => encoder.encode(piece));
  return mutateBytes(rng, encoder.encode(text), pieces);
}
