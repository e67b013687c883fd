import type { SpeechEvidence, SpeechHypothesis } from '../../kernel/vocab.js';
import type { ConfidenceCues } from '../core/confidence.js';
import { admits, letters, sameMeaning, type FreeReading } from '../core/expected.js';
import type { DecodedTokens } from '../core/greedy.js';
import { scoreOf, type Beginning, type Searched } from '../core/phrase-search.js';
import { protectionOf, type Protection } from '../core/protected-words.js';
import { decodeTokens, readWords } from './tokenizer.js';

/** One segment written down: what was chosen and what it was chosen from. */
export interface Choice {
  readonly text: string;
  readonly chosen: DecodedTokens;
  readonly free: DecodedTokens;
  /** The likeliest expected sentence, whether or not it was chosen. */
  readonly rival: DecodedTokens | undefined;
  /** Whether what was chosen is an expected sentence, and whether it stands in the place of another free reading. */
  readonly expected: boolean;
  readonly biased: boolean;
  readonly deficit: number;
  readonly margin: number | undefined;
  /** True when the audio holds no words, whatever was read into it. */
  readonly noise: boolean;
}

const NOTHING_PROTECTED = protectionOf();

/** What was read from one alignment of the audio. */
interface LookedAt {
  readonly free: DecodedTokens;
  readonly expected: readonly Beginning[] | undefined;
}

/** Chooses between the free reading and the expected sentence that a search has accepted. */
export function chooseReading(
  { free, expected }: LookedAt,
  searched: Searched | undefined,
  protection = NOTHING_PROTECTED,
): Omit<Choice, 'noise'> {
  const found = searched?.found;
  const chosen = found?.finished ?? free;
  const isExpected = found !== undefined || expected !== undefined;
  const text = decodeTokens(chosen.tokens);
  const others = expected ?? [
    ...(searched?.finished ?? []).map(({ finished, score }) => ({ tokens: finished.tokens, score })),
    ...(searched?.beginnings ?? []),
  ];
  return {
    text,
    chosen,
    free,
    rival: found === undefined ? searched?.finished[0]?.finished : undefined,
    expected: isExpected,
    biased: found !== undefined,
    deficit: found === undefined ? 0 : Math.max(0, scoreOf(free) - found.score),
    margin: isExpected ? marginOf(text, scoreOf(chosen), others, protection) : undefined,
  };
}

/** Distance to the likeliest expected sentence of another meaning; its beginning is never less likely than it. */
function marginOf(
  text: string,
  score: number,
  others: readonly Beginning[],
  protection: Protection,
): number | undefined {
  const own = letters(text);
  const other = others.find(({ tokens }) => {
    const begun = decodeTokens(tokens);
    return !own.startsWith(letters(begun)) && !sameMeaning(begun, text, protection);
  });
  return other === undefined ? undefined : Math.max(0, score - other.score);
}

/** Whether an expected sentence may take the place of this free reading. */
export function admitted(
  free: DecodedTokens,
  protection = NOTHING_PROTECTED,
): (expected: string, deficit: number) => boolean {
  const reading = freeReading(free);
  return (expected, deficit) => admits(reading, expected, deficit, protection);
}

/**
 * The better of two looks at the same audio: one that was expected, if the other's free reading admits it; otherwise
 * the surer one.
 */
export function better(first: Choice, second: Choice, protection = NOTHING_PROTECTED): Choice {
  if (second.chosen.noSpeech) return first;
  const [surer, other] =
    meanLogProb(second.chosen) > meanLogProb(first.chosen) ? [second, first] : [first, second];
  const fits = (choice: Choice, rest: Choice): boolean =>
    choice.expected && (!choice.biased || agree(rest, choice, protection));
  if (fits(surer, other)) return surer;
  if (fits(other, surer) && agree(surer, other, protection)) return other;
  const [one, two] = [unbiased(surer), unbiased(other)];
  return meanLogProb(two.chosen) > meanLogProb(one.chosen) ? two : one;
}

/** Whether what one look heard freely leaves room for what the other one chose. */
function agree(heard: Choice, choice: Choice, protection: Protection): boolean {
  return heard.text === choice.text || admitted(heard.free, protection)(choice.text, 0);
}

/** The free reading of a look alone. */
function unbiased(choice: Choice): Choice {
  if (!choice.biased) return choice;
  return {
    ...choice,
    text: decodeTokens(choice.free.tokens),
    chosen: choice.free,
    rival: choice.chosen,
    expected: false,
    biased: false,
    deficit: 0,
    margin: undefined,
  };
}

/** What the confidence of an utterance of one or more segments is worked out from. */
export function cuesOf(choices: readonly Choice[]): ConfidenceCues {
  const logProbs = choices.flatMap(({ chosen }) => chosen.logProbs);
  const [only] = choices;
  return {
    acoustic: mean(logProbs),
    lowest: Math.min(0, ...logProbs),
    expected: only?.expected ?? false,
    biased: only?.biased ?? false,
    deficit: only?.deficit ?? 0,
    margin: only?.margin,
    tokens: logProbs.length,
    noSpeech: only?.free.firstEosProbability ?? 0,
    cut: choices.some(({ chosen }) => chosen.stop === 'repetition' || chosen.stop === 'length'),
  };
}

/** What is told of a choice, the chosen words first. */
export function evidenceOf(text: string, choices: readonly Choice[]): SpeechEvidence {
  const acoustic = mean(choices.flatMap(({ chosen }) => chosen.logProbs));
  const [only] = choices;
  if (only === undefined || choices.length > 1) {
    return { hypotheses: [{ text, acoustic, source: 'free' }], deficit: 0 };
  }
  const other = only.biased ? only.free : only.rival;
  const hypotheses: SpeechHypothesis[] = [{ text, acoustic, source: only.biased ? 'biased' : 'free' }];
  if (other !== undefined && other.tokens.length > 0) {
    hypotheses.push({
      text: decodeTokens(other.tokens),
      acoustic: meanLogProb(other),
      source: only.biased ? 'free' : 'biased',
    });
  }
  return {
    hypotheses,
    deficit: only.deficit,
    ...(only.margin === undefined ? {} : { margin: only.margin }),
  };
}

/** A free reading as it is compared with what was expected. */
export function freeReading(free: DecodedTokens): FreeReading {
  return {
    text: decodeTokens(free.tokens),
    words: readWords(free.tokens, free.logProbs),
    acoustic: meanLogProb(free),
  };
}

/** Mean log-probability per token; far below any reading for none. */
export const meanLogProb = ({ logProbs }: DecodedTokens): number => mean(logProbs);

const mean = (values: readonly number[]): number =>
  values.length === 0 ? -100 : values.reduce((sum, value) => sum + value, 0) / values.length;
