import type { NamedThing } from '../../core/nlu/lexicon.js';
import { findPhrases, phraseFinder, phraseWords, type PhraseFinder } from '../../core/nlu/readers/phrases.js';

/** Who callers say to be: name of the situation -> phrases that say it (`lexicon.yaml`, `situations`). */
export type Situations = Readonly<Record<string, readonly string[]>>;

const situationFinders = new WeakMap<Situations, PhraseFinder>();

/** The caller's situation as the sentence gives it, or `undefined`. */
export function callerSituation(text: string, situations: Situations): string | undefined {
  let find = situationFinders.get(situations);
  if (find === undefined) {
    find = phraseFinder(situations);
    situationFinders.set(situations, find);
  }
  const found = new Set(findPhrases(phraseWords(text), find).map((hit) => hit.key));
  return found.size === 0 ? undefined : [...found].join(', ');
}

const serviceFinders = new WeakMap<readonly NamedThing[], PhraseFinder>();

/** Named pieces of a sentence: the service it mentions (the longest name wins). */
export function extractEntities(text: string, services: readonly NamedThing[] = []): Record<string, string> {
  let find = serviceFinders.get(services);
  if (find === undefined) {
    find = phraseFinder(
      Object.fromEntries(services.map(({ name, aliases }) => [name, withPlurals([name, ...aliases])])),
    );
    serviceFinders.set(services, find);
  }
  const hits = [...findPhrases(phraseWords(text), find)].sort((a, b) => b.to - b.from - (a.to - a.from));
  const best = hits[0];
  return best === undefined ? {} : { service: best.key };
}

const withPlurals = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [name, `${name}s`, `${name}es`]);
