/** Finding fixed phrases of a word list in a sequence of words. */

/** A phrase that was found: its list, and the words it took. */
export interface PhraseHit {
  /** Key of the list the phrase stands in. */
  readonly key: string;
  readonly from: number;
  /** Word after the last one. */
  readonly to: number;
}

/** Finds the longest phrase that begins at a word. */
export type PhraseFinder = (words: readonly string[], at: number) => PhraseHit | undefined;

interface Entry {
  readonly key: string;
  readonly words: readonly string[];
}

/**
 * Compiles phrase lists. Phrases are compared word by word; a straight and a curly apostrophe are the same.
 *
 * @param lists - key -> phrases; of equally long phrases the first wins
 */
export function phraseFinder(lists: Readonly<Record<string, readonly string[]>>): PhraseFinder {
  const byFirst = new Map<string, Entry[]>();
  for (const [key, phrases] of Object.entries(lists)) {
    for (const phrase of phrases) {
      const words = phraseWords(phrase);
      const first = words[0];
      if (first === undefined) continue;
      const entries = byFirst.get(first) ?? [];
      entries.push({ key, words });
      byFirst.set(first, entries);
    }
  }
  for (const entries of byFirst.values()) entries.sort((a, b) => b.words.length - a.words.length);
  return (words, at) => {
    const entries = byFirst.get(words[at] ?? '');
    const found = entries?.find((entry) => entry.words.every((word, k) => words[at + k] === word));
    return found === undefined ? undefined : { key: found.key, from: at, to: at + found.words.length };
  };
}

/** Every phrase from left to right, the longest at each place, none inside another. */
export function findPhrases(words: readonly string[], find: PhraseFinder): readonly PhraseHit[] {
  const hits: PhraseHit[] = [];
  for (let at = 0; at < words.length;) {
    const hit = find(words, at);
    if (hit !== undefined) hits.push(hit);
    at = hit?.to ?? at + 1;
  }
  return hits;
}

/** Lower case, one kind of apostrophe, no other marks. */
export const phraseWords = (phrase: string): readonly string[] =>
  phrase
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{M}\p{N}'@-]+/u)
    .filter((word) => word !== '');
