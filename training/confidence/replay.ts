import { admits, ADMIT_DEFAULTS, type AdmitOptions } from '../../src/speech/core/expected.js';
import { scoreOf } from '../../src/speech/core/phrase-search.js';
import type { Protection } from '../../src/speech/core/protected-words.js';
import { better, chooseReading, freeReading, meanLogProb, type Choice } from '../../src/speech/stt/choice.js';
import { isPlain, RECOGNIZER_DEFAULTS } from '../../src/speech/stt/moonshine-recognizer.js';
import { decodeTokens } from '../../src/speech/stt/tokenizer.js';
import type { QuestionKind } from '../../test/eval/expected/phrases.js';
import type { Collected, CollectedLook } from './collect.js';

/**
 * What the recogniser would choose for a collected clip, without its audio.
 *
 * @param question - undefined: nothing is expected
 */
export function replay(
  { looks }: Collected,
  question: QuestionKind | undefined,
  protection: Protection,
  options: AdmitOptions = ADMIT_DEFAULTS,
): Choice | undefined {
  const { noiseThreshold, noiseAcoustic } = RECOGNIZER_DEFAULTS;
  const [first, second] = looks.map((look): Choice => {
    const { free } = look;
    const noise =
      free.firstEosProbability >= noiseThreshold && (free.noSpeech || meanLogProb(free) < noiseAcoustic);
    return { ...choose(look, question, protection, options), noise };
  });
  if (first === undefined || second === undefined || first.chosen.noSpeech) return first;
  if (isPlain(first, RECOGNIZER_DEFAULTS)) return first;
  return { ...better(first, second, protection), noise: first.noise && second.noise };
}

function choose(
  { free, at }: CollectedLook,
  question: QuestionKind | undefined,
  protection: Protection,
  options: AdmitOptions,
): Omit<Choice, 'noise'> {
  const { expected, searched } = (question === undefined ? undefined : at[question]) ?? {};
  if (searched === undefined) return chooseReading({ free, expected }, undefined, protection);
  const reading = freeReading(free);
  const score = scoreOf(free);
  // The search was made for another question's list first: the free reading itself may be among what it found.
  const own = searched.finished.find(({ finished }) => decodeTokens(finished.tokens) === reading.text);
  if (own !== undefined) {
    const others = [
      ...searched.finished
        .filter((entry) => entry !== own)
        .map((entry) => ({ tokens: entry.finished.tokens, score: entry.score })),
      ...searched.beginnings,
    ];
    return chooseReading({ free, expected: others }, undefined, protection);
  }
  const found = searched.finished.find((entry) =>
    admits(reading, decodeTokens(entry.finished.tokens), score - entry.score, protection, options),
  );
  return chooseReading(
    { free, expected },
    { ...searched, ...(found === undefined ? {} : { found }) },
    protection,
  );
}
