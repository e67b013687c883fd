/** A word that is said otherwise than it is written. */
export interface Pronunciation {
  /** As it stands in texts; case counts when it has capitals. */
  readonly word: string;
  /** Words that are said for it. */
  readonly say: string;
}

/** Pronunciations ready for use, see {@link lexiconOf}. */
export type Lexicon = (
  text: string,
  at: number,
) => { readonly word: string; readonly say: string } | undefined;

/** Longer lists are cut: they would be tried at every word. */
const MAX_ENTRIES = 1000;

/** A function that finds the word of a list which stands at a place of a text, the longest if there are several. */
export function lexiconOf(pronunciations: readonly Pronunciation[]): Lexicon {
  const byFirst = new Map<string, Pronunciation[]>();
  for (const entry of pronunciations.slice(0, MAX_ENTRIES)) {
    if (entry.word === '') continue;
    const first = entry.word.charAt(0).toLowerCase();
    byFirst.set(first, [...(byFirst.get(first) ?? []), entry]);
  }
  for (const entries of byFirst.values()) entries.sort((a, b) => b.word.length - a.word.length);
  return (text, at) => {
    const found = byFirst.get(text.charAt(at).toLowerCase())?.find(({ word }) => {
      const written = text.slice(at, at + word.length);
      const same = word === word.toLowerCase() ? written.toLowerCase() === word : written === word;
      return same && !/[\p{L}\p{N}]/u.test(text.charAt(at + word.length));
    });
    return found === undefined ? undefined : { word: found.word, say: found.say };
  };
}
