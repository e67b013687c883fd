import type { Rng } from '../../../src/kernel/rng.js';

/** What is said, and at which kinds of question. */
export interface Phrase {
  readonly kind: PhraseKind;
  readonly text: string;
  readonly at: readonly QuestionKind[];
}

/** Questions of the dialog whose expected sentences are tried. */
export type QuestionKind = 'confirm' | 'date' | 'time' | 'name' | 'purpose' | 'free';

/** Kinds of what is said: answers that are expected, and everything that must not become one. */
export type PhraseKind =
  | 'answer_date'
  | 'answer_time'
  | 'answer_name'
  | 'answer_purpose'
  | 'answer_correction'
  | 'agreement'
  | 'refusal'
  | 'hedge'
  | 'near_name'
  | 'wrong_weekday'
  | 'off_grid_time'
  | 'near_word'
  | 'greeting'
  | 'elsewhere';

/** Kinds that answer the question in words that are expected. */
export const ANSWERS: readonly PhraseKind[] = [
  'answer_date',
  'answer_time',
  'answer_name',
  'answer_purpose',
  'answer_correction',
  'agreement',
];

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const REFUSALS = lines(`
  No.
  Nope.
  Nah.
  No way.
  No, it is not.
  No, that is wrong.
  No, that's not right.
  That is not right.
  That's wrong.
  It is not.
  Not at all.
  Not really.
  Wrong day.
  Wrong time.
  Not that day.
  I can't do that.
  I cannot come then.
  Please don't.
  Please do not book it.
  Don't do that.
  It is too early.
  That is too late for me.
  I would rather not.
  I'd prefer not to.
  Never mind.
  Forget about it.
  Stop.
  Cancel that.
  No thanks.
  No, thank you.
  That is a mistake.
  That doesn't work.
  That won't work for me.
  Neither.
  I don't want that.
  No, wait.
  Oh no.
  Hold on, no.
  That's not me.
  I am not free.
`);

const HEDGES = lines(`
  I guess.
  I guess so.
  I think so.
  Maybe.
  Perhaps.
  Probably.
  I'm not sure.
  I am not sure.
  I don't know.
  Not yet.
  Let me check.
  Let me think.
  One moment.
  Wait a minute.
  Hold on.
  Almost.
  Possibly.
  If you say so.
  Could be.
  It depends.
  Yes, but later.
  Yes, but not Friday.
  Yeah, maybe.
  Well, kind of.
  Yes if it is free.
  I suppose.
  Hmm.
  Er, what?
  Say that again.
  Excuse me?
`);

const AGREEMENTS = lines(`
  Yes.
  Yeah.
  Yep.
  Sure.
  Okay.
  Correct.
  Right.
  Yes please.
  Yes, that is right.
  Yes, that's right.
  Yes, that is correct.
  That is right.
  That's correct.
`);

/** Words that sound like an answer and are none. */
const NEAR_WORDS = lines(`
  Guess.
  Bright.
  Ride.
  Shower.
  Know.
  Now.
  Note.
  Yet.
  Yesterday.
  Chess.
  Write it down.
  Kate.
  Mundane.
  Thirsty.
  Sadder day.
  Two stay.
  Sunday school is fun.
  August company.
  A tent.
  Attend.
  For free.
  Eight men.
  Time flies.
  At home.
  The sixth sense.
  Dessert.
  Marching.
  Main entrance.
`);

const ELSEWHERE = lines(`
  What are the choices?
  Can I speak to a person?
  Could you repeat that?
  My dog is barking.
  Is this recorded?
  Who is this?
  What do you mean?
  Two minutes, mom.
  Come here, boy.
  I will be right back.
  Sorry, I was talking to my son.
  Please wait.
  The same as before.
  Anything you like.
  Whenever.
  What times are there?
  I do not want to say.
  Let me spell it.
  How much does it cost?
  Where do I park?
  It is raining outside.
  The television is too loud.
  Five minutes please.
  Ten people are coming.
  Turn left at the light.
  I lost my wallet.
  My computer is broken.
  The weather is lovely in Paris.
  Do you have anything next month?
  I need to talk to my wife first.
  Somebody is at the door.
  We had lunch at noon.
`);

const GREETINGS = lines(`
  Hi.
  Hi there.
  Hello.
  Hello there.
  Hey.
  Good morning.
  Good afternoon.
  Hi, this is Maria Lopez.
  Hello, anybody there?
`);

/** Names of people that the lists do not hold and that sound like names that they do. */
const NEAR_GIVEN = ['Carla', 'Mira', 'Ellen', 'Jana', 'Loren', 'Hans', 'Priya', 'Marco', 'Stefan', 'Anya'];
const NEAR_SURNAMES = [
  ...['Johnston', 'Millard', 'Taggart', 'Wilkins', 'Marten', 'Larson', 'Cooke', 'Hollis', 'Berger', 'Palmer'],
  ...['Jonas', 'Vance', 'Morrow', 'Walters', 'Bakker', 'Sandler', 'Thorne', 'Muller', 'Raman', 'Kowalski'],
  ...['Ferrara', 'Okafor', 'Lindgren', 'Petrov', 'Abbas', 'Nakamura', 'Gallo', 'Novak', 'Ibrahim', 'Costa'],
];

const OFF_GRID = lines(`
  Ten fifty.
  Ten to three.
  Twenty past four.
  Ten ten.
  Three ten p m.
  Five forty.
  Eleven twenty a m.
  Two fifty p m.
  Five past nine.
  Nine oh five.
  Four twenty.
  One forty in the afternoon.
  Twelve ten.
  Eight fifty a m.
  Twenty to five.
  Half an hour before noon.
`);

/** What the phrases of an evaluation are made of; see `questions.ts`. */
export interface PhraseSources {
  /** Days that can be booked, as they are said: "Tuesday, December first". */
  readonly days: readonly string[];
  readonly topics: readonly string[];
  readonly givenNames: readonly string[];
  readonly surnames: readonly string[];
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const TIMES = lines(`
  nine a m
  nine thirty a m
  ten fifteen a m
  ten thirty a m
  eleven a m
  twelve p m
  one thirty p m
  two thirty p m
  three forty five p m
  half past ten in the morning
  three o'clock in the afternoon
  quarter past two
`);

/** Every phrase of the evaluation; those with names and days are drawn with the seeded generator. */
export function phrases(sources: PhraseSources, rng: Rng): Phrase[] {
  const draw = <T>(list: readonly T[]): T => list[Math.floor(rng.float() * list.length)] as T;
  const name = (): string => `${draw(sources.givenNames)} ${draw(sources.surnames)}`;
  const listed = new Set([...sources.givenNames, ...sources.surnames]);
  const all = (
    kind: PhraseKind,
    texts: readonly string[],
    ...at: [QuestionKind, ...QuestionKind[]]
  ): Phrase[] => texts.map((text) => ({ kind, text, at }));
  const wrongDay = (day: string): string => {
    const [weekday = '', rest = ''] = day.split(', ');
    return `${draw(WEEKDAYS.filter((other) => other !== weekday))}, ${rest}.`;
  };
  return [
    ...all(
      'answer_date',
      sources.days.map((day) => `${day}.`),
      'date',
    ),
    ...all(
      'answer_time',
      TIMES.map((time) => `${time}.`),
      'time',
    ),
    ...all(
      'answer_name',
      Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? `${name()}.` : `My name is ${name()}.`)),
      'name',
    ),
    ...all(
      'answer_purpose',
      sources.topics.flatMap((topic) => [`It is about ${topic}.`, `${topic}.`]),
      'purpose',
    ),
    ...all('answer_correction', [...sources.days.map((day) => `No, ${day}.`)], 'confirm'),
    ...all('agreement', AGREEMENTS, 'confirm'),
    ...all('refusal', REFUSALS, 'confirm'),
    ...all('hedge', HEDGES, 'confirm'),
    ...all(
      'near_name',
      NEAR_SURNAMES.filter((surname) => !listed.has(surname)).map(
        (surname, index) =>
          `${index % 2 === 0 ? draw(sources.givenNames) : draw(NEAR_GIVEN.filter((given) => !listed.has(given)))} ${surname}.`,
      ),
      'name',
      'confirm',
    ),
    ...all('wrong_weekday', sources.days.map(wrongDay), 'date', 'confirm'),
    ...all('off_grid_time', OFF_GRID, 'time', 'confirm'),
    ...all('near_word', NEAR_WORDS, 'confirm', 'date', 'name'),
    ...all('greeting', GREETINGS, 'free', 'confirm', 'name'),
    ...all('elsewhere', ELSEWHERE, 'confirm', 'date', 'name', 'free'),
  ];
}
