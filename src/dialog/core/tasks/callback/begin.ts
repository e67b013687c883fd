import { signIn } from '../../nlu/signs.js';
import { line } from '../../render.js';
import type { Known, TaskContext, TaskStart } from '../task.js';
import { numberIn, spokenNumber } from './number.js';
import type { CallbackState, Promised, Step } from './state.js';
import { asking, toNumber, withdraw } from './steps.js';
import { isTold, noting, toldIn, type Told } from './words.js';

/** Begins a promise, or the change of the one that this call has made: there is never a second beside it. */
export function begin(start: TaskStart, ctx: TaskContext): Step {
  const { args = {}, consent } = start;
  const before = ctx.known.callback;
  if (before === undefined || args['kind'] === 'emergency') return promise(start, ctx);
  if (args['withdraw'] !== undefined) {
    const state: Promised = { ...promisedBefore(before), changes: before.key };
    return consent === undefined ? asking({ ...state, ask: 'withdraw' }, ctx) : withdraw(state, consent);
  }
  // With a consent it is another matter, such as the wish never to be called.
  return consent === undefined ? change(start, before, ctx) : promise(start, ctx);
}

const promisedBefore = ({ kind, reason, pii }: NonNullable<Known['callback']>): Promised => {
  const { number = '', message, when } = pii;
  return {
    ...{ kind, reason, digits: number, attempt: 1, isWanted: true },
    ...(message === undefined ? {} : { message }),
    ...(when === undefined ? {} : { when }),
  };
};

/** What a turn that begins something tells. */
function told({ said }: TaskStart): Told {
  if (said === undefined) return {};
  const isAnnounced = signIn(said, 'message') !== undefined;
  const isMessage = signIn(said, 'pass_on') !== undefined || signIn(said, 'message_told') !== undefined;
  return isAnnounced && !isMessage ? {} : toldIn(said);
}

function change(start: TaskStart, before: NonNullable<Known['callback']>, ctx: TaskContext): Step {
  const { args = {}, said } = start;
  const { locale } = ctx.lexicon;
  const given = args['kind'] === 'message' ? args['message'] : undefined;
  const words = given === undefined ? told(start) : { message: given };
  const number = said === undefined ? undefined : numberIn(said, locale);
  const old = promisedBefore(before);
  const isCallWanted = args['kind'] === 'callback' && old.kind === 'message' && ctx.business.callback.offered;
  const state: Promised = {
    ...noting(old, words),
    changes: before.key,
    ...(isCallWanted ? { kind: 'callback' } : {}),
  };
  if (number !== undefined) return asking({ ...state, digits: number, ask: 'check' }, ctx);
  if (said !== undefined && signIn(said, 'other_number') !== undefined) {
    return asking({ ...state, digits: '', isElsewhere: true, ask: 'number' }, ctx);
  }
  if (isTold(words) || isCallWanted) return toNumber(state, undefined, ctx);
  if (args['kind'] === 'message') return asking({ ...state, ask: 'message' }, ctx);
  const { within } = ctx.business.callback;
  const already =
    old.kind === 'message'
      ? line('callback.noted')
      : line('callback.already', { number: spokenNumber(old.digits, locale), within });
  return { state: { ...state, ask: 'offer' }, say: [already], next: { type: 'cancelled' } };
}

function kindOf({ args = {}, said }: TaskStart): Promised['kind'] {
  if (args['kind'] === 'emergency') return 'emergency';
  const isTelling =
    said !== undefined && (signIn(said, 'pass_on') !== undefined || signIn(said, 'message') !== undefined);
  return args['kind'] === 'message' || isTelling ? 'message' : 'callback';
}

function promise(start: TaskStart, ctx: TaskContext): Step {
  const { args = {}, consent, said } = start;
  const kind = kindOf(start);
  const { reason = 'The caller wants to be called back.', message } = args;
  const words = told(start);
  const number = said === undefined ? undefined : numberIn(said, ctx.lexicon.locale);
  const isElsewhere = said !== undefined && signIn(said, 'other_number') !== undefined;
  const promised: Promised = {
    ...noting(
      { kind, reason, digits: number ?? '', attempt: 1, ...(message === undefined ? {} : { message }) },
      words,
    ),
    ...(said === undefined && message === undefined ? {} : { isWanted: true }),
    ...(isElsewhere ? { isElsewhere } : {}),
  };
  const offer: CallbackState = { ...promised, ask: 'offer' };
  if (kind === 'callback' && !ctx.business.callback.offered) {
    return { state: offer, say: [line('callback.none')], next: { type: 'cancelled' } };
  }
  // With a consent the reason says all that there is to pass on.
  if (consent !== undefined) return toNumber(promised, consent, ctx);
  if (kind === 'message') {
    return promised.message === undefined
      ? asking({ ...promised, ask: 'message' }, ctx)
      : toNumber(promised, undefined, ctx);
  }
  // Who names a number, a time or a reason wants the call: it is read back, and that is what is agreed to.
  const isPlain = number === undefined && !isTold(words) && !isElsewhere;
  return isPlain ? asking(offer, ctx) : toNumber(promised, undefined, ctx);
}
