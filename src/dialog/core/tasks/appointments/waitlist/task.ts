import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import { consentByKey, consentFrom, type Asked, type Consent, type Verdict } from '../../../consent.js';
import type { Interpretation, OpenQuestion } from '../../../nlu/types.js';
import { addDays } from '../../../nlu/time/local-date.js';
import { line, type Line } from '../../../render.js';
import { termsOf, today } from '../../../schedule/calendar.js';
import type { Task, TaskContext, TaskStart, TaskStep } from '../../task.js';
import { commit, commitAnswered, type Commit, type CommitStep } from '../commit.js';
import { timeReference } from '../moment/index.js';
import { hearName } from '../name.js';

type WaitAsk =
  | { readonly ask: 'confirm' }
  | { readonly ask: 'name'; readonly consent: Consent }
  | { readonly ask: 'number'; readonly consent: Consent; readonly pii: { readonly keys: string } }
  | { readonly ask: 'commit'; readonly commit: Commit };

/** State of joining the waiting list. */
export interface WaitState {
  readonly open: WaitAsk;
  readonly serviceId?: string;
  readonly staffId?: string;
  /** Days waited for, both ends included. */
  readonly from: string;
  readonly to: string;
  readonly fromMin?: number;
  readonly toMin?: number;
  readonly pii: { readonly name?: string; readonly number?: string };
}

type WaitStep = TaskStep<WaitState>;

const VERSION = 1;

/** Days that are waited for when the caller named none. */
const DAYS_AHEAD = 14;

/** Digits of a telephone number: without its area, and at most (ITU-T E.164). */
const NUMBER_DIGITS = { min: 7, usual: 10, max: 15 } as const;

/** Puts a caller on the waiting list: consent, name, number; promised when it is committed. */
export const WAITLIST: Task<WaitState> = {
  id: 'waitlist',
  version: VERSION,
  begin: beginWait,
  question({ open }, ctx): OpenQuestion {
    return { id: `waitlist.${open.ask}`, expects: EXPECTS[open.ask], time: timeReference(ctx) };
  },
  listening({ open }) {
    switch (open.ask) {
      case 'confirm': {
        return { pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } };
      }
      case 'name': {
        return { pace: 'name', decision: false };
      }
      case 'number': {
        return { pace: 'digits', decision: false, keypad: { '#': 'end' } };
      }
      case 'commit': {
        return { pace: 'phrase', decision: false };
      }
      default: {
        return open;
      }
    }
  },
  answer: answerWait,
  press: pressWait,
  result(state, _request, result, ctx) {
    if (state.open.ask !== 'commit') return { state, say: [] };
    const next = commitAnswered(state.open.commit, result);
    return next === undefined ? { state, say: [] } : committed(state, next, ctx);
  },
  ask: (state) => askWait(state),
  retry: (state, way) => ({ state, say: retryWait(state, way) }),
  abandon: (state) => declined(state),
};

const EXPECTS: Readonly<Record<WaitAsk['ask'], OpenQuestion['expects']>> = {
  confirm: 'yes_no',
  name: 'name',
  number: 'phone',
  commit: 'words',
};

function beginWait(start: TaskStart, ctx: TaskContext): WaitStep {
  const { args = {} } = start;
  const minutes = (key: string): number | undefined => {
    const value = Number(args[key]);
    return args[key] === undefined || !Number.isInteger(value) ? undefined : value;
  };
  const [fromMin, toMin] = [minutes('fromMin'), minutes('toMin')];
  const { service, staff } = args;
  const number = ctx.callerNumber ?? ctx.known.number;
  const from = args['from'] ?? today(ctx);
  const to = args['to'] ?? addDays(from, DAYS_AHEAD);
  const state: WaitState = {
    open: { ask: 'confirm' },
    from,
    to: to < from ? from : to,
    ...(service === undefined ? {} : { serviceId: service }),
    ...(staff === undefined ? {} : { staffId: staff }),
    ...(fromMin === undefined ? {} : { fromMin }),
    ...(toMin === undefined ? {} : { toMin }),
    pii: {
      ...(ctx.known.name === undefined ? {} : { name: ctx.known.name }),
      ...(number === undefined ? {} : { number }),
    },
  };
  return { state, say: askWait(state) };
}

function askWait({ open }: WaitState): readonly Line[] {
  switch (open.ask) {
    case 'confirm': {
      return [line('waitlist.ask')];
    }
    case 'name': {
      return [line('appointment.name.ask')];
    }
    case 'number': {
      return [line('waitlist.number')];
    }
    case 'commit': {
      return [];
    }
    default: {
      return open;
    }
  }
}

function retryWait(state: WaitState, way: 'words' | 'keys'): readonly Line[] {
  switch (state.open.ask) {
    case 'confirm': {
      return [line(way === 'keys' ? 'waitlist.keypad' : 'waitlist.retry')];
    }
    case 'name': {
      return [line('appointment.name.retry')];
    }
    case 'number': {
      return [line('waitlist.number_keypad')];
    }
    case 'commit': {
      return [];
    }
    default: {
      return state.open;
    }
  }
}

const askedOf = (ctx: TaskContext): Asked => ({ questionId: 'waitlist.confirm', heardToEnd: ctx.heardToEnd });

function answerWait(state: WaitState, said: Interpretation, ctx: TaskContext): WaitStep | undefined {
  const { open } = state;
  if (open.ask === 'commit') return undefined;
  if (said.command === 'stop') return declined(state);
  if (open.ask === 'name') {
    const name = hearName(said, undefined, ctx)?.name;
    return name === undefined
      ? undefined
      : goOn({ ...state, pii: { ...state.pii, name } }, open.consent, ctx);
  }
  if (open.ask === 'number') {
    const heard = said.mentions.findLast(({ type }) => type === 'phone' || type === 'digits');
    const digits = heard?.type === 'phone' || heard?.type === 'digits' ? heard.digits : '';
    return digits.length < NUMBER_DIGITS.min ? undefined : goOn(numbered(state, digits), open.consent, ctx);
  }
  const decided = afterVerdict(state, consentFrom(said, askedOf(ctx)), ctx);
  if (decided !== undefined) return decided;
  if (said.act === 'question' || said.command !== undefined || said.act === 'social') return undefined;
  return { state, say: [], missed: true };
}

const numbered = (state: WaitState, number: string): WaitState => ({
  ...state,
  pii: { ...state.pii, number },
});

function afterVerdict(state: WaitState, verdict: Verdict, ctx: TaskContext): WaitStep | undefined {
  if (verdict.kind === 'agreed') return goOn(state, verdict.consent, ctx);
  return verdict.kind === 'refused' ? declined(state) : undefined;
}

const declined = (state: WaitState): WaitStep =>
  state.open.ask === 'commit' ? { state, say: [] } : { state, say: [], next: { type: 'cancelled' } };

/** Asks for what a place on the list needs, then takes it. */
function goOn(state: WaitState, consent: Consent, ctx: TaskContext): WaitStep {
  const { name, number } = state.pii;
  const asking = (open: WaitAsk): WaitStep => {
    const next = { ...state, open };
    return { state: next, say: askWait(next) };
  };
  if (name === undefined) return asking({ ask: 'name', consent });
  if (number === undefined) return asking({ ask: 'number', consent, pii: { keys: '' } });
  const { serviceId, staffId, from, to, fromMin, toMin } = state;
  const sent = commit({
    type: 'join_waiting_list',
    consent,
    idempotencyKey: `${ctx.callId}:${ctx.frame}:1`,
    ...(serviceId === undefined ? {} : { serviceId }),
    ...(staffId === undefined ? {} : { resource: staffId }),
    ...{ from, to },
    ...(fromMin === undefined ? {} : { fromMin }),
    ...(toMin === undefined ? {} : { toMin }),
    durationMin: termsOf(ctx.business, serviceId, staffId).durationMin,
    pii: { name, number },
  });
  const open: WaitAsk = { ask: 'commit', commit: sent.commit };
  return { state: { ...state, open }, say: [], requests: [sent.request] };
}

function committed(state: WaitState, next: CommitStep, _ctx: TaskContext): WaitStep {
  switch (next.type) {
    case 'request': {
      const open: WaitAsk = { ask: 'commit', commit: next.commit };
      return { state: { ...state, open }, say: [], requests: [next.request] };
    }
    case 'done': {
      const { name } = state.pii;
      const known = name === undefined ? {} : { known: { name } };
      return { state, say: [line('waitlist.done')], next: { type: 'done', ...known } };
    }
    case 'not_done':
    case 'unknown': {
      const start = { args: { reason: REASON } };
      return { state, say: [line('waitlist.failed')], next: { type: 'replace', task: 'callback', start } };
    }
    default: {
      return next;
    }
  }
}

const REASON = 'The caller could not be put on the waiting list.';

function pressWait(state: WaitState, digit: DtmfDigit, ctx: TaskContext): WaitStep | undefined {
  const { open } = state;
  if (open.ask === 'confirm') return afterVerdict(state, consentByKey(digit, askedOf(ctx)), ctx);
  if (open.ask !== 'number') return undefined;
  const { keys } = open.pii;
  if (digit === '#') {
    return keys.length < NUMBER_DIGITS.min ? undefined : goOn(numbered(state, keys), open.consent, ctx);
  }
  if (!/^\d$/.test(digit)) return undefined;
  const longer = (keys + digit).slice(-NUMBER_DIGITS.max);
  if (longer.length >= NUMBER_DIGITS.usual) return goOn(numbered(state, longer), open.consent, ctx);
  return { state: { ...state, open: { ...open, pii: { keys: longer } } }, say: [] };
}
