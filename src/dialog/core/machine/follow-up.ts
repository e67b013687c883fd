import type { Locale } from '../nlu/locale.js';

/** Longest question that leans on the one before, in words. */
const MAX_LEANING_WORDS = 7;
/** Words of a question that stands for itself whatever it begins with. */
const MIN_OWN_WORDS = 4;

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}'’-]+/gu) ?? [];

/** True when one of the locale's phrases stands in the words; at the beginning only, where it is told. */
function has(
  words: readonly string[],
  locale: Locale,
  key: string,
  where: 'anywhere' | 'first' = 'anywhere',
): boolean {
  const text = ` ${words.join(' ')} `;
  return (locale.phrases[key] ?? []).some((phrase) =>
    where === 'first' ? text.startsWith(` ${phrase} `) : text.includes(` ${phrase} `),
  );
}

/** True for words that stand for what was named before: "it", "they", "there". */
export const refersTo = (text: string, locale: Locale): boolean => has(wordsOf(text), locale, 'refers_to');

/** A question as the documents are asked, with what it goes on from. */
export interface ResolvedQuestion {
  readonly text: string;
  readonly before?: string;
}

/**
 * Resolves a question that leans on the one before: "and on Fridays?", "is it free?", "what are the requirements?".
 *
 * @param topic - the last question that was answered
 */
export function followUp(text: string, topic: string | undefined, locale: Locale): ResolvedQuestion {
  if (topic === undefined) return { text };
  const words = wordsOf(text);
  const isShort = words.length <= MAX_LEANING_WORDS;
  const leans =
    words.length < MIN_OWN_WORDS ||
    (isShort && has(words, locale, 'follow_continues', 'first')) ||
    // A short question about something that only the one before tells apart.
    (locale.phrases['follow_short_of'] ?? []).includes(words.slice(0, -1).join(' ')) ||
    (isShort && has(words, locale, 'follow_refers'));
  return leans ? { text, before: topic } : { text };
}
