import type { Lexicon } from './pronunciations.js';
import { speakable } from './speakable.js';

/** A word of a {@link PreparedText}. */
export interface PreparedWord {
  /** Place in the line that is sent. */
  readonly from: number;
  readonly to: number;
  /** Place in the text as it was given. */
  readonly charStart: number;
  readonly charEnd: number;
}

/** A text as a foreign voice gets it. */
export interface PreparedText {
  /** Numbers, dates, signs and pronunciations in words, so that every engine says the same; the text's own punctuation. */
  readonly line: string;
  readonly words: readonly PreparedWord[];
}

/** Prepares one sentence; a text without words gives an empty line. */
export function prepareText(text: string, lexicon?: Lexicon): PreparedText {
  const tokens = speakable(text, lexicon);
  const words: PreparedWord[] = [];
  let line = '';
  let pause = '';
  let end = 0;
  for (const token of tokens) {
    if (line !== '') line += separator(text.slice(end, token.charStart), pause);
    const written = text.slice(token.charStart, token.charEnd);
    const said = bare(written) === bare(token.spoken) ? written : token.spoken;
    const from = line.length;
    line += said;
    words.push({ from, to: line.length, charStart: token.charStart, charEnd: token.charEnd });
    ({ pause } = token);
    end = token.charEnd;
  }
  if (line !== '' && !/[.!?]$/.test(line)) {
    line += /[.!?…]/.exec(text.slice(end))?.[0].replace('…', '.') ?? '.';
  }
  return { line, words };
}

const bare = (word: string): string => word.toLowerCase().replaceAll('’', "'");

/** What stands between two words: the text's own pauses, or the pause that a word took with it ("p.m."). */
function separator(between: string, pause: string): string {
  const marks = between.replace(/[^,.!?;:…–—]/g, '').slice(0, 1);
  return `${marks === '' ? pause : marks} `;
}
