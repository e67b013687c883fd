import type { Interpretation, Mention } from '../../nlu/types.js';
import type { Token } from '../../nlu/tokens.js';
import { dateParts, makeDate, toLocal, type LocalDate } from '../../nlu/time/local-date.js';
import type { TaskContext } from '../task.js';
import type { SlotSpec } from './spec.js';

/** What an answer comes to for one slot. */
export type Reading =
  | { readonly kind: 'value'; readonly value: string; readonly isDoubtful: boolean }
  /** The beginning of one: digits that are too few, a day without its year. */
  | { readonly kind: 'partial'; readonly value: string }
  | { readonly kind: 'bad'; readonly why: Fault };

/** Why a value cannot be taken. */
export type Fault = 'short' | 'long' | 'small' | 'large' | 'future' | 'past' | 'no_such_day';

/** Words heard with less certainty are read back, 0..1. */
export const DOUBT_BELOW = 0.6;
/** Longest text that is kept. */
const MAX_TEXT = 300;
/** Most digits of a slot that gives no bound. */
const MAX_DIGITS = 20;

/** Oldest year that is read: nobody was born before. */
const FIRST_YEAR = 1900;

/** How a slot is read. */
export interface ReadOptions {
  /** The slot was asked: numbers, words, yes and no are its answer. */
  readonly asked: boolean;
  /** Value so far, or the beginning of one. */
  readonly before?: string;
}

/**
 * Reads the value of a slot from a turn; `undefined` when the turn has none.
 *
 * @param options - without `asked` only what cannot be anything else is taken
 */
export function readSlot(
  slot: SlotSpec,
  said: Interpretation,
  ctx: TaskContext,
  options: ReadOptions,
): Reading | undefined {
  const mentions = said.mentions.filter(({ excluded }) => !excluded);
  const isDoubtful = said.confidence < DOUBT_BELOW;
  switch (slot.type) {
    case 'date':
      return readDate(slot, said, mentions, ctx, options);
    case 'time':
      return readTime(mentions, isDoubtful, ctx);
    case 'name':
      return readName(mentions, isDoubtful);
    case 'email': {
      const found = mentions.find((mention) => mention.type === 'email');
      return found === undefined ? undefined : value(found.address, isDoubtful);
    }
    case 'choice':
      return readChoice(slot, said, isDoubtful, options);
    case 'amount':
    case 'number':
      return readNumber(slot, mentions, isDoubtful, options);
    case 'digits':
    case 'phone':
      return readDigits(slot, mentions, isDoubtful, options);
    case 'yes_no':
      return options.asked ? readYesNo(said, isDoubtful) : undefined;
    case 'address':
    case 'text':
      return options.asked ? readWords(slot, said) : undefined;
  }
}

const value = (text: string, isDoubtful: boolean): Reading => ({ kind: 'value', value: text, isDoubtful });
const bad = (why: Fault): Reading => ({ kind: 'bad', why });

function readChoice(
  slot: SlotSpec,
  { mentions: all, tokens }: Interpretation,
  isDoubtful: boolean,
  { asked }: ReadOptions,
): Reading | undefined {
  const mentions = all.filter(({ excluded }) => !excluded);
  const isOwn = (mention: Mention): boolean =>
    mention.type === 'option' && mention.id.startsWith(`${slot.id}.`);
  // "To savings", where it is asked which account the money comes from.
  const isOther = ({ from }: Mention): boolean =>
    tokens.slice(Math.max(0, from - 2), from).some(({ word }) => slot.notAfter?.includes(word) === true);
  const named = mentions.filter((mention) => isOwn(mention) && !isOther(mention));
  if (named.length === 0) {
    const out = all.filter((mention) => isOwn(mention) && (mention.excluded || isOther(mention)));
    const [only] = out;
    const left = slot.choices?.filter(({ id }) => only?.type === 'option' && only.id !== `${slot.id}.${id}`);
    if (only !== undefined) {
      const [rest] = left ?? [];
      return out.length === 1 && left?.length === 1 && rest !== undefined
        ? value(rest.id, isDoubtful)
        : undefined;
    }
  }
  const [first] = named;
  if (named.length === 1 && first?.type === 'option') {
    return value(first.id.slice(slot.id.length + 1), isDoubtful || first.guess === true);
  }
  // "The second one", as the question lists them.
  const place = mentions.find((mention) => mention.type === 'place');
  if (!asked || named.length > 0 || place?.type !== 'place') return undefined;
  const at = place.place === 'last' ? -1 : place.place;
  const choice = typeof at === 'number' ? slot.choices?.at(at) : undefined;
  return choice === undefined ? undefined : value(choice.id, isDoubtful);
}

function readDate(
  slot: SlotSpec,
  said: Interpretation,
  mentions: readonly Mention[],
  ctx: TaskContext,
  { asked, before }: ReadOptions,
): Reading | undefined {
  const times = mentions.filter((mention) => mention.type === 'time');
  if (times.some((mention) => mention.value.kind === 'no_such_day')) return bad('no_such_day');
  const found = times.find((mention) => mention.value.kind === 'date');
  const { date: today } = toLocal(ctx.wallMs, ctx.business.timezone);
  const year = slot.range === 'past' ? yearIn(said.tokens, found?.to ?? 0, today) : undefined;
  if (found?.type !== 'time' || found.value.kind !== 'date') {
    // "1984" alone: the year of the day that was said before.
    if (year === undefined || before?.includes('-') !== true || !(asked || isYearOnly(said))) {
      return undefined;
    }
    return checkedDate(slot, withYear(before, year), today, said.confidence < DOUBT_BELOW);
  }
  const { date } = found.value;
  // "March fifth, 2031": a year was said, and it is to come.
  const saysYear = said.tokens.slice(found.from, found.to).some(({ num = 0 }) => num >= FIRST_YEAR);
  const isDoubtful = said.confidence < DOUBT_BELOW || found.guess === true;
  if (year !== undefined) return checkedDate(slot, withYear(date, year), today, isDoubtful);
  // A day to come is what a day without its year is read as.
  if (slot.range === 'past' && date > today && !saysYear) return { kind: 'partial', value: date };
  return checkedDate(slot, date, today, isDoubtful);
}

const withYear = (date: LocalDate, year: number): LocalDate | undefined => {
  const { month, day } = dateParts(date);
  return makeDate(year, month, day);
};

/** Checks a day against the range of its slot. */
export function checkedDate(
  slot: SlotSpec,
  date: LocalDate | undefined,
  today: LocalDate,
  isDoubtful: boolean,
): Reading {
  if (date === undefined || date < `${FIRST_YEAR}`) return bad('no_such_day');
  if (slot.range === 'past' && date > today) return bad('future');
  if (slot.range === 'future' && date < today) return bad('past');
  return value(date, isDoubtful);
}

/** "1984", "nineteen eighty four", "eighty four": a year gone by, from the given token on. */
function yearIn(tokens: readonly Token[], from: number, today: LocalDate): number | undefined {
  const { year: now } = dateParts(today);
  for (let at = from; at < tokens.length; at++) {
    const first = tokens[at]?.num;
    if (first === undefined) continue;
    if (first >= FIRST_YEAR && first <= now) return first;
    const second = tokens[at + 1]?.num;
    if ((first === 19 || first === 20) && second !== undefined && second < 100) {
      const year = first * 100 + second + (tens(second) ? (tokens[at + 2]?.num ?? 0) % 10 : 0);
      if (year <= now) return year;
    }
    const full = now - (now % 100) + first;
    if (first >= 10 && first < 100) return full <= now ? full : full - 100;
  }
  return undefined;
}

const tens = (number: number): boolean => number >= 20 && number % 10 === 0;

/** The turn says numbers and little else. */
const isYearOnly = (said: Interpretation): boolean =>
  said.mentions.every(
    ({ type }) => type === 'number' || type === 'digits' || type === 'time' || type === 'field',
  );

function readTime(mentions: readonly Mention[], isDoubtful: boolean, ctx: TaskContext): Reading | undefined {
  const found = mentions.find((mention) => mention.type === 'time' && mention.value.kind === 'time');
  if (found?.type !== 'time' || found.value.kind !== 'time') return undefined;
  const { minutes } = found.value;
  const isOpen = (minute: number): boolean =>
    Object.values(ctx.business.hours).some((spans) =>
      spans.some(({ openMin, closeMin }) => minute >= openMin && minute < closeMin),
    );
  const minute = minutes.find(isOpen) ?? minutes[0];
  if (minute === undefined) return undefined;
  return value(clock(minute), isDoubtful || found.guess === true);
}

/** Minutes after midnight as `HH:MM`. */
export const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function readName(mentions: readonly Mention[], isDoubtful: boolean): Reading | undefined {
  const names = mentions.filter((mention) => mention.type === 'name');
  const full = names.filter(({ part }) => part === 'full').at(-1);
  const given = names.filter(({ part }) => part === 'given').at(-1);
  const family = names.filter(({ part }) => part === 'family').at(-1);
  const parts = full === undefined ? [given, family] : [full];
  const name = parts.flatMap((part) => (part === undefined ? [] : [part.name])).join(' ');
  return name === '' ? undefined : value(name, isDoubtful);
}

function readNumber(
  slot: SlotSpec,
  mentions: readonly Mention[],
  isDoubtful: boolean,
  { asked }: ReadOptions,
): Reading | undefined {
  const amounts = mentions.filter((mention) => mention.type === 'amount');
  const numbers = mentions.filter((mention) => mention.type === 'number' || mention.type === 'digits');
  const found =
    slot.type === 'amount'
      ? (amounts[0] ?? (asked ? numbers[0] : undefined))
      : asked
        ? numbers[0]
        : undefined;
  if (found === undefined) return undefined;
  return checkedNumber(slot, found.type === 'digits' ? Number(found.digits) : found.value, isDoubtful);
}

/** Checks a number against the bounds of its slot. */
export function checkedNumber(slot: SlotSpec, number: number, isDoubtful: boolean): Reading {
  if (number < (slot.min ?? 0)) return bad('small');
  if (number > (slot.max ?? Number.MAX_SAFE_INTEGER)) return bad('large');
  return value(slot.type === 'amount' ? number.toFixed(2) : String(number), isDoubtful);
}

/** Bounds of the length of a slot's digits. */
export const digitBounds = (slot: SlotSpec): { readonly min: number; readonly max: number } =>
  slot.type === 'phone' ? { min: 10, max: 11 } : { min: slot.min ?? 1, max: slot.max ?? MAX_DIGITS };

function readDigits(
  slot: SlotSpec,
  mentions: readonly Mention[],
  isDoubtful: boolean,
  { asked, before }: ReadOptions,
): Reading | undefined {
  const { min, max } = digitBounds(slot);
  const groups = mentions.flatMap((mention) => digitsOf(mention));
  if (!asked) {
    const fitting = groups.filter(({ length }) => length >= min && length <= max);
    const isPlain = slot.type === 'phone' || slot.min === slot.max;
    const [only] = fitting;
    return isPlain && fitting.length === 1 && only !== undefined ? value(only, isDoubtful) : undefined;
  }
  if (groups.length === 0) return undefined;
  const all = groups.join('');
  const joined = `${before ?? ''}${all}`;
  // Digits that go on from the ones before; those that are enough by themselves begin anew.
  const digits = joined.length <= max && all.length < min ? joined : all;
  if (digits.length < min) return { kind: 'partial', value: digits };
  return digits.length > max ? bad('long') : value(digits, isDoubtful);
}

const digitsOf = (mention: Mention): readonly string[] => {
  if (mention.type === 'digits' || mention.type === 'phone') return [mention.digits.replace(/^\+/, '')];
  return mention.type === 'number' && Number.isInteger(mention.value) && mention.value >= 0
    ? [String(mention.value)]
    : [];
};

function readYesNo(said: Interpretation, isDoubtful: boolean): Reading | undefined {
  if (said.hedged || said.conditional || said.deferred) return undefined;
  // "Yes, the large one": what comes after the answer goes to other slots.
  const first = said.clauses[0]?.act;
  const polarity = said.polarity ?? (first === 'affirm' || first === 'deny' ? first : undefined);
  return polarity === undefined ? undefined : value(polarity === 'affirm' ? 'yes' : 'no', isDoubtful);
}

function readWords(slot: SlotSpec, said: Interpretation): Reading | undefined {
  const text = said.text
    .trim()
    .replace(/\s+/g, ' ')
    .slice(0, Math.min(slot.max ?? MAX_TEXT, MAX_TEXT));
  const onlyAsks = said.clauses.every(({ act }) => act === 'question' || act === 'social');
  // "Yes" to "anything we should know?" tells nothing yet.
  const isBare = said.polarity !== undefined && said.mentions.length === 0 && said.unread.length === 0;
  if (text === '' || said.thinking || onlyAsks || isBare || said.act === 'command') return undefined;
  return text.length < (slot.min ?? 1) ? undefined : value(text, false);
}
