import { readClause, type Reading } from './acts.js';
import { alertOf } from './alerts.js';
import { bookOf, type Book } from './book.js';
import { clausesOf } from './clauses.js';
import { isAnswer } from './cover.js';
import { differs, nameWords } from './echo.js';
import { languageOf } from './language.js';
import type { Lexicon } from './lexicon.js';
import { polarityOf } from './polarity.js';
import { readEntities } from './readers/index.js';
import { makeSentence, type Sentence } from './sentence.js';
import { signsOf, tellingOf } from './signs.js';
import { findTimeMentions } from './time/mentions.js';
import { MAX_TEXT_CHARS, tokenize } from './tokens.js';
import type {
  Act,
  Clause,
  CommandKind,
  Interpretation,
  Mention,
  OpenQuestion,
  SocialKind,
  Utterance,
} from './types.js';

/**
 * Reads a turn once, for everything that acts on it: its clauses with their acts, values and doubts, and what the whole
 * comes to at the open question. Never throws; text after {@link MAX_TEXT_CHARS} characters is not read.
 *
 * @param utterance - the words with what the recogniser knows of its doubt
 * @param question - what the words answer
 * @param lexicon - words of the pack and its language; the same object every time, because what is compiled of it is kept
 */
export function interpret(utterance: Utterance, question: OpenQuestion, lexicon: Lexicon): Interpretation {
  const book = bookOf(lexicon);
  const read = readText(utterance.text, question, lexicon, book);
  const margin = marginOf(utterance, read, question, lexicon, book);
  const mentions = read.mentions.map((mention) => onceHeard(mention, utterance));
  return { ...read, mentions, confidence: utterance.confidence, ...(margin === undefined ? {} : { margin }) };
}

/**
 * A name that an expected sentence has put in the place of what was heard freely is not sure, however likely the sentence: being listed
 * raises a name, it does not decide.
 */
function onceHeard(mention: Mention, { text, evidence }: Utterance): Mention {
  if (mention.type !== 'name' || mention.source === 'spelled') return mention;
  const [chosen, other] = evidence?.hypotheses ?? [];
  if (chosen?.source !== 'biased' || other?.source !== 'free' || other.text === text) return mention;
  const heard = new Set(nameWords(other.text));
  return nameWords(mention.name).every((word) => heard.has(word)) ? mention : { ...mention, replaced: true };
}

type Read = Omit<Interpretation, 'confidence' | 'margin'>;

function readText(whole: string, question: OpenQuestion, lexicon: Lexicon, book: Book): Read {
  const text = whole.slice(0, MAX_TEXT_CHARS);
  const { calendar } = lexicon.locale;
  const tokens = tokenize(text, calendar);
  const times = findTimeMentions(tokens, question.time, calendar);
  const mentions = readEntities(tokens, text, question, lexicon, times);
  const sentence = makeSentence(text, tokens, mentions, question, book);
  const readings = clausesOf(sentence).map((draft) => readClause(sentence, draft));
  return compose(sentence, readings, book);
}

/** Draws the fields of the whole turn from its clauses. */
function compose(sentence: Sentence, readings: readonly Reading[], book: Book): Read {
  const { question, text, tokens } = sentence;
  const polarity = polarityOf(readings, sentence);
  const command = commandOfTurn(sentence, readings);
  const act = actOf(readings, polarity, command, question);
  const aside = readings.filter((reading) => isBeside(reading, readings, act, polarity));
  const main = readings.filter((reading) => !aside.includes(reading)).map(({ clause }) => clause);
  const alert = alertOf(sentence);
  const language = languageOf(text, book);
  const social = socialOf(main);
  const isAffirmed = polarity === 'affirm';
  return {
    text,
    tokens,
    act,
    ...(command === undefined ? {} : { command }),
    ...(social === undefined ? {} : { social }),
    // "No, that's fine": the "no" has been answered by what follows.
    negated: !isAffirmed && main.some(({ negated }) => negated),
    hedged: main.some(({ hedged }) => hedged) || isSarcasm(sentence),
    conditional: main.some(({ conditional }) => conditional),
    deferred: main.some(({ deferred }) => deferred) || isLeftOpen(readings),
    mentions: main.flatMap(({ mentions }) => mentions),
    unread: main.flatMap(({ unread }) => unread),
    clauses: readings.map(({ clause }) => clause),
    ...(polarity === undefined ? {} : { polarity }),
    ...(aside.length === 0 ? {} : { aside: aside.map(({ clause }) => clause.text).join(' ') }),
    ...(alert === undefined ? {} : { alert }),
    signs: signsOf(sentence),
    telling: tellingOf(sentence),
    ...(language === undefined ? {} : { language }),
    thinking: polarity === undefined && isThinking(sentence, readings),
  };
}

/** Commands that count only when nothing of substance stands beside them. */
const WEAK: ReadonlySet<CommandKind> = new Set(['repeat', 'goodbye', 'wait', 'hello', 'help', 'stop']);

const isSubstance = ({ clause: { act, social } }: Reading): boolean =>
  (act === 'inform' || act === 'request' || act === 'question') && social !== 'about_agent';

function commandOfTurn({ chart, units }: Sentence, readings: readonly Reading[]): CommandKind | undefined {
  const kinds = readings.flatMap(({ clause: { command } }) => (command === undefined ? [] : [command]));
  const strong = kinds.find((kind) => !WEAK.has(kind));
  if (strong !== undefined) return strong;
  if (readings.some(isSubstance)) return undefined;
  // "Sorry?" alone asks to say it again.
  if (kinds.length === 0 && units.length > 0 && units.length <= 4 && chart.spans('sorry', 0, units.length)) {
    return 'repeat';
  }
  return kinds.find((kind) => kind === 'stop') ?? kinds.at(-1);
}

function actOf(
  readings: readonly Reading[],
  polarity: Interpretation['polarity'],
  command: CommandKind | undefined,
  question: OpenQuestion,
): Act {
  // "Yes, thanks, bye": the answer comes first.
  const isAnswered = polarity === 'affirm' && question.expects === 'yes_no';
  if (command !== undefined && !(command === 'goodbye' && isAnswered)) return 'command';
  const acts = new Set(readings.filter((reading) => !isCourtesy(reading)).map(({ clause: { act } }) => act));
  if (
    polarity === 'affirm' &&
    readings.every((reading) => reading.isAside || !isSubstance(reading) || reading.isEcho)
  ) {
    return 'affirm';
  }
  const isAnswering = readings.some(
    ({ clause, isEcho }) => clause.act === 'inform' && clause.mentions.length > 0 && !isEcho,
  );
  if (isAnswering && question.expects !== 'matter') return 'inform';
  for (const act of ['question', 'request', 'inform'] as const) if (acts.has(act)) return act;
  if (polarity !== undefined) return polarity;
  for (const act of ['deny', 'affirm'] as const) if (acts.has(act)) return act;
  return readings.some(({ clause }) => clause.social !== undefined) ? 'social' : 'none';
}

const isCourtesy = ({ clause, pieces }: Reading): boolean =>
  clause.act === 'social' || clause.act === 'none' || (pieces.length > 0 && !pieces.some(isAnswer));

/** A question beside an answer, to be dealt with after it. */
function isBeside(
  reading: Reading,
  readings: readonly Reading[],
  act: Act,
  polarity: Interpretation['polarity'],
): boolean {
  if (!reading.isAside || readings.length < 2) return false;
  if (act === 'affirm' || act === 'inform') return true;
  return act !== 'command' && polarity === 'deny';
}

/** Talk that decides how to answer, before talk that only accompanies. */
const TELLING: readonly SocialKind[] = ['anger', 'about_agent', 'chat'];

function socialOf(clauses: readonly Clause[]): SocialKind | undefined {
  const kinds = clauses.flatMap(({ social }) => (social === undefined ? [] : [social]));
  return TELLING.find((kind) => kinds.includes(kind)) ?? kinds[0];
}

/** An answer that ends in a hesitation: "yes, um…". */
function isLeftOpen(readings: readonly Reading[]): boolean {
  const last = readings.at(-1);
  if (last === undefined || readings.some(({ isTrailing }) => isTrailing)) return last !== undefined;
  const isPause = last.pieces.at(-1)?.kind === 'hesitation' && !last.pieces.some(isAnswer);
  return isPause && readings.some(({ pieces }) => pieces.some(isAnswer));
}

/** "Yeah, right": what is written between the words says nothing. */
const isSarcasm = ({ chart, units }: Sentence): boolean => chart.spans('sarcasm', 0, units.length);

function isThinking({ chart, units }: Sentence, readings: readonly Reading[]): boolean {
  if (
    units.length === 0 ||
    readings.some(({ clause }) => clause.command !== undefined && clause.command !== 'wait')
  ) {
    return false;
  }
  let hasThought = false;
  for (let at = 0; at < units.length;) {
    hasThought ||= chart.ends('hesitation', at).length > 0 || chart.ends('thinking', at).length > 0;
    const next = Math.max(
      ...['hesitation', 'filler', 'thinking'].map((list) => chart.longest(list, at, units.length) ?? at),
    );
    if (next <= at) return false;
    at = next;
  }
  return hasThought;
}

/**
 * How far the best agreement is before the best refusal. A free reading of the same sound that refuses, or that cannot be read,
 * leaves nothing of it, whatever the expected sentences say.
 */
function marginOf(
  { text, evidence }: Utterance,
  read: Read,
  question: OpenQuestion,
  lexicon: Lexicon,
  book: Book,
): number | undefined {
  if (evidence === undefined) return undefined;
  const free = evidence.hypotheses.find(
    (hypothesis) => hypothesis.source === 'free' && hypothesis.text !== text,
  );
  if (question.expects !== 'yes_no' || read.polarity !== 'affirm' || free === undefined) {
    return evidence.margin;
  }
  const other = readText(free.text, question, lexicon, book);
  const isSame =
    other.polarity === 'affirm' && other.unread.length === 0 && !differs(other.mentions, question.asked);
  return isSame ? evidence.margin : Math.min(0, evidence.margin ?? 0);
}
