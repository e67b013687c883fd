import type { Locale } from '../nlu/locale.js';
import { tokenize, type Token } from '../nlu/tokens.js';

/** Why a clause of a model is not spoken. */
export type Objection =
  /** It says that something was done, or will be, which only the tasks may say. */
  | 'claim'
  /** It says what is free without having looked. */
  | 'availability'
  /** A number, a time, a day or an address that no source holds. */
  | 'ungrounded'
  /** It repeats its instructions. */
  | 'leak';

/** What a clause is held against. */
export interface Grounds {
  /** Passages, results of tools and facts of the office. */
  readonly evidence: readonly string[];
  /** What the caller has said: it may be repeated, and proves nothing. */
  readonly caller: string;
  readonly instructions: string;
}

/** Words in a row that are no chance agreement. */
const LEAK_WORDS = 7;

/** Checks a clause before it is spoken. Claims about appointments are never the model's to make. */
export function objectionTo(clause: string, grounds: Grounds, locale: Locale): Objection | undefined {
  const words = wordsOf(clause);
  const line = ` ${words.join(' ')} `;
  const has = (key: string): boolean =>
    (locale.phrases[key] ?? []).some((phrase) => line.includes(` ${phrase} `));
  const isDone = has('model_claim_subject') && has('model_claim_done');
  const isPromise = has('model_promise_subject') && has('model_promise_verb');
  if (isDone || isPromise || has('model_claim_whole')) return 'claim';
  if (repeats(words, grounds.instructions)) return 'leak';
  const facts = factsIn(clause, locale);
  if (facts.size === 0) return undefined;
  const proved = new Set(grounds.evidence.flatMap((text) => [...factsIn(text, locale)]));
  const isProved = [...facts].every((fact) => proved.has(fact));
  if (isProved) return undefined;
  if (has('model_claim_free')) return 'availability';
  const said = factsIn(grounds.caller, locale);
  return [...facts].every((fact) => proved.has(fact) || said.has(fact)) ? undefined : 'ungrounded';
}

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}']+/u)
    .filter((word) => word !== '');

function repeats(words: readonly string[], instructions: string): boolean {
  if (words.length < LEAK_WORDS) return false;
  const all = ` ${wordsOf(instructions).join(' ')} `;
  for (let at = 0; at + LEAK_WORDS <= words.length; at++) {
    if (all.includes(` ${words.slice(at, at + LEAK_WORDS).join(' ')} `)) return true;
  }
  return false;
}

/** Pieces of this length are read one by one: the reader of numbers takes no more at once. */
const PIECE_CHARS = 900;
/** Small numbers are words of everyday speech: "one of our", "two things". */
const SMALLEST_FACT = 3;

/** Numbers, times, days, months and addresses of a text, each in one form. */
export function factsIn(text: string, locale: Locale): ReadonlySet<string> {
  const facts = new Set<string>();
  for (const address of text.match(/[\w.+-]+@[\w-]+\.[\w.]+|(?:https?:\/\/|www\.)\S+/gi) ?? []) {
    facts.add(address.toLowerCase().replace(/[.,]+$/, ''));
  }
  for (let at = 0; at < text.length; at += PIECE_CHARS) {
    for (const token of tokenize(text.slice(at, at + PIECE_CHARS), locale.calendar)) {
      addFacts(facts, token, locale);
    }
  }
  return facts;
}

function addFacts(facts: Set<string>, token: Token, { calendar }: Locale): void {
  const { word, clock, decimal, numericDate } = token;
  if (clock !== undefined) {
    facts.add(`n${clock.hour}`);
    if (clock.minute !== 0) facts.add(`n${clock.minute}`);
  }
  if (decimal !== undefined && clock === undefined) {
    // "2.50" may be read as an amount or as a time; both give the same two numbers.
    const whole = Math.floor(decimal);
    const rest = Math.round((decimal - whole) * 100);
    facts.add(`n${whole}`);
    if (rest !== 0) facts.add(`n${rest}`);
  }
  if (numericDate !== undefined) facts.add(`n${numericDate.day}`);
  const number = token.num ?? token.ord;
  if (number !== undefined && clock === undefined && (number >= SMALLEST_FACT || token.digits === true)) {
    facts.add(`n${number}`);
  }
  const ambiguous = calendar.ambiguous.includes(word);
  const day = calendar.weekdays.findIndex((forms) => forms.includes(word));
  if (day !== -1 && !ambiguous) facts.add(`d${day}`);
  const month = calendar.months.findIndex((forms) => forms.includes(word));
  if (month !== -1 && !ambiguous) facts.add(`m${month}`);
}
