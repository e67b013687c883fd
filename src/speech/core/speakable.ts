import type { Lexicon } from './pronunciations.js';
import { cardinal, designation, minutes, ordinal, spellDigits, year } from './numbers.js';

/** A piece of the text with the words that are said for it. */
export interface SpokenToken {
  /** Words as a synthesiser that knows no numbers or signs can read them; letters to be named are capitals. */
  readonly spoken: string;
  /** Pause mark said after the words: `,`, `.`, `?` or nothing. */
  readonly pause: '' | ',' | '.' | '?';
  /** Place in the text as it was given. */
  readonly charStart: number;
  readonly charEnd: number;
}

interface Rule {
  /** Sticky; must match at least one character. */
  readonly pattern: RegExp;
  /** Words for a match; undefined when the rule does not apply after all. */
  readonly say: (match: RegExpExecArray, before: string) => string | undefined;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Abbreviations with the words they stand for; the period belongs to them. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  dr: 'doctor',
  mr: 'mister',
  mrs: 'missus',
  ms: 'miz',
  dept: 'department',
  approx: 'approximately',
  appt: 'appointment',
  hrs: 'hours',
  hr: 'hour',
  mins: 'minutes',
  min: 'minutes',
  ext: 'extension',
  bldg: 'building',
  ave: 'avenue',
  blvd: 'boulevard',
  rd: 'road',
  rm: 'room',
  tel: 'telephone',
  etc: 'et cetera',
  vs: 'versus',
  'e.g': 'for example',
  'i.e': 'that is',
};
/** These are words of their own without a period. */
const NEED_PERIOD = new Set(['min', 'ms', 'ave', 'rd', 'ext', 'rm', 'tel', 'mins', 'hr']);
/** Capitals that are read as a word. */
const SAID_AS_WORDS = new Set([
  'NASA',
  'ASAP',
  'PIN',
  'OK',
  'I',
  'A',
  'AM',
  'PM',
  'AND',
  'OR',
  'NOT',
  'THE',
  'IN',
  'TO',
  'NO',
  'YES',
]);

const HALF = String.raw`(?:\s?([ap])\.?\s?m\b\.?)`;

const RULES: readonly Rule[] = [
  { pattern: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/y, say: (match) => sayAddress(match[0]) },
  {
    pattern:
      /(?:https?:\/\/)?((?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|uk|ca|de|info)\b(?:\/[\w\-./]*\w)?)/iy,
    say: (match) => sayAddress(match[1] ?? ''),
  },
  {
    pattern: new RegExp(String.raw`([01]?\d|2[0-3]):([0-5]\d)${HALF}?`, 'iy'),
    say: (match) => sayTime(match[1] ?? '', match[2] ?? '00', match[3]),
  },
  {
    pattern: new RegExp(String.raw`(1[0-2]|[1-9])${HALF}`, 'iy'),
    say: (match) => sayTime(match[1] ?? '', '00', match[2]),
  },
  {
    pattern: /(\d{4})-(\d{2})-(\d{2})\b/y,
    say: (match) => sayDate(match[2] ?? '', match[3] ?? '', match[1]),
  },
  {
    pattern: /(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?\b/y,
    say: (match) => sayDate(match[1] ?? '', match[2] ?? '', match[3]),
  },
  { pattern: /([$€£])(\d[\d,]*)(?:\.(\d{2}))?\b/y, say: (match) => sayMoney(match) },
  { pattern: /\+?\(?\d{1,4}\)?(?:[\s.-]+\(?\d{2,4}\)?){1,4}(?!\d)/y, say: (match) => sayPhone(match[0]) },
  { pattern: /(\d+)(?:st|nd|rd|th)\b/iy, say: (match) => ordinal(match[1] ?? '') },
  {
    pattern: /(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\s?(%)?/y,
    say: (match, before) => sayNumber(match, before),
  },
  { pattern: /[A-Za-z]+(?:\.[A-Za-z]+)*\b\.?/y, say: (match, before) => sayAbbreviation(match[0], before) },
  { pattern: /[A-Z]{2,5}(?=s?(?![A-Za-z]))/y, say: (match) => sayCapitals(match[0]) },
];

const WORD = /[\p{L}][\p{L}\p{M}'’]*/uy;
const SIGNS: Readonly<Record<string, string>> = {
  '&': 'and',
  '@': 'at',
  '#': 'number',
  '+': 'plus',
  '=': 'equals',
  '%': 'percent',
  '°': 'degrees',
};
const PAUSES: Readonly<Record<string, SpokenToken['pause']>> = {
  ',': ',',
  ';': ',',
  ':': ',',
  '(': ',',
  ')': ',',
  '–': ',',
  '—': ',',
  '.': '.',
  '!': '.',
  '…': '.',
  '?': '?',
  '\n': '.',
};

/**
 * What to say for a text: numbers, times, dates, money, telephone numbers, rooms, addresses, abbreviations and
 * signs become words, and every word knows its place in the text. Never throws; unknown signs are silent.
 *
 * @param text - as written
 * @param lexicon - words that are said otherwise than they are written; before every other rule
 */
export function speakable(text: string, lexicon?: Lexicon): SpokenToken[] {
  const tokens: SpokenToken[] = [];
  let at = 0;
  while (at < text.length) {
    const matched = matchLexicon(text, at, lexicon) ?? matchRule(text, at) ?? matchWord(text, at);
    if (matched !== undefined) {
      const charEnd = at + matched.length;
      if (matched.spoken !== '') {
        tokens.push({ spoken: matched.spoken, pause: matched.pause, charStart: at, charEnd });
      }
      at = charEnd;
      continue;
    }
    const sign = text.charAt(at);
    const word = sign === '-' && rangeAt(text, at) ? 'to' : SIGNS[sign];
    if (word !== undefined) tokens.push({ spoken: word, pause: '', charStart: at, charEnd: at + 1 });
    else addPause(tokens, pauseAt(text, at));
    at++;
  }
  return tokens;
}

/** The words of {@link speakable} as one line for the synthesiser. */
export function spokenLine(tokens: readonly SpokenToken[]): string {
  const line = tokens.map(({ spoken, pause }) => spoken + pause).join(' ');
  return /[.?]$/.test(line) ? line : `${line}.`;
}

interface Match {
  readonly spoken: string;
  readonly pause: SpokenToken['pause'];
  readonly length: number;
}

function matchLexicon(text: string, at: number, lexicon: Lexicon | undefined): Match | undefined {
  if (lexicon === undefined || /[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return undefined;
  const found = lexicon(text, at);
  return found === undefined ? undefined : { spoken: found.say, pause: '', length: found.word.length };
}

function matchRule(text: string, at: number): Match | undefined {
  const previous = text.charAt(at - 1);
  if (/[\p{L}\p{N}]/u.test(previous) && /[\p{L}\p{N}]/u.test(text.charAt(at)) && !isDigitBoundary(text, at)) {
    return undefined;
  }
  for (const rule of RULES) {
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(text);
    if (match === null || match[0] === '') continue;
    const spoken = rule.say(match, text.slice(Math.max(0, at - 24), at));
    if (spoken === undefined) continue;
    return {
      spoken,
      pause: endsSentence(text, at + match[0].length, match[0]) ? '.' : '',
      length: match[0].length,
    };
  }
  return undefined;
}

/** A period that belongs to an abbreviation or "p.m." may end the sentence as well. */
function endsSentence(text: string, end: number, match: string): boolean {
  return (
    match.endsWith('.') &&
    /^(\s*$|\s+\p{Lu})/u.test(text.slice(end)) &&
    !/^(dr|mr|mrs|ms|prof)\.$/i.test(match)
  );
}

function matchWord(text: string, at: number): Match | undefined {
  WORD.lastIndex = at;
  const match = WORD.exec(text);
  if (match === null) return undefined;
  const [word] = match;
  const letterOfCode = word.length === 1 && isDigitBoundary(text, at);
  return {
    spoken: letterOfCode ? word.toUpperCase() : word.replaceAll('’', "'"),
    pause: '',
    length: word.length,
  };
}

/** Between a digit and a letter, as in "204B". */
function isDigitBoundary(text: string, at: number): boolean {
  return /\d/.test(text.charAt(at - 1)) !== /\d/.test(text.charAt(at));
}

function rangeAt(text: string, at: number): boolean {
  return /[\dm]$/.test(text.slice(0, at).trimEnd()) && /^\s*\d/.test(text.slice(at + 1));
}

function pauseAt(text: string, at: number): SpokenToken['pause'] {
  const sign = text.charAt(at);
  if (sign === '-') return text.charAt(at - 1) === ' ' && text.charAt(at + 1) === ' ' ? ',' : '';
  return PAUSES[sign] ?? '';
}

function addPause(tokens: SpokenToken[], pause: SpokenToken['pause']): void {
  const last = tokens.pop();
  if (last === undefined) return;
  const stronger = pause === '' || (pause === ',' && last.pause !== '') ? last.pause : pause;
  tokens.push({ ...last, pause: stronger });
}

function sayTime(hour: string, minute: string, half: string | undefined): string | undefined {
  const value = Number(hour);
  if (half !== undefined && (value < 1 || value > 12)) return undefined;
  const suffix = half === undefined ? '' : ` ${half.toUpperCase()} M`;
  if (minute !== '00') return `${cardinal(hour)} ${minutes(minute)}${suffix}`;
  if (half !== undefined) return `${cardinal(hour)}${suffix}`;
  if (value === 0) return 'midnight';
  return value > 12 ? `${cardinal(hour)} hundred hours` : `${cardinal(hour)} o'clock`;
}

function sayDate(month: string, day: string, yearDigits: string | undefined): string | undefined {
  const name = MONTHS[Number(month) - 1];
  const dayValue = Number(day);
  if (name === undefined || dayValue < 1 || dayValue > 31) return undefined;
  return `${name} ${ordinal(day)}${yearDigits === undefined ? '' : ` ${year(yearDigits)}`}`;
}

function sayMoney([, sign, whole = '0', cents]: RegExpExecArray): string {
  const [one, many, small] =
    sign === '€'
      ? ['euro', 'euros', 'cents']
      : sign === '£'
        ? ['pound', 'pounds', 'pence']
        : ['dollar', 'dollars', 'cents'];
  const digits = whole.replaceAll(',', '');
  const units = `${cardinal(digits)} ${digits === '1' ? one : many}`;
  if (cents === undefined || cents === '00') return units;
  return `${units} ${cardinal(cents)} ${cents === '01' && small === 'cents' ? 'cent' : small}`;
}

/** Telephone numbers are read digit by digit with a pause between the groups. */
function sayPhone(written: string): string | undefined {
  const groups = written.match(/\d+/g) ?? [];
  if (groups.join('').length < 7) return undefined;
  return groups.map((group) => spellDigits(group)).join(', ');
}

function sayNumber(match: RegExpExecArray, before: string): string {
  const [, written = '0', fraction, percent] = match;
  const digits = written.replaceAll(',', '');
  const suffix = percent === undefined ? '' : ' percent';
  if (fraction !== undefined) return `${cardinal(digits)} point ${spellDigits(fraction)}${suffix}`;
  if (percent !== undefined) return `${cardinal(digits)} percent`;
  if (/\b(room|rm\.?|suite|ext\.?|extension|building|flight|bus|box|[A-Z]{2,5})[\s-]*$/i.test(before)) {
    return designation(digits);
  }
  if (/[A-Za-z]-?$/.test(before)) return designation(digits);
  const isYear = digits.length === 4 && !written.includes(',') && /^(19|20)/.test(digits);
  if (isYear && isYearContext(before)) return year(digits);
  if (digits.length > 1 && digits.startsWith('0')) return spellDigits(digits);
  if (digits.length >= 5 && !written.includes(',')) return spellDigits(digits);
  // The day of a written date: "November 23" is said "November twenty third".
  if (digits.length <= 2 && monthBefore(before)) return ordinal(digits);
  return cardinal(digits);
}

const MONTH_NAMES = String.raw`(?:${MONTHS.flatMap((name) => [name, String.raw`${name.slice(0, 3)}\.?`]).join('|')}|Sept\.?)`;
const MONTH_BEFORE = new RegExp(String.raw`\b${MONTH_NAMES}\s+$`, 'i');
const YEAR_BEFORE = new RegExp(
  String.raw`(?:\b(?:in|of|since|until|by|from|to|fall|spring|summer|winter|${MONTH_NAMES})|\b${MONTH_NAMES}\s+\d{1,2}(?:st|nd|rd|th)?,?|,)\s+$`,
  'i',
);

function monthBefore(before: string): boolean {
  return MONTH_BEFORE.test(before) && !/\bmay\s+$/.test(before);
}

function isYearContext(before: string): boolean {
  return YEAR_BEFORE.test(before);
}

function sayAbbreviation(written: string, before: string): string | undefined {
  const hasPeriod = written.endsWith('.');
  const bare = (hasPeriod ? written.slice(0, -1) : written).toLowerCase();
  if (hasPeriod && bare === 'st') {
    return /\b(at|on|in|to)?\s*[A-Z][a-z]+\s$/.test(before) ? 'street' : 'saint';
  }
  if (hasPeriod && bare === 'no') return undefined;
  const known = ABBREVIATIONS[bare];
  if (known !== undefined && Object.hasOwn(ABBREVIATIONS, bare) && (hasPeriod || !NEED_PERIOD.has(bare))) {
    return known;
  }
  // Letters with periods between them: "U.S.", "Ph.D."
  if (/^[a-z]{1,2}(\.[a-z]{1,2})+$/.test(bare)) return [...bare.replaceAll('.', '').toUpperCase()].join(' ');
  if (hasPeriod && bare.length === 3 && /^[A-Z]/.test(written)) {
    return [...MONTHS, ...WEEKDAYS].find((name) => name.length > 3 && name.toLowerCase().startsWith(bare));
  }
  if (hasPeriod && bare === 'sept') return 'September';
  return undefined;
}

function sayCapitals(written: string): string | undefined {
  return SAID_AS_WORDS.has(written) ? undefined : [...written].join(' ');
}

function sayAddress(address: string): string {
  return (address.match(/[A-Za-z]+|\d+|[@._\-/+]/g) ?? [])
    .map((part) => {
      switch (part) {
        case '@':
          return 'at';
        case '.':
          return 'dot';
        case '_':
          return 'underscore';
        case '-':
          return 'dash';
        case '/':
          return 'slash';
        case '+':
          return 'plus';
        case 'www':
        case 'edu':
          return part === 'www' ? 'W W W' : 'E D U';
        default:
          return /^\d/.test(part) ? spellDigits(part) : part;
      }
    })
    .join(' ');
}
