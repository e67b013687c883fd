import type { Expectation, ExpectedSpeech } from '../../kernel/vocab.js';
import type { Business } from './business.js';
import { GIVEN_NAMES, SURNAMES } from './language/common-names.js';
import { addDays, dateParts, type LocalDate } from './language/local-date.js';
import { cardinalSpelling, ordinalSpellings } from './language/numbers.js';
import { MONTHS, WEEKDAYS } from './language/repair.js';
import { capital, spokenWeekday } from './spoken.js';

type Phrases = readonly string[];
type Sentence = readonly Phrases[];

/** Days that are named one by one; hardly anybody names a later one by its date. */
const MAX_DAYS_NAMED = 120;

const NO: Phrases = ['no', 'nope', 'no not', 'actually', ''];
const PLEASE: Phrases = ['please', ''];
const ABOUT: Phrases = [
  'it is about',
  "it's about",
  'that is about',
  "that's about",
  'about',
  'I want to talk about',
  "I'd like to talk about",
  'I would like to talk about',
  'I need help with',
  'help with',
  'I have a question about',
  '',
];
const NAME_IS: Phrases = ['my name is', 'the name is', 'it is', "it's", 'this is', 'I am', "I'm", ''];

const ANSWERS: Phrases = [
  'yes',
  'yeah',
  'yep',
  'sure',
  'okay',
  'correct',
  'right',
  'yes please',
  'yes, please',
  'yes, that is right',
  'yes that is right',
  "yes, that's right",
  "yes that's right",
  'yes, that is correct',
  "yes, that's correct",
  'that is right',
  'that is correct',
  "that's right",
  "that's correct",
  'no',
  'nope',
  'no thanks',
  'no thank you',
  'no, thank you',
  'that is wrong',
  "that's wrong",
  'that is not right',
  "that's not right",
];

const CLOSINGS: Sentence = [
  ['no', "no, that's all", "that's all", 'that is all', 'no thanks', 'no thank you', 'no, thank you', ''],
  ['thank you', 'thanks', ''],
  ['goodbye', 'good bye', 'good-bye', 'bye', 'bye bye', ''],
];

const REQUESTS: Sentence = [
  ['I would like to', "I'd like to", 'I want to', 'I need to', 'can I', 'could I'],
  ['book', 'make', 'schedule', 'get'],
  ['an appointment'],
  ['please', 'with an advisor', ''],
];

const LEAD: Phrases = ['wait', 'okay', 'and', 'so', 'sorry', 'hi', 'hello', ''];

/** What every office is asked. */
const QUESTIONS: readonly Sentence[] = [
  [
    ['what are', 'when are', 'what time are'],
    ['your', 'the'],
    ['opening hours', 'office hours', 'hours', 'opening times'],
  ],
  [
    ['when', 'what time'],
    ['are you open', 'do you open', 'do you close', 'does the office open'],
  ],
  [['are you open'], ['on'], WEEKDAYS.map((weekday) => capital(weekday))],
  [
    ['where is', 'where can I find'],
    ['your office', 'the office'],
  ],
  [
    ['what is', "what's"],
    ['your address', 'the address', 'your phone number', 'your e-mail address', 'your email address'],
  ],
];

const PLACES_IN_LIST: Phrases = [
  'the first',
  'the first one',
  'the second',
  'the second one',
  'the third',
  'the third one',
  'the last one',
  'the earlier one',
  'the later one',
];

/**
 * What a caller is likely to answer, for a recogniser that weighs it against what it hears. Whoever says something
 * else is understood all the same.
 *
 * @param today - the local day; days are named from it to the last one that can be booked
 */
export function expectedSpeech(
  expectation: Expectation,
  { business, today }: { readonly business: Business; readonly today: LocalDate },
): ExpectedSpeech {
  switch (expectation.kind) {
    case 'date': {
      return [...dateSentences(business, today), [ANSWERS]];
    }
    case 'time': {
      return [timeSentence(), ...dateSentences(business, today)];
    }
    case 'choice': {
      return [timeSentence(), [PLACES_IN_LIST, PLEASE], ...dateSentences(business, today), [ANSWERS]];
    }
    case 'purpose': {
      return [purposeSentence(business)];
    }
    case 'name': {
      return [nameSentence(), [NAME_IS, GIVEN_NAMES]];
    }
    case 'yes_no': {
      if (expectation.decision) return [[ANSWERS], ...corrections(business, today)];
      return [[ANSWERS], CLOSINGS, timeSentence(), ...dateSentences(business, today)];
    }
    case 'correction': {
      return corrections(business, today);
    }
    case 'free': {
      return [CLOSINGS, REQUESTS, ...QUESTIONS.map((places) => [LEAD, ...places])];
    }
    case 'digits': {
      return [];
    }
    default: {
      return expectation.kind;
    }
  }
}

const corrections = (business: Business, today: LocalDate): readonly Sentence[] => [
  timeSentence(),
  ...dateSentences(business, today),
  purposeSentence(business),
  nameSentence(),
];

const nameSentence = (): Sentence => [NO, NAME_IS, GIVEN_NAMES, SURNAMES];

const purposeSentence = ({ services }: Business): Sentence => [
  NO,
  ABOUT,
  services.flatMap(({ name, aliases }) => [name, ...aliases]),
  PLEASE,
];

const timeSentence = (): Sentence => [NO, ['at', 'around', 'say', ''], TIMES, PLEASE];

/** A day, or a day and a time. */
function dateSentences(business: Business, today: LocalDate): readonly Sentence[] {
  const days = dayPhrases(business, today);
  return [
    [NO, ['on', ''], days, PLEASE],
    [NO, ['on', ''], days, ['at', ''], TIMES, PLEASE],
  ];
}

/** The days of each office, worked out once a day: they are asked for at every pause of a caller. */
const dayCache = new WeakMap<Business, { readonly today: LocalDate; readonly phrases: Phrases }>();

/** Every day that can be booked, as people name it: weekday and date always fit together. */
function dayPhrases(business: Business, today: LocalDate): Phrases {
  const known = dayCache.get(business);
  if (known?.today === today) return known.phrases;
  const phrases = nameDays(today, business.horizonDays);
  dayCache.set(business, { today, phrases });
  return phrases;
}

function nameDays(today: LocalDate, horizonDays: number): Phrases {
  const phrases = new Set([
    'today',
    'tomorrow',
    'the day after tomorrow',
    'next week',
    'as soon as possible',
  ]);
  for (const weekday of WEEKDAYS) {
    const name = capital(weekday);
    phrases.add(name).add(`next ${name}`).add(`this ${name}`);
  }
  for (let ahead = 0; ahead <= Math.min(horizonDays, MAX_DAYS_NAMED); ahead++) {
    const date = addDays(today, ahead);
    const { month, day } = dateParts(date);
    const weekday = spokenWeekday(date);
    const monthName = capital(MONTHS[month - 1] ?? '');
    for (const ordinal of ordinalSpellings(day)) {
      phrases
        .add(`${weekday}, ${monthName} ${ordinal}`)
        .add(`${weekday} ${monthName} ${ordinal}`)
        .add(`${monthName} ${ordinal}`)
        .add(`${weekday} the ${ordinal}`)
        .add(`the ${ordinal}`);
    }
  }
  return [...phrases];
}

/** Every quarter of an hour from six to nine at night, in the ways in which recognisers write it. */
function timePhrases(): Phrases {
  const phrases = new Set(['noon', 'twelve noon']);
  for (let hour = 6; hour <= 21; hour++) {
    const name = hourWord(hour);
    const next = hourWord(hour + 1);
    const part = hour < 12 ? 'in the morning' : hour < 18 ? 'in the afternoon' : 'in the evening';
    const letter = hour < 12 ? 'a' : 'p';
    const halves = [`${letter}.m.`, `${letter} m`, `${letter}m`, `${letter.toUpperCase()}M`, `${letter}. m.`];
    for (const minutes of ['', ' thirty', ' fifteen', ' forty five', ' forty-five']) {
      const clock = `${name}${minutes}`;
      if (minutes !== '') phrases.add(clock);
      for (const half of [...halves, part]) phrases.add(`${clock} ${half}`);
    }
    const spoken = [
      `${name} o'clock`,
      `half past ${name}`,
      `half-past ${name}`,
      `quarter past ${name}`,
      `quarter to ${next}`,
    ];
    for (const words of spoken) phrases.add(words).add(`${words} ${part}`);
  }
  return [...phrases];
}

/** The hour on a clock with twelve of them. */
const hourWord = (hour: number): string => cardinalSpelling(hour % 12 === 0 ? 12 : hour % 12);

const TIMES: Phrases = timePhrases();
