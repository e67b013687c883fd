import type { ExpectedSpeech } from '../../../src/kernel/vocab.js';
import { cardinal, ordinal } from '../../../src/speech/core/numbers.js';
import type { QuestionKind } from './phrases.js';

type Phrases = readonly string[];
type Sentence = readonly Phrases[];

const words = (text: string): string[] => text.split(/[\s]+/).filter((word) => word !== '');
const phrases = (text: string): string[] => text.split(';').map((phrase) => phrase.trim());

/** Given names that the lists hold; none of `NEAR_GIVEN` of `phrases.ts`. */
export const GIVEN_NAMES = words(`
  James Mary Michael Patricia Robert Jennifer John Linda David Elizabeth William Barbara Richard Susan Joseph Jessica
  Thomas Karen Christopher Sarah Charles Lisa Daniel Nancy Matthew Sandra Anthony Ashley Mark Emily Steven Kimberly
  Donald Betty Andrew Margaret Joshua Donna Paul Michelle Kenneth Carol Kevin Amanda Brian Melissa Timothy Deborah
  Ronald Stephanie Jason Rebecca George Sharon Edward Laura Jeffrey Cynthia Ryan Amy Jacob Kathleen Nicholas Angela
  Gary Dorothy Eric Shirley Jonathan Emma Stephen Brenda Larry Nicole Justin Pamela Benjamin Samantha Scott Anna
  Brandon Katherine Samuel Christine Gregory Debra Alexander Rachel Patrick Olivia Frank Carolyn Jack Maria Raymond
  Janet Dennis Heather Tyler Diane Aaron Catherine Jerry Julie Jose Victoria Nathan Helen Adam Joyce Henry Lauren
  Zachary Kelly Douglas Christina Peter Joan Noah Judith Kyle Ruth Ethan Evelyn Christian Hannah Jeremy Andrea Keith
  Virginia Austin Megan Sean Cheryl Roger Jacqueline Terry Madison Walter Sophia Dylan Abigail Gerald Teresa Carl
`);

/** Surnames that the lists hold; none of `NEAR_SURNAMES` of `phrases.ts`. */
export const SURNAMES = words(`
  Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson
  Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker
  Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell
  Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy
  Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson
  Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross
  Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales Fisher Vasquez
`);

export const TOPICS = phrases(
  'course registration; transfer credits; degree planning; changing a major; academic standing; general advising; study abroad; an application',
);

export const WEEKDAYS = words('Sunday Monday Tuesday Wednesday Thursday Friday Saturday');
export const MONTHS = words(
  'January February March April May June July August September October November December',
);

const NO: Phrases = ['no', 'nope', 'no not', 'actually', ''];
const PLEASE: Phrases = ['please', ''];
const ABOUT = phrases(
  "it is about; it's about; that is about; about; I want to talk about; I'd like to talk about; I need help with; ",
);
const NAME_IS = phrases("my name is; the name is; it is; it's; this is; I am; I'm; ");
const ANSWERS = phrases(
  "yes; yeah; yep; sure; okay; correct; right; yes please; yes, please; yes, that is right; yes that is right; yes, that's right; yes that's right; yes, that is correct; yes, that's correct; that is right; that is correct; that's right; that's correct; no; nope; nah; no thanks; no thank you; no, thank you; that is wrong; that's wrong; that is not right; that's not right",
);

/** The first day that can be booked, and how many there are; days of evaluation never depend on the day of the run. */
const FIRST_DAY = Date.UTC(2026, 10, 21);
const DAYS = 120;
const DAY_MS = 86_400_000;

/** A day as it is said: "Tuesday, December first", and the parts of it. */
export function dayAhead(days: number): {
  readonly weekday: string;
  readonly month: string;
  readonly ordinals: readonly string[];
} {
  const date = new Date(FIRST_DAY + days * DAY_MS);
  const day = String(date.getUTCDate());
  const ending = /(?<!1)1$/.test(day)
    ? 'st'
    : /(?<!1)2$/.test(day)
      ? 'nd'
      : /(?<!1)3$/.test(day)
        ? 'rd'
        : 'th';
  return {
    weekday: WEEKDAYS[date.getUTCDay()] ?? '',
    month: MONTHS[date.getUTCMonth()] ?? '',
    ordinals: [ordinal(day), ordinal(day).replace(' ', '-'), `${day}${ending}`],
  };
}

function dayPhrases(): Phrases {
  const all = new Set(['today', 'tomorrow', 'the day after tomorrow', 'next week']);
  for (const name of WEEKDAYS) all.add(name).add(`next ${name}`).add(`this ${name}`);
  for (let ahead = 0; ahead <= DAYS; ahead++) {
    const { weekday, month, ordinals } = dayAhead(ahead);
    for (const which of ordinals) {
      all
        .add(`${weekday}, ${month} ${which}`)
        .add(`${weekday} ${month} ${which}`)
        .add(`${month} ${which}`)
        .add(`${weekday} the ${which}`)
        .add(`the ${which}`);
    }
  }
  return [...all];
}

/** Every quarter of an hour from six to nine at night, in the ways in which recognisers write it. */
function timePhrases(): Phrases {
  const all = new Set(['noon', 'twelve noon']);
  for (let hour = 6; hour <= 21; hour++) {
    const name = cardinal(String(hour % 12 === 0 ? 12 : hour % 12));
    const part = hour < 12 ? 'in the morning' : hour < 18 ? 'in the afternoon' : 'in the evening';
    const letter = hour < 12 ? 'a' : 'p';
    const halves = [`${letter}.m.`, `${letter} m`, `${letter}m`, `${letter.toUpperCase()}M`, `${letter}. m.`];
    for (const minutes of ['', ' thirty', ' fifteen', ' forty five', ' forty-five']) {
      const clock = `${name}${minutes}`;
      if (minutes !== '') all.add(clock);
      for (const half of [...halves, part]) all.add(`${clock} ${half}`);
    }
    for (const spoken of [
      `${name} o'clock`,
      `half past ${name}`,
      `quarter past ${name}`,
      `quarter to ${name}`,
    ]) {
      all.add(spoken).add(`${spoken} ${part}`);
    }
  }
  return [...all];
}

const DAY_PHRASES = dayPhrases();
const TIME_PHRASES = timePhrases();
const TIME: Sentence = [NO, ['at', 'around', 'say', ''], TIME_PHRASES, PLEASE];
const DATE: readonly Sentence[] = [
  [NO, ['on', ''], DAY_PHRASES, PLEASE],
  [NO, ['on', ''], DAY_PHRASES, ['at', ''], TIME_PHRASES, PLEASE],
];
const NAME: Sentence = [NO, NAME_IS, GIVEN_NAMES, SURNAMES];
const TOPIC: Sentence = [NO, ABOUT, TOPICS, PLEASE];

/** Sentences that are likely at each question of somebody who books an appointment. */
export const EXPECTED: Readonly<Record<QuestionKind, ExpectedSpeech>> = {
  confirm: [[ANSWERS], TIME, ...DATE, TOPIC, NAME],
  date: [...DATE, [ANSWERS]],
  time: [TIME, ...DATE],
  name: [NAME, [NAME_IS, GIVEN_NAMES]],
  purpose: [TOPIC],
  free: [
    [
      phrases("I would like to; I'd like to; I want to; I need to; can I; could I"),
      phrases('book; make; schedule; get'),
      ['an appointment'],
      PLEASE,
    ],
    [
      phrases('what are; when are; what time are'),
      ['your', 'the'],
      phrases('opening hours; office hours; hours'),
    ],
    [phrases('where is; where can I find'), phrases('your office; the office')],
  ],
};
