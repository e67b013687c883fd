import type { Consent } from '../../consent.js';
import type { DialogRequest } from '../../effects.js';
import { line, type Line } from '../../render.js';
import type { TaskContext } from '../task.js';
import { spokenNumber } from './number.js';
import type { CallbackState, Promised, Step } from './state.js';
import { noteOf } from './words.js';

/** Puts the question of a state, after other words where there are any. */
export const asking = (state: CallbackState, ctx: TaskContext, ...lead: readonly Line[]): Step => ({
  state,
  say: [...lead, ...questionLines(state, ctx)],
});

/** Given up: nothing is promised, or what was promised stays as it is. */
export const given = (state: CallbackState): Step => ({
  state,
  say: [line(state.changes === undefined ? 'callback.dropped' : 'callback.stays')],
  next: { type: 'cancelled' },
});

/** The number that is called unless another is given. */
export const knownNumber = (state: Promised, ctx: TaskContext): string | undefined =>
  state.isElsewhere === true ? undefined : (ctx.callerNumber ?? ctx.known.number);

/** The question of a state as it is first put. */
export function questionLines(state: CallbackState, ctx: TaskContext): readonly Line[] {
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
      return [checkLine(state, ctx)];
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

/** Reads back what is to be promised. */
function checkLine(state: Promised, ctx: TaskContext): Line {
  const note = noteOf(state);
  if (state.kind === 'message' || state.digits === '') return line('callback.check_message', { note });
  const number = spokenNumber(state.digits, ctx.lexicon.locale);
  return note === '' ? line('callback.check', { number }) : line('callback.check_note', { number, note });
}

/** The caller is called on the number they call from, or one that they give; without a consent all is read back. */
export function toNumber(
  state: Promised,
  consent: Consent | undefined,
  ctx: TaskContext,
  ...lead: readonly Line[]
): Step {
  if (state.digits !== '') return asking({ ...state, ask: 'check' }, ctx, ...lead);
  const digits = knownNumber(state, ctx);
  const isWithout = state.isNumberless === true || state.kind === 'emergency';
  if (digits === undefined && !isWithout) {
    return asking({ ...state, ask: 'number', ...(consent === undefined ? {} : { consent }) }, ctx, ...lead);
  }
  const known = { ...state, digits: digits ?? '' };
  return consent === undefined ? asking({ ...known, ask: 'check' }, ctx, ...lead) : save(known, consent, ctx);
}

const keyOf = (ctx: TaskContext): string => `${ctx.callId}:${ctx.frame}:callback`;

/** Commits the promise, or the change of one; it is spoken of when that is done. */
export function save(state: Promised, consent: Consent, ctx: TaskContext): Step {
  const { kind, reason, message, when, digits, changes } = state;
  const { name } = ctx.known;
  const pii = {
    ...(name === undefined ? {} : { name }),
    ...(digits === '' ? {} : { number: digits }),
    ...(message === undefined ? {} : { message }),
    ...(when === undefined ? {} : { when }),
  };
  const request: DialogRequest =
    changes === undefined
      ? { type: 'request_callback', consent, idempotencyKey: keyOf(ctx), kind, reason, pii }
      : { type: 'change_callback', consent, idempotencyKey: changes, kind, pii };
  return { state: { ...state, ask: 'saving', consent }, say: [], requests: [request] };
}

/** Takes the promise of this call back. */
export const withdraw = (state: Promised, consent: Consent): Step => ({
  state: { ...state, ask: 'withdrawing', consent },
  say: [],
  requests: [{ type: 'withdraw_callback', consent, idempotencyKey: state.changes ?? '' }],
});

/** Says what was promised, now that it is committed. */
export function promised(state: CallbackState, ctx: TaskContext): Step {
  const { kind, reason, message, when, digits } = state;
  const key = state.changes ?? keyOf(ctx);
  if (kind === 'emergency' && digits === '') {
    // The office knows already; the number is added to it.
    return asking({ ...state, ask: 'number', changes: key }, ctx, line('callback.alarmed'));
  }
  const pii = {
    ...(digits === '' ? {} : { number: digits }),
    ...(message === undefined ? {} : { message }),
    ...(when === undefined ? {} : { when }),
  };
  const known = {
    ...(digits === '' ? {} : { number: digits }),
    ...(kind === 'emergency' ? {} : { callback: { key, kind, reason, pii } }),
  };
  return { state, say: [promisedLine(state, ctx)], next: { type: 'done', known } };
}

function promisedLine({ kind, digits, when, changes }: Promised, ctx: TaskContext): Line {
  const { within } = ctx.business.callback;
  const number = spokenNumber(digits, ctx.lexicon.locale);
  if (kind === 'emergency') return line('callback.emergency');
  if (kind === 'message') return line(changes === undefined ? 'callback.noted' : 'callback.changed');
  if (when !== undefined) return line('callback.done_when', { number, when });
  return changes === undefined
    ? line('callback.done', { number, within })
    : line('callback.changed_number', { number });
}
