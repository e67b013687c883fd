import type { Pace } from '../../../../../kernel/vocab.js';
import type { OpenQuestion } from '../../../nlu/types.js';
import type { TimeReference } from '../../../nlu/time/types.js';
import { addDays, toLocal, weekdayOf, type LocalDate } from '../../../nlu/time/local-date.js';
import { line, type Line } from '../../../render.js';
import { openDays, termsOf, today, type Moment, type Slot } from '../../../schedule/calendar.js';
import { speakerOf } from '../../../schedule/spoken.js';
import type { TaskContext } from '../../task.js';
import type { MomentAsk } from './state.js';

/** Days that are offered by key; more cannot be kept in mind on the phone. */
export const MAX_KEYS = 3;

/** What days and times in an answer are read against. */
export function timeReference(
  ctx: TaskContext,
  more: Omit<TimeReference, 'today' | 'nowMin'> = {},
): TimeReference {
  const now = toLocal(ctx.wallMs, ctx.business.timezone);
  return { today: now.date, nowMin: now.minute, ...more };
}

/** The reference after a day was fixed: "Thursday" is the one of that week, as long as it is not over. */
export function aroundMoment(
  moment: Moment | undefined,
  ctx: TaskContext,
  more: Omit<TimeReference, 'today' | 'nowMin'> = {},
): TimeReference {
  if (moment === undefined) return timeReference(ctx, more);
  const monday = addDays(moment.date, 1 - weekdayOf(moment.date));
  const now = today(ctx);
  const within = { from: monday < now ? now : monday, to: addDays(monday, 6) };
  return timeReference(ctx, { within, anchor: moment.date, anchorMin: moment.minute, ...more });
}

/** How a question of the search is answered and put. */
export interface QuestionShape {
  readonly question: Omit<OpenQuestion, 'id'>;
  readonly pace: Pace;
  /** What the keys 1, 2, 3 stand for. */
  readonly keys: readonly string[];
}

/** The shape of a question. */
export function momentShape(ask: MomentAsk, ctx: TaskContext): QuestionShape {
  const spoken = speakerOf(ctx.lexicon.locale);
  switch (ask.ask) {
    case 'day': {
      const anchor = ask.suggested === undefined ? {} : { anchor: ask.suggested };
      const time = timeReference(ctx, { expectsDate: true, ...anchor });
      return {
        question: {
          expects: 'date',
          time,
          ...(ask.suggested === undefined ? {} : { asked: { date: ask.suggested } }),
        },
        pace: 'phrase',
        keys: (ask.keyed ?? []).map((date) => spoken.date(date)),
      };
    }
    case 'which_day': {
      const [anchor] = ask.dates;
      const time = timeReference(ctx, {
        expectsDate: true,
        ...(anchor === undefined ? {} : { anchor, within: { from: anchor, to: ask.dates.at(-1) ?? anchor } }),
      });
      return {
        question: { expects: 'date', time },
        pace: 'phrase',
        keys: ask.dates.map((date) => spoken.date(date)),
      };
    }
    case 'time': {
      const time = { ...aroundMoment({ date: ask.date, minute: 0 }, ctx), expectsTime: true };
      const { anchorMin: _noTime, ...reference } = time;
      return {
        question: { expects: 'time', time: reference },
        pace: 'phrase',
        keys: [],
      };
    }
    case 'which_time': {
      return {
        question: { expects: 'time', time: timeReference(ctx, { expectsTime: true }) },
        pace: 'brief',
        keys: ask.minutes.map(spoken.time),
      };
    }
    case 'offer': {
      const time = { ...aroundMoment(ask.offers[0], ctx), expectsTime: true };
      return {
        question: {
          expects: 'offer',
          time,
          offers: ask.offers.map(({ date, minute }) => ({ date, minute })),
        },
        pace: 'phrase',
        keys: ask.offers.map((slot) => spoken.moment(slot)),
      };
    }
    case 'look': {
      return { question: { expects: 'words', time: timeReference(ctx) }, pace: 'phrase', keys: [] };
    }
    case 'check': {
      const { date, minute } = ask.slot;
      return {
        question: { expects: 'yes_no', time: aroundMoment(ask.slot, ctx), asked: { date, minute } },
        pace: 'brief',
        keys: [],
      };
    }
    default: {
      return ask;
    }
  }
}

/** The question as it is first put. */
export function askLines(ask: MomentAsk, ctx: TaskContext): readonly Line[] {
  const spoken = speakerOf(ctx.lexicon.locale);
  switch (ask.ask) {
    case 'day': {
      if (ask.keyed !== undefined) {
        return [
          line('appointment.date.keypad', {
            keys: spoken.keys(ask.keyed.map((date) => spoken.date(date, today(ctx)))),
          }),
        ];
      }
      if (ask.suggested === undefined) return [line('appointment.date.ask')];
      return [line('appointment.date.suggest', { day: spoken.date(ask.suggested, today(ctx)) })];
    }
    case 'which_day': {
      const [first = '', second = ''] = ask.dates.map((date) => spoken.date(date));
      return [line('appointment.date.mismatch', { first, second })];
    }
    case 'time': {
      const { others = [] } = ask;
      const days = [ask.date, ...others].map((date) => spoken.date(date, today(ctx)));
      return others.length === 0
        ? [line('appointment.time.ask', { date: days.join('') })]
        : [line('appointment.time.ask_days', { days: spoken.list(days) })];
    }
    case 'which_time': {
      const [first = '', second = ''] = ask.minutes.map(spoken.time);
      return [line('appointment.time.which', { first, second })];
    }
    case 'offer': {
      return [offerLine(ask, ctx)];
    }
    case 'look': {
      return [];
    }
    case 'check': {
      return [line('appointment.check.ask', { value: spoken.moment(ask.slot, today(ctx)) })];
    }
    default: {
      return ask;
    }
  }
}

/** The offers by their times where they share a day, else by day and time. */
const offerWords = (offers: readonly Slot[], ctx: TaskContext): readonly string[] => {
  const spoken = speakerOf(ctx.lexicon.locale);
  const isOneDay = new Set(offers.map(({ date }) => date)).size === 1;
  return offers.map((slot) => (isOneDay ? spoken.time(slot.minute) : spoken.moment(slot, today(ctx))));
};

function offerLine(ask: Extract<MomentAsk, { ask: 'offer' }>, ctx: TaskContext): Line {
  const spoken = speakerOf(ctx.lexicon.locale);
  const { offers } = ask;
  const [first] = offers;
  const date: LocalDate = first?.date ?? today(ctx);
  if (ask.keyed) {
    return line('appointment.offer.keypad', {
      keys: spoken.keys(offers.map((slot) => spoken.moment(slot, today(ctx)))),
    });
  }
  const when = spoken.on(date, today(ctx));
  if (first !== undefined && offers.length === 1) {
    return line('appointment.offer.one', { when, time: spoken.time(first.minute) });
  }
  const times = spoken.list(offerWords(offers, ctx));
  return offers.every((slot) => slot.date === date)
    ? line('appointment.offer.times', { when, times })
    : line('appointment.offer.days', { times });
}

/** The read-back of a doubtful time as a choice of keys. */
export const checkByKeys = (slot: Slot, ctx: TaskContext): Line =>
  line('appointment.check.keypad', { value: speakerOf(ctx.lexicon.locale).moment(slot, today(ctx)) });

/** The question in other words, after an answer that was not understood. */
export function retryLines(ask: MomentAsk, ctx: TaskContext): readonly Line[] {
  const spoken = speakerOf(ctx.lexicon.locale);
  switch (ask.ask) {
    case 'day': {
      const [example = today(ctx)] = openDays(addDays(today(ctx), 2), 1, termsOf(ctx.business), ctx);
      return [line('appointment.date.retry', { example: spoken.date(example) })];
    }
    case 'time': {
      const open = ctx.business.hours[weekdayOf(ask.date)][0]?.openMin ?? 600;
      return [line('appointment.time.retry', { example: spoken.time(open + 60) })];
    }
    case 'offer': {
      return [line('appointment.offer.retry', { times: spoken.list(offerWords(ask.offers, ctx)) })];
    }
    case 'check': {
      return [line('appointment.check.retry', { value: spoken.moment(ask.slot, today(ctx)) })];
    }
    case 'which_day':
    case 'which_time':
    case 'look': {
      return askLines(ask, ctx);
    }
    default: {
      return ask;
    }
  }
}
