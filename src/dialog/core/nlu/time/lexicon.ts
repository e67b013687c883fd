import type { Token } from '../tokens.js';
import type { CalendarWords } from './calendar-words.js';
import { symbolId, type Lexicon, type Phrase, type Terminal } from './grammar.js';

const lexicons = new WeakMap<CalendarWords, Lexicon>();

/** Lookup tables of a locale; made once per locale object. */
export function lexiconOf(words: CalendarWords): Lexicon {
  const known = lexicons.get(words);
  if (known !== undefined) return known;
  const phrases = new Map<string, Phrase[]>();
  const add = (name: string, text: string, value: unknown): void => {
    const symbol = symbolId(name);
    const parts = text.split(' ');
    const [first = ''] = parts;
    if (symbol === undefined) return;
    const same = phrases.get(first);
    if (same === undefined) phrases.set(first, [{ words: parts, symbol, value }]);
    else same.push({ words: parts, symbol, value });
  };
  addNames(words, add);
  for (const [role, list] of Object.entries(words.roles)) for (const text of list) add(role, text, true);
  const ambiguous = new Set(words.ambiguous);
  const names = new Set([...words.months, ...words.weekdays].map(([name = '']) => name));
  const short = new Set([...words.months, ...words.weekdays].flatMap((forms) => forms.slice(1)));
  const lexicon: Lexicon = {
    phrases,
    words,
    ambiguous: (token) => token !== undefined && ambiguous.has(token.word) && writtenAs(token),
    abbreviated: (token) =>
      token !== undefined && (short.has(token.word) || (names.has(token.word) && !writtenAs(token))),
  };
  lexicons.set(words, lexicon);
  return lexicon;
}

/** True when the word stands in the text as it is read, neither repaired nor spelled out. */
const writtenAs = (token: Token): boolean => token.end - token.start === token.word.length;

function addNames(words: CalendarWords, add: (name: string, text: string, value: unknown) => void): void {
  words.months.forEach((forms, k) => {
    for (const form of forms) add('month', form, k + 1);
  });
  words.weekdays.forEach((forms, k) => {
    for (const form of forms) add('weekday', form, k + 1);
    add('weekdayPlural', `${forms[0] ?? ''}s`, k + 1);
  });
  for (const { words: names, weekdays } of words.weekdayGroups) {
    for (const name of names) add('weekdayGroup', name, weekdays);
  }
  for (const part of words.partsOfDay) for (const name of part.words) add('part', name, part);
  for (const { words: names, ...window } of words.timesOfDay) {
    for (const name of names) add('spell', name, window);
  }
  for (const named of words.namedDays) for (const name of named.words) add('namedDay', name, named);
  for (const season of words.seasons) for (const name of season.words) add('season', name, season);
  for (const unit of words.units) for (const name of unit.words) add('unit', name, unit);
  for (const [text, offset] of Object.entries(words.dayOffsets)) add('dayOffset', text, offset);
  for (const [text, weekday] of Object.entries(words.misheardWeekdays)) add('misheardWeekday', text, weekday);
}

/** Every symbol that words and readings of tokens give, by the token it begins at. */
export function terminalsOf(tokens: readonly Token[], lexicon: Lexicon): readonly (readonly Terminal[])[] {
  return tokens.map((token, i) => {
    const found: Terminal[] = [];
    for (const { words, symbol, value } of lexicon.phrases.get(token.word) ?? []) {
      if (standsAt(tokens, i, words)) found.push({ symbol, to: i + words.length, value });
    }
    addReadings(token, i, found);
    return found;
  });
}

function standsAt(tokens: readonly Token[], i: number, words: readonly string[]): boolean {
  for (let k = 1; k < words.length; k++) {
    const token = tokens[i + k];
    if (token?.word !== words[k] || token?.breakBefore !== undefined) return false;
  }
  return true;
}

function addReadings(token: Token, i: number, found: Terminal[]): void {
  const add = (name: string, value: unknown, to = i + 1): void => {
    const symbol = symbolId(name);
    if (symbol !== undefined) found.push({ symbol, to, value });
  };
  if (token.num !== undefined) add('num', token.num);
  if (token.ord !== undefined) add('ord', token.ord);
  if (token.weak !== undefined) add('weak', token.weak);
  if (token.clock !== undefined) add('clock', token.clock);
  if (token.decimal !== undefined) add('decimal', token.decimal);
  if (token.numericMonth !== undefined) add('numericMonth', token.numericMonth);
  if (token.numericDate !== undefined) {
    add('numericDate', { ...token.numericDate, iso: /^\d{4}/.test(token.word) });
  }
  if (token.digits === true && token.num !== undefined && /^\d{3,4}$/.test(token.word)) {
    add('digitClock', token.num);
  }
  // A dash takes no token; it stands before one.
  if (token.breakBefore === '-') add('dash', true, i);
}
