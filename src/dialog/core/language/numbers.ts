/** Number words of English as callers say them and as a recogniser writes them. */

const UNITS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
};

const TEENS: Readonly<Record<string, number>> = {
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
};

const TENS: Readonly<Record<string, number>> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fourty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};

const ORDINALS: Readonly<Record<string, number>> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  forth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  eleventh: 11,
  twelfth: 12,
  twelveth: 12,
  thirteenth: 13,
  fourteenth: 14,
  fifteenth: 15,
  sixteenth: 16,
  seventeenth: 17,
  eighteenth: 18,
  nineteenth: 19,
  twentieth: 20,
  thirtieth: 30,
};

/** Words that sound like a number and mean something else elsewhere; only a grammar may take them for one. */
const HOMOPHONES: Readonly<Record<string, number>> = {
  to: 2,
  too: 2,
  for: 4,
  fore: 4,
  ate: 8,
  won: 1,
  tree: 3,
  free: 3,
  fife: 5,
  niner: 9,
  tin: 10,
  oh: 0,
  o: 0,
};

/** Value of a cardinal word, `undefined` for anything else. */
export function cardinalWord(word: string): number | undefined {
  return UNITS[word] ?? TEENS[word] ?? TENS[word];
}

/** Value of an ordinal word ("third"), `undefined` for anything else. */
export function ordinalWord(word: string): number | undefined {
  return ORDINALS[word];
}

/** Value of a word that only sounds like a number ("too"), `undefined` for anything else. */
export function homophoneOf(word: string): number | undefined {
  return HOMOPHONES[word];
}

/** True for "twenty", "thirty"…, which may be followed by a unit. */
export function isTens(word: string): boolean {
  return word in TENS;
}

/** Value of "one" to "nine", for "twenty three". */
export function unitWord(word: string): number | undefined {
  const value = UNITS[word];
  return value === 0 ? undefined : value;
}

/** "four" for 4, up to nineteen. */
export function cardinalSpelling(value: number): string {
  const word = Object.entries({ ...UNITS, ...TEENS }).find(([, number]) => number === value)?.[0];
  if (word === undefined) throw new RangeError(`no word for ${value}`);
  return word;
}

/** Ways to write the day of a month: "twenty first", "twenty-first", "21st". */
export function ordinalSpellings(day: number): readonly string[] {
  const word = (value: number): string | undefined =>
    Object.entries(ORDINALS).find(([, number]) => number === value)?.[0];
  const whole = word(day);
  const digits = ordinal(day);
  if (whole !== undefined) return [whole, digits];
  const tens = Object.entries(TENS).find(([, number]) => number === day - (day % 10))?.[0] ?? '';
  const unit = word(day % 10) ?? '';
  return [`${tens} ${unit}`, `${tens}-${unit}`, digits];
}

/** "1st", "22nd", "13th". */
export function ordinal(n: number): string {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'}`;
}
