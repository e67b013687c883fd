import type { DtmfDigit } from '../../../../kernel/vocab.js';
import {
  consentByKey,
  consentByRequest,
  consentFrom,
  type Asked,
  type Consent,
  type Verdict,
} from '../../consent.js';
import type { DialogRequest } from '../../effects.js';
import { timeNow } from '../../nlu/time/reference.js';
import type { Interpretation, OpenQuestion } from '../../nlu/types.js';
import { line, type Line } from '../../render.js';
import { says } from '../appointments/phrases.js';
import type { Task, TaskContext, TaskStart } from '../task.js';
import {
  announcesMessage,
  hasContent,
  isMessage,
  isTold,
  noting,
  wantsOtherNumber,
  wantsPerson,
} from './message.js';
import { digitsIn, isNumber, NUMBER_DIGITS, numberIn, spokenDigits, spokenEnding } from './number.js';
import type { CallbackState, Promised, Step } from './state.js';

export const callbackTask: Task<CallbackState> = {
  id: 'callback',
  version: 2,

  begin,

  question(state, ctx): OpenQuestion {
    const time = timeNow(ctx);
    switch (state.ask) {
      case 'offer':
      case 'saving':
      case 'withdrawing': {
        return { id: 'callback.offer', expects: 'yes_no', time };
      }
      case 'withdraw': {
        return { id: 'callback.withdraw', expects: 'yes_no', action: 'withdraw', time };
      }
      case 'check': {
        return { id: 'callback.check', expects: 'yes_no', time, asked: { digits: state.digits } };
      }
      case 'message': {
        return { id: 'callback.message', expects: 'words', time };
      }
      case 'number': {
        return { id: 'callback.number', expects: 'phone', time };
      }
    }
  },

  listening(state) {
    switch (state.ask) {
      case 'offer':
      case 'check':
      case 'saving':
      case 'withdraw':
      case 'withdrawing': {
        return { pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } };
      }
      case 'message': {
        return { pace: 'open', decision: false };
      }
      case 'number': {
        return { pace: 'digits', decision: false };
      }
    }
  },

  answer(state, said, ctx): Step | undefined {
    if (state.ask === 'saving' || state.ask === 'withdrawing') return undefined;
    const person = consentByRequest(said, 'person');
    if (person !== undefined) return personWanted(state, person, ctx);
    const silence = consentByRequest(said, 'opt_out');
    if (state.ask === 'withdraw') {
      return silence === undefined
        ? withdrawing(state, consentFrom(said, asked(state, ctx)))
        : withdraw(state, silence);
    }
    if (silence !== undefined) return given(state);
    if (state.ask === 'message') {
      if (said.polarity === 'deny' && said.unread.length === 0) return given(state);
      return toNumber(noting(state, said), undefined, ctx);
    }
    const number = numberIn(said);
    if (number !== undefined && number !== state.digits) return numberSaid(told(state, said, ctx), said, ctx);
    if (state.ask === 'number') return numberSaid(state, said, ctx);
    if (wantsOtherNumber(said, ctx)) return asking({ ...state, ask: 'number', digits: '' }, ctx);
    if (wantsPerson(said, ctx)) return personInstead(state, ctx);
    if (says(said, 'asks_callback_number', ctx.lexicon.locale)) return numberAsked(state, ctx);
    if (says(said, 'asks_callback_time', ctx.lexicon.locale)) return asking({ ...state, ask: 'offer' }, ctx);
    const verdict = consentFrom(said, asked(state, ctx));
    if (verdict.kind === 'agreed' || !isTold(state, said, ctx)) return answered(state, verdict, said, ctx);
    return toNumber(noting(state, said), undefined, ctx, [line('callback.will_note')]);
  },

  press(state, digit, ctx): Step | undefined {
    switch (state.ask) {
      case 'offer':
      case 'check': {
        if (digit !== '1' && digit !== '2') return undefined;
        return answered(state, consentByKey(digit, asked(state, ctx)), undefined, ctx);
      }
      case 'withdraw': {
        if (digit !== '1' && digit !== '2') return undefined;
        return withdrawing(state, consentByKey(digit, asked(state, ctx)));
      }
      case 'number': {
        return numberKey(state, digit, ctx);
      }
      case 'message':
      case 'saving':
      case 'withdrawing': {
        return undefined;
      }
    }
  },

  result(state, request, result, ctx): Step {
    const isDone = result.type === 'change' && result.status === 'done';
    if (request.type === 'withdraw_callback' && state.ask === 'withdrawing') {
      if (state.isReplaced) return promised(state, ctx);
      if (!isDone) return { state, say: [line('callback.failed')], next: { type: 'cancelled' } };
      return { state, say: [line('callback.withdrawn')], next: { type: 'done', forgetCallback: true } };
    }
    if (request.type !== 'request_callback' || state.ask !== 'saving') return { state, say: [] };
    if (isDone && state.instead !== undefined) {
      const { consent, instead } = state;
      const before: CallbackState = { ...state, ask: 'withdrawing', isReplaced: true };
      return {
        state: before,
        say: [],
        requests: [{ type: 'withdraw_callback', consent, idempotencyKey: instead }],
      };
    }
    if (isDone) return promised(state, ctx);
    // Sent once more under the same key: it cannot be promised twice.
    if (state.attempt < 2) {
      const again = { ...state, attempt: state.attempt + 1 };
      return { state: again, say: [], requests: [request] };
    }
    return { state, say: [line('callback.failed')], next: { type: 'cancelled' } };
  },

  ask: (state, ctx) => questionLines(state, ctx),

  retry(state, way, ctx): Step {
    switch (state.ask) {
      case 'offer': {
        return { state, say: [line(way === 'keys' ? 'callback.keypad' : 'callback.retry')] };
      }
      case 'number': {
        return { state: { ...state, digits: '' }, say: [line('callback.number_retry')] };
      }
      case 'message':
      case 'check':
      case 'saving':
      case 'withdraw':
      case 'withdrawing': {
        return { state, say: questionLines(state, ctx) };
      }
    }
  },

  abandon: (state): Step => given(state),
};

function begin({ args = {}, consent, said }: TaskStart, ctx: TaskContext): Step {
  const before = ctx.known.callback;
  if (before !== undefined && args['withdraw'] !== undefined) {
    const state: CallbackState = { ...before, digits: '', attempt: 1, ask: 'withdraw', instead: before.key };
    return consent === undefined ? asking(state, ctx) : withdraw(state, consent);
  }
  if (before !== undefined && args['change'] !== undefined) {
    const digits = said === undefined ? '' : (numberIn(said) ?? '');
    const { kind, reason, pii } = before;
    const state: Promised = { kind, reason, ...pii, digits, attempt: 1, instead: before.key };
    return asking({ ...state, ask: digits === '' ? 'number' : 'check' }, ctx);
  }
  return beginNew(
    { args, ...(consent === undefined ? {} : { consent }), ...(said === undefined ? {} : { said }) },
    ctx,
  );
}

function beginNew({ args = {}, consent, said }: TaskStart, ctx: TaskContext): Step {
  const isTelling = said !== undefined && (isMessage(said, ctx) || announcesMessage(said, ctx));
  const kind =
    args['kind'] === 'emergency'
      ? 'emergency'
      : args['kind'] === 'message' || isTelling
        ? 'message'
        : 'callback';
  const { reason = 'The caller wants to be called back.' } = args;
  const digits = said === undefined ? '' : (numberIn(said) ?? '');
  const promised: Promised = {
    ...{ kind, reason, digits, attempt: 1 },
    ...(said === undefined ? {} : { isWanted: true }),
  };
  if (kind === 'callback' && !ctx.business.callback.offered) {
    return {
      state: { ...promised, ask: 'offer' },
      say: [line('callback.none')],
      next: { type: 'cancelled' },
    };
  }
  if (kind === 'message' && consent === undefined) {
    const isFix = args['fix'] !== undefined;
    if (said === undefined || !(isFix || isMessage(said, ctx))) {
      return asking({ ...promised, ask: 'message' }, ctx);
    }
    const lead = line(isFix ? 'callback.cannot_change' : 'callback.will_pass');
    return toNumber(noting(promised, said), undefined, ctx, [lead]);
  }
  // With a consent the reason says all that there is to pass on.
  if (consent !== undefined) return toNumber(promised, consent, ctx);
  // Who names a number wants to be called on it: it is read back, and that is what is agreed to.
  const kept = said === undefined || !hasContent(said, ctx) ? promised : noting(promised, said);
  return asking({ ...kept, ask: digits === '' ? 'offer' : 'check' }, ctx);
}

/** Says what was promised, now that it is committed. */
function promised(state: CallbackState, ctx: TaskContext): Step {
  const { kind, reason, message, digits } = state;
  const done = kind === 'message' ? line('callback.noted') : promisedLine(state, ctx);
  const known = {
    callback: { key: keyOf(ctx), kind, reason, pii: message === undefined ? {} : { message } },
    ...(digits === '' ? {} : { number: digits }),
  };
  return { state, say: [done], next: { type: 'done', ...(kind === 'emergency' ? {} : { known }) } };
}

function promisedLine({ kind, digits }: Promised, ctx: TaskContext): Line {
  if (kind === 'emergency') return line('callback.emergency');
  const { within } = ctx.business.callback;
  return digits === ''
    ? line('callback.done', { within })
    : line('callback.done_on', { within, ending: spokenEnding(digits) });
}

const given = (state: CallbackState): Step => ({
  state,
  say: [line('callback.dropped')],
  next: { type: 'cancelled' },
});

const asking = (state: CallbackState, ctx: TaskContext, lead: readonly Line[] = []): Step => ({
  state,
  say: [...lead, ...questionLines(state, ctx)],
});

function questionLines(state: CallbackState, ctx: TaskContext): readonly Line[] {
  switch (state.ask) {
    case 'offer': {
      return [line('callback.offer', { within: ctx.business.callback.within })];
    }
    case 'message': {
      return [line('callback.message')];
    }
    case 'number': {
      return [line('callback.number')];
    }
    case 'check': {
      return state.digits === ctx.callerNumber
        ? [line('callback.on', { ending: spokenEnding(state.digits) })]
        : [line('callback.check', { number: spokenDigits(state.digits) })];
    }
    case 'withdraw': {
      return [line('callback.withdraw')];
    }
    case 'saving':
    case 'withdrawing': {
      return [];
    }
  }
}

const asked = (state: CallbackState, ctx: TaskContext): Asked => ({
  questionId: `callback.${state.ask}`,
  heardToEnd: ctx.heardToEnd,
  ...(state.ask === 'check' ? { values: { digits: state.digits } } : {}),
});

function answered(
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
      if (state.ask === 'check') return asking({ ...state, ask: 'number', digits: '' }, ctx);
      return { state, say: [], next: { type: 'cancelled' } };
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

/** The caller is called on the number they call from, or one that they give; without a consent it is read back. */
function toNumber(
  state: Promised,
  consent: Consent | undefined,
  ctx: TaskContext,
  lead: readonly Line[] = [],
): Step {
  const digits = ctx.callerNumber ?? ctx.known.number;
  // An alarm waits for no number.
  if (state.kind === 'emergency' && consent !== undefined) {
    return save({ ...state, digits: state.digits === '' ? (digits ?? '') : state.digits }, consent, ctx);
  }
  if (state.digits !== '') return asking({ ...state, ask: 'check' }, ctx, lead);
  if (digits === undefined) {
    return asking({ ...state, ask: 'number', ...(consent === undefined ? {} : { consent }) }, ctx, lead);
  }
  const known = { ...state, digits };
  return consent === undefined ? asking({ ...known, ask: 'check' }, ctx, lead) : save(known, consent, ctx);
}

/** A person is asked for in place of the call-back: put through where there is one. */
function personWanted(state: CallbackState, consent: Consent, ctx: TaskContext): Step {
  if (ctx.business.person === undefined) {
    return { state, say: [line('transfer.none'), ...questionLines(state, ctx)] };
  }
  const start = { args: { reason: 'The caller asked for a person.' }, consent };
  return { state, say: [], next: { type: 'replace', task: 'handoff', start } };
}

/** "No call-back, I want a person": the call-back is refused in the same breath. */
function personInstead(state: CallbackState, ctx: TaskContext): Step {
  if (ctx.business.person === undefined) {
    return { state, say: [line('transfer.none')], next: { type: 'cancelled' } };
  }
  const start = { args: { reason: 'The caller asked for a person.' } };
  return { state, say: [], next: { type: 'replace', task: 'handoff', start } };
}

/** "Which number will they call?" */
function numberAsked(state: CallbackState, ctx: TaskContext): Step {
  const digits = state.digits === '' ? (ctx.callerNumber ?? ctx.known.number) : state.digits;
  if (digits === undefined) return asking({ ...state, ask: 'number' }, ctx);
  return asking({ ...state, ask: 'check', digits }, ctx);
}

/** What stands beside a number is passed on as well: "and please after five". */
const told = <S extends CallbackState>(state: S, said: Interpretation, ctx: TaskContext): S =>
  said.polarity !== 'deny' && hasContent(said, ctx) ? noting(state, said) : state;

function numberSaid(state: Promised, said: Interpretation, ctx: TaskContext): Step | undefined {
  const digits = digitsIn(said);
  if (digits === '') {
    return said.polarity === 'deny' && said.unread.length === 0
      ? given({ ...state, ask: 'number' })
      : undefined;
  }
  const whole = digits.length >= NUMBER_DIGITS.min ? digits : state.digits + digits;
  if (whole.length < NUMBER_DIGITS.min) {
    return { state: { ...state, ask: 'number', digits: whole }, say: [line('callback.number_more')] };
  }
  if (!isNumber(whole)) return { state: { ...state, ask: 'number', digits: '' }, say: [], missed: true };
  return asking({ ...state, ask: 'check', digits: whole }, ctx);
}

function numberKey(
  state: Extract<CallbackState, { ask: 'number' }>,
  digit: DtmfDigit,
  ctx: TaskContext,
): Step | undefined {
  if (digit === '#') {
    if (!isNumber(state.digits)) {
      return { state: { ...state, digits: '' }, say: [], missed: true };
    }
    return state.consent === undefined
      ? asking({ ...state, ask: 'check' }, ctx)
      : save(state, state.consent, ctx);
  }
  if (!/^\d$/.test(digit)) return undefined;
  const digits = state.digits.length < NUMBER_DIGITS.max ? state.digits + digit : state.digits;
  return { state: { ...state, digits }, say: [] };
}

const keyOf = (ctx: TaskContext): string => `${ctx.callId}:${ctx.frame}:callback`;

function save(state: Promised, consent: Consent, ctx: TaskContext): Step {
  const { kind, reason, message, digits } = state;
  const { name } = ctx.known;
  const request: DialogRequest = {
    type: 'request_callback',
    consent,
    idempotencyKey: keyOf(ctx),
    kind,
    reason,
    pii: {
      ...(name === undefined ? {} : { name }),
      ...(digits === '' ? {} : { number: digits }),
      ...(message === undefined ? {} : { message }),
    },
  };
  return { state: { ...state, ask: 'saving', consent }, say: [], requests: [request] };
}

/** The promise of this call is taken back, as far as the caller agrees. */
function withdrawing(state: CallbackState, verdict: Verdict): Step | undefined {
  if (verdict.kind === 'agreed') return withdraw(state, verdict.consent);
  if (verdict.kind === 'refused') {
    return { state, say: [line('callback.stays')], next: { type: 'cancelled' } };
  }
  return verdict.kind === 'unclear' ? { state, say: [], missed: true } : undefined;
}

function withdraw(state: Promised, consent: Consent): Step {
  return {
    state: { ...state, ask: 'withdrawing', isReplaced: false },
    say: [],
    requests: [{ type: 'withdraw_callback', consent, idempotencyKey: state.instead ?? '' }],
  };
}
