import type { Service } from './business.js';
import type { Completeness, Expectation } from '../../kernel/vocab.js';
import { asksForTimes, plain, readCommand } from './language/commands.js';
import { findMentions, type Mention } from './language/mentions.js';
import { findIntroducedName, readName, readSpelling } from './language/names.js';
import { WEEKDAYS } from './language/repair.js';
import { tokenize, type Token } from './language/tokens.js';
import { findService } from './language/purposes.js';
import { readYesNo } from './language/yes-no.js';
import type { LocalDate } from './language/local-date.js';

/** Words after which nobody stops: the sentence goes on. */
const HANGING = new Set(
  "a an the and or but so because if whether that which who with without for from to at on in of by about around between until till before after next this my your our is are was were be i you we i'm i'd i'll it's um umm uh uhm er erm hmm like maybe say then also plus either not no, half quarter past".split(
    ' ',
  ),
);

/** Openings after which the matter itself follows: "I would like to know", "can you tell me". */
const HANGING_PHRASE =
  /\b(?:(?:like|want|need|love|going) to (?:know|ask|find out|understand|see|talk|speak)|(?:tell|show|help|let) me|(?:i|i'm|was|am|just) wonder(?:ing)?|i (?:was|am) (?:calling|asking)|i have (?:a|another|one) (?:quick )?question)$/;

/** Words that hang in a sentence of several words only: alone they answer something. */
const HANGING_INSIDE = new Set([
  'can',
  'could',
  'would',
  'want',
  'need',
  'have',
  'book',
  'make',
  'let',
  'please',
  'name',
  'as',
]);

/**
 * Judges whether a transcript already answers what was asked, so that the turn can end at once, or plainly goes
 * on, so that the agent waits. `unknown` leaves the wait as it is.
 *
 * @param text - what the recogniser has so far
 * @param expectation - what the dialog expects
 * @param ctx - the local day, for dates, and the services that a caller may come for
 */
export function assessCompleteness(
  text: string,
  expectation: Expectation,
  ctx: { readonly today: LocalDate; readonly services: readonly Service[] },
): Completeness {
  const words = plain(text)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined) return 'incomplete';
  const command = readCommand(text);
  if (command === 'wait') return 'unknown';
  if (command !== undefined) return 'complete';
  if (isHanging(words, last, expectation)) return 'incomplete';
  switch (expectation.kind) {
    case 'yes_no': {
      const said = readYesNo(text);
      if (said === undefined) return 'unknown';
      if (said.rest !== '') return mentionsEnd(text, ctx, false);
      // What is wrong with a read-back often follows the "no" after a breath.
      return said.answer === 'no' && expectation.decision ? 'unknown' : 'complete';
    }
    case 'date': {
      return mentionsEnd(text, ctx, false);
    }
    case 'time':
    case 'choice': {
      return mentionsEnd(text, ctx, true);
    }
    case 'correction': {
      if (findIntroducedName(text) !== undefined) return nameComplete(text, words);
      return findService(text, ctx.services) === undefined ? mentionsEnd(text, ctx, false) : 'complete';
    }
    case 'name': {
      return nameComplete(text, words);
    }
    case 'purpose': {
      return words.length >= 4 || findService(text, ctx.services) !== undefined ? 'complete' : 'unknown';
    }
    case 'digits': {
      return 'unknown';
    }
    // A recogniser ends whatever it hears with a full stop, so only the pause can tell where a free sentence ends.
    case 'free': {
      return 'unknown';
    }
    default: {
      return expectation.kind;
    }
  }
}

function isHanging(words: readonly string[], last: string, expectation: Expectation): boolean {
  // "too" and "for" may be the numbers that were asked for; "no" and "not" alone are answers.
  const isTime = expectation.kind === 'time' || expectation.kind === 'choice';
  if (isTime && words.at(-2) === 'at' && ['to', 'for'].includes(last)) return false;
  if (last === 'you' && words.at(-2) === 'thank') return false;
  if (HANGING.has(last) || HANGING_PHRASE.test(words.join(' '))) return true;
  return words.length > 1 && last !== 'please' && HANGING_INSIDE.has(last);
}

/** Complete when the sentence ends with a day or a time, or asks for one. */
function mentionsEnd(text: string, ctx: { readonly today: LocalDate }, timeExpected: boolean): Completeness {
  if (asksForTimes(text)) return 'complete';
  const tokens = tokenize(text);
  const mentions = findMentions(tokens, { today: ctx.today, expected: !timeExpected, timeExpected });
  const last = mentions.at(-1);
  if (last === undefined) return 'unknown';
  const tail = tokens.slice(last.to).map((token) => token.word);
  const isDone = tail.every((word) =>
    ['please', 'then', 'works', 'is', 'fine', 'good', 'great', 'thanks', 'okay'].includes(word),
  );
  if (!isDone) return 'unknown';
  // "in december" and "next week" leave the day open, and after "Tuesday" callers often go on to name the date.
  const isOpen = last.value.kind === 'days' || (last.value.kind === 'date' && isWeekdayOnly(tokens, last));
  return isOpen ? 'unknown' : 'complete';
}

function isWeekdayOnly(tokens: readonly Token[], { from, to }: Mention): boolean {
  const words = tokens.slice(from, to).map(({ word }) => word);
  return words.length === 1 && (WEEKDAYS as readonly string[]).includes(words[0] ?? '');
}

function nameComplete(text: string, words: readonly string[]): Completeness {
  // Letters may always be followed by another.
  if (readSpelling(text) !== undefined || /^[a-z]$/.test(words.at(-1) ?? '')) return 'unknown';
  const name = readName(text);
  return name !== undefined && name.split(' ').length >= 2 ? 'complete' : 'unknown';
}
