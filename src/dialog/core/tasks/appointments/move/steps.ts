import type { Consent } from '../../../consent.js';
import type { BusySpan, DialogRequest, DialogResult, KnownAppointment } from '../../../effects.js';
import type { Mention } from '../../../nlu/types.js';
import { line, type Line } from '../../../render.js';
import { termsOf, today } from '../../../schedule/calendar.js';
import { slotRequest } from '../../../schedule/slots.js';
import { speakerOf } from '../../../schedule/spoken.js';
import { exactly, refuseMoments, type Wish } from '../../../schedule/wish.js';
import type { TaskContext, TaskStep } from '../../task.js';
import { commit, commitAnswered, type CommitStep } from '../commit.js';
import { REASONS } from '../existing/reasons.js';
import { fitsTime, fitting, momentOf, spokenWhen } from '../existing/which.js';
import {
  elsewhere,
  lookRequest,
  pursue,
  settle,
  takeMoment,
  wantedTerms,
  withBusy,
  type MomentStep,
  type SettleOptions,
  type Wanted,
} from '../moment/index.js';
import { askMove } from './questions.js';
import { moveDetails, unslotted, type MoveAsk, type MoveDetails, type MoveState } from './state.js';

/** A step of a move. */
export type MoveStep = TaskStep<MoveState>;

/** The key under which the store keeps the new time. */
export const moveHold = (ctx: TaskContext): string => `${ctx.callId}:${ctx.frame}`;

/** Puts a question, after some other words. */
export function asking(
  details: MoveDetails,
  open: MoveAsk,
  ctx: TaskContext,
  lead: readonly Line[] = [],
): MoveStep {
  const state: MoveState = { ...details, open };
  return { state, say: [...lead, ...askMove(state, ctx)] };
}

/** Goes on when the caller's appointments are known. */
export function gathered(
  details: MoveDetails,
  appointments: readonly KnownAppointment[],
  ctx: TaskContext,
): MoveStep {
  const mentions = details.pii.said?.mentions ?? [];
  const named = mentions.filter((mention) => namesOld(mention, appointments));
  const meant = appointments.length === 1 ? appointments : fitting(appointments, named);
  const [only] = meant;
  if (only === undefined) {
    return {
      state: { ...details, open: { ask: 'fetch' } },
      say: [line('find.none')],
      next: { type: 'done' },
    };
  }
  if (meant.length > 1) return asking(details, { ask: 'which', among: meant }, ctx);
  return chosenToMove(details, only, ctx);
}

/** True when words can only mean the appointment as it is: its day or time, or its service. */
export const namesOld = (mention: Mention, appointments: readonly KnownAppointment[]): boolean =>
  mention.type === 'service' ||
  (mention.type === 'time' && !mention.excluded && appointments.some((one) => fitsTime(one, mention.value)));

/** It is known which appointment is moved: what the first turn said of the new time is taken. */
export function chosenToMove(
  details: MoveDetails,
  appointment: KnownAppointment,
  ctx: TaskContext,
): MoveStep {
  const wish: Wish = { ...details.wanted.wish, ...staffOf(appointment, ctx) };
  const { serviceId } = appointment;
  const wanted: Wanted = { wish, doubtful: false, ...(serviceId === undefined ? {} : { serviceId }) };
  const known: MoveDetails = { ...details, appointment, wanted };
  const { said } = details.pii;
  const lead = [line('move.start', { when: spokenWhen(appointment, ctx) })];
  if (said === undefined) return searching(known, settle(wanted, ctx, { lead }), ctx);
  const mentions = newOnes(said.mentions, appointment);
  const base = momentOf(appointment);
  const heard = takeMoment(wanted, { ...said, mentions }, ctx, base);
  const other = mentions.findLast((mention) => mention.type === 'other');
  if (heard === undefined && other?.type === 'other') {
    const slot = { ...base, resource: appointment.resource };
    return searching(known, pursue(elsewhere(wanted, [slot], other.direction), ctx), ctx);
  }
  if (heard === undefined || heard.type === 'unclear') {
    return searching(known, settle(wanted, ctx, { lead }), ctx);
  }
  return searching(known, pursue(heard, ctx), ctx);
}

/** The mentions of the new time: "from Thursday to Friday" and "my Thursday one to Friday" name the old one first. */
function newOnes(mentions: readonly Mention[], appointment: KnownAppointment): readonly Mention[] {
  const isNew = (mention: Mention): boolean =>
    mention.type !== 'time' || mention.excluded || !fitsTime(appointment, mention.value);
  const turned = mentions.map((mention): Mention => {
    if (mention.type !== 'time' || mention.value.kind !== 'days') return mention;
    const { from, to } = mention.value;
    return from === appointment.date && to !== from
      ? { ...mention, value: { kind: 'date', date: to } }
      : mention;
  });
  const fresh = turned.filter(isNew);
  return fresh.some(({ type }) => type === 'time' || type === 'other') ? fresh : turned;
}

/** The person of the appointment stays unless another is named. */
function staffOf(appointment: KnownAppointment, ctx: TaskContext): { readonly staff?: string } {
  const { resource, serviceId } = appointment;
  const isStaff = ctx.business.staff.some(({ id }) => id === resource);
  const gives = termsOf(ctx.business, serviceId).resources.some(({ id }) => id === resource);
  return isStaff && gives ? { staff: resource } : {};
}

/** What was not said stays as it is: only a day keeps the time, only a time keeps the day. */
function completed(wanted: Wanted, appointment: KnownAppointment | undefined): Wanted {
  if (appointment === undefined) return wanted;
  const { wish } = wanted;
  const { date, minute } = momentOf(appointment);
  const bounded = wish.order !== undefined || wish.after !== undefined || wish.before !== undefined;
  const saysDay = wish.dates.length > 0 || wish.stretch !== undefined || wish.weekdays.length > 0;
  const saysTime = wish.times.length > 0 || wish.window !== undefined || wish.nearMin !== undefined;
  if (bounded || saysDay === saysTime) return wanted;
  if (!saysDay) return { ...wanted, wish: { ...wish, dates: [date] } };
  return wish.dates.length === 1
    ? { ...wanted, wish: { ...wish, times: [[minute]] } }
    : { ...wanted, wish: { ...wish, nearMin: minute } };
}

/** Goes on with what the search for the new time came to. */
export function searching(before: MoveDetails, step: MomentStep, ctx: TaskContext): MoveStep {
  if (step.type === 'fixed') return fixed(before, step, ctx);
  const release = before.holding ? { release: [moveHold(ctx)] } : {};
  const details = unslotted({ ...before, wanted: step.wanted, holding: false });
  if (step.type === 'nothing') {
    const { say } = step;
    return {
      ...asking(
        { ...details, wanted: { ...details.wanted, wish: emptied(details) } },
        { ask: 'day' },
        ctx,
        say,
      ),
      ...release,
    };
  }
  const { ask } = step;
  const whole = completed(step.wanted, before.appointment);
  // "The same time on Friday?" needs no question for the time.
  if (ask.ask === 'time' && whole !== step.wanted) {
    return { ...searching(details, settle(whole, ctx), ctx), ...release };
  }
  if (ask.ask === 'day' && whole !== step.wanted) {
    return { ...searching(details, settle(whole, ctx), ctx), ...release };
  }
  const requests = ask.ask === 'look' ? { requests: [lookRequest(step.wanted, ctx)] } : {};
  return { state: { ...details, open: ask }, say: step.say, ...requests, ...release };
}

const emptied = (details: MoveDetails): Wish => ({
  dates: [],
  weekdays: [],
  times: [],
  not: details.wanted.wish.not,
});

function fixed(
  before: MoveDetails,
  step: Extract<MomentStep, { type: 'fixed' }>,
  ctx: TaskContext,
): MoveStep {
  const { slot } = step;
  const wanted = { ...step.wanted, wish: exactly(slot, step.wanted.wish), doubtful: false };
  const details: MoveDetails = { ...before, wanted, slot, heard: false, holding: true };
  const hold: DialogRequest = {
    type: 'hold',
    holdKey: moveHold(ctx),
    slot: slotRequest(slot, wantedTerms(wanted, ctx), ctx),
  };
  return { ...asking(details, { ask: 'confirm' }, ctx, step.say), requests: [hold] };
}

/** Takes what is free; the appointment's own time does not stand in its way. */
export function looked(state: MoveState, busy: readonly BusySpan[], ctx: TaskContext): MoveStep {
  const { open, appointment } = state;
  if (open.ask !== 'look') return { state, say: [] };
  const own = busy.findIndex(
    (span) => span.resource === appointment?.resource && span.startMs === appointment.startsAtMs,
  );
  const others = own < 0 ? busy : busy.filter((_span, k) => k !== own);
  const details = moveDetails(state);
  return searching(details, withBusy(details.wanted, open, others, ctx), ctx);
}

/** Moves what was agreed to. */
export function sendMove(state: MoveState, consent: Consent, ctx: TaskContext): MoveStep {
  const { slot, appointment, wanted } = state;
  if (slot === undefined || appointment === undefined) return { state, say: [], missed: true };
  const attempt = state.attempt + 1;
  const sent = commit({
    type: 'move',
    consent,
    idempotencyKey: `${ctx.callId}:${ctx.frame}:${attempt}`,
    appointmentId: appointment.id,
    expectedVersion: appointment.version,
    slot: slotRequest(slot, wantedTerms(wanted, ctx), ctx),
    ...(state.holding ? { holdKey: moveHold(ctx) } : {}),
  });
  const open: MoveAsk = { ask: 'commit', commit: sent.commit };
  return { state: { ...state, attempt, open }, say: [], requests: [sent.request] };
}

/** Takes the store's answer to the move. */
export function moveAnswered(state: MoveState, result: DialogResult, ctx: TaskContext): MoveStep {
  const { open } = state;
  if (open.ask !== 'commit') return { state, say: [] };
  const next = commitAnswered(open.commit, result);
  const current = result.type === 'change' ? result.appointment : undefined;
  return next === undefined ? { state, say: [] } : committed(state, next, current, ctx);
}

function committed(
  state: MoveState,
  next: CommitStep,
  current: KnownAppointment | undefined,
  ctx: TaskContext,
): MoveStep {
  switch (next.type) {
    case 'request': {
      const open: MoveAsk = { ask: 'commit', commit: next.commit };
      return { state: { ...state, open }, say: [], requests: [next.request] };
    }
    case 'done': {
      return moved(state, next.appointment, ctx);
    }
    case 'not_done': {
      if (next.why === 'unavailable') return unavailable(state, ctx);
      if (next.why === 'gone') {
        return { state, say: [line('find.gone')], next: { type: 'done', forgetAppointment: true } };
      }
      return next.why === 'stale' ? stale(state, current, ctx) : conflict(state, ctx);
    }
    case 'unknown': {
      return {
        state,
        say: [line('find.unresolved')],
        next: { type: 'replace', task: 'callback', start: { args: { reason: REASONS.unknown } } },
      };
    }
    default: {
      return next;
    }
  }
}

function moved(state: MoveState, appointment: KnownAppointment | undefined, ctx: TaskContext): MoveStep {
  const { slot } = state;
  const when = slot === undefined ? '' : speakerOf(ctx.lexicon.locale).moment(slot, today(ctx));
  const known = appointment === undefined ? {} : { known: { appointment }, result: appointment };
  return {
    state: { ...state, holding: false },
    say: [line('move.done', { when })],
    next: { type: 'done', ...known },
  };
}

/** Somebody has changed it meanwhile: it is read anew, with the move that was wanted. */
function stale(state: MoveState, current: KnownAppointment | undefined, ctx: TaskContext): MoveStep {
  const appointment = current ?? state.appointment;
  if (appointment === undefined) return unavailable(state, ctx);
  const details: MoveDetails = { ...moveDetails(state), appointment, heard: false };
  const lead = [line('move.stale', { when: spokenWhen(appointment, ctx) })];
  return asking(details, { ask: 'confirm' }, ctx, lead);
}

function conflict(state: MoveState, ctx: TaskContext): MoveStep {
  const { slot, wanted } = state;
  if (slot === undefined) return unavailable(state, ctx);
  const gone = { ...wanted, wish: refuseMoments(wanted.wish, [{ date: slot.date, minute: slot.minute }]) };
  const lead = [line('booking.conflict', { time: speakerOf(ctx.lexicon.locale).time(slot.minute) })];
  const options: SettleOptions = { lead, offer: true };
  return searching(unslotted({ ...moveDetails(state), holding: false }), settle(gone, ctx, options), ctx);
}

/** The calendar cannot be reached: nothing is changed, a person or a call-back is offered. */
export function unavailable(state: MoveState, ctx: TaskContext): MoveStep {
  return {
    state: { ...state, holding: false },
    say: [line('find.unavailable')],
    next: { type: 'replace', task: 'handoff', start: { args: { reason: REASONS.unavailable } } },
    ...(state.holding ? { release: [moveHold(ctx)] } : {}),
  };
}
