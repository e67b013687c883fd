import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import { phraseFinder, type PhraseFinder } from './phrases.js';

const finders = new WeakMap<Locale, { readonly not: PhraseFinder; readonly between: ReadonlySet<string> }>();

/** True when a "not", "instead of", "anything but" stands right before a place, small words aside. */
export function isExcluded(tokens: readonly Token[], at: number, locale: Locale): boolean {
  let known = finders.get(locale);
  if (known === undefined) {
    known = {
      not: phraseFinder({ not: locale.phrases['exclude_before'] ?? [] }),
      between: new Set(locale.phrases['exclude_between'] ?? []),
    };
    finders.set(locale, known);
  }
  const words = tokens.slice(Math.max(0, at - 8), at).map((token) => token.word);
  const breaks = tokens.slice(Math.max(0, at - 8), at + 1).map((token) => token.breakBefore !== undefined);
  let end = words.length;
  for (;;) {
    if (breaks[end] === true) return false;
    for (let from = Math.max(0, end - 3); from < end; from++) {
      if (known.not(words, from)?.to === end) return true;
    }
    if (end === 0 || !known.between.has(words[end - 1] ?? '')) return false;
    end--;
  }
}
