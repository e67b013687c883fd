import type { CalendarWords } from './time/calendar-words.js';

/** What a word can be as a number. */
export interface NumberReading {
  /** Cardinal value of "seven". */
  readonly num?: number;
  /** Ordinal value of "seventh". */
  readonly ord?: number;
  /** Value of a word that sounds like a number ("too"). */
  readonly weak?: number;
}

interface NumberLexicon {
  readonly readings: ReadonlyMap<string, NumberReading>;
  readonly tens: ReadonlySet<string>;
  /** "one" to "nine". */
  readonly units: ReadonlyMap<string, number>;
}

const lexicons = new WeakMap<CalendarWords, NumberLexicon>();

/** Numbers of a language by word; made once per locale object. */
function lexiconOf(locale: CalendarWords): NumberLexicon {
  const known = lexicons.get(locale);
  if (known !== undefined) return known;
  const { units, teens, tens, ordinals, homophones } = locale.numbers;
  const readings = new Map<string, NumberReading>();
  for (const [word, weak] of Object.entries(homophones)) readings.set(word, { weak });
  for (const [word, ord] of Object.entries(ordinals)) readings.set(word, { ord });
  for (const [word, num] of Object.entries({ ...units, ...teens, ...tens })) readings.set(word, { num });
  const made = {
    readings,
    tens: new Set(Object.keys(tens)),
    units: new Map(Object.entries(units).filter(([, value]) => value > 0)),
  };
  lexicons.set(locale, made);
  return made;
}

/** Numeric reading of a word, `undefined` when it has none. */
export const numberOf = (word: string, locale: CalendarWords): NumberReading | undefined =>
  lexiconOf(locale).readings.get(word);

/** True for "twenty", "thirty"…, which may be followed by a unit. */
export const isTens = (word: string, locale: CalendarWords): boolean => lexiconOf(locale).tens.has(word);

/** Value of "one" to "nine", for "twenty three". */
export const unitOf = (word: string, locale: CalendarWords): number | undefined =>
  lexiconOf(locale).units.get(word);

/** "four" for 4, up to nineteen; digits beyond. */
export function cardinalSpelling(value: number, locale: CalendarWords): string {
  const { units, teens } = locale.numbers;
  return wordFor({ ...units, ...teens }, value) ?? String(value);
}

/** Ways to write the day of a month: "twenty first", "twenty-first", "21st". */
export function ordinalSpellings(day: number, locale: CalendarWords): readonly string[] {
  const { ordinals, tens } = locale.numbers;
  const whole = wordFor(ordinals, day);
  const digits = ordinal(day);
  if (whole !== undefined) return [whole, digits];
  const ten = wordFor(tens, day - (day % 10)) ?? '';
  const unit = wordFor(ordinals, day % 10) ?? '';
  return [`${ten} ${unit}`, `${ten}-${unit}`, digits];
}

const wordFor = (words: Readonly<Record<string, number>>, value: number): string | undefined =>
  Object.entries(words).find(([, number]) => number === value)?.[0];

/** "1st", "22nd", "13th". */
export function ordinal(n: number): string {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'}`;
}
