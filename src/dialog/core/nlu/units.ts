import type { Token } from './tokens.js';

/** One word as phrases are written in, with the token that it comes from: "that's" gives "that" and "is". */
export interface Unit {
  readonly word: string;
  readonly token: number;
}

/** Longest text is bounded by the tokeniser; this bounds the work of the readers too. */
export const MAX_UNITS = 260;

/** Short forms and what they stand for, from lines such as `gonna = going to`. */
export type ShortForms = ReadonlyMap<string, readonly string[]>;

/** Reads lines `short = long form`. */
export function shortForms(lines: readonly string[]): ShortForms {
  const forms = new Map<string, readonly string[]>();
  for (const line of lines) {
    const [short, long] = line.split('=').map((part) => part.trim());
    if (short !== undefined && long !== undefined && long !== '') forms.set(short, long.split(' '));
  }
  return forms;
}

const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/^(.+)n't$/, 'not'],
  [/^(.+)'re$/, 'are'],
  [/^(.+)'ve$/, 'have'],
  [/^(.+)'ll$/, 'will'],
  [/^(.+)'d$/, 'would'],
  [/^(.+)'m$/, 'am'],
];

/** The words that one written word stands for. */
export function expand(word: string, forms: ShortForms): readonly string[] {
  const known = forms.get(word);
  if (known !== undefined) return known;
  if (!word.includes("'")) return [word];
  for (const [ending, tail] of ENDINGS) {
    const stem = ending.exec(word)?.[1];
    if (stem !== undefined) return [...(forms.get(stem) ?? [stem]), tail];
  }
  return [word];
}

/** The words of a sentence, short forms written out. At most {@link MAX_UNITS}. */
export function unitsOf(tokens: readonly Token[], forms: ShortForms, lower: string): readonly Unit[] {
  const units: Unit[] = [];
  tokens.forEach(({ word, start, end }, token) => {
    // The word as it was heard, not as repaired for the calendar; a joined number stays one word.
    const heard = lower.slice(start, end).replaceAll('’', "'");
    const plain = /^[\p{L}']+$/u.test(heard) ? heard : word;
    for (const part of expand(plain, forms)) {
      if (units.length < MAX_UNITS) units.push({ word: part, token });
    }
  });
  return units;
}
