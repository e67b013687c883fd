import {
  expectedSentences,
  type ExpectedSentences,
  type ProtectedWords,
} from '../../../src/kernel/expected-sentences.js';
import { dayAhead, EXPECTED, GIVEN_NAMES, MONTHS, SURNAMES, TOPICS, WEEKDAYS } from './lists.js';
import type { PhraseSources, QuestionKind } from './phrases.js';

/** Days that are spoken, counted from the first one. */
const AHEAD = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 27, 30, 31];

const words = (list: string): string[] => list.split('; ');

/** Words of agreement. */
export const AFFIRM = words(
  "yes; yeah; yep; yup; sure; okay; ok; correct; right; that is right; that's right; that is correct; that's correct",
);
/** Words of refusal. */
export const DENY = words(
  "no; nope; nah; not; never; wrong; don't; do not; can't; cannot; won't; doesn't; isn't; neither; stop; cancel; rather not; too; mistake",
);
/** Words that hold an agreement back. */
export const HEDGE = words(
  'guess; think; maybe; perhaps; probably; possibly; suppose; almost; if; but; wait; hold on; let me; depends; could be; later; kind of',
);
const NUMBERS = words(
  'one 1 first 1st; two 2 second 2nd; three 3 third 3rd; four 4 fourth 4th; five 5 fifth 5th; six 6 sixth 6th; seven 7 seventh 7th; eight 8 eighth 8th; nine 9 ninth 9th; ten 10 tenth 10th; eleven 11 eleventh 11th; twelve 12 twelfth 12th; thirteen 13 thirteenth 13th; fourteen 14 fourteenth 14th; fifteen 15 fifteenth 15th; sixteen 16 sixteenth 16th; seventeen 17 seventeenth 17th; eighteen 18 eighteenth 18th; nineteen 19 nineteenth 19th; twenty 20 twentieth 20th; thirty 30 thirtieth 30th; forty 40; fifty 50',
).map((group) => group.split(' '));

/** What the dialog protects: agreement, refusal, hedges, and each weekday, month and number by itself. */
const PROTECT: ProtectedWords = [
  AFFIRM,
  DENY,
  HEDGE,
  ...[...WEEKDAYS, ...MONTHS].map((word) => [word]),
  ...NUMBERS,
];

/** The expected sentences of every question, and what is spoken; the only place where the evaluation gets them from. */
export function questions(): {
  readonly expected: Readonly<Record<QuestionKind, ExpectedSentences>>;
  readonly sources: PhraseSources;
} {
  const named = Object.entries(EXPECTED).map(
    ([kind, sentences]) => [kind, expectedSentences(sentences, PROTECT)] as const,
  );
  return {
    expected: Object.fromEntries(named) as Record<QuestionKind, ExpectedSentences>,
    sources: {
      days: AHEAD.map((days) => {
        const { weekday, month, ordinals } = dayAhead(days);
        return `${weekday}, ${month} ${ordinals[0]}`;
      }),
      topics: TOPICS,
      givenNames: GIVEN_NAMES,
      surnames: SURNAMES,
    },
  };
}
