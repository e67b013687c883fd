import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import { consentByKey, consentFrom, type Asked, type Consent, type Verdict } from '../../../consent.js';
import type { KnownAppointment } from '../../../effects.js';
import type { AskedValues, Interpretation } from '../../../nlu/types.js';
import { line, type Line } from '../../../render.js';
import type { Task, TaskContext, TaskStart, TaskStep } from '../../task.js';
import { commit, commitAnswered, type Commit, type CommitStep } from '../commit.js';
import { aroundMoment, timeReference } from '../moment/index.js';
import { says } from '../phrases.js';
import { covered, firstSaid, gather, identified, type FirstSaid } from './gather.js';
import { REASONS } from './reasons.js';
import { chosen, fitting, momentOf, spokenAppointment, spokenWhen } from './which.js';
import { speakerOf } from '../../../schedule/spoken.js';

type CancelAsk =
  | { readonly ask: 'identify' | 'fetch' }
  | { readonly ask: 'which'; readonly among: readonly KnownAppointment[] }
  | { readonly ask: 'confirm'; readonly appointment: KnownAppointment }
  | { readonly ask: 'commit'; readonly appointment: KnownAppointment; readonly commit: Commit };

/** State of a cancellation. */
export interface CancelState {
  readonly open: CancelAsk;
  /** Cancellations sent so far; part of the idempotency key. */
  readonly attempt: number;
  readonly pii: FirstSaid;
}

type CancelStep = TaskStep<CancelState>;

const VERSION = 1;

/** Gives an appointment back: which one, read-back, consent. */
export const CANCEL: Task<CancelState> = {
  id: 'cancel',
  version: VERSION,
  begin: beginCancel,
  question(state, ctx) {
    const { open } = state;
    const id = `cancel.${open.ask}`;
    if (open.ask === 'confirm') {
      const time = aroundMoment(momentOf(open.appointment), ctx);
      return { id, expects: 'yes_no', time, asked: valuesOf(open.appointment) };
    }
    if (open.ask !== 'which') return { id, expects: 'words', time: timeReference(ctx) };
    return { id, expects: 'offer', time: timeReference(ctx), offers: open.among.map(momentOf) };
  },
  listening({ open }, ctx) {
    if (open.ask === 'confirm') return { pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } };
    if (open.ask !== 'which') return { pace: 'phrase', decision: false };
    return { pace: 'phrase', decision: false, keypad: whichKeys(open.among, ctx) };
  },
  answer: answerCancel,
  press: pressCancel,
  result(state, request, result, ctx) {
    const { open } = state;
    if (request.type === 'find_appointments' && open.ask === 'fetch') {
      const appointments = covered(result, ctx);
      return appointments === undefined ? unavailable(state) : gathered(state, appointments, ctx);
    }
    if (open.ask !== 'commit') return { state, say: [] };
    const next = commitAnswered(open.commit, result);
    const current = result.type === 'change' ? result.appointment : undefined;
    return next === undefined ? { state, say: [] } : committed(state, open, next, current, ctx);
  },
  childDone(state, _child, outcome, ctx) {
    const appointments = identified(outcome);
    return appointments === undefined
      ? { state, say: [], next: { type: 'cancelled' } }
      : gathered(state, appointments, ctx);
  },
  ask: (state, ctx) => askCancel(state, ctx),
  retry: (state, way, ctx) => ({ state, say: retryCancel(state, way, ctx) }),
  abandon: (state) => kept(state),
};

/** What the keys stand for when there are several appointments. */
export const whichKeys = (
  among: readonly KnownAppointment[],
  ctx: TaskContext,
): Readonly<Record<string, string>> =>
  Object.fromEntries(among.slice(0, 9).map((one, k) => [String(k + 1), spokenWhen(one, ctx)]));

/** What was read back of an appointment. */
export const valuesOf = (one: KnownAppointment): AskedValues => ({
  ...momentOf(one),
  ...(one.serviceId === undefined ? {} : { serviceId: one.serviceId }),
  text: one.purpose,
});

function beginCancel(start: TaskStart, ctx: TaskContext): CancelStep {
  const state = (open: CancelAsk): CancelState => ({ open, attempt: 0, pii: firstSaid(start) });
  const gathering = gather(start, ctx);
  switch (gathering.type) {
    case 'have': {
      return gathered(state({ ask: 'fetch' }), gathering.appointments, ctx);
    }
    case 'fetch': {
      return { state: state({ ask: 'fetch' }), say: [], requests: [gathering.request] };
    }
    case 'identify': {
      return { state: state({ ask: 'identify' }), say: [], next: gathering.next };
    }
    default: {
      return gathering;
    }
  }
}

function gathered(
  state: CancelState,
  appointments: readonly KnownAppointment[],
  ctx: TaskContext,
): CancelStep {
  const meant = fitting(appointments, state.pii.said?.mentions ?? []);
  const [only] = meant;
  if (only === undefined) return { state, say: [line('find.none')], next: { type: 'done' } };
  const open: CancelAsk =
    meant.length === 1 ? { ask: 'confirm', appointment: only } : { ask: 'which', among: meant };
  return asking({ ...state, open }, ctx);
}

const asking = (state: CancelState, ctx: TaskContext, lead: readonly Line[] = []): CancelStep => ({
  state,
  say: [...lead, ...askCancel(state, ctx)],
});

function askCancel({ open }: CancelState, ctx: TaskContext): readonly Line[] {
  if (open.ask === 'confirm') {
    return [line('cancel.confirm', { appointment: spokenAppointment(open.appointment, ctx) })];
  }
  return open.ask === 'which' ? [whichLine(open.among, ctx)] : [];
}

/** "You have … and …. Which one do you mean?" */
export const whichLine = (among: readonly KnownAppointment[], ctx: TaskContext): Line =>
  line('find.which', {
    list: speakerOf(ctx.lexicon.locale).list(
      among.map((one) => spokenAppointment(one, ctx)),
      'and',
    ),
  });

/** The choice among several appointments by keys. */
export const whichByKeys = (among: readonly KnownAppointment[], ctx: TaskContext): Line =>
  line('find.which_keypad', {
    keys: speakerOf(ctx.lexicon.locale).keys(among.map((one) => spokenWhen(one, ctx))),
  });

function retryCancel(state: CancelState, way: 'words' | 'keys', ctx: TaskContext): readonly Line[] {
  const { open } = state;
  if (open.ask === 'confirm') {
    const when = spokenWhen(open.appointment, ctx);
    return [line(way === 'keys' ? 'cancel.confirm_keypad' : 'cancel.confirm_retry', { when })];
  }
  if (open.ask === 'which') {
    return [way === 'keys' ? whichByKeys(open.among, ctx) : whichLine(open.among, ctx)];
  }
  return [];
}

function answerCancel(state: CancelState, said: Interpretation, ctx: TaskContext): CancelStep | undefined {
  const { open } = state;
  const { locale } = ctx.lexicon;
  if (open.ask !== 'which' && open.ask !== 'confirm') return undefined;
  if (says(said, 'not_me', locale)) return notTheirs(state);
  if (said.command === 'stop' || says(said, 'keep_it', locale)) return kept(state);
  if (open.ask === 'which') {
    const one = chosen(open.among, said);
    return one === undefined
      ? undefined
      : asking({ ...state, open: { ask: 'confirm', appointment: one } }, ctx);
  }
  // "Yes, I want it": the appointment, or that it goes.
  if (says(said, 'wants_thing', locale) && !says(said, 'gone', locale)) {
    return { state, say: [], missed: true };
  }
  const verdict = consentFrom(said, askedOf(open.appointment, ctx));
  if (verdict.kind === 'agreed') return send(state, open.appointment, verdict.consent, ctx);
  if (says(said, 'wants_move', locale)) {
    const known = { appointment: open.appointment };
    return { state, say: [], next: { type: 'replace', task: 'move', start: { said }, known } };
  }
  return afterVerdict(state, verdict, said);
}

function afterVerdict(state: CancelState, verdict: Verdict, said: Interpretation): CancelStep | undefined {
  if (verdict.kind === 'refused') return kept(state);
  if (said.act === 'question' || said.command !== undefined || said.act === 'social') return undefined;
  return { state, say: [], missed: true };
}

const askedOf = (appointment: KnownAppointment, ctx: TaskContext): Asked => ({
  questionId: 'cancel.confirm',
  values: valuesOf(appointment),
  heardToEnd: ctx.heardToEnd,
});

function pressCancel(state: CancelState, digit: DtmfDigit, ctx: TaskContext): CancelStep | undefined {
  const { open } = state;
  if (open.ask === 'which') {
    const one = open.among[Number(digit) - 1];
    return one === undefined
      ? undefined
      : asking({ ...state, open: { ask: 'confirm', appointment: one } }, ctx);
  }
  if (open.ask !== 'confirm') return undefined;
  const verdict = consentByKey(digit, askedOf(open.appointment, ctx));
  if (verdict.kind === 'agreed') return send(state, open.appointment, verdict.consent, ctx);
  return verdict.kind === 'refused' ? kept(state) : undefined;
}

/** The appointment stays as it is. */
const kept = (state: CancelState): CancelStep =>
  state.open.ask === 'commit'
    ? { state, say: [] }
    : { state, say: [line('find.kept')], next: { type: 'cancelled' } };

/** It is somebody else's: what was shown does not hold for this caller. */
const notTheirs = (state: CancelState): CancelStep => ({
  state,
  say: [line('identify.not_you')],
  next: { type: 'cancelled', forgetIdentity: true },
});

function send(
  state: CancelState,
  appointment: KnownAppointment,
  consent: Consent,
  ctx: TaskContext,
): CancelStep {
  const attempt = state.attempt + 1;
  const sent = commit({
    type: 'cancel',
    consent,
    idempotencyKey: `${ctx.callId}:${ctx.frame}:${attempt}`,
    appointmentId: appointment.id,
    expectedVersion: appointment.version,
  });
  const open: CancelAsk = { ask: 'commit', appointment, commit: sent.commit };
  return { state: { ...state, attempt, open }, say: [], requests: [sent.request] };
}

function committed(
  state: CancelState,
  open: Extract<CancelAsk, { ask: 'commit' }>,
  next: CommitStep,
  current: KnownAppointment | undefined,
  ctx: TaskContext,
): CancelStep {
  switch (next.type) {
    case 'request': {
      return {
        state: { ...state, open: { ...open, commit: next.commit } },
        say: [],
        requests: [next.request],
      };
    }
    case 'done': {
      const when = spokenWhen(open.appointment, ctx);
      return {
        state,
        say: [line('cancel.done', { when })],
        next: { type: 'done', result: open.appointment, forgetAppointment: true },
      };
    }
    case 'not_done': {
      if (next.why === 'gone') {
        return { state, say: [line('find.gone')], next: { type: 'done', forgetAppointment: true } };
      }
      if (next.why === 'unavailable') return unavailable(state);
      // It was changed meanwhile: it is read anew before it is given back.
      const appointment = current ?? open.appointment;
      return asking({ ...state, open: { ask: 'confirm', appointment } }, ctx, [line('find.changed')]);
    }
    case 'unknown': {
      return {
        state,
        say: [line('find.unresolved')],
        next: { type: 'replace', task: 'callback', start: { args: { reason: REASONS.unknown } } },
      };
    }
    default: {
      return next;
    }
  }
}

const unavailable = (state: CancelState): CancelStep => ({
  state,
  say: [line('find.unavailable')],
  next: { type: 'replace', task: 'handoff', start: { args: { reason: REASONS.unavailable } } },
});
