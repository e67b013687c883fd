import { wordsIn } from '../../../src/speech/core/protected-words.js';
import type { ExpectedGraph } from '../../../src/speech/stt/moonshine-recognizer.js';
import { encodePhrase } from '../../../src/speech/stt/tokenizer.js';
import { editDistance, normalisedWords } from '../speech/words.js';
import { AFFIRM } from './questions.js';

/** Words that say nothing of their own. */
const FILLERS = new Set('please the of on at and it is about my name'.split(' '));

/** What a sentence says, for comparison with what was said: its words without fillers, numbers spelled alike. */
export const meaningOf = (text: string): string =>
  normalisedWords(text)
    .filter((word) => !FILLERS.has(word))
    .join(' ');

/** Sentences of more words count by the share of them that is right, shorter ones by their meaning. */
const SHORT_WORDS = 6;

/** How right a reading is, 0..1. */
export function rightness(said: string, heard: string): number {
  const words = normalisedWords(said);
  if (words.length <= SHORT_WORDS) return meaningOf(said) === meaningOf(heard) ? 1 : 0;
  return Math.max(0, 1 - editDistance(words, normalisedWords(heard)) / words.length);
}

const COURTESY = ['please', 'thanks', 'thank you', 'it is', "it's"];
const AGREEMENT = new RegExp(
  `^(?:(?:${[...AFFIRM, ...COURTESY].toSorted((a, b) => b.length - a.length).join('|')})(?: |$))+$`,
);

/** Whether a sentence agrees and says nothing else: what a dialog would act upon. */
export function agrees(text: string): boolean {
  const words = wordsIn(text)
    .map(({ word }) => word)
    .join(' ');
  return AGREEMENT.test(words) && AFFIRM.some((phrase) => ` ${words} `.includes(` ${phrase} `));
}

/** Whether a text is one of the expected sentences. */
export function isListed(text: string, { start }: ExpectedGraph): boolean {
  let state: ExpectedGraph['start'] | undefined = start;
  for (const token of encodePhrase(text)) state = state?.next().get(token);
  return state?.accepting === true;
}
