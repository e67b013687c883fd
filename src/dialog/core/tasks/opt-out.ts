import type { Consent } from '../consent.js';
import { timeNow } from '../nlu/time/reference.js';
import { firmly, line, type Line } from '../render.js';
import type { Task, TaskContext, TaskStep } from './task.js';

/** A wish for no more calls, on its way to the list. */
export interface OptOutState {
  readonly consent?: Consent;
}

type Step = TaskStep<OptOutState>;

/**
 * No more calls: the number goes onto the list of those that are not called before it is confirmed. Where there is no list, or
 * no number, the wish is passed on as a message. A call of ours ends with it.
 */
export const optOutTask: Task<OptOutState> = {
  id: 'opt_out',
  version: 1,
  begin({ consent }, ctx): Step {
    if (consent === undefined) throw new Error('nobody is taken off the telephone without asking for it');
    const { callerNumber: number } = ctx;
    if (number === undefined) return asMessage({ consent });
    const notes = [{ kind: 'opt_out' as const }];
    return {
      state: { consent },
      say: [],
      notes,
      requests: [{ type: 'stop_calls', consent, pii: { number } }],
    };
  },
  question: (_state, ctx) => ({ id: 'opt_out', expects: 'yes_no', time: timeNow(ctx) }),
  listening: () => ({ pace: 'brief', decision: false }),
  answer: () => undefined,
  press: () => undefined,
  result: (state, _request, result, ctx) =>
    result.type === 'change' && result.status === 'done' ? over(state, ctx) : asMessage(state),
  childDone: (state, _child, outcome, ctx) =>
    outcome.type === 'done' ? over(state, ctx) : { state, say: [], next: endOf(state, ctx) },
  ask: () => [],
  retry: (state) => ({ state, say: [] }),
  abandon: (state) => ({ state, say: [] }),
};

/** Somebody reads it; the store keeps it until then. */
const asMessage = (state: OptOutState): Step => ({
  state,
  say: [],
  next: {
    type: 'push',
    task: 'callback',
    start: {
      args: { kind: 'message', reason: 'The person on the line does not want to be called.' },
      ...(state.consent === undefined ? {} : { consent: state.consent }),
    },
  },
});

const over = (state: OptOutState, ctx: TaskContext): Step => ({
  state,
  say: [saidOf(ctx)],
  next: endOf(state, ctx),
});

const saidOf = (ctx: TaskContext): Line =>
  firmly(line(ctx.outbound === true ? 'reminder.opted_out' : 'opt_out.done'));

const endOf = ({ consent }: OptOutState, ctx: TaskContext): NonNullable<Step['next']> =>
  ctx.outbound === true
    ? { type: 'hangup', ...(consent === undefined ? {} : { consent }) }
    : { type: 'done' };
