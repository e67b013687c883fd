import type { Locale } from '../../core/nlu/locale.js';
import { findDigits } from '../../core/nlu/readers/digits.js';
import { findEmails } from '../../core/nlu/readers/email.js';
import { findPhrases, phraseFinder, type PhraseFinder } from '../../core/nlu/readers/phrases.js';
import { tokenize, type Token } from '../../core/nlu/tokens.js';
import type { OpenQuestion } from '../../core/nlu/types.js';
import { passesLuhn } from '../../core/tasks/form/refuse.js';

/** Kinds of personal data that are found, the surest first. */
export const PII_KINDS = ['email', 'iban', 'card', 'ssn', 'ip', 'phone'] as const;
export type PiiKind = (typeof PII_KINDS)[number];

/** Personal data in a text; offsets in UTF-16 units, the end excluded. */
export interface PiiSpan {
  readonly kind: PiiKind;
  readonly start: number;
  readonly end: number;
}

const EMAIL = /[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,6}/gu;
const IBAN = /\b[a-z]{2}\d{2}(?: ?[a-z\d]{4}){2,7}(?: ?[a-z\d]{1,4})?\b/gi;
const SSN = /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])/g;
const IP = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
/** Digits in groups, as a person writes them; the marks between two groups are few. */
const NUMBER =
  /(?<![\p{L}\d@.:/+(-]|\d,)[+(]{0,2}\d(?:[ ().–-]{0,3}\d){6,22}(?: ?(?:x|ext\.?) ?\d{1,6})?(?![\d@])/giu;

/** A day, a range of years or a postal code, whatever its digits. */
const NO_NUMBER =
  /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?![\d.-])|^(?:19|20)\d\d ?[-–] ?(?:19|20)\d\d$|^\d{5}-\d{3,4}$/;

const CARD = { min: 13, max: 19 } as const;
/** Some cards of old have as few; they count where a card is spoken of. */
const SHORT_CARD = 12;
const PHONE = { min: 7, max: 15 } as const;
/** Digits without a gap count as a telephone number from here on, shorter ones where one is announced. */
const BARE_PHONE = 10;
const SSN_DIGITS = 9;
/** Words before a number in which it is announced. */
const CUE_WORDS = 8;
/** Pieces of this length are read one by one: the reader of words takes no more at once. */
const PIECE_CHARS = 900;
/** Two groups with nothing but a blank between them are as well the numbers of a house and its street. */
const TWO_GROUPS = /^[1-9]\d+ \d+$/;
/** Words of a name before the "at" of a spoken address, at most. */
const MAX_NAME_WORDS = 2;
/** Digits that are said one by one in a spoken number, at least. */
const MIN_SINGLE = 4;

/** The words are read as the answer to a question for digits: then "oh" and "won" among digits are digits. */
const ANY_DIGITS: OpenQuestion = { id: 'pii', expects: 'digits', time: { today: '2000-01-03', nowMin: 0 } };

const cues = new WeakMap<Locale, PhraseFinder>();

/** E-mail addresses, numbers of cards, accounts, telephones and social security, written or spoken, in order. */
export function findPii(text: string, locale: Locale): readonly PiiSpan[] {
  return piecesOf(text).flatMap(([from, to]) =>
    piecePii(text.slice(from, to), locale).map(({ kind, start, end }) => ({
      kind,
      start: start + from,
      end: end + from,
    })),
  );
}

/** The lines of a text, long ones in pieces: a number does not go on in the next line. */
function piecesOf(text: string): readonly (readonly [number, number])[] {
  const pieces: (readonly [number, number])[] = [];
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    for (let at = 0; at < line.length;) {
      const blank = line.lastIndexOf(' ', at + PIECE_CHARS);
      const end = at + PIECE_CHARS >= line.length || blank <= at ? at + PIECE_CHARS : blank;
      pieces.push([index + at, Math.min(index + end, index + line.length)]);
      at = end;
    }
  }
  return pieces;
}

function piecePii(text: string, locale: Locale): readonly PiiSpan[] {
  const found: PiiSpan[] = [];
  const add = (kind: PiiKind, start: number, end: number): void => {
    if (!found.some((span) => span.start < end && start < span.end)) found.push({ kind, start, end });
  };
  const each = (pattern: RegExp, kind: PiiKind, isOne: (value: string) => boolean = () => true): void => {
    for (const { 0: value, index } of text.matchAll(pattern)) {
      if (isOne(value)) add(kind, index, index + value.length);
    }
  };
  if (text.includes('@')) each(EMAIL, 'email');
  const tokens = tokenize(text, locale.calendar);
  const announced = announcements(tokens, locale);
  // Most sentences hold no number at all.
  if (/\d/.test(text)) {
    each(IBAN, 'iban', passesMod97);
    each(SSN, 'ssn');
    each(IP, 'ip', (value) => value.split('.').every((part) => Number(part) < 256));
    for (const { 0: value, index } of text.matchAll(NUMBER)) {
      const kind = NO_NUMBER.test(value) ? undefined : writtenKind(value, announced(index));
      if (kind !== undefined) add(kind, index, index + value.length);
    }
  }
  for (const { kind, start, end } of spoken(tokens, text, locale, announced)) add(kind, start, end);
  return found.sort((one, other) => one.start - other.start);
}

/** ISO 13616: four characters go to the end, letters count from ten, the rest of a division by 97 is one. */
function passesMod97(value: string): boolean {
  const plain = value.replaceAll(' ', '').toUpperCase();
  const digits = [...plain.slice(4), ...plain.slice(0, 4)].map((char) => Number.parseInt(char, 36)).join('');
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

type Cue = 'card' | 'ssn' | 'phone';

/** What is announced by the words before a place of the text. */
function announcements(tokens: readonly Token[], locale: Locale): (start: number) => ReadonlySet<Cue> {
  let hits: ReturnType<typeof findPhrases> | undefined;
  return (start) => {
    hits ??= findPhrases(
      tokens.map(({ word }) => word),
      finderOf(locale),
    );
    const at = tokens.findIndex((token) => token.end > start);
    const place = at < 0 ? tokens.length : at;
    return new Set(
      hits.flatMap(({ key, to }) => (to <= place && place - to < CUE_WORDS ? [key as Cue] : [])),
    );
  };
}

function finderOf(locale: Locale): PhraseFinder {
  const known = cues.get(locale);
  if (known !== undefined) return known;
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const made = phraseFinder({
    card: list('pii_card'),
    ssn: list('pii_social_security'),
    phone: list('pii_phone'),
  });
  cues.set(locale, made);
  return made;
}

function writtenKind(value: string, announced: ReadonlySet<Cue>): PiiKind | undefined {
  const digits = value.replace(/(?:x|ext).*$/i, '').replace(/\D/g, '');
  const kind = numberKind(digits, announced, value.startsWith('+'));
  if (kind !== 'phone') return kind;
  if (announced.has('phone')) return 'phone';
  const isBare = /^\d+$/.test(value);
  return (isBare && digits.length < BARE_PHONE) || TWO_GROUPS.test(value) ? undefined : 'phone';
}

/** What a number is, by its length, its check digit, and what was said before it. */
function numberKind(
  digits: string,
  announced: ReadonlySet<Cue>,
  isInternational: boolean,
): PiiKind | undefined {
  const { length } = digits;
  const isAnnounced = announced.has('card');
  const isCard = length >= (isAnnounced ? SHORT_CARD : CARD.min) && length <= CARD.max && !isInternational;
  if (isCard && (isAnnounced || passesLuhn(digits))) return 'card';
  if (length === SSN_DIGITS && announced.has('ssn')) return 'ssn';
  return length >= PHONE.min && length <= PHONE.max ? 'phone' : undefined;
}

/** Numbers and addresses that are said: "four one one one …", "ann dot lee at example dot org". */
function spoken(
  tokens: readonly Token[],
  text: string,
  locale: Locale,
  announced: (start: number) => ReadonlySet<Cue>,
): readonly PiiSpan[] {
  const place = (from: number, to: number): { readonly start: number; readonly end: number } => ({
    start: tokens[from]?.start ?? 0,
    end: tokens[to - 1]?.end ?? text.length,
  });
  const spans: PiiSpan[] = [];
  for (const mention of findDigits(tokens, ANY_DIGITS, locale)) {
    if (mention.type !== 'digits' && mention.type !== 'phone') continue;
    const { from } = mention;
    let { to, digits } = mention;
    // "… three four for my daughter": the last word only sounds like a digit.
    while (to > from && tokens[to - 1]?.num === undefined && tokens[to - 1]?.weak !== undefined) {
      [to, digits] = [to - 1, digits.slice(0, -1)];
    }
    const single = tokens.slice(from, to).filter(({ num, word }) => (num ?? 99) < 10 || word.length === 1);
    // A row of times or prices is made of greater numbers.
    if (single.length < MIN_SINGLE || single.length * 2 < to - from) continue;
    const span = place(from, to);
    const kind = numberKind(digits.replace(/\D/g, ''), announced(span.start), digits.startsWith('+'));
    if (kind !== undefined) spans.push({ kind, ...span });
  }
  for (let rest = tokens; rest.length > 2;) {
    const [mention] = findEmails(rest, '', { ...ANY_DIGITS, expects: 'words' }, locale);
    if (mention === undefined) break;
    const from = nameStart(rest, mention.from, locale);
    spans.push({ kind: 'email', ...place(from, mention.to) });
    rest = rest.slice(0, from);
  }
  return spans;
}

const everyday = new WeakMap<Locale, ReadonlySet<string>>();

/** Words before a spoken address that belong to it: names, and words that nobody says otherwise. */
function nameStart(tokens: readonly Token[], at: number, locale: Locale): number {
  const { vocabulary = [], functionWords = [], given, family } = locale.names;
  let words = everyday.get(locale);
  if (words === undefined) {
    const names = new Set([...given, ...family].map((name) => name.toLowerCase()));
    words = new Set([...vocabulary, ...functionWords].filter((word) => !names.has(word)));
    everyday.set(locale, words);
  }
  let from = at;
  while (from > 0 && at - from < MAX_NAME_WORDS) {
    const token = tokens[from - 1];
    const isPart = token !== undefined && token.num === undefined && /^\p{L}+$/u.test(token.word);
    if (!isPart || words.has(token.word) || tokens[from]?.breakBefore !== undefined) break;
    from--;
  }
  return from;
}

/** A text with a tag in the place of each span, such as `[EMAIL_REDACTED]`. */
export function redact(text: string, spans: readonly PiiSpan[]): string {
  let [out, at] = ['', 0];
  for (const { kind, start, end } of spans) {
    out += `${text.slice(at, start)}[${kind.toUpperCase()}_REDACTED]`;
    at = end;
  }
  return out + text.slice(at);
}
