import type { DtmfDigit } from '../../../kernel/vocab.js';
import { consentByKey, consentByRequest, consentFrom, type Asked, type Consent } from '../consent.js';
import { firmly, line, type Line } from '../render.js';
import type { Interpretation, OpenQuestion } from '../nlu/types.js';
import { timeNow } from '../nlu/time/reference.js';
import { besideRefusal } from './beside-refusal.js';
import type { Task, TaskContext, TaskStep } from './task.js';

/** A person takes over: offered, or asked for. Without anybody to connect to, a call-back is offered. */
export interface HandoffState {
  readonly ask: 'offer' | 'transferring';
  /** A constant sentence for whoever takes over. */
  readonly reason: string;
  readonly kind: 'callback' | 'emergency';
  /** What a call-back is to be about, in the caller's words, where nobody takes over. */
  readonly message?: string;
}

type Step = TaskStep<HandoffState>;

export const handoffTask: Task<HandoffState> = {
  id: 'handoff',
  version: 1,

  begin({ args = {}, consent }, ctx): Step {
    const { reason = 'The caller wants a person.' } = args;
    const state: HandoffState = {
      ask: 'offer',
      reason,
      kind: args['kind'] === 'emergency' ? 'emergency' : 'callback',
      ...(args['message'] === undefined ? {} : { message: args['message'] }),
    };
    if (ctx.business.person === undefined) {
      const isAsked = consent !== undefined && state.kind !== 'emergency';
      return callBack(
        state,
        isAsked ? [line('transfer.none')] : [],
        state.kind === 'emergency' ? consent : undefined,
      );
    }
    return consent === undefined ? { state, say: [line('person.offer')] } : transfer(state, consent, ctx);
  },

  question: (_state, ctx): OpenQuestion => ({ id: 'handoff.offer', expects: 'yes_no', time: timeNow(ctx) }),

  listening: () => ({ pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } }),

  answer(state, said, ctx): Step | undefined {
    if (state.ask === 'transferring') return undefined;
    // "Get me a person" agrees to the very thing that is offered.
    const request = consentByRequest(said, 'person');
    if (request !== undefined) return transfer(state, request, ctx);
    const verdict = consentFrom(said, asked(ctx));
    switch (verdict.kind) {
      case 'agreed': {
        return transfer(state, verdict.consent, ctx);
      }
      case 'refused': {
        return { state, say: [], next: { type: 'cancelled' }, ...besideRefusal(said) };
      }
      case 'corrected': {
        return undefined;
      }
      case 'unclear': {
        return isElsewhere(said) ? undefined : { state, say: [], missed: true };
      }
    }
  },

  press(state, digit, ctx): Step | undefined {
    if (state.ask === 'transferring') return undefined;
    return pressed(state, digit, ctx);
  },

  result(state, _request, result): Step {
    if (result.type === 'transfer' && result.outcome === 'accepted') {
      return { state, say: [], next: { type: 'done' } };
    }
    return callBack(state, [line('transfer.failed')], undefined);
  },

  ask: () => [line('person.offer')],

  retry: (state, way): Step => ({
    state,
    say: [line(way === 'keys' ? 'person.keypad' : 'person.retry')],
  }),

  abandon: (state): Step => ({ state, say: [], next: { type: 'cancelled' } }),
};

const asked = (ctx: TaskContext): Asked => ({ questionId: 'handoff.offer', heardToEnd: ctx.heardToEnd });

/** Words with a matter of their own: the conversation deals with them. */
const isElsewhere = (said: Interpretation): boolean =>
  said.act === 'question' || said.act === 'request' || said.unread.length > 0 || said.mentions.length > 0;

function pressed(state: HandoffState, digit: DtmfDigit, ctx: TaskContext): Step | undefined {
  const verdict =
    digit === '0' ? consentByKey('1', { ...asked(ctx), heardToEnd: true }) : consentByKey(digit, asked(ctx));
  if (verdict.kind === 'agreed') return transfer(state, verdict.consent, ctx);
  return verdict.kind === 'refused' ? { state, say: [], next: { type: 'cancelled' } } : undefined;
}

function transfer(state: HandoffState, consent: Consent, ctx: TaskContext): Step {
  const { person } = ctx.business;
  if (person === undefined) return callBack(state, [line('transfer.none')], undefined);
  return {
    state: { ...state, ask: 'transferring' },
    say: [firmly(line('transfer.start', { person: person.name }))],
    requests: [{ type: 'transfer', consent, target: person.sipUri }],
  };
}

function callBack(state: HandoffState, say: readonly Line[], consent: Consent | undefined): Step {
  const { reason, kind, message } = state;
  const args = { reason, kind, ...(message === undefined ? {} : { message }) };
  const start = { args, ...(consent === undefined ? {} : { consent }) };
  return { state, say, next: { type: 'replace', task: 'callback', start } };
}
