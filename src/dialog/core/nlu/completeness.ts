import type { Completeness } from '../../../kernel/vocab.js';
import { bookOf } from './book.js';
import { interpret } from './interpret.js';
import type { Lexicon } from './lexicon.js';
import { Chart } from './phrases.js';
import type { Interpretation, Mention, OpenQuestion } from './types.js';
import { unitsOf } from './units.js';

/** Words of a matter from which on it is told. */
const MATTER_WORDS = 4;
/** Digits of a telephone number with its area code. */
const PHONE_DIGITS = 10;

/**
 * Judges whether a transcript already answers what was asked, so that the turn can end at once, or plainly goes on, so that
 * the agent waits. `unknown` leaves the wait as it is.
 *
 * @param text - what the recogniser has so far
 * @param question - the open question
 */
export function assessCompleteness(text: string, question: OpenQuestion, lexicon: Lexicon): Completeness {
  const said = interpret({ text, confidence: 1 }, question, lexicon);
  if (said.tokens.length === 0) return 'incomplete';
  if (said.thinking || said.command === 'wait') return 'unknown';
  // A greeting is easily misheard as a goodbye, and words that go on take it back.
  if (said.command !== undefined) return said.command === 'goodbye' ? 'unknown' : 'complete';
  const isAnswered = said.polarity !== undefined && said.unread.length === 0;
  if (said.deferred && isAnswered) return 'incomplete';
  if (!isAnswered && isHanging(said, question, lexicon)) return 'incomplete';
  // A comma, a dash or dots at the end: the voice stayed up.
  if (/[,;:…–—-]\s*$|\.\.\s*$/.test(text)) return 'unknown';
  return answered(said, question, lexicon);
}

function answered(said: Interpretation, question: OpenQuestion, lexicon: Lexicon): Completeness {
  const { mentions } = said;
  switch (question.expects) {
    case 'yes_no': {
      if (said.act === 'affirm') return said.conditional ? 'unknown' : 'complete';
      if (mentions.length > 0) return endsWith(said, isSettled(lexicon));
      // What is wrong with a read-back often follows the "no" after a breath.
      return said.polarity === 'deny' && question.asked === undefined ? 'complete' : 'unknown';
    }
    case 'date':
    case 'time':
    case 'offer':
    case 'correction':
    case 'option':
    case 'email': {
      return endsWith(said, isSettled(lexicon));
    }
    case 'service': {
      const isTold = said.tokens.length >= MATTER_WORDS || mentions.some(({ type }) => type === 'service');
      return isTold ? 'complete' : 'unknown';
    }
    case 'name': {
      // Letters may always be followed by another, and a given name by a family name.
      return endsWith(
        said,
        (mention) => mention.type === 'name' && mention.source !== 'spelled' && mention.name.includes(' '),
      );
    }
    case 'phone': {
      return endsWith(
        said,
        (mention) => mention.type === 'phone' && mention.digits.replace(/\D/g, '').length >= PHONE_DIGITS,
      );
    }
    case 'digits':
    case 'amount':
    case 'number':
    case 'address':
    case 'matter':
    case 'words': {
      // A recogniser ends whatever it hears with a full stop, so only the pause can tell where a free sentence ends.
      return 'unknown';
    }
    default: {
      return question.expects;
    }
  }
}

/** True for values that nothing is likely to follow: "in december", and a weekday before its date, are left open. */
const isSettled =
  (lexicon: Lexicon) =>
  (mention: Mention, said: Interpretation): boolean => {
    switch (mention.type) {
      case 'time': {
        const { value } = mention;
        if (value.kind === 'date') {
          return value.weekdayOnly !== true && !isBareWeekday(mention, said, lexicon);
        }
        return value.kind !== 'days' && value.kind !== 'weekdays' && value.kind !== 'duration';
      }
      case 'name': {
        return mention.source !== 'spelled' && mention.name.includes(' ');
      }
      case 'service':
      case 'staff':
      case 'option':
      case 'place':
      case 'other':
      case 'email': {
        return true;
      }
      case 'phone':
      case 'digits':
      case 'number':
      case 'amount':
      case 'letters':
      case 'field': {
        return false;
      }
      default: {
        return mention;
      }
    }
  };

function isBareWeekday({ from, to }: Mention, { tokens }: Interpretation, { locale }: Lexicon): boolean {
  const word = tokens[from]?.word ?? '';
  return to - from === 1 && locale.calendar.weekdays.some((names) => names.includes(word));
}

/** Complete when the sentence ends with such a value, courtesy and "works for me" apart. */
function endsWith(
  said: Interpretation,
  isEnough: (mention: Mention, said: Interpretation) => boolean,
): Completeness {
  const last = said.mentions.reduce<Mention | undefined>(
    (best, mention) => (best === undefined || mention.to >= best.to ? mention : best),
    undefined,
  );
  if (last === undefined || !isEnough(last, said)) return 'unknown';
  const tail = new Set(said.tokens.slice(last.to).map(({ word }) => word));
  return said.unread.some((word) => tail.has(word)) ? 'unknown' : 'complete';
}

/** True when the last words call for more. */
function isHanging(said: Interpretation, question: OpenQuestion, lexicon: Lexicon): boolean {
  const { phrases, forms } = bookOf(lexicon);
  const units = unitsOf(said.tokens, forms, said.text.toLowerCase());
  const chart = new Chart(phrases, units);
  const end = units.length;
  // "At two" and "at four" are written "at to" and "at for".
  const isTime = question.expects === 'time' || question.expects === 'offer';
  const lastMention = said.mentions.at(-1);
  if (isTime && lastMention !== undefined && lastMention.to === said.tokens.length) return false;
  if (chart.spans('courtesy', end - 2, end)) return false;
  if (chart.spans('hanging', end - 1, end)) return true;
  for (let from = Math.max(0, end - 4); from < end; from++) {
    if (chart.spans('hanging_phrase', from, end)) return true;
  }
  return end > 1 && chart.spans('hanging_inside', end - 1, end);
}
