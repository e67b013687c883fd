import type { Token } from '../tokens.js';

/** A word as it was written. Tokens repair and join words; names and spellings need them as they are. */
export interface Word {
  /** As written, one kind of apostrophe. */
  readonly text: string;
  readonly lower: string;
  /** Offset in the text. */
  readonly start: number;
  readonly end: number;
  /** A mark that ends a phrase right before the word: a comma, a full stop… */
  readonly breakBefore?: string;
}

const PIECE = /[\p{L}\p{M}]+(?:['’`-][\p{L}\p{M}]+)*|\p{N}+|[.,!?;:]/gu;

/** A full stop after one of these is no end of a phrase: "Dr. Chen", "J. R. Smith". */
const ABBREVIATED = /^(?:\p{L}|dr|mr|mrs|ms|prof|jr|sr|st)$/iu;

/** The words of a text; of a word with digits in it the digits are a word of their own. */
export function splitWords(text: string): readonly Word[] {
  const words: Word[] = [];
  let mark: string | undefined;
  for (const match of text.matchAll(PIECE)) {
    const piece = match[0];
    if (/^[.,!?;:]$/.test(piece)) {
      const before = words.at(-1);
      if (piece !== '.' || before === undefined || !ABBREVIATED.test(before.text)) mark = piece;
      continue;
    }
    const plain = piece.replace(/[’`]/g, "'");
    const place = { start: match.index, end: match.index + piece.length };
    words.push({
      ...{ text: plain, lower: plain.toLowerCase(), ...place },
      ...(mark === undefined || words.length === 0 ? {} : { breakBefore: mark }),
    });
    mark = undefined;
  }
  return words;
}

/** The tokens that cover a stretch of the text. */
export function tokensAt(
  tokens: readonly Token[],
  start: number,
  end: number,
): { readonly from: number; readonly to: number } {
  let from = tokens.findIndex((token) => token.end > start);
  if (from < 0) from = tokens.length;
  let to = from;
  while (to < tokens.length && (tokens[to]?.start ?? end) < end) to++;
  return { from, to };
}
