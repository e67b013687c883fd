import { spellDigits } from '../../../src/speech/core/numbers.js';
import { speakable } from '../../../src/speech/core/speakable.js';

/** Words that are written in more than one way. */
const SAME: Readonly<Record<string, string>> = {
  mr: 'mister',
  mrs: 'missus',
  dr: 'doctor',
  okay: 'ok',
  oh: 'zero',
  o: 'zero',
  colour: 'color',
  favour: 'favor',
  flavour: 'flavor',
  honour: 'honor',
  neighbour: 'neighbor',
  humour: 'humor',
  tis: "it's",
  everyone: 'every one',
  goodbye: 'good bye',
};

/**
 * Words of a transcript for comparison: lower case, no punctuation, numbers, times and signs spelled alike,
 * variant spellings made one.
 */
export function normalisedWords(text: string): string[] {
  const spelled = speakable(text.replace(/(\d)-(?=\d)/g, '$1 '))
    .map((token) => token.spoken)
    .join(' ');
  return spelled
    .toLowerCase()
    .replace(/[’]/g, "'")
    .replace(/[^a-z0-9' ]+/g, ' ')
    .replace(/\b([ap]) m\b/g, '$1m')
    .split(/\s+/)
    .map((word) => word.replace(/^'+|'+$/g, ''))
    .filter((word) => word !== '')
    .flatMap((word) => (Object.hasOwn(SAME, word) ? (SAME[word] ?? word) : word).split(' '));
}

const DIGIT_WORDS = new Map(
  Array.from({ length: 10 }, (_, digit) => [spellDigits(String(digit)), String(digit)]),
);

/** The digits that a transcript reads out; undefined when it holds anything else. */
export function spokenDigits(text: string): string | undefined {
  const packed = text.replace(/[\s,.\-–]+/g, '');
  if (/^\d+$/.test(packed)) return packed;
  let digits = '';
  for (const word of normalisedWords(text)) {
    const digit = DIGIT_WORDS.get(word);
    if (digit === undefined) return undefined;
    digits += digit;
  }
  return digits === '' ? undefined : digits;
}

/** Fewest substitutions, insertions and deletions that turn one list into the other. */
export function editDistance(reference: readonly string[], hypothesis: readonly string[]): number {
  let row = Array.from({ length: hypothesis.length + 1 }, (_, i) => i);
  for (const [i, word] of reference.entries()) {
    const next = [i + 1];
    for (const [j, other] of hypothesis.entries()) {
      next.push(
        Math.min((row[j] ?? 0) + (word === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
