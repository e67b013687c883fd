import { CONFIDENCE } from '../thresholds.js';
import { asksForTimes } from '../language/commands.js';
import { addDays, DAY_MIN, toLocal, weekdayOf, type LocalDate } from '../language/local-date.js';
import { findMentions, type Mention } from '../language/mentions.js';
import { findIntroducedName, readName, soundsLike } from '../language/names.js';
import { findPurpose, readPurpose } from '../language/purposes.js';
import { tokenize, type Token } from '../language/tokens.js';
import { readYesNo } from '../language/yes-no.js';
import { line, type Line } from '../render.js';
import { spokenDate } from '../spoken.js';
import { today, type Slot } from './calendar.js';
import type { AppointmentContext } from './advance.js';
import {
  durationOf,
  REPEATS_TO_ASK,
  slotKey,
  without,
  type AppointmentAsk,
  type AppointmentState,
} from './state.js';
import type { SlotName } from '../types.js';

/** What a sentence changed. */
export interface Heard {
  readonly state: AppointmentState;
  /** True when the sentence said something about the appointment. */
  readonly changed: boolean;
  /** Something to say before the next question. */
  readonly lines: readonly Line[];
  /** Slots the sentence names without a new value: "the time is wrong". */
  readonly fields: readonly SlotName[];
}

const CORRECTION =
  /\b(?:no|not|actually|instead|rather|change|make it|make that|i meant|i mean|wait|sorry|correction|move it|switch)\b/i;

/** A correction that begins the sentence; in the caller's own words "not" and "change" mean other things. */
const CORRECTION_FIRST =
  /^\W*(?:no|actually|wait|sorry|instead|rather|i meant|make it|change (?:it|the (?:day|time|date)))\b/i;

/** Asks whose answers are the caller's own words: a day or time in them is one only when it clearly is meant so. */
const OWN_WORDS: ReadonlySet<AppointmentAsk> = new Set(['purpose', 'name']);

/**
 * Takes everything out of a sentence that fills or changes a slot.
 *
 * @param opening - true for the sentence that began the booking: nothing has been asked yet
 */
export function hear(
  before: AppointmentState,
  text: string,
  confidence: number,
  ctx: AppointmentContext,
  opening: boolean,
): Heard {
  const tokens = tokenize(text);
  const asked = opening ? undefined : before.ask;
  const mentions = findMentions(tokens, {
    today: today(ctx),
    ...withinOf(before),
    expected: asked === 'date' || (before.date !== undefined && asked !== undefined && !OWN_WORDS.has(asked)),
    timeExpected: asked === 'time' || asked === 'offer' || asked === 'which_time',
  });
  const hasOwnWords = asked !== undefined && OWN_WORDS.has(asked);
  const isCorrection = !opening && (hasOwnWords ? CORRECTION_FIRST : CORRECTION).test(text);
  const covered = mentions.reduce((sum, mention) => sum + mention.to - mention.from, 0);
  const takesTimes = !hasOwnWords || isCorrection || covered >= tokens.length * 0.6;
  const times = takesTimes ? mentions : [];
  const chosen =
    asked === 'offer'
      ? (otherOffers(before, text) ?? chooseOffer(before, text, tokens, times, ctx))
      : undefined;
  const scheduled: Heard = chosen ?? applyMentions(before, times, tokens, ctx);
  const rest = cutMentions(text, tokens, times);
  const named = applyName(scheduled, rest, asked);
  const purposed = applyPurpose(named, rest, asked, { isCorrection, opening }, ctx);
  const wants = chosen === undefined && asksForTimes(text) && purposed.state.minute === undefined;
  const fields = opening || asked === 'purpose' ? [] : namedFields(rest, asked);
  const isGuess = times.some(
    ({ value }) => (value.kind === 'date' || value.kind === 'time') && value.guess === true,
  );
  const isDoubtful = scheduled.changed && (confidence < CONFIDENCE.slot || isGuess);
  return {
    ...purposed,
    state: {
      ...purposed.state,
      wantsOffers: purposed.state.wantsOffers || wants,
      doubtful: scheduled.changed ? isDoubtful : purposed.state.doubtful,
    },
    changed: purposed.changed || wants,
    fields: fields.filter((field) => !wasSet(field, before, purposed.state)),
  };
}

/** "No, Thursday" means the Thursday of the week that was talked about. */
function withinOf(state: AppointmentState): {
  readonly within?: { readonly from: LocalDate; readonly to: LocalDate };
} {
  if (state.within !== undefined) return { within: state.within };
  if (state.date === undefined) return {};
  const from = addDays(state.date, 1 - weekdayOf(state.date));
  return { within: { from, to: addDays(from, 6) } };
}

function wasSet(field: SlotName, before: AppointmentState, after: AppointmentState): boolean {
  switch (field) {
    case 'preferred_date': {
      return after.date !== before.date && after.date !== undefined;
    }
    case 'preferred_time': {
      return after.minute !== before.minute || after.readings !== undefined || after.window !== undefined;
    }
    case 'purpose': {
      return after.purpose?.text !== before.purpose?.text;
    }
    case 'user_name': {
      return after.name !== before.name || after.nameRepeats !== before.nameRepeats;
    }
    default: {
      return field;
    }
  }
}

const unchanged = (state: AppointmentState): Heard => ({ state, changed: false, lines: [], fields: [] });

/** Applies days and times in the order they were said; the last one counts, except in "two or three". */
function applyMentions(
  before: AppointmentState,
  mentions: readonly Mention[],
  tokens: readonly Token[],
  ctx: AppointmentContext,
): Heard {
  let heard = unchanged(before);
  let previous: Mention | undefined;
  for (const mention of mentions) {
    const isAlternative =
      previous !== undefined &&
      previous.value.kind === mention.value.kind &&
      tokens.slice(previous.to, mention.from).some((token) => token.word === 'or');
    if (!isAlternative) heard = applyMention(heard, mention, ctx);
    previous = mention;
  }
  return heard;
}

function applyMention(heard: Heard, mention: Mention, ctx: AppointmentContext): Heard {
  const { state } = heard;
  const { value } = mention;
  const changed = (next: AppointmentState, ...lines: readonly Line[]): Heard => ({
    ...heard,
    state: next,
    changed: true,
    lines: [...heard.lines, ...lines],
  });
  if (mention.negated) {
    if (value.kind === 'date' && value.date === state.date) return changed(without(state, 'date', 'free'));
    if (value.kind === 'time' && state.minute !== undefined && value.minutes.includes(state.minute)) {
      return changed(without(state, 'minute', 'free'));
    }
    return { ...heard, changed: true };
  }
  switch (value.kind) {
    case 'date': {
      if (value.saidWeekday !== undefined) {
        const names = { date: spokenDate(value.date) };
        return changed(without(state, 'date', 'free'), line('appointment.date.mismatch', names));
      }
      return changed({ ...without(state, 'within'), date: value.date });
    }
    case 'days': {
      return changed({ ...without(state, 'date', 'free'), within: { from: value.from, to: value.to } });
    }
    case 'no_such_day': {
      return changed(without(state, 'date', 'free'), line('appointment.date.no_such_day'));
    }
    case 'time': {
      return changed({ ...without(state, 'minute', 'free'), readings: value.minutes });
    }
    case 'window': {
      return changed(narrowTo(state, value));
    }
    case 'from_now':
    case 'shift': {
      return changed(shifted(state, value, ctx));
    }
    default: {
      return value;
    }
  }
}

/** "in the afternoon": picks the reading that fits, moves a time to its other half of the day, or asks for offers. */
function narrowTo(
  state: AppointmentState,
  window: { readonly fromMin: number; readonly toMin: number },
): AppointmentState {
  const fits = (minute: number): boolean => minute >= window.fromMin && minute < window.toMin;
  const known =
    state.readings ?? (state.minute === undefined ? [] : [state.minute, (state.minute + 720) % 1440]);
  const fitting = known.filter(fits);
  const bounds = { fromMin: window.fromMin, toMin: window.toMin };
  if (fitting.length > 0) return { ...without(state, 'minute', 'free'), readings: fitting, window: bounds };
  return { ...without(state, 'minute', 'readings', 'free'), window: bounds };
}

function shifted(
  state: AppointmentState,
  value:
    | { readonly kind: 'from_now'; readonly minutes: number }
    | { readonly kind: 'shift'; readonly minutes?: number; readonly days?: number },
  ctx: AppointmentContext,
): AppointmentState {
  if (value.kind === 'from_now') {
    const now = toLocal(ctx.wallMs, ctx.business.timezone);
    const step = ctx.business.slotMin;
    const total = Math.ceil((now.minute + value.minutes) / step) * step;
    const date = addDays(now.date, Math.floor(total / 1440));
    return { ...without(state, 'free', 'readings', 'within'), date, minute: total % 1440 };
  }
  const date: LocalDate | undefined =
    value.days === undefined ? state.date : addDays(state.date ?? today(ctx), value.days);
  const minute =
    state.minute === undefined || value.minutes === undefined
      ? state.minute
      : Math.min(1439, Math.max(0, state.minute + value.minutes));
  return {
    ...without(state, 'free'),
    ...(date === undefined ? {} : { date }),
    ...(minute === undefined ? {} : { minute }),
  };
}

const POSITIONS: readonly (readonly [RegExp, (count: number) => number])[] = [
  [/\b(?:first|earlier|earliest|former)(?: one| time| option)?\b/i, () => 0],
  [/\b(?:second|middle)(?: one| time| option)\b|^(?:um |uh )?the second\W*$/i, () => 1],
  [/\b(?:third)(?: one| time| option)\b|^(?:um |uh )?the third\W*$/i, () => 2],
  [/\b(?:last|later|latest|latter)(?: one| time| option)?\b/i, (count) => count - 1],
  [/\b(?:either|any of (?:them|those)|doesn't matter|whichever)\b/i, () => 0],
];

/** "Anything later?": asks for times after (or before) those that were offered. */
function otherOffers(state: AppointmentState, text: string): Heard | undefined {
  const direction = /\b(?:any|some)(?:thing)?\b.*\b(later|earlier)\b/i.exec(text)?.[1]?.toLowerCase();
  const first = state.offers[0];
  const last = state.offers.at(-1);
  if (direction === undefined || first === undefined || last === undefined) return undefined;
  const window =
    direction === 'later'
      ? { fromMin: last.minute + 1, toMin: DAY_MIN }
      : { fromMin: 0, toMin: first.minute };
  const next = {
    ...without(state, 'minute', 'readings', 'free'),
    date: first.date,
    window,
    wantsOffers: true,
  };
  return { ...unchanged(next), changed: true };
}

/** The offer a sentence picks: by its time, its place in the list, or its key after keys were named. */
function chooseOffer(
  state: AppointmentState,
  text: string,
  tokens: readonly Token[],
  mentions: readonly Mention[],
  ctx: AppointmentContext,
): Heard | undefined {
  const times = mentions.flatMap((mention) =>
    mention.value.kind === 'time' && !mention.negated ? mention.value.minutes : [],
  );
  const days = mentions.flatMap((mention) =>
    mention.value.kind === 'date' && !mention.negated ? [mention.value.date] : [],
  );
  const onDay = state.offers.filter((slot) => days.length === 0 || days.includes(slot.date));
  const matching = onDay.filter((slot) => times.includes(slot.minute));
  const byTime = matching.length === 1 ? matching[0] : undefined;
  const key =
    state.numbered && tokens.length <= 3 ? tokens.find((token) => token.num !== undefined)?.num : undefined;
  const place = POSITIONS.find(([pattern]) => pattern.test(text))?.[1](state.offers.length);
  const slot =
    byTime ??
    (key === undefined ? undefined : state.offers[key - 1]) ??
    (place === undefined || times.length > 0 ? undefined : state.offers[place]);
  return slot === undefined ? undefined : { ...unchanged(takeOffer(state, slot, ctx)), changed: true };
}

/** The state with an offered slot taken; the store has just said that it is free. */
export function takeOffer(state: AppointmentState, slot: Slot, ctx: AppointmentContext): AppointmentState {
  const free = slotKey(slot, durationOf(state, ctx.business));
  return {
    ...without(state, 'readings', 'window', 'within'),
    date: slot.date,
    minute: slot.minute,
    free,
    offers: [],
    numbered: false,
    wantsOffers: false,
  };
}

/** The sentence without the words that said days and times. */
function cutMentions(text: string, tokens: readonly Token[], mentions: readonly Mention[]): string {
  let rest = '';
  let at = 0;
  for (const mention of mentions) {
    const first = tokens[mention.from];
    const last = tokens[mention.to - 1];
    if (first === undefined || last === undefined) continue;
    rest += `${text.slice(at, first.start)} , `;
    at = last.end;
  }
  return rest + text.slice(at);
}

function applyName(heard: Heard, rest: string, asked: AppointmentAsk | undefined): Heard {
  const introduced = findIntroducedName(rest);
  const name = introduced ?? (heard.changed ? undefined : answeredName(heard.state, rest, asked));
  if (name === undefined) return heard;
  return { ...heard, changed: true, state: named(heard.state, name) };
}

/**
 * A correction that is understood as what was read back: at first the caller may have misheard and hears it again,
 * then they are asked to say the name in another way, and after that the answer counts as not understood.
 */
function named(state: AppointmentState, name: string): AppointmentState {
  if (state.name === undefined) return { ...state, name };
  if (name !== state.name) return { ...state, name, nameRepeats: 0 };
  const again = { ...state, nameRepeats: state.nameRepeats + 1 };
  return again.nameRepeats === REPEATS_TO_ASK ? without(again, 'name') : again;
}

/** The name in an answer to "what is your name?", or in "no, it's Ida" after the name was read back as Ada. */
function answeredName(
  state: AppointmentState,
  rest: string,
  asked: AppointmentAsk | undefined,
): string | undefined {
  if (asked === 'name') return readName(rest);
  if (asked !== 'confirm' || state.name === undefined) return undefined;
  const said = readYesNo(rest);
  if (said?.answer !== 'no' || said.rest === '') return undefined;
  const name = readName(said.rest);
  return name !== undefined && soundsLike(name, state.name) ? name : undefined;
}

function applyPurpose(
  heard: Heard,
  rest: string,
  asked: AppointmentAsk | undefined,
  how: { readonly isCorrection: boolean; readonly opening: boolean },
  ctx: AppointmentContext,
): Heard {
  if (asked === 'name') return heard;
  const { services } = ctx.business;
  const isAnswer = asked === 'purpose' && !heard.changed;
  const purpose = isAnswer ? readPurpose(rest, services) : findPurpose(rest, services);
  if (purpose === undefined) return heard;
  if (heard.state.purpose !== undefined && !how.isCorrection && asked !== 'change') return heard;
  return { ...heard, changed: true, state: { ...heard.state, purpose } };
}

const FIELDS: readonly (readonly [SlotName, RegExp])[] = [
  ['preferred_date', /\b(?:day|date)\b/i],
  ['preferred_time', /\b(?:time|hour)\b/i],
  ['purpose', /\b(?:reason|purpose|topic|subject|service)\b/i],
  ['user_name', /\b(?:name|spelling|spelled)\b/i],
];

/** Slots that a sentence speaks of: "change the time", "the name is wrong". */
function namedFields(text: string, asked: AppointmentAsk | undefined): readonly SlotName[] {
  if (
    asked !== 'change' &&
    asked !== 'confirm' &&
    !/\b(?:change|wrong|different|another|other)\b/i.test(text)
  ) {
    return [];
  }
  return FIELDS.filter(([, pattern]) => pattern.test(text)).map(([field]) => field);
}
