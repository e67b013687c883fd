import type { PieceKind } from './book.js';
import type { Reading } from './acts.js';
import { isAnswer } from './cover.js';
import { differs } from './echo.js';
import type { Sentence } from './sentence.js';

/**
 * What a row of answers comes to; `undefined` where they contradict each other.
 *
 * @param isReadBack - values were read back to be checked
 * @param isOffer - a thing was offered with a yes/no question: "that's it" does not end anything then
 */
export function polarityOfAnswers(
  kinds: readonly PieceKind[],
  isReadBack: boolean,
  isOffer = false,
): 'affirm' | 'deny' | undefined {
  const lastNo = kinds.lastIndexOf('no');
  const lastDeny = kinds.lastIndexOf('deny');
  if (lastDeny >= 0) {
    // "That's wrong… no, that's right": who knows.
    return kinds.slice(lastDeny + 1).some((kind) => kind === 'agree' || kind === 'yes') ? undefined : 'deny';
  }
  if (lastNo >= 0) {
    const after = kinds.slice(lastNo + 1);
    // At an offer "no, that's fine" declines.
    if (after.includes('agree')) return isReadBack ? 'affirm' : 'deny';
    if (after.some((kind) => kind !== 'done')) return undefined;
    const before = kinds.slice(0, lastNo);
    return before.every((kind) => kind === 'no' || kind === 'ok' || kind === 'done') ? 'deny' : undefined;
  }
  // "That's all" ends the call at "anything else?" and says nothing at a read-back.
  if (kinds.includes('done') && !isReadBack) {
    if (!isOffer) return 'deny';
    return kinds[0] === 'yes' && kinds.lastIndexOf('done') === kinds.length - 1 ? 'affirm' : undefined;
  }
  if (kinds.some((kind) => ['yes', 'agree', 'want', 'short', 'delight'].includes(kind))) return 'affirm';
  if (kinds.includes('done')) return undefined;
  return kinds.includes('ok') ? 'affirm' : undefined;
}

/** The answer that a turn comes down to at a yes/no question. */
export function polarityOf(
  readings: readonly Reading[],
  { question, isYesNo, isReadBack }: Sentence,
): 'affirm' | 'deny' | undefined {
  const kinds: PieceKind[] = [];
  for (const reading of readings) {
    kinds.push(...reading.pieces.filter(isAnswer).map(({ kind }) => kind));
    if (isYesNo && refuses(reading)) kinds.push('deny');
  }
  const polarity = polarityOfAnswers(kinds, isReadBack, isYesNo && question.asked !== undefined);
  if (polarity !== 'affirm') return polarity;
  const isWeak = kinds.every((kind) => kind === 'ok' || kind === 'done');
  return readings.every((reading) => allows(reading, question, isWeak)) ? 'affirm' : undefined;
}

/** A clause that refuses without a word of answer: "I can't come then", "it is too early". */
function refuses({ clause, isRejecting, pieces }: Reading): boolean {
  if (clause.act === 'question' || clause.act === 'command' || pieces.length > 0) return false;
  // "Perhaps later" puts it off.
  return !clause.deferred && (isRejecting || (clause.negated && !clause.hedged));
}

/** True when a clause may stand beside an agreement without taking anything of it back. */
function allows(reading: Reading, question: Sentence['question'], isWeak: boolean): boolean {
  const { clause, isContrast, isRejecting, isAside, isTrailing } = reading;
  if (isAside) return question.expects === 'yes_no' && !isWeak;
  if (clause.negated || clause.conditional || clause.deferred || isContrast || isRejecting || isTrailing) {
    return false;
  }
  if (differs(clause.mentions, question.asked) || clause.unread.length > 0) return false;
  if (clause.command !== undefined) return clause.command === 'goodbye' && !isWeak;
  return clause.act !== 'question' && clause.act !== 'request' && clause.social !== 'anger';
}
