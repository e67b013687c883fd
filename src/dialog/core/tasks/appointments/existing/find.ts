import type { KnownAppointment } from '../../../effects.js';
import { line, type Line } from '../../../render.js';
import { speakerOf } from '../../../schedule/spoken.js';
import type { Task, TaskContext, TaskStart, TaskStep } from '../../task.js';
import { timeReference } from '../moment/index.js';
import { says } from '../phrases.js';
import { covered, firstSaid, gather, identified, type FirstSaid } from './gather.js';
import { REASONS } from './reasons.js';
import { fitting, spokenAppointment } from './which.js';

/** State of telling a caller about their appointments. */
export interface FindState {
  readonly open: { readonly ask: 'identify' | 'fetch' | 'told' };
  /** The reference is asked for, not the time. */
  readonly asksReference: boolean;
  readonly pii: FirstSaid;
}

type FindStep = TaskStep<FindState>;

const VERSION = 1;

/** Tells callers when their appointments are. It has no question of its own. */
export const FIND: Task<FindState> = {
  id: 'find',
  version: VERSION,
  begin: beginFind,
  question: (_state, ctx) => ({ id: 'find', expects: 'words', time: timeReference(ctx) }),
  listening: () => ({ pace: 'phrase', decision: false }),
  answer: () => undefined,
  press: () => undefined,
  result(state, request, result, ctx) {
    if (request.type !== 'find_appointments') return { state, say: [] };
    const appointments = covered(result, ctx);
    return appointments === undefined ? unavailable(state) : told(state, appointments, ctx);
  },
  childDone(state, _child, outcome, ctx) {
    const appointments = identified(outcome);
    return appointments === undefined
      ? { state, say: [], next: { type: 'cancelled' } }
      : told(state, appointments, ctx);
  },
  ask: () => [],
  retry: (state) => ({ state, say: [] }),
  abandon: (state) => ({ state, say: [], next: { type: 'cancelled' } }),
};

function beginFind(start: TaskStart, ctx: TaskContext): FindStep {
  const asksReference =
    start.args?.['about'] === 'reference' ||
    (start.said !== undefined && says(start.said, 'asks_reference', ctx.lexicon.locale));
  const gathering = gather(start, ctx);
  const state = (ask: FindState['open']['ask']): FindState => ({
    open: { ask },
    asksReference,
    pii: firstSaid(start),
  });
  switch (gathering.type) {
    case 'have': {
      return told(state('told'), gathering.appointments, ctx);
    }
    case 'fetch': {
      return { state: state('fetch'), say: [], requests: [gathering.request] };
    }
    case 'identify': {
      return { state: state('identify'), say: [], next: gathering.next };
    }
    default: {
      return gathering;
    }
  }
}

function told(state: FindState, appointments: readonly KnownAppointment[], ctx: TaskContext): FindStep {
  const meant = fitting(appointments, state.pii.said?.mentions ?? []);
  const [only] = meant;
  const isOne = only !== undefined && meant.length === 1;
  const next = { type: 'done', ...(isOne ? { known: { appointment: only } } : {}) } as const;
  return {
    state: { ...state, open: { ask: 'told' } },
    say: [lineFor(meant, state.asksReference, ctx)],
    next,
  };
}

function lineFor(appointments: readonly KnownAppointment[], asksReference: boolean, ctx: TaskContext): Line {
  const [only] = appointments;
  if (only === undefined) return line('find.none');
  const spoken = speakerOf(ctx.lexicon.locale);
  if (appointments.length > 1) {
    return line('find.several', {
      list: spoken.list(
        appointments.map((one) => spokenAppointment(one, ctx)),
        'and',
      ),
    });
  }
  if (asksReference) return line('find.reference', { reference: spoken.letters(only.reference) });
  return line('find.one', { appointment: spokenAppointment(only, ctx) });
}

const unavailable = (state: FindState): FindStep => ({
  state,
  say: [line('find.unavailable')],
  next: { type: 'replace', task: 'handoff', start: { args: { reason: REASONS.unreadable } } },
});
