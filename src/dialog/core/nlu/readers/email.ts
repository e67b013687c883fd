import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { phraseFinder, type PhraseFinder } from './phrases.js';
import { tokensAt } from './words.js';

/** RFC 5321 section 4.5.3.1.3: a path of 256 octets with its brackets. */
export const MAX_EMAIL_CHARS = 254;

const WRITTEN = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const VALID = /^[^\s@.][^\s@]*@[^\s@.]+(?:\.[^\s@.]+)+$/;

const finders = new WeakMap<Locale, PhraseFinder>();

function finderOf(locale: Locale): PhraseFinder {
  const known = finders.get(locale);
  if (known !== undefined) return known;
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const made = phraseFinder({
    '.': list('email_dot'),
    _: list('email_underscore'),
    '-': list('email_dash'),
    '+': list('email_plus'),
    '@': list('email_at'),
    before: list('email_before'),
    double: list('digit_double'),
  });
  finders.set(locale, made);
  return made;
}

/**
 * E-mail addresses as they are written or spoken: "john dot smith at gmail dot com", "j smith 42 at example dot org".
 * A spoken one is taken where an address was asked, or where a domain with a dot follows the "at".
 */
export function findEmails(
  tokens: readonly Token[],
  text: string,
  question: OpenQuestion,
  locale: Locale,
): readonly Mention[] {
  const written = [...text.matchAll(WRITTEN)].map((match): Mention => {
    const place = tokensAt(tokens, match.index, match.index + match[0].length);
    return { type: 'email', address: match[0].toLowerCase(), ...place, excluded: false };
  });
  if (written.length > 0) return written;
  const spoken = spokenEmail(tokens, locale, question.expects === 'email');
  return spoken === undefined ? [] : [spoken];
}

function spokenEmail(tokens: readonly Token[], locale: Locale, asked: boolean): Mention | undefined {
  const words = tokens.map((token) => token.word);
  const find = finderOf(locale);
  for (let at = words.length - 2; at > 0; at--) {
    if (find(words, at)?.key !== '@') continue;
    const domain = readPart(tokens, words, at + 1, words.length, find);
    if (!/^[^.@][^@]*\.[^.@]+$/.test(domain.text)) continue;
    const from = localStart(tokens, words, at, find, asked);
    const local = readPart(tokens, words, from, at, find);
    const address = `${local.text}@${domain.text}`;
    if (local.to !== at || !VALID.test(address) || address.length > MAX_EMAIL_CHARS) continue;
    return { type: 'email', address, from, to: domain.to, excluded: false };
  }
  return undefined;
}

/** Where the part before the "at" begins: after an introduction, else as far back as pieces join. */
function localStart(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  find: PhraseFinder,
  asked: boolean,
): number {
  let from = 0;
  for (let i = 0; i < at; i++) {
    const hit = find(words, i);
    if (hit?.key === 'before' && hit.to <= at) {
      from = Math.max(from, hit.to);
      i = hit.to - 1;
    }
    if (tokens[i]?.breakBefore !== undefined && tokens[i]?.breakBefore !== '.') from = Math.max(from, i);
  }
  if (asked || from > 0) return from;
  // Not asked and not introduced: only words that are joined by a named mark belong to it.
  let start = at - 1;
  while (start >= 2 && '._-+'.includes(find(words, start - 1)?.key ?? ' ')) start -= 2;
  return start;
}

/** Words and marks run together; stops at a word that nothing joins once a dot has been said. */
function readPart(
  tokens: readonly Token[],
  words: readonly string[],
  from: number,
  limit: number,
  find: PhraseFinder,
): { readonly text: string; readonly to: number } {
  let text = '';
  let i = from;
  let joined = true;
  const isDomain = limit === words.length;
  while (i < limit) {
    const hit = find(words, i);
    const mark = hit !== undefined && '._-+'.includes(hit.key) && hit.key !== '' ? hit.key : undefined;
    if (mark !== undefined && hit !== undefined && text !== '') {
      text += mark;
      joined = true;
      i = hit.to;
      continue;
    }
    if (hit?.key === '@') break;
    if (!joined && isDomain && text.includes('.')) break;
    if (hit?.key === 'double' && words[i + 1] !== undefined) {
      text += pieceOf(tokens[i + 1]).repeat(2);
      i += 2;
    } else {
      text += pieceOf(tokens[i]);
      i++;
    }
    joined = false;
  }
  return { text: text.replace(/[._+-]+$/, ''), to: i };
}

function pieceOf(token: Token | undefined): string {
  if (token === undefined) return '';
  if (token.num !== undefined && token.digits !== true) return String(token.num);
  return token.word.replace(/[^\p{L}\p{N}]/gu, '');
}
