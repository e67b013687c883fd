import type { Interpretation } from '../../../nlu/types.js';
import { weekdayOf } from '../../../nlu/time/local-date.js';
import type { TimeValue } from '../../../nlu/time/types.js';
import { CONFIDENCE } from '../../../thresholds.js';
import type { Slot } from '../../../schedule/calendar.js';
import {
  compare,
  exactly,
  refuseMoments,
  withoutDay,
  withoutParts,
  withoutTime,
  type Wish,
} from '../../../schedule/wish.js';
import type { TaskContext } from '../../task.js';
import { says } from '../phrases.js';
import type { MomentAsk, Wanted } from './state.js';
import { line } from '../../../render.js';

import { takeMoment, timesOf, type MomentHearing, type TimeMention } from './take.js';

const isAffirmed = (said: Interpretation): boolean => said.polarity === 'affirm' && !said.hedged;

/** Reads an answer to a question of the search; `undefined` when it says nothing to it. */
export function hearMoment(
  wanted: Wanted,
  ask: MomentAsk,
  said: Interpretation,
  ctx: TaskContext,
): MomentHearing | undefined {
  switch (ask.ask) {
    case 'day': {
      return hearDay(wanted, ask, said, ctx);
    }
    case 'which_day':
    case 'which_time': {
      return hearWhich(wanted, ask, said, ctx);
    }
    case 'time': {
      const heard = takeMoment(wanted, said, ctx, { date: ask.date });
      if (heard !== undefined) return beyond(heard, ask.date, said);
      return wantsOffers(said, ctx) ? offering(wanted) : undefined;
    }
    case 'offer': {
      return hearOffer(wanted, ask.offers, said, ctx);
    }
    case 'look': {
      return takeMoment(wanted, said, ctx);
    }
    case 'check': {
      return hearCheck(wanted, ask.slot, said, ctx);
    }
    default: {
      return ask;
    }
  }
}

/** "Ten would be too early" asks for later times. */
function beyond(heard: MomentHearing, date: string, said: Interpretation): MomentHearing {
  const direction = otherDirection(said);
  const [only, ...others] = timesOf(said.mentions);
  if (heard.type !== 'wanted' || only?.excluded !== true || others.length > 0) return heard;
  const minute = only.value.kind === 'time' ? only.value.minutes[0] : undefined;
  if (minute === undefined || direction === undefined || direction === 'different') return heard;
  const bound = direction === 'later' ? { after: { date, minute } } : { before: { date, minute } };
  return { ...heard, wanted: { ...heard.wanted, wish: { ...heard.wanted.wish, ...bound } } };
}

const offering = (wanted: Wanted): MomentHearing => ({ type: 'wanted', wanted, options: { offer: true } });

/** "What do you have?", "whatever works". */
const wantsOffers = (said: Interpretation, ctx: TaskContext): boolean =>
  says(said, 'asks_for_offers', ctx.lexicon.locale) ||
  said.mentions.some(
    (mention) =>
      (mention.type === 'place' && mention.place === 'any') ||
      (mention.type === 'field' && said.act === 'question'),
  );

function hearDay(
  wanted: Wanted,
  ask: Extract<MomentAsk, { ask: 'day' }>,
  said: Interpretation,
  ctx: TaskContext,
): MomentHearing | undefined {
  const base = ask.suggested === undefined ? {} : { date: ask.suggested };
  const taken = takeMoment(wanted, said, ctx, base);
  if (taken !== undefined) return onSuggested(taken, ask.suggested, said);
  if (wantsOffers(said, ctx)) return offering(wanted);
  if (ask.suggested === undefined) return undefined;
  if (isAffirmed(said)) {
    const wish = { ...withoutDay(wanted.wish), dates: [ask.suggested] };
    return { type: 'wanted', wanted: { ...wanted, wish }, options: {} };
  }
  const direction = otherDirection(said);
  if (said.polarity !== 'deny' && direction === undefined) return undefined;
  const bound = { date: ask.suggested, minute: direction === 'earlier' ? 0 : 24 * 60 };
  const wish: Wish =
    direction === 'later'
      ? { ...wanted.wish, after: bound }
      : direction === 'earlier'
        ? { ...wanted.wish, before: bound }
        : wanted.wish;
  return { type: 'wanted', wanted: { ...wanted, wish }, options: {} };
}

/** "Yes, at ten" takes the day that was suggested. */
function onSuggested(
  heard: MomentHearing,
  suggested: string | undefined,
  { negated, clauses }: Interpretation,
): MomentHearing {
  const isYes =
    clauses[0]?.act === 'affirm' || clauses.every(({ act }) => act === 'affirm' || act === 'inform');
  if (suggested === undefined || negated || !isYes || heard.type !== 'wanted') return heard;
  const { wish } = heard.wanted;
  const isTimeOnly =
    (wish.times.length > 0 || wish.window !== undefined) &&
    [wish.dates, wish.weekdays].every(({ length }) => length === 0) &&
    [wish.stretch, wish.after, wish.before, wish.order].every((part) => part === undefined);
  if (!isTimeOnly) return heard;
  return { ...heard, wanted: { ...heard.wanted, wish: { ...wish, dates: [suggested] } } };
}

/** A choice between two days or two times. */
function hearWhich(
  wanted: Wanted,
  ask: Extract<MomentAsk, { ask: 'which_day' | 'which_time' }>,
  said: Interpretation,
  ctx: TaskContext,
): MomentHearing | undefined {
  const place = placeIn(said, ask.ask === 'which_day' ? ask.dates.length : ask.minutes.length);
  const values = timesOf(said.mentions)
    .filter(({ excluded }) => !excluded)
    .map(({ value }) => value);
  if (ask.ask === 'which_day') {
    const date =
      place === undefined
        ? onlyOne(ask.dates.filter((day) => values.some((value) => namesDay(value, day))))
        : ask.dates[place];
    if (date !== undefined) {
      return {
        type: 'wanted',
        wanted: { ...wanted, wish: { ...withoutDay(wanted.wish), dates: [date] } },
        options: {},
      };
    }
  } else {
    const minute =
      place === undefined
        ? onlyOne(ask.minutes.filter((time) => values.some((value) => namesTime(value, time))))
        : ask.minutes[place];
    if (minute !== undefined) {
      return {
        type: 'wanted',
        wanted: { ...wanted, wish: { ...withoutTime(wanted.wish), times: [[minute]] } },
        options: {},
      };
    }
  }
  return takeMoment(wanted, said, ctx);
}

const onlyOne = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);

function namesDay(value: TimeValue, date: string): boolean {
  if (value.kind === 'date') {
    return value.date === date || (value.weekdayOnly === true && weekdayOf(value.date) === weekdayOf(date));
  }
  return value.kind === 'weekdays' && value.weekdays.includes(weekdayOf(date));
}

function namesTime(value: TimeValue, minute: number): boolean {
  if (value.kind === 'window') return minute >= value.fromMin && minute < value.toMin;
  return value.kind === 'time' && value.minutes[0] === minute && value.minutes.length === 1;
}

/** The place that was chosen among so many, from 0. */
export function placeIn(said: Interpretation, count: number): number | undefined {
  const chosen = said.mentions.filter((mention) => mention.type === 'place' && !mention.excluded).at(-1);
  if (chosen?.type !== 'place') return undefined;
  return placeAt(chosen.place, count);
}

function placeAt(place: number | 'last' | 'middle' | 'any' | 'none', count: number): number | undefined {
  if (place === 'none') return undefined;
  if (place === 'any') return 0;
  if (place === 'last') return count - 1;
  const at = place === 'middle' ? Math.floor((count - 1) / 2) : place;
  return at < count ? at : undefined;
}

const otherDirection = (said: Interpretation): 'later' | 'earlier' | 'different' | undefined => {
  const other = said.mentions.findLast((mention) => mention.type === 'other');
  return other?.type === 'other' ? other.direction : undefined;
};

function hearOffer(
  wanted: Wanted,
  offers: readonly Slot[],
  said: Interpretation,
  ctx: TaskContext,
): MomentHearing | undefined {
  const direction = otherDirection(said);
  // "The first or the second", "noon, unless two is quieter": which of them is not said.
  if (direction === undefined && (isTorn(said, ctx) || said.conditional)) return { type: 'unclear' };
  const place = placeIn(said, offers.length);
  const chosen = placed(offers, place, said) ?? namedOffer(offers, said);
  if (chosen !== undefined && direction === undefined) return choose(wanted, chosen, said);
  const [first] = offers;
  const sharesDay = first !== undefined && offers.every(({ date }) => date === first.date);
  const onlyDay =
    sharesDay && timesOf(said.mentions).every(({ value }) => value.kind === 'time') ? first.date : undefined;
  // "What about eleven?" is meant for the day that was offered.
  const dated =
    onlyDay === undefined || timesOf(said.mentions).length === 0 ? wanted : onDay(wanted, onlyDay);
  const base = first === undefined ? {} : offers.length === 1 ? first : { date: first.date };
  const taken = takeMoment(dated, said, ctx, base);
  if (direction !== undefined && (taken === undefined || taken.type === 'wanted')) {
    return elsewhere(taken?.wanted ?? wanted, offers, direction);
  }
  if (taken !== undefined) return taken;
  if (isAffirmed(said)) {
    return first !== undefined && offers.length === 1 ? choose(wanted, first, said) : { type: 'unclear' };
  }
  const refused =
    said.polarity === 'deny' ||
    said.mentions.some(
      (mention) => mention.type === 'place' && (mention.place === 'none' || mention.excluded),
    );
  if (refused) return turnedDown(wanted, offers, said);
  return wantsOffers(said, ctx) ? elsewhere(wanted, offers, 'different') : undefined;
}

/** Two places that are both meant, as far as one can hear: no word between them takes the first one back. */
function isTorn({ mentions, tokens }: Interpretation, ctx: TaskContext): boolean {
  const places = mentions.filter(
    (one) => one.type === 'place' && !one.excluded && one.place !== 'any' && one.place !== 'none',
  );
  const [first] = places;
  const last = places.at(-1);
  if (first?.type !== 'place' || last?.type !== 'place' || first.place === last.place) return false;
  const between = tokens.slice(first.to, last.from);
  return !says({ tokens: between }, 'takes_back', ctx.lexicon.locale);
}

/** The offer at a place. "Any" is any of those that were named or not refused: "two or four, you pick", "any but the last". */
function placed(offers: readonly Slot[], place: number | undefined, said: Interpretation): Slot | undefined {
  if (place === undefined) return undefined;
  const isAny = said.mentions.some((one) => one.type === 'place' && one.place === 'any');
  if (!isAny) return offers[place];
  const refused = said.mentions.flatMap((one) =>
    one.type === 'place' && one.excluded ? (offers[placeAt(one.place, offers.length) ?? -1] ?? []) : [],
  );
  const named = timesOf(said.mentions);
  return offers.find(
    (slot) =>
      !refused.includes(slot) &&
      !named.some(({ excluded, value }) => excluded && fits(value, slot)) &&
      (named.every(({ excluded }) => excluded) ||
        named.some(({ excluded, value }) => !excluded && fits(value, slot))),
  );
}

const onDay = (wanted: Wanted, date: string): Wanted => ({
  ...wanted,
  wish: { ...withoutParts(withoutDay(wanted.wish), 'window'), dates: [date] },
});

function choose(wanted: Wanted, slot: Slot, said: Interpretation): MomentHearing {
  const doubtful = said.confidence < CONFIDENCE.slot;
  return { type: 'chosen', slot, wanted: { ...wanted, wish: exactly(slot, wanted.wish), doubtful } };
}

/** The one offer that day and time of the answer fit, where nothing else is said of them. */
function namedOffer(offers: readonly Slot[], said: Interpretation): Slot | undefined {
  const times = timesOf(said.mentions);
  const values = times.filter(({ excluded }) => !excluded).map(({ value }) => value);
  if (values.length === 0) return onlyLeft(offers, times);
  const fitting = offers.filter((slot) => values.every((value) => fits(value, slot)));
  return onlyOne(fitting);
}

/** "Not the first, not Monday": what is left when all but one were refused. */
function onlyLeft(offers: readonly Slot[], refused: readonly TimeMention[]): Slot | undefined {
  if (refused.length === 0) return undefined;
  const left = offers.filter((slot) => !refused.some(({ value }) => fits(value, slot)));
  return offers.length > 1 && left.length < offers.length ? onlyOne(left) : undefined;
}

function fits(value: TimeValue, slot: Slot): boolean {
  switch (value.kind) {
    case 'date': {
      return namesDay(value, slot.date);
    }
    case 'weekdays': {
      return value.weekdays.includes(weekdayOf(slot.date));
    }
    case 'days': {
      return slot.date >= value.from && slot.date <= value.to;
    }
    case 'time': {
      return value.minutes.includes(slot.minute);
    }
    case 'window': {
      return slot.minute >= value.fromMin && slot.minute < value.toMin;
    }
    case 'no_such_day':
    case 'from_now':
    case 'shift':
    case 'duration':
    case 'extreme': {
      return false;
    }
    default: {
      return value;
    }
  }
}

/** Other offers than these, in a direction. */
export function elsewhere(
  wanted: Wanted,
  offers: readonly Slot[],
  direction: 'later' | 'earlier' | 'different',
): Extract<MomentHearing, { type: 'wanted' }> {
  const inOrder = [...offers].sort(compare);
  const bound = direction === 'later' ? inOrder.at(-1) : inOrder[0];
  const bare = withoutParts(wanted.wish, 'after', 'before', 'order', 'nearMin');
  const open: Wish = { ...bare, times: [] };
  const moment = bound === undefined ? undefined : { date: bound.date, minute: bound.minute };
  const wish =
    direction === 'different' || moment === undefined
      ? refuseMoments(open, offers)
      : direction === 'later'
        ? { ...withoutParts(open, 'window'), after: moment }
        : { ...withoutParts(open, 'window'), before: moment };
  return { type: 'wanted', wanted: { ...wanted, wish }, options: { offer: true } };
}

/** None of the offers: another day is asked for. One of several: the others are offered again. */
function turnedDown(wanted: Wanted, offers: readonly Slot[], said: Interpretation): MomentHearing {
  const excluded = said.mentions.flatMap((mention) =>
    mention.type === 'place' && mention.excluded
      ? (offers[placeAt(mention.place, offers.length) ?? -1] ?? [])
      : [],
  );
  if (excluded.length > 0) {
    return {
      type: 'wanted',
      wanted: { ...wanted, wish: refuseMoments(wanted.wish, excluded) },
      options: { offer: true },
    };
  }
  const wish = refuseMoments(withoutDay(withoutTime(wanted.wish)), offers);
  return {
    type: 'wanted',
    wanted: { ...wanted, wish },
    options: { lead: [line('appointment.offer.other')] },
  };
}

function hearCheck(
  wanted: Wanted,
  slot: Slot,
  said: Interpretation,
  ctx: TaskContext,
): MomentHearing | undefined {
  const sure = { ...wanted, doubtful: false };
  const sameOnly = timesOf(said.mentions).every(({ value, excluded }) => !excluded && fits(value, slot));
  if (isAffirmed(said) && sameOnly) {
    return { type: 'chosen', wanted: { ...sure, wish: exactly(slot, wanted.wish) }, slot };
  }
  const taken = takeMoment(sure, said, ctx, slot);
  if (taken !== undefined) return taken;
  if (said.polarity !== 'deny') return undefined;
  return { type: 'wanted', wanted: { ...sure, wish: withoutDay(withoutTime(wanted.wish)) }, options: {} };
}
