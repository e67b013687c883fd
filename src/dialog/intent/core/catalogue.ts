import { phraseLists } from '../../core/nlu/book.js';
import type { Lexicon } from '../../core/nlu/lexicon.js';

/** One kind of matter that callers come with. */
export interface IntentSpec {
  /** As it stands in journals and on the wire, such as `APPOINTMENT_SCHEDULING`. */
  readonly id: string;
  /** What it leads to: `book`, `answer`, `form:<id>`…; examples of the locale are added by it. */
  readonly does: string;
  readonly examples: readonly string[];
  /** What sounds like it and is something else. */
  readonly not: readonly string[];
}

/** The intents of a pack (`intents.yaml`). */
export interface Intents {
  readonly intents: readonly IntentSpec[];
  /** Examples of what the office does not deal with. */
  readonly outOfScope: readonly string[];
}

/** A sentence with the intent it stands for. */
export interface Example {
  readonly text: string;
  readonly intent: string;
  /** True when the sentence is anything but this intent. */
  readonly not?: true;
}

/** What is said in so many words and decides by that, whatever the topic beside it resembles; plain data. */
export interface Outright {
  /** Phrase lists of the locale with the words of the trade: `outright_*` and those they name. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly requests: readonly {
    readonly intent: string;
    /** Key of the phrases that ask for it, anywhere that a sentence may begin. */
    readonly list: string;
    /** Intents that give way to it. */
    readonly over: readonly string[];
  }[];
  /** Questions about appointments: the intent that books gives way to the one that answers. */
  readonly question?: { readonly book: string; readonly answer: string };
}

/** Everything the classifier learns from, as plain data. */
export interface Catalogue {
  /** Ids in a fixed order, {@link OUT_OF_SCOPE} among them. */
  readonly ids: readonly string[];
  /** Ids of intents that the knowledge base answers. */
  readonly answers: readonly string[];
  readonly examples: readonly Example[];
  /** What is said in so many words; nothing unless given. */
  readonly outright?: Outright;
}

/** Id of what no intent fits. */
export const OUT_OF_SCOPE = 'OUT_OF_SCOPE';

/** What gives way to a request that is said outright, by what it does. */
const OVER: Readonly<Record<string, RegExp>> = {
  book: /^(?:answer|callback|message|chat|hello|form:.*)$/,
  move: /^(?:answer|callback|message|chat|hello|cancel|find|form:.*)$/,
};

/** Words of the trade that stand for one placeholder; more teach nothing new. */
const MAX_WORDS = 3;

/**
 * The examples of a pack with those of its locale: `matter_<does>` adds to the first intent that does it, with
 * `{appointment}`, `{an appointment}` and `{person}` in the words of the lexicon. An example of the pack wins over
 * one of the locale.
 */
export function catalogueOf({ intents, outOfScope }: Intents, lexicon: Lexicon): Catalogue {
  const examples = new Map<string, Example>();
  const add = (text: string, intent: string, not = false): void => {
    const key = `${not ? `!${intent}!` : ''}${text.toLowerCase()}`;
    if (!examples.has(key)) examples.set(key, { text, intent, ...(not ? { not: true } : {}) });
  };
  for (const intent of intents) {
    for (const text of intent.examples) add(text, intent.id);
    for (const text of intent.not) add(text, intent.id, true);
  }
  for (const text of outOfScope) add(text, OUT_OF_SCOPE);
  for (const does of new Set([...intents.map((intent) => intent.does), 'out_of_scope'])) {
    const id = intents.find((intent) => intent.does === does)?.id ?? OUT_OF_SCOPE;
    for (const template of lexicon.locale.phrases[`matter_${does}`] ?? []) {
      for (const text of expandTemplate(template, lexicon)) add(text, id);
    }
  }
  const ids = [...new Set([...intents.map((intent) => intent.id), OUT_OF_SCOPE])];
  const answers = intents.filter((intent) => intent.does === 'answer').map((intent) => intent.id);
  return { ids, answers, examples: [...examples.values()], outright: outrightOf(intents, lexicon) };
}

function outrightOf(intents: readonly IntentSpec[], lexicon: Lexicon): Outright {
  const idOf = (does: string): string | undefined => intents.find((intent) => intent.does === does)?.id;
  const requests = Object.entries(OVER).flatMap(([does, over]) => {
    const intent = idOf(does);
    const yielding = intents.flatMap((other) => (over.test(other.does) ? [other.id] : []));
    return intent === undefined ? [] : [{ intent, list: `outright_${does}`, over: yielding }];
  });
  const [book, answer] = [idOf('book'), idOf('answer')];
  const phrases = phraseLists(lexicon);
  const wanted = Object.keys(phrases).filter((key) => key.startsWith('outright_'));
  return {
    lists: { ...reachable(phrases, wanted), short_forms: phrases['short_forms'] ?? [] },
    requests,
    ...(book === undefined || answer === undefined ? {} : { question: { book, answer } }),
  };
}

function reachable(
  lists: Readonly<Record<string, readonly string[]>>,
  wanted: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  const take = (key: string): void => {
    if (found[key] !== undefined) return;
    found[key] = lists[key] ?? [];
    for (const phrase of found[key]) {
      for (const [, inner = ''] of phrase.matchAll(/<([a-z_]+)>/g)) take(inner);
    }
  };
  for (const key of wanted) take(key);
  return found;
}

/** The sentences of a template: its placeholders in the first words of the trade. */
export function expandTemplate(template: string, lexicon: Lexicon): readonly string[] {
  const { phrases } = lexicon.locale;
  const withArticle = (word: string): string => {
    const article = phrases[/^[aeiou]/.test(word) ? 'article_before_vowel' : 'article']?.[0];
    return article === undefined ? word : `${article} ${word}`;
  };
  const appointments = lexicon.appointmentWords.slice(0, MAX_WORDS);
  const persons = [
    ...(phrases['matter_anybody'] ?? []),
    ...lexicon.personWords.slice(0, MAX_WORDS - 1).map(withArticle),
  ];
  const wanted: readonly (readonly [RegExp, readonly string[]])[] = [
    [/\{an appointment\}/g, appointments.map(withArticle)],
    [/\{appointment\}/g, appointments],
    [/\{person\}/g, persons],
  ];
  const used = wanted.filter(([pattern]) => template.search(pattern) >= 0);
  if (used.some(([, words]) => words.length === 0)) return [];
  const rounds = Math.max(1, ...used.map(([, words]) => words.length));
  return Array.from({ length: rounds }, (_round, k) =>
    used.reduce((text, [pattern, words]) => text.replace(pattern, words[k % words.length] ?? ''), template),
  );
}
