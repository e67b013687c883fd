import llamaTokenizer from 'llama-tokenizer-js';
import { wordsIn, type ReadWord } from '../core/protected-words.js';

/** Words have some dozen letters; what is longer is not worth keeping. */
const MAX_CACHED_LETTERS = 24;
const MAX_CACHED_WORDS = 20_000;
const cache = new Map<string, readonly number[]>();

/**
 * Tokens of a phrase as they stand inside a sentence. No token of this vocabulary spans two words, so that each word
 * is encoded once: thousands of phrases made of the same few hundred words cost milliseconds.
 */
export function encodePhrase(phrase: string): number[] {
  return phrase.split(' ').flatMap((word) => (word === '' ? [] : encodeWord(word)));
}

function encodeWord(word: string): readonly number[] {
  const known = cache.get(word);
  if (known !== undefined) return known;
  const tokens = llamaTokenizer.encode(word, false, true);
  if (word.length <= MAX_CACHED_LETTERS && cache.size < MAX_CACHED_WORDS) cache.set(word, tokens);
  return tokens;
}

/** The text that tokens stand for, without space around it. */
export function decodeTokens(tokens: readonly number[]): string {
  return tokens.length === 0 ? '' : llamaTokenizer.decode([...tokens], false).trim();
}

/** Words of what was decoded, each with the log-probability of all tokens that have a part in it. */
export function readWords(tokens: readonly number[], logProbs: readonly number[]): ReadWord[] {
  let text = '';
  const ends = tokens.map((_, index) => {
    text = llamaTokenizer.decode(tokens.slice(0, index + 1), false);
    return text.length;
  });
  return wordsIn(text).map(({ word, start, end }) => ({
    word,
    logProb: logProbs.reduce((sum, logProb, index) => {
      const touches = (ends[index] ?? 0) > start && (ends[index - 1] ?? 0) < end;
      return touches ? sum + logProb : sum;
    }, 0),
  }));
}
