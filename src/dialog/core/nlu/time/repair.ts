import type { CalendarWords } from './calendar-words.js';

interface RepairLexicon {
  readonly spellings: ReadonlyMap<string, string>;
  readonly fuzzy: readonly string[];
  readonly keep: ReadonlySet<string>;
}

/** Words shorter than this are never repaired by their letters: too many others are near. */
const MIN_FUZZY_CHARS = 6;

const lexicons = new WeakMap<CalendarWords, RepairLexicon>();

function lexiconOf(locale: CalendarWords): RepairLexicon {
  const known = lexicons.get(locale);
  if (known !== undefined) return known;
  const ambiguous = new Set(locale.ambiguous);
  const spellings = new Map(Object.entries(locale.spellings));
  const names = [...locale.months, ...locale.weekdays];
  for (const [name = '', ...forms] of names) {
    for (const form of forms) if (!ambiguous.has(form)) spellings.set(form, name);
    spellings.set(`${name}'s`, name);
  }
  const fuzzy = [
    ...locale.weekdays.map(([name = '']) => name),
    ...locale.months.map(([name = '']) => name).filter((name) => name.length >= MIN_FUZZY_CHARS),
    ...locale.fuzzy,
  ];
  const keep = new Set([...locale.notRepaired, ...fuzzy, ...fuzzy.map((word) => `${word}s`)]);
  const made = { spellings, fuzzy, keep };
  lexicons.set(locale, made);
  return made;
}

/**
 * The calendar word that was meant, or the word itself. Only words that are no ordinary words of the language are
 * changed; words that are ("to", "sat") are left for the grammar to judge in place.
 */
export function repairWord(word: string, locale: CalendarWords): string {
  const { spellings, fuzzy, keep } = lexiconOf(locale);
  const known = spellings.get(word);
  if (known !== undefined) return known;
  if (word.length < MIN_FUZZY_CHARS || keep.has(word)) return word;
  for (const target of fuzzy) {
    if (isOneEditApart(word, target)) return target;
  }
  return word;
}

/** True when one letter was changed, added, lost, or two neighbours were swapped. */
function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let tail = 0;
  while (tail < a.length - start && tail < b.length - start && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const restA = a.slice(start, a.length - tail);
  const restB = b.slice(start, b.length - tail);
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}
