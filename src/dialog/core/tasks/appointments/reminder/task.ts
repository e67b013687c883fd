import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import {
  consentByKey,
  consentByMenuKey,
  consentByRequest,
  consentFrom,
  consentToEnd,
  type Asked,
  type Consent,
  type Verdict,
} from '../../../consent.js';
import type { DialogNote, KnownAppointment } from '../../../effects.js';
import type { Interpretation, OpenQuestion } from '../../../nlu/types.js';
import { firmly, line, type Line } from '../../../render.js';
import type { RetryWay, Task, TaskContext, TaskStart, TaskStep } from '../../task.js';
import { valuesOf } from '../existing/cancel.js';
import { momentOf, spokenAppointment, spokenWhen } from '../existing/which.js';
import { aroundMoment, timeReference } from '../moment/index.js';
import { givesUp, says } from '../phrases.js';
import type { ReminderState } from './state.js';

const VERSION = 1;
/** Key that ends all calls of this kind, at every question. */
const OPT_OUT_KEY = '9';
/** Answers before a human being is surely there; after them the line is given up. */
const MAX_TRIES = 2;

type Step = TaskStep<ReminderState>;
type Outcome = Extract<DialogNote, { kind: 'reminder' }>['outcome'];

/**
 * An outbound call about an appointment: confirm, move or cancel it, or no more such calls. Begun with the appointment's
 * own record ({@link TaskStart.appointment}); the number that was called is the context's `callerNumber`.
 */
export const REMINDER: Task<ReminderState> = {
  id: 'reminder',
  version: VERSION,
  begin,
  question,
  listening: ({ ask }) => ({ pace: 'consent', decision: true, keypad: keysOf(ask) }),
  answer,
  press,
  result: (state) => ({ state, say: [] }),
  childDone(state, child, outcome, ctx) {
    if (state.ask === 'opted_out') return ended(state, line('reminder.not_now'), undefined, state.consent);
    const isDone = outcome.type === 'done' || child !== 'callback';
    return isDone ? { state, say: askLines(state, ctx) } : notNow(state);
  },
  ask: askLines,
  retry: retried,
  abandon: (state) => (isPrivate(state) ? done(state, line('find.kept')) : notNow(state)),
};

function begin({ appointment, args }: TaskStart, ctx: TaskContext): Step {
  if (appointment === undefined) throw new Error('a reminder is begun with the record of an appointment');
  const state: ReminderState = { ask: args?.['known'] === 'yes' ? 'remind' : 'human', appointment, tries: 0 };
  const { persona = '' } = args ?? {};
  const hello = line('reminder.hello', { persona, business: ctx.business.name });
  return { state, say: state.ask === 'human' ? [hello, ...askLines(state, ctx)] : askLines(state, ctx) };
}

/** True once the appointment may be spoken of. */
const isPrivate = ({ ask }: ReminderState): boolean => ask === 'remind' || ask === 'which_change';

function askLines({ ask, appointment }: ReminderState, ctx: TaskContext): readonly Line[] {
  switch (ask) {
    case 'human': {
      return [line('reminder.human')];
    }
    case 'who': {
      return [line('reminder.who', { name: appointment.pii.userName })];
    }
    case 'remind': {
      return [line('reminder.remind', { appointment: spokenAppointment(appointment, ctx) })];
    }
    case 'which_change': {
      return [line('reminder.change')];
    }
    case 'opted_out':
    case 'over': {
      return [];
    }
    default: {
      return ask;
    }
  }
}

function question({ ask, appointment }: ReminderState, ctx: TaskContext): OpenQuestion {
  const id = `reminder.${ask}`;
  if (ask === 'which_change') return { id, expects: 'words', time: timeReference(ctx) };
  if (ask === 'who') {
    const asked = { name: appointment.pii.userName };
    return { id, expects: 'yes_no', action: 'identity', readBack: false, time: timeReference(ctx), asked };
  }
  if (ask !== 'remind') return { id, expects: 'yes_no', time: timeReference(ctx) };
  const time = aroundMoment(momentOf(appointment), ctx);
  return { id, expects: 'yes_no', action: 'attend', readBack: false, time, asked: valuesOf(appointment) };
}

function keysOf(ask: ReminderState['ask']): Readonly<Record<string, string>> {
  const own = isPrivate({ ask } as ReminderState)
    ? { '1': 'yes', '2': 'move', '3': 'cancel' }
    : { '1': 'yes', '2': 'no' };
  return { ...own, [OPT_OUT_KEY]: 'opt_out' };
}

function retried(state: ReminderState, way: RetryWay, ctx: TaskContext): Step {
  const tries = state.tries + 1;
  if (!isPrivate(state)) {
    // A machine answers too; whatever it says, nothing is told to it.
    return tries >= MAX_TRIES
      ? ended(state, line('reminder.not_now'), 'nobody')
      : { state: { ...state, tries }, say: askLines(state, ctx) };
  }
  const when = spokenWhen(state.appointment, ctx);
  return { state, say: [line(way === 'keys' ? 'reminder.keypad' : 'reminder.retry', { when })] };
}

const askedOf = (state: ReminderState, ctx: TaskContext): Asked => ({
  questionId: `reminder.${state.ask}`,
  heardToEnd: ctx.heardToEnd,
  ...(state.ask === 'remind' ? { values: valuesOf(state.appointment) } : {}),
  ...(state.ask === 'who' ? { values: { name: state.appointment.pii.userName } } : {}),
});

function answer(state: ReminderState, said: Interpretation, ctx: TaskContext): Step | undefined {
  const stop = consentByRequest(said, 'opt_out');
  if (stop !== undefined) return optOut(state, stop);
  const { locale } = ctx.lexicon;
  if (isPrivate(state)) {
    if (says(said, 'not_me', locale)) return wrongPerson(state);
    if (says(said, 'wants_move', locale)) return change(state, 'move', said);
    if (givesUp(said, locale)) return change(state, 'cancel', said);
    if (says(said, 'keep_it', locale)) return confirmed(state);
  }
  if (state.ask === 'which_change') {
    return said.polarity === 'deny' ? done(state, line('find.kept')) : undefined;
  }
  if (!isPrivate(state) && (said.act === 'question' || said.act === 'request') && said.social === undefined) {
    return { state, say: [line('reminder.private'), ...askLines(state, ctx)] };
  }
  const verdict = consentFrom(said, askedOf(state, ctx));
  if (verdict.kind === 'corrected') return state.ask === 'remind' ? change(state, 'move', said) : undefined;
  const end = consentToEnd(said, askedOf(state, ctx));
  return (
    decided(state, verdict, end, ctx) ?? (isOwnMatter(said) ? undefined : { state, say: [], missed: true })
  );
}

/** A question or request is dealt with by the conversation. */
const isOwnMatter = ({ act, command }: Interpretation): boolean =>
  act === 'question' || act === 'request' || act === 'social' || command !== undefined;

function press(state: ReminderState, digit: DtmfDigit, ctx: TaskContext): Step | undefined {
  if (digit === OPT_OUT_KEY) return optOut(state, consentByMenuKey(digit, 'opt_out'));
  if (isPrivate(state) && (digit === '2' || digit === '3')) {
    return change(state, digit === '2' ? 'move' : 'cancel');
  }
  if (state.ask === 'which_change' && digit === '1') return confirmed(state);
  const verdict = consentByKey(digit, askedOf(state, ctx));
  return decided(state, verdict, consentByMenuKey(digit, 'goodbye'), ctx);
}

/** What a yes or no leads to; `undefined` for neither. */
function decided(
  state: ReminderState,
  verdict: Verdict,
  end: Consent | undefined,
  ctx: TaskContext,
): Step | undefined {
  if (verdict.kind !== 'agreed' && verdict.kind !== 'refused') return undefined;
  const isYes = verdict.kind === 'agreed';
  switch (state.ask) {
    case 'human': {
      if (!isYes) return notNow(state, end);
      return asking({ ...state, ask: 'who', tries: 0 }, ctx);
    }
    case 'who': {
      if (!isYes) return wrongPerson(state, end);
      const { appointment } = state;
      const start: TaskStart = { appointment, args: { known: 'yes' } };
      return { state, say: [], next: { type: 'replace', task: 'reminder', start, known: { appointment } } };
    }
    case 'remind': {
      return isYes ? confirmed(state) : asking({ ...state, ask: 'which_change' }, ctx);
    }
    case 'which_change':
    case 'opted_out':
    case 'over': {
      return undefined;
    }
    default: {
      return state.ask;
    }
  }
}

const asking = (state: ReminderState, ctx: TaskContext): Step => ({ state, say: askLines(state, ctx) });

const noted = ({ appointment }: ReminderState, outcome: Outcome): readonly DialogNote[] => [
  { kind: 'reminder', outcome, appointmentId: appointment.id },
];

const done = (state: ReminderState, said: Line, outcome?: Outcome): Step => ({
  state: { ...state, ask: 'over' },
  say: [said],
  ...(outcome === undefined ? {} : { notes: noted(state, outcome) }),
  next: { type: 'done' },
});

const confirmed = (state: ReminderState): Step => done(state, line('reminder.confirmed'), 'confirmed');

function change(state: ReminderState, task: 'move' | 'cancel', said?: Interpretation): Step {
  const known: { readonly appointment: KnownAppointment } = { appointment: state.appointment };
  const start: TaskStart = said === undefined ? {} : { said };
  const notes = noted(state, task === 'move' ? 'asked_to_move' : 'asked_to_cancel');
  return { state, say: [], notes, next: { type: 'replace', task, start, known } };
}

/** The wish is written down before it is promised. */
function optOut(state: ReminderState, consent: Consent): Step {
  return {
    state: { ...state, ask: 'opted_out', consent },
    say: [],
    notes: noted(state, 'opted_out'),
    next: { type: 'push', task: 'opt_out', start: { consent } },
  };
}

const wrongPerson = (state: ReminderState, consent?: Consent): Step =>
  ended(state, line('reminder.not_you'), 'wrong_person', consent);

const notNow = (state: ReminderState, consent?: Consent): Step =>
  ended(state, line('reminder.not_now'), 'not_now', consent);

/** Nothing more is to be said on this line. */
const ended = (state: ReminderState, said: Line, outcome?: Outcome, consent?: Consent): Step => ({
  state: { ...state, ask: 'over' },
  say: [firmly(said)],
  ...(outcome === undefined ? {} : { notes: noted(state, outcome) }),
  next: { type: 'hangup', ...(consent === undefined ? {} : { consent }) },
});
