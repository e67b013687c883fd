import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import { consentByKey, consentFrom, type Asked } from '../../../consent.js';
import type { Interpretation } from '../../../nlu/types.js';
import { line } from '../../../render.js';
import { compare, withoutDay, withoutTime } from '../../../schedule/wish.js';
import type { Task, TaskContext, TaskStart } from '../../task.js';
import { covered, firstSaid, gather, identified } from '../existing/gather.js';
import { chosen } from '../existing/which.js';
import {
  byKeys,
  elsewhere,
  hearMoment,
  isMomentAsk,
  pressMoment,
  pursue,
  settle,
  takeMoment,
} from '../moment/index.js';
import { says } from '../phrases.js';
import { askMove, moveListening, movedValues, moveQuestion, retryMove } from './questions.js';
import { moveDetails, NOTHING_MOVED, unslotted, type MoveDetails, type MoveState } from './state.js';
import {
  chosenToMove,
  gathered,
  looked,
  moveAnswered,
  moveHold,
  namesOld,
  searching,
  sendMove,
  unavailable,
  type MoveStep,
} from './steps.js';

const VERSION = 1;

/** Moves an appointment: which one, the new time as in a booking, read-back, consent. */
export const MOVE: Task<MoveState> = {
  id: 'move',
  version: VERSION,
  begin: beginMove,
  question: moveQuestion,
  listening: moveListening,
  answer: answerMove,
  press: pressMove,
  result(state, request, result, ctx) {
    switch (request.type) {
      case 'find_appointments': {
        if (state.open.ask !== 'fetch') return { state, say: [] };
        const appointments = covered(result, ctx);
        return appointments === undefined
          ? unavailable(state, ctx)
          : gathered(moveDetails(state), appointments, ctx);
      }
      case 'check_availability': {
        if (state.open.ask !== 'look') return { state, say: [] };
        return result.type === 'availability' ? looked(state, result.busy, ctx) : unavailable(state, ctx);
      }
      case 'move':
      case 'resolve_change': {
        return moveAnswered(state, result, ctx);
      }
      // Whether the slot is kept or not: the move decides.
      default: {
        return { state, say: [] };
      }
    }
  },
  childDone(state, _child, outcome, ctx) {
    const appointments = identified(outcome);
    return appointments === undefined
      ? { state, say: [], next: { type: 'cancelled' } }
      : gathered(moveDetails(state), appointments, ctx);
  },
  ask: (state, ctx) => askMove(ctx.heardToEnd ? { ...state, heard: true } : state, ctx),
  retry(state, way, ctx) {
    const { open } = state;
    if (way === 'keys' && isMomentAsk(open)) {
      return searching(moveDetails(state), byKeys(state.wanted, open, ctx), ctx);
    }
    return { state, say: retryMove(state, way, ctx) };
  },
  abandon: kept,
};

function beginMove(start: TaskStart, ctx: TaskContext): MoveStep {
  const details: MoveDetails = { ...NOTHING_MOVED, pii: firstSaid(start) };
  const gathering = gather(start, ctx);
  switch (gathering.type) {
    case 'have': {
      return gathered(details, gathering.appointments, ctx);
    }
    case 'fetch': {
      return { state: { ...details, open: { ask: 'fetch' } }, say: [], requests: [gathering.request] };
    }
    case 'identify': {
      return { state: { ...details, open: { ask: 'identify' } }, say: [], next: gathering.next };
    }
    default: {
      return gathering;
    }
  }
}

function answerMove(state: MoveState, said: Interpretation, ctx: TaskContext): MoveStep | undefined {
  const { open } = state;
  const { locale } = ctx.lexicon;
  if (open.ask === 'commit') return undefined;
  if (says(said, 'not_me', locale)) return notTheirs(state, ctx);
  if (said.command === 'stop' || says(said, 'keep_it', locale)) return kept(state, ctx);
  const details = moveDetails(state);
  if (open.ask === 'which') {
    // "The Friday one, to Thursday at eleven": the old time chooses, the new one is kept.
    const old = said.mentions.filter((mention) => namesOld(mention, open.among));
    const one = chosen(open.among, said) ?? chosen(open.among, { ...said, mentions: old });
    if (one === undefined) return undefined;
    const isNew = said.mentions.some((mention) => mention.type === 'time' && !old.includes(mention));
    return chosenToMove(isNew ? { ...details, pii: firstSaid({ said }) } : details, one, ctx);
  }
  if (open.ask === 'confirm') return answerConfirm(state, said, ctx);
  if (!isMomentAsk(open)) return undefined;
  const heard = hearMoment(details.wanted, open, said, ctx);
  if (heard === undefined) return undefined;
  return heard.type === 'unclear'
    ? { state, say: [], missed: true }
    : searching(details, pursue(heard, ctx), ctx);
}

const askedOf = (state: MoveState, ctx: TaskContext): Asked => ({
  questionId: 'move.confirm',
  values: movedValues(state),
  heardToEnd: ctx.heardToEnd,
});

function answerConfirm(before: MoveState, said: Interpretation, ctx: TaskContext): MoveStep | undefined {
  const state: MoveState = ctx.heardToEnd ? { ...before, heard: true } : before;
  const verdict = consentFrom(said, askedOf(before, ctx));
  if (verdict.kind === 'agreed') return sendMove(state, verdict.consent, ctx);
  const details = moveDetails(state);
  const { slot, wanted } = details;
  const other = said.mentions.findLast((mention) => mention.type === 'other');
  const heard =
    takeMoment(wanted, said, ctx, slot) ??
    (slot !== undefined && other?.type === 'other' ? elsewhere(wanted, [slot], other.direction) : undefined);
  const isSame =
    heard?.type === 'wanted' &&
    slot !== undefined &&
    compare(slot, {
      date: heard.wanted.wish.dates[0] ?? '',
      minute: heard.wanted.wish.times[0]?.[0] ?? -1,
    }) === 0;
  if (heard !== undefined && heard.type !== 'unclear' && !isSame) {
    return searching({ ...unslotted(details), refusals: 0 }, pursue(heard, ctx), ctx);
  }
  if (verdict.kind === 'refused') return refused(state, ctx);
  if (said.act === 'question' || said.command !== undefined || said.act === 'social') return undefined;
  return { state, say: [], missed: true };
}

/** "No" to the new time: another one is asked for, and at the second time nothing is changed. */
function refused(state: MoveState, ctx: TaskContext): MoveStep {
  const refusals = state.refusals + 1;
  if (refusals > 1) return kept(state, ctx);
  const { wanted } = state;
  const open = { ...wanted, wish: withoutDay(withoutTime(wanted.wish)) };
  const step = settle(open, ctx, { lead: [line('appointment.offer.other')] });
  return searching({ ...moveDetails(state), refusals }, step, ctx);
}

function pressMove(state: MoveState, digit: DtmfDigit, ctx: TaskContext): MoveStep | undefined {
  const { open } = state;
  const details = moveDetails(state);
  if (isMomentAsk(open)) {
    const step = pressMoment(details.wanted, open, digit, ctx);
    return step === undefined ? undefined : searching(details, step, ctx);
  }
  if (open.ask === 'which') {
    const one = open.among[Number(digit) - 1];
    return one === undefined ? undefined : chosenToMove(details, one, ctx);
  }
  if (open.ask !== 'confirm') return undefined;
  const verdict = consentByKey(digit, askedOf(state, ctx));
  if (verdict.kind === 'agreed') return sendMove(state, verdict.consent, ctx);
  return verdict.kind === 'refused' ? refused(state, ctx) : undefined;
}

/** The appointment stays where it is. */
function kept(state: MoveState, ctx: TaskContext): MoveStep {
  // What was sent is the store's already; its answer is waited for.
  if (state.open.ask === 'commit') return { state, say: [] };
  return {
    state: { ...state, holding: false },
    say: [line('find.kept')],
    next: { type: 'cancelled' },
    ...(state.holding ? { release: [moveHold(ctx)] } : {}),
  };
}

/** It is somebody else's: what was shown does not hold for this caller. */
const notTheirs = (state: MoveState, ctx: TaskContext): MoveStep => ({
  ...kept(state, ctx),
  say: [line('identify.not_you')],
  next: { type: 'cancelled', forgetIdentity: true },
});
