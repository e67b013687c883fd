import {
  consentByRequest,
  consentFrom,
  consentToWithdraw,
  type Asked,
  type Consent,
  type Verdict,
} from '../../consent.js';
import { signIn } from '../../nlu/signs.js';
import type { Interpretation } from '../../nlu/types.js';
import { line } from '../../render.js';
import { besideRefusal } from '../beside-refusal.js';
import type { TaskContext } from '../task.js';
import { isNumber, NUMBER_DIGITS, numberIn, partIn, spokenNumber } from './number.js';
import type { CallbackState, Promised, Step } from './state.js';
import { asking, given, knownNumber, questionLines, save, toNumber, withdraw } from './steps.js';
import { isReason, isTold, noting, toldIn, wholeMessage, type Told } from './words.js';

/** What is to be agreed to. */
export const asked = (state: CallbackState, ctx: TaskContext): Asked => ({
  questionId: `callback.${state.ask}`,
  heardToEnd: ctx.heardToEnd,
  ...(state.ask === 'check' ? { values: { digits: state.digits } } : {}),
});

/** Takes an answer; `undefined` when it is about something else. */
export function answer(state: CallbackState, said: Interpretation, ctx: TaskContext): Step | undefined {
  if (state.ask === 'saving' || state.ask === 'withdrawing') return undefined;
  if (state.ask === 'withdraw') {
    return withdrawAnswered(state, consentToWithdraw(said), consentFrom(said, asked(state, ctx)));
  }
  const person = consentByRequest(said, 'person');
  if (person !== undefined) return personWanted(state, person, ctx);
  if (state.ask === 'message') return messageSaid(state, said, ctx);
  if (signIn(said, 'no_call') !== undefined || said.command === 'opt_out') return noCall(state, said, ctx);
  const isAsking = said.act === 'question';
  if (signIn(said, 'which_number') !== undefined) return numberAsked(state, ctx);
  if (isAsking && signIn(said, 'call_when') !== undefined && signIn(said, 'call_me') === undefined) {
    const when = line('callback.when', { within: ctx.business.callback.within });
    return state.ask === 'offer' ? { state, say: [when, line('callback.retry')] } : asking(state, ctx, when);
  }
  const number = numberIn(said, ctx.lexicon.locale);
  const told = toldAt(state, said);
  if (number !== undefined && number !== state.digits) {
    return asking({ ...noting(state, told), digits: number, ask: 'check' }, ctx);
  }
  if (signIn(said, 'other_number') !== undefined) {
    return asking({ ...noting(state, told), digits: '', isElsewhere: true, ask: 'number' }, ctx);
  }
  if (state.ask === 'number') return numberSaid(noting(state, { ...told }), said, ctx);
  const verdict = consentFrom(said, asked(state, ctx));
  if (verdict.kind === 'agreed' || !isTold(told)) return answered(state, verdict, said, ctx);
  return toNumber(noting(corrected(state, said), told), undefined, ctx);
}

/** "No, it's about…" at a read-back takes the place of the words that were read back. */
function corrected(state: CallbackState, said: Interpretation): CallbackState {
  if (state.ask !== 'check' || said.clauses[0]?.act !== 'deny') return state;
  const { message: _message, ...rest } = state;
  return rest;
}

/**
 * What an answer tells for whoever calls. A time is a wish; words count beside a yes, where they say that they are about it, and where
 * the caller wanted the call. What is refused, asked or wanted otherwise is no part of it.
 */
function toldAt(state: CallbackState, said: Interpretation): Told {
  const [first] = said.clauses;
  const isPassed = signIn(said, 'pass_on') !== undefined;
  const isCalled = signIn(said, 'call_me') !== undefined;
  const isAffirmed = first?.act === 'affirm';
  if (said.command !== undefined) return {};
  const isRefused = first?.act === 'deny' && !isReason(first, said);
  if (state.ask === 'offer' && isRefused && !isCalled) return {};
  const isOther = said.clauses.some(({ act }) => act === 'request' || act === 'question');
  if (isOther && !isAffirmed && !isPassed && !isCalled) return {};
  const { message, when } = toldIn(said);
  const isMeant = isAffirmed || isPassed || state.isWanted === true || signIn(said, 'about') !== undefined;
  return {
    ...(message !== undefined && isMeant ? { message } : {}),
    ...(when === undefined ? {} : { when }),
  };
}

/** What an answer to a yes/no question comes to. */
export function answered(
  state: CallbackState,
  verdict: Verdict,
  said: Interpretation | undefined,
  ctx: TaskContext,
): Step | undefined {
  switch (verdict.kind) {
    case 'agreed': {
      return state.ask === 'check'
        ? save(state, verdict.consent, ctx)
        : toNumber(state, verdict.consent, ctx);
    }
    case 'refused': {
      return refused(state, said, ctx);
    }
    case 'corrected': {
      return state.ask === 'check' && said !== undefined ? numberSaid(state, said, ctx) : undefined;
    }
    case 'unclear': {
      if (said === undefined && verdict.why === 'not_heard') return asking(state, ctx);
      const isElsewhere = said?.act === 'question' || (said?.unread.length ?? 0) > 0;
      return isElsewhere ? undefined : { state, say: [], missed: true };
    }
  }
}

function refused(state: CallbackState, said: Interpretation | undefined, ctx: TaskContext): Step {
  if (state.ask !== 'check') {
    return { state, say: [], next: { type: 'cancelled' }, ...besideRefusal(said) };
  }
  if (state.kind !== 'message') return asking({ ...state, ask: 'number', digits: '' }, ctx);
  const { message: _message, ...rest } = state;
  return asking({ ...rest, ask: 'message' }, ctx);
}

/** The call is not wanted: not at all, or a person instead. */
function noCall(state: CallbackState, said: Interpretation, ctx: TaskContext): Step {
  const consent = state.changes === undefined ? undefined : consentToWithdraw(said);
  if (consent !== undefined) return withdraw(state, consent);
  const wantsPerson = said.clauses.some(({ command }) => command === 'person') || said.command === 'person';
  if (wantsPerson) {
    if (ctx.business.person === undefined) {
      return { state, say: [line('transfer.none')], next: { type: 'cancelled' } };
    }
    const start = { args: { reason: 'The caller asked for a person.' } };
    return { state, say: [], next: { type: 'replace', task: 'handoff', start } };
  }
  const isRequest = said.clauses.some(({ act }) => act === 'request' || act === 'question');
  return { ...given(state), ...(isRequest ? besideRefusal(said) : {}) };
}

/** A person is asked for in place of the call-back: put through where there is one. */
function personWanted(state: CallbackState, consent: Consent, ctx: TaskContext): Step {
  if (ctx.business.person === undefined) {
    return { state, say: [line('transfer.none'), ...questionLines(state, ctx)] };
  }
  const start = { args: { reason: 'The caller asked for a person.' }, consent };
  return { state, say: [], next: { type: 'replace', task: 'handoff', start } };
}

/** "Which number will they call?" */
function numberAsked(state: CallbackState, ctx: TaskContext): Step {
  const digits = state.digits === '' ? knownNumber(state, ctx) : state.digits;
  if (digits === undefined) return asking({ ...state, ask: 'number' }, ctx);
  return asking(state, ctx, line('callback.number_is', { number: spokenNumber(digits, ctx.lexicon.locale) }));
}

function messageSaid(state: CallbackState, said: Interpretation, ctx: TaskContext): Step {
  const isBare = said.unread.length === 0 && said.mentions.length === 0;
  if (said.polarity === 'deny' && isBare) return given(state);
  if (isBare && (said.polarity === 'affirm' || said.telling.length === 0)) {
    return { state, say: [], missed: true };
  }
  return toNumber(noting(state, { message: wholeMessage(said) }), undefined, ctx);
}

function numberSaid(state: CallbackState, said: Interpretation, ctx: TaskContext): Step | undefined {
  const { locale } = ctx.lexicon;
  if (signIn(said, 'this_number') !== undefined && ctx.callerNumber !== undefined) {
    return asking({ ...state, digits: ctx.callerNumber, ask: 'check' }, ctx);
  }
  const part = partIn(said);
  if (part === '') return withoutDigits(state, said, ctx);
  const isWhole = numberIn(said, locale);
  const digits = isWhole ?? (state.ask === 'number' ? state.digits : '') + part;
  if (isNumber(digits, locale)) return asking({ ...state, ask: 'check', digits }, ctx);
  const most = Number(locale.phrases['number_length']?.[0] ?? NUMBER_DIGITS.min);
  if (digits.length < most) {
    return { state: { ...state, ask: 'number', digits }, say: [line('callback.number_more')] };
  }
  return { state: { ...state, ask: 'number', digits: '' }, say: [line('callback.number_wrong')] };
}

/** At the number: it is not given, it is all of it, or something else is said. */
function withoutDigits(state: Promised, said: Interpretation, ctx: TaskContext): Step | undefined {
  const isBare = said.unread.length === 0 && said.mentions.every(({ type }) => type === 'time');
  if (!isBare || said.act === 'question' || said.act === 'request') return undefined;
  const number: CallbackState = { ...state, ask: 'number' };
  if (state.digits !== '') {
    return { state: { ...number, digits: '' }, say: [line('callback.number_short')] };
  }
  if (said.polarity !== 'deny') return { state: number, say: [], missed: true };
  if (state.kind !== 'message') return given(number);
  return toNumber({ ...state, isNumberless: true }, undefined, ctx);
}

/** Whether the promise of this call is taken back. */
export function withdrawAnswered(
  state: CallbackState,
  consent: Consent | undefined,
  verdict: Verdict,
): Step | undefined {
  const agreed = consent ?? (verdict.kind === 'agreed' ? verdict.consent : undefined);
  if (agreed !== undefined) return withdraw(state, agreed);
  if (verdict.kind === 'refused') return given(state);
  return verdict.kind === 'unclear' ? { state, say: [], missed: true } : undefined;
}
