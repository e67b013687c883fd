import type { Expectation, ExpectationKind } from '../../../kernel/vocab.js';
import { line, type Line } from '../render.js';
import { spokenDate, spokenOn, spokenKeys, spokenList, spokenTime } from '../spoken.js';
import { openDays, today, type CalendarContext, type Slot } from './calendar.js';
import { durationOf, REPEATS_TO_ASK, type AppointmentAsk, type AppointmentState } from './state.js';

/** Days and services that are offered by key; more cannot be kept in mind on the phone. */
const MAX_KEYS = 3;
const MAX_SERVICE_KEYS = 5;

/** The question an appointment waits on, as it is first asked. */
export function question(state: AppointmentState, ctx: CalendarContext): readonly Line[] {
  const { business } = ctx;
  switch (state.ask) {
    case 'date': {
      const suggested = state.days[0];
      if (suggested !== undefined && !state.numbered) {
        return [line('appointment.date.suggest', { day: spokenDate(suggested, today(ctx)) })];
      }
      return [line('appointment.date.ask')];
    }
    case 'time': {
      return [line('appointment.time.ask', { date: spokenDate(state.date ?? today(ctx), today(ctx)) })];
    }
    case 'which_time': {
      const [first = 0, second = 0] = state.readings ?? [];
      return [line('appointment.time.which', { first: spokenTime(first), second: spokenTime(second) })];
    }
    case 'offer': {
      return [state.numbered ? offerKeys(state.offers, ctx) : offerLine(state.offers, ctx)];
    }
    case 'check': {
      return [line('appointment.heard.check', { value: spokenWhen(state, ctx) })];
    }
    case 'purpose': {
      return [line('appointment.purpose.ask')];
    }
    case 'name': {
      return [line(state.nameRepeats < REPEATS_TO_ASK ? 'appointment.name.ask' : RETRIES.name)];
    }
    case 'change': {
      return [line('appointment.change.ask')];
    }
    case 'confirm': {
      return [
        line('appointment.confirm.ask', {
          purpose: state.purpose?.text ?? '',
          when: spokenOn(state.date ?? today(ctx), today(ctx)),
          time: spokenTime(state.minute ?? 0),
          name: state.name ?? '',
        }),
      ];
    }
    default: {
      return assertNever(state.ask, business.name);
    }
  }
}

const assertNever = (ask: never, where: string): never => {
  throw new Error(`no question for ${String(ask)} at ${where}`);
};

/** "Tuesday, November 24th at 2:30 PM". */
const spokenWhen = (state: AppointmentState, ctx: CalendarContext): string =>
  `${spokenDate(state.date ?? today(ctx), today(ctx))} at ${spokenTime(state.minute ?? 0)}`;

function offerLine(offers: readonly Slot[], ctx: CalendarContext): Line {
  const first = offers[0];
  const when = spokenOn(first?.date ?? today(ctx), today(ctx));
  if (first !== undefined && offers.length === 1) {
    return line('appointment.offer.one', { when, time: spokenTime(first.minute) });
  }
  return line('appointment.offer.times', {
    when,
    times: spokenList(offers.map((slot) => spokenTime(slot.minute))),
  });
}

function offerKeys(offers: readonly Slot[], ctx: CalendarContext): Line {
  return line('appointment.offer.keypad', {
    when: spokenOn(offers[0]?.date ?? today(ctx), today(ctx)),
    keys: spokenKeys(offers.map((slot) => spokenTime(slot.minute))),
  });
}

const spokenSlot = (slot: Slot): string => `${spokenDate(slot.date)} at ${spokenTime(slot.minute)}`;

const RETRIES = {
  date: 'appointment.date.retry',
  time: 'appointment.time.retry',
  which_time: 'appointment.confirm.retry',
  offer: 'appointment.offer.retry',
  check: 'appointment.confirm.retry',
  purpose: 'appointment.purpose.retry',
  name: 'appointment.name.retry',
  confirm: 'appointment.confirm.retry',
  change: 'appointment.change.retry',
} as const satisfies Record<AppointmentAsk, string>;

/** The question in other words, after an answer that was not understood. */
export function retry(state: AppointmentState, ctx: CalendarContext): readonly Line[] {
  switch (state.ask) {
    case 'which_time': {
      return question(state, ctx);
    }
    case 'offer': {
      return [
        line(RETRIES.offer, { times: spokenList(state.offers.map((slot) => spokenTime(slot.minute))) }),
      ];
    }
    case 'check': {
      return [line(RETRIES.check), ...question(state, ctx)];
    }
    default: {
      return [line(RETRIES[state.ask])];
    }
  }
}

/** The question as a choice of keys. The state keeps what the keys stand for. */
export function withKeys(
  state: AppointmentState,
  ctx: CalendarContext & { readonly callerNumber?: string },
): { readonly state: AppointmentState; readonly lines: readonly Line[] } {
  const numbered: AppointmentState = { ...state, numbered: true };
  switch (state.ask) {
    case 'date': {
      const days = openDays(state.within?.from ?? today(ctx), MAX_KEYS, durationOf(state, ctx.business), ctx);
      const keys = spokenKeys(days.map((day) => spokenDate(day, today(ctx))));
      return { state: { ...numbered, days }, lines: [line('appointment.date.keypad', { keys })] };
    }
    case 'offer': {
      return { state: numbered, lines: question(numbered, ctx) };
    }
    case 'which_time': {
      const keys = spokenKeys((state.readings ?? []).map(spokenTime));
      return { state: numbered, lines: [line('appointment.time.keypad', { keys })] };
    }
    case 'purpose': {
      const names = ctx.business.services.slice(0, MAX_SERVICE_KEYS).map((service) => service.name);
      return { state: numbered, lines: [line('appointment.purpose.keypad', { keys: spokenKeys(names) })] };
    }
    case 'name': {
      return {
        state: numbered,
        lines: [
          line(ctx.callerNumber === undefined ? 'appointment.name.keypad' : 'appointment.name.keypad_number'),
        ],
      };
    }
    case 'change': {
      return { state: numbered, lines: [line('appointment.change.keypad')] };
    }
    // Which times are free has to be looked up: the caller's ladder does it.
    case 'time': {
      return { state: numbered, lines: question(state, ctx) };
    }
    case 'check':
    case 'confirm': {
      return { state: numbered, lines: [line('appointment.confirm.keypad'), ...question(state, ctx)] };
    }
    default: {
      return assertNever(state.ask, ctx.business.name);
    }
  }
}

const KINDS: Readonly<Record<AppointmentAsk, ExpectationKind>> = {
  date: 'date',
  time: 'time',
  which_time: 'time',
  offer: 'choice',
  check: 'yes_no',
  purpose: 'purpose',
  name: 'name',
  confirm: 'yes_no',
  change: 'correction',
};

/** What the caller is expected to say, and what keys mean. */
export function expectationOf(
  state: AppointmentState,
  ctx: CalendarContext & { readonly callerNumber?: string },
): Expectation {
  return {
    kind: KINDS[state.ask],
    decision: state.ask === 'confirm',
    keypad: { ...keysOf(state, ctx), '0': 'a person' },
  };
}

const numberKeys = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, k) => [String(k + 1), name]));

function keysOf(
  state: AppointmentState,
  ctx: CalendarContext & { readonly callerNumber?: string },
): Readonly<Record<string, string>> {
  switch (state.ask) {
    case 'date': {
      return numberKeys(state.days.map((day) => spokenDate(day)));
    }
    case 'offer': {
      return numberKeys(state.offers.map(spokenSlot));
    }
    case 'which_time': {
      return numberKeys((state.readings ?? []).map(spokenTime));
    }
    case 'check':
    case 'confirm': {
      return { '1': 'yes', '2': 'no' };
    }
    case 'purpose': {
      return state.numbered
        ? numberKeys(ctx.business.services.slice(0, MAX_SERVICE_KEYS).map(({ name }) => name))
        : {};
    }
    case 'name': {
      return state.numbered && ctx.callerNumber !== undefined ? { '1': 'use my phone number' } : {};
    }
    case 'change': {
      return { '1': 'the day', '2': 'the time', '3': 'the reason', '4': 'the name' };
    }
    case 'time': {
      return {};
    }
    default: {
      return assertNever(state.ask, ctx.business.name);
    }
  }
}
