import type { Lexicon } from './lexicon.js';
import { compilePhrases, type PhraseBook } from './phrases.js';
import { SIGN_KINDS } from './types.js';
import { shortForms, type ShortForms } from './units.js';

/** Pieces that may make up an answer, with what each costs: the cheapest row of pieces that takes every word is the reading. */
export const PIECES = [
  { list: 'deny', kind: 'deny', cost: 0.95 },
  { list: 'deny_short', kind: 'deny', cost: 0.98 },
  { list: 'agree', kind: 'agree', cost: 1 },
  { list: 'agree_want', kind: 'want', cost: 1 },
  { list: 'agree_word', kind: 'yes', cost: 1 },
  { list: 'yes', kind: 'yes', cost: 1 },
  { list: 'no', kind: 'no', cost: 1 },
  { list: 'no_heard', kind: 'no', cost: 1.05 },
  { list: 'done', kind: 'done', cost: 1.01 },
  { list: 'delight', kind: 'delight', cost: 1.02 },
  { list: 'ok', kind: 'ok', cost: 1.03 },
  { list: 'agree_short', kind: 'short', cost: 1.2 },
  { list: 'greeting', kind: 'greeting', cost: 1 },
  { list: 'apology', kind: 'apology', cost: 1 },
  { list: 'courtesy', kind: 'thanks', cost: 1 },
  { list: 'praise', kind: 'praise', cost: 1.02 },
  { list: 'filler', kind: 'filler', cost: 1.1 },
  { list: 'hesitation', kind: 'hesitation', cost: 1.15 },
  { list: 'afterthought', kind: 'filler', cost: 1.2 },
] as const;

/** What a piece of an answer is. */
export type PieceKind = (typeof PIECES)[number]['kind'] | 'echo' | 'glue';

/** Lists that are looked for as they are. */
const LISTS = [
  ...PIECES.map(({ list }) => list),
  ...SIGN_KINDS.map((kind) => `sign_${kind}`),
  'callback_word',
  ...[
    'sarcasm',
    'agree_offered',
    'agree_polite',
    'hedge',
    'condition',
    'defer',
    'contrast',
    'reject',
    'negation',
  ],
  ...['is', 'good', 'degree', 'tail', 'glue', 'wish', 'conjunction', 'human', 'person', 'abbreviation'],
  ...['command_person_anywhere', 'command_person', 'command_repeat', 'command_recall', 'command_goodbye'],
  ...['command_wait', 'command_hello', 'command_help', 'command_stop', 'command_cancel', 'command_restart'],
  ...['command_slower', 'command_faster', 'command_louder', 'command_quieter', 'command_opt_out'],
  ...['command_stop_recording', 'anger', 'anger_or_name', 'about_agent', 'chat'],
  ...['alert_emergency', 'alert_self_harm', 'alert_violence', 'alert_not', 'alert_whole'],
  ...[
    'question_opening',
    'question_follow',
    'clause_opening',
    'embeds',
    'request_opening',
    'imperative_change',
  ],
  ...[
    'what_about',
    'not_aside',
    'asks_to_tell',
    'thinking',
    'sorry',
    'backchannel',
    'question_tail',
    'question_word',
    'new_question',
    'new_wish',
    'hanging',
    'hanging_inside',
    'hanging_phrase',
    'predicate',
  ],
];

/** What is compiled of a lexicon, once. */
export interface Book {
  readonly phrases: PhraseBook;
  readonly forms: ShortForms;
  /** Frequent words of other languages; the key is the language, `own` the locale's. */
  readonly languages: ReadonlyMap<string, ReadonlySet<string>>;
}

const books = new WeakMap<Lexicon, Book>();

/** The compiled phrases of a lexicon and its locale. */
export function bookOf(lexicon: Lexicon): Book {
  const known = books.get(lexicon);
  if (known !== undefined) return known;
  const book = compileBook(lexicon);
  books.set(lexicon, book);
  return book;
}

/** Phrase lists of the locale with the words of the pack in them. */
export function phraseLists({
  locale,
  personWords,
  appointmentWords,
  alerts,
}: Lexicon): Readonly<Record<string, readonly string[]>> {
  const { phrases } = locale;
  const persons = personWords.map(plainPhrase);
  const lists: Record<string, readonly string[]> = {
    ...phrases,
    lexicon_person: persons,
    person: [...(phrases['person'] ?? []), ...persons],
    appointment: [...(phrases['appointment'] ?? []), ...appointmentWords.map(plainPhrase)],
  };
  for (const [kind, sayings] of Object.entries(alerts)) {
    lists[`alert_${kind}`] = [...(phrases[`alert_${kind}`] ?? []), ...sayings.map(plainPhrase)];
  }
  return lists;
}

function compileBook(lexicon: Lexicon): Book {
  const { phrases } = lexicon.locale;
  const forms = shortForms(phrases['short_forms'] ?? []);
  const lists = phraseLists(lexicon);
  const actions = Object.keys(phrases).filter((key) => /^(?:action|against)_/.test(key));
  const languages = new Map<string, ReadonlySet<string>>();
  for (const [key, words] of Object.entries(phrases)) {
    if (key.startsWith('language_')) {
      languages.set(key.slice('language_'.length), new Set(words.flatMap((row) => row.split(/[\s()|]+/))));
    }
  }
  return { phrases: compilePhrases(lists, [...LISTS, ...actions], forms), forms, languages };
}

/** Words of a pack are words, whatever marks they hold. */
const plainPhrase = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .trim();
