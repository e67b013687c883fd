import type { DtmfDigit } from '../../../../kernel/vocab.js';
import { consentByKey } from '../../consent.js';
import { timeNow } from '../../nlu/time/reference.js';
import type { OpenQuestion } from '../../nlu/types.js';
import { line } from '../../render.js';
import type { Task, TaskContext } from '../task.js';
import { answer, answered, asked, withdrawAnswered } from './answer.js';
import { begin } from './begin.js';
import { isNumber, NUMBER_DIGITS } from './number.js';
import type { CallbackState, Step } from './state.js';
import { asking, given, promised, questionLines, save } from './steps.js';

export const callbackTask: Task<CallbackState> = {
  id: 'callback',
  version: 2,

  begin,
  answer,

  question(state, ctx): OpenQuestion {
    const time = timeNow(ctx);
    switch (state.ask) {
      case 'offer':
      case 'saving':
      case 'withdrawing': {
        return { id: 'callback.offer', expects: 'yes_no', time };
      }
      case 'check': {
        return { id: 'callback.check', expects: 'yes_no', time, asked: { digits: state.digits } };
      }
      case 'withdraw': {
        return { id: 'callback.withdraw', expects: 'yes_no', action: 'withdraw', time };
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

  press(state, digit, ctx): Step | undefined {
    switch (state.ask) {
      case 'offer':
      case 'check': {
        if (digit !== '1' && digit !== '2') return undefined;
        return answered(state, consentByKey(digit, asked(state, ctx)), undefined, ctx);
      }
      case 'withdraw': {
        if (digit !== '1' && digit !== '2') return undefined;
        return withdrawAnswered(state, undefined, consentByKey(digit, asked(state, ctx)));
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
    if (state.ask !== 'saving' && state.ask !== 'withdrawing') return { state, say: [] };
    if (result.type === 'change' && result.status === 'done') {
      if (state.ask === 'saving') return promised(state, ctx);
      return { state, say: [line('callback.withdrawn')], next: { type: 'done', forgetCallback: true } };
    }
    // Sent once more under the same key: it cannot be promised twice.
    if (state.attempt < 2) {
      return { state: { ...state, attempt: state.attempt + 1 }, say: [], requests: [request] };
    }
    const isNew = state.changes === undefined;
    return {
      state,
      say: [line(isNew ? 'callback.failed' : 'callback.failed_change')],
      next: { type: 'cancelled' },
    };
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

function numberKey(
  state: Extract<CallbackState, { ask: 'number' }>,
  digit: DtmfDigit,
  ctx: TaskContext,
): Step | undefined {
  if (digit === '#') {
    if (!isNumber(state.digits, ctx.lexicon.locale)) {
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
