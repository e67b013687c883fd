import type { ExpectedSet, ExpectedSpeech } from '../../../kernel/vocab.js';
import type { Lexicon } from './lexicon.js';
import { cardinalSpelling, ordinalSpellings } from './numbers.js';
import { addDays, dateParts, weekdayOf, type LocalDate } from './time/local-date.js';
import type { OpenQuestion } from './types.js';

type Phrases = readonly string[];
type Sentence = readonly Phrases[];

/** What the office's facts add to the words of the language. */
export interface ExpectedFacts {
  /** Days from today that are named by their date. Default 120; hardly anybody names a later one so. */
  readonly horizonDays?: number;
}

/** Days that are named one by one. */
const MAX_DAYS_NAMED = 120;

/** Names among the expected sentences; more make every name likelier than what was said. */
const MAX_NAMES = 250;

/** Sets that are kept; they change with the day and with the offers. */
const MAX_KEPT = 200;

/** Sets by lexicon, question and day. */
const cache = new WeakMap<Lexicon, Map<string, ExpectedSet>>();

/**
 * What a caller is likely to answer, for a recogniser that weighs it against what it hears, with the words that must
 * never be exchanged for one another. Refusals and hedges stand beside agreements, times off the grid beside those on
 * it, and no farewell stands where a matter is asked, so that nothing is pulled towards what suits the agent. Whoever
 * says something else is understood all the same.
 *
 * @param question - what is asked; sets of the same content have the same id
 * @returns an empty set (no sentences) where digits, letters or own words are asked
 */
export function expectedFor(
  question: OpenQuestion,
  lexicon: Lexicon,
  facts: ExpectedFacts = {},
): ExpectedSet {
  const key = JSON.stringify([
    question.expects,
    question.time.today,
    question.options ?? 0,
    facts.horizonDays ?? 0,
  ]);
  let kept = cache.get(lexicon);
  if (kept === undefined) {
    kept = new Map();
    cache.set(lexicon, kept);
  }
  const known = kept.get(key);
  if (known !== undefined) return known;
  const words: Words = {
    list: (name) => lexicon.locale.phrases[name] ?? [],
    lexicon,
    today: question.time.today,
    horizonDays: Math.min(facts.horizonDays ?? MAX_DAYS_NAMED, MAX_DAYS_NAMED),
  };
  const sentences = sentencesFor(question, words).filter((places) =>
    places.every((place) => place.length > 0),
  );
  const protect = sentences.length === 0 ? [] : protectedGroups(words);
  const made = { id: contentId(sentences, protect), sentences, protect };
  for (const oldest of kept.keys()) {
    if (kept.size < MAX_KEPT) break;
    kept.delete(oldest);
  }
  kept.set(key, made);
  return made;
}

interface Words {
  readonly list: (name: string) => Phrases;
  readonly lexicon: Lexicon;
  readonly today: LocalDate;
  readonly horizonDays: number;
}

function sentencesFor({ expects, options }: OpenQuestion, words: Words): ExpectedSpeech {
  const answers = answerSentences(words);
  switch (expects) {
    case 'matter':
      return matterSentences(words);
    case 'yes_no':
      return [...answers, ...corrections(words)];
    case 'date':
      return [...dateSentences(words), ...answers];
    case 'time':
      return [timeSentence(words), ...dateSentences(words), ...answers];
    case 'offer':
      return [placeSentence(words), timeSentence(words), ...dateSentences(words), ...answers];
    case 'name':
      return nameSentences(words);
    case 'service':
      return [serviceSentence(words)];
    case 'option':
      return [[optional(words.list('expect_lead')), optionWords(options)], placeSentence(words), ...answers];
    case 'correction':
      return corrections(words);
    case 'phone':
    case 'digits':
    case 'email':
    case 'amount':
    case 'number':
    case 'address':
    case 'words':
      return [];
    default:
      return expects satisfies never;
  }
}

const optional = (phrases: Phrases): Phrases => [...phrases, ''];

const optionWords = (options: OpenQuestion['options'] = []): Phrases =>
  options.flatMap((option) => option.words);

/** Agreements, refusals and what is neither, each as a whole. */
const answerSentences = ({ list }: Words): readonly Sentence[] => [
  [list('expect_yes'), optional(list('expect_please'))],
  [list('expect_no'), optional(list('expect_thanks'))],
  [list('expect_unsure')],
];

const matterSentences = ({ list, lexicon }: Words): readonly Sentence[] => {
  const lead = optional(list('expect_hello'));
  const appointments =
    lexicon.appointmentWords.length > 0 ? lexicon.appointmentWords : list('expect_appointment');
  return [
    [
      lead,
      list('expect_want_to'),
      list('expect_book'),
      list('expect_an'),
      appointments,
      optional(list('expect_please')),
    ],
    [lead, list('expect_want_to'), list('expect_change'), list('expect_my'), appointments],
    [lead, list('expect_when_is'), list('expect_my'), appointments],
    [lead, list('expect_question')],
  ];
};

const corrections = (words: Words): readonly Sentence[] => [
  timeSentence(words),
  ...dateSentences(words),
  serviceSentence(words),
  ...nameSentences(words).slice(0, 1),
];

const negation = ({ list }: Words): Phrases => optional(list('expect_correcting'));

/** A first name alone is expected, but no first name is completed to a whole one. */
function nameSentences(words: Words): readonly Sentence[] {
  const { given, family } = words.lexicon.locale.names;
  const lead = optional(words.list('expect_name_is'));
  const [first, last] = [given.slice(0, MAX_NAMES), family.slice(0, MAX_NAMES)];
  return [[negation(words), lead, first, last], [lead, first], [lead, last], [words.list('expect_no_name')]];
}

const serviceSentence = (words: Words): Sentence => [
  negation(words),
  optional(words.list('expect_about')),
  words.lexicon.services.flatMap(({ name, aliases }) => [name, ...aliases]),
  optional(words.list('expect_please')),
];

const placeSentence = ({ list }: Words): Sentence => [
  [
    ...list('place_first'),
    ...list('place_middle'),
    ...list('place_last'),
    ...list('expect_places'),
    ...list('place_none'),
  ],
  optional(list('expect_please')),
];

const timeSentence = (words: Words): Sentence => [
  negation(words),
  optional(words.list('expect_at')),
  timePhrases(words),
  optional(words.list('expect_please')),
];

/** A day, or a day and a time. */
function dateSentences(words: Words): readonly Sentence[] {
  const days = dayPhrases(words);
  const on = optional(words.list('expect_on'));
  const please = optional(words.list('expect_please'));
  return [
    [negation(words), on, days, please],
    [negation(words), on, days, optional(words.list('expect_at')), timePhrases(words), please],
  ];
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Every day that can be booked, as people name it: weekday and date always fit together. */
function dayPhrases({ list, lexicon, today, horizonDays }: Words): Phrases {
  const { calendar } = lexicon.locale;
  const weekdays = calendar.weekdays.map((forms) => capital(forms[0] ?? ''));
  const phrases = new Set(list('expect_days'));
  for (const name of weekdays) {
    phrases.add(name);
    for (const which of list('expect_which_weekday')) phrases.add(`${which} ${name}`);
  }
  const the = list('expect_the')[0] ?? '';
  for (let ahead = 0; ahead <= horizonDays; ahead++) {
    const date = addDays(today, ahead);
    const { month, day } = dateParts(date);
    const weekday = weekdays[weekdayOf(date) - 1] ?? '';
    const monthName = capital(calendar.months[month - 1]?.[0] ?? '');
    for (const ordinal of ordinalSpellings(day, calendar)) {
      phrases.add(`${weekday}, ${monthName} ${ordinal}`).add(`${weekday} ${monthName} ${ordinal}`);
      phrases.add(`${monthName} ${ordinal}`).add(`${weekday} ${the} ${ordinal}`).add(`${the} ${ordinal}`);
    }
  }
  return [...phrases];
}

/** Hours that are called about. */
const [FIRST_HOUR, LAST_HOUR] = [6, 21];

/** Minutes that are named after an hour: the quarters, and those off the grid, so that none is forced onto it. */
const MINUTES = [15, 30, 45, 5, 10, 20, 25, 35, 40, 50, 55] as const;

/** Times of the day in the ways in which recognisers write them. */
function timePhrases({ list, lexicon }: Words): Phrases {
  const { calendar } = lexicon.locale;
  const spell = (value: number): string =>
    value < 20 || value % 10 === 0
      ? cardinalOf(value, calendar)
      : `${cardinalOf(value - (value % 10), calendar)} ${cardinalOf(value % 10, calendar)}`;
  const phrases = new Set(list('expect_times'));
  for (let hour = FIRST_HOUR; hour <= LAST_HOUR; hour++) {
    const name = spell(hour % 12 === 0 ? 12 : hour % 12);
    const next = spell((hour + 1) % 12 === 0 ? 12 : (hour + 1) % 12);
    const halves = [...list(hour < 12 ? 'expect_am' : 'expect_pm'), ...list(partOfDay(hour))];
    phrases.add(name);
    for (const half of halves) phrases.add(`${name} ${half}`);
    for (const minutes of MINUTES) {
      const clock =
        minutes < 10
          ? `${name} ${list('expect_oh')[0] ?? ''} ${spell(minutes)}`
          : `${name} ${spell(minutes)}`;
      phrases.add(clock);
      if (minutes % 15 === 0) for (const half of halves) phrases.add(`${clock} ${half}`);
    }
    for (const template of list('expect_clock')) {
      const spoken = template.replace('{hour}', name).replace('{next}', next);
      phrases.add(spoken);
      for (const part of list(partOfDay(hour))) phrases.add(`${spoken} ${part}`);
    }
  }
  return [...phrases];
}

const partOfDay = (hour: number): string =>
  hour < 12 ? 'expect_morning' : hour < 18 ? 'expect_afternoon' : 'expect_evening';

function cardinalOf(value: number, calendar: Lexicon['locale']['calendar']): string {
  if (value < 20) return cardinalSpelling(value, calendar);
  return Object.entries(calendar.numbers.tens).find(([, tens]) => tens === value)?.[0] ?? String(value);
}

const groups = new WeakMap<Lexicon, readonly Phrases[]>();

/**
 * Words of which none takes the place of another: agreements, refusals and hedges as three groups; every weekday,
 * month, part of the day, number and ordinal as a group of its own.
 */
function protectedGroups({ list, lexicon }: Words): readonly Phrases[] {
  const known = groups.get(lexicon);
  if (known !== undefined) return known;
  const { calendar } = lexicon.locale;
  const { units, teens, tens, ordinals } = calendar.numbers;
  const alone = (words: Readonly<Record<string, number>>): readonly Phrases[] =>
    [...new Set(Object.values(words))].map((value) =>
      Object.keys(words).filter((word) => words[word] === value),
    );
  const made = [
    list('protect_yes'),
    list('protect_no'),
    list('protect_unsure'),
    ...calendar.weekdays,
    ...calendar.months,
    ...alone(units),
    ...alone(teens),
    ...alone(tens),
    ...alone(ordinals),
    ...list('protect_alone').map((word) => [word]),
  ].filter((group) => group.length > 0);
  groups.set(lexicon, made);
  return made;
}

/** FNV-1a over the content, 64 bits in two halves: sets with the same id are the same. */
function contentId(sentences: ExpectedSpeech, protect: readonly Phrases[]): string {
  let [low, high] = [0x811c9dc5, 0x01000193];
  const add = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
      high = Math.imul(high ^ text.charCodeAt(i), 0x85ebca6b) ^ (low >>> 15);
    }
  };
  for (const sentence of sentences) for (const place of sentence) add(`\u0001${place.join('\u0000')}`);
  for (const group of protect) add(`\u0002${group.join('\u0000')}`);
  return [low, high].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
