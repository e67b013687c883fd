import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import type { SecondFactor } from '../../../business.js';
import type { DialogResult, KnownAppointment } from '../../../effects.js';
import type { Interpretation, OpenQuestion } from '../../../nlu/types.js';
import { line, type Line } from '../../../render.js';
import type { Identity, Task, TaskContext, TaskStart, TaskStep } from '../../task.js';
import { REASONS } from '../existing/reasons.js';
import { timeReference } from '../moment/index.js';
import { hearName } from '../name.js';
import { says } from '../phrases.js';
import { codeIn, keyedProof, proves, readProof, sameName, type Proof } from './proof.js';

type IdentifyAsk =
  | { readonly ask: 'name' }
  /** The appointments of a number, a name or a reference are looked for. */
  | { readonly ask: 'find'; readonly by: 'phone' | 'name' | 'reference' }
  | { readonly ask: 'factor'; readonly factor: SecondFactor; readonly pii: { readonly keys: string } };

/** State of an identification. */
export interface IdentifyState {
  readonly open: IdentifyAsk;
  /** Answers that did not match. */
  readonly misses: number;
  /** It is somebody else's appointment: its reference is the proof, and nothing of it is kept as the caller's. */
  readonly isOther?: true;
  /** Factors that the caller cannot give. */
  readonly lacking: readonly SecondFactor[];
  readonly pii: {
    readonly name?: string;
    /** What number, name or reference has found; never spoken of before the proof. */
    readonly candidates: readonly KnownAppointment[];
    /** A reference that was given first. */
    readonly code?: string;
  };
}

type IdentifyStep = TaskStep<IdentifyState>;

const VERSION = 1;

/** Answers that do not match before a person takes over. */
const MAX_MISSES = 3;

/** Shows who a caller is: by the number that they call from, or by name and a second factor of the business. */
export const IDENTIFY: Task<IdentifyState> = {
  id: 'identify',
  version: VERSION,
  begin: beginIdentify,
  question({ open }, ctx): OpenQuestion {
    const id = `identify.${open.ask}`;
    if (open.ask === 'name') return { id, expects: 'name', time: timeReference(ctx) };
    if (open.ask === 'find') return { id, expects: 'words', time: timeReference(ctx) };
    const time = timeReference(ctx, open.factor === 'phone' ? {} : { expectsDate: true });
    return { id: `identify.${open.factor}`, expects: EXPECTS[open.factor], time };
  },
  listening({ open }) {
    if (open.ask === 'name') return { pace: 'name', decision: false };
    if (open.ask === 'find') return { pace: 'phrase', decision: false };
    const secret = open.factor === 'reference' || open.factor === 'birth_date';
    return {
      pace: open.factor === 'time' ? 'phrase' : 'digits',
      decision: false,
      ...(open.factor === 'time' ? {} : { keypad: KEYPAD }),
      ...(secret ? { secret: true as const } : {}),
    };
  },
  answer: answerIdentify,
  press: pressIdentify,
  result(state, request, result, ctx) {
    return request.type === 'find_appointments' && state.open.ask === 'find'
      ? found(state, state.open.by, result, ctx)
      : { state, say: [] };
  },
  ask: askIdentify,
  retry: (state, way) => ({ state, say: retryIdentify(state, way) }),
  abandon: (state) => ({ state, say: [line('identify.stopped')], next: { type: 'cancelled' } }),
};

const EXPECTS: Readonly<Record<SecondFactor, OpenQuestion['expects']>> = {
  reference: 'digits',
  birth_date: 'date',
  phone: 'phone',
  time: 'date',
};

const KEYPAD: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'0123456789'].map((digit): [string, string] => [digit, digit])),
  '#': 'end',
};

function beginIdentify(start: TaskStart, ctx: TaskContext): IdentifyStep {
  const { said, args } = start;
  const isOther = args?.['other'] !== undefined;
  const name = isOther
    ? nameOfOther(said)
    : ((said === undefined ? undefined : hearName(said, undefined, ctx)?.name) ?? ctx.known.name);
  const code = said === undefined ? undefined : codeIn(said);
  const state: IdentifyState = {
    open: { ask: 'name' },
    misses: 0,
    lacking: [],
    ...(isOther ? { isOther } : {}),
    pii: { candidates: [], ...(name === undefined ? {} : { name }), ...(code === undefined ? {} : { code }) },
  };
  if (isOther) return byName(state, ctx, [line('identify.other')]);
  if (ctx.callerNumber !== undefined) return find(state, 'phone', { phone: ctx.callerNumber });
  return byName(state, ctx, [line('identify.start')]);
}

/** The name that stands with "my wife". */
function nameOfOther(said: Interpretation | undefined): string | undefined {
  const named = said?.mentions.find((mention) => mention.type === 'name' && mention.whose !== undefined);
  return named?.type === 'name' ? named.name : undefined;
}

const find = (
  state: IdentifyState,
  by: 'phone' | 'name' | 'reference',
  pii: { readonly phone?: string; readonly name?: string; readonly reference?: string },
): IdentifyStep => ({
  state: { ...state, open: { ask: 'find', by } },
  say: [],
  requests: [{ type: 'find_appointments', pii }],
});

/** Looks for what the caller has named; asks for the name when there is nothing to look for. */
function byName(state: IdentifyState, ctx: TaskContext, lead: readonly Line[]): IdentifyStep {
  const { name, code } = state.pii;
  if (name !== undefined) return find(state, 'name', { name });
  if (code !== undefined) return find(state, 'reference', { reference: code });
  return asking(state, { ask: 'name' }, ctx, lead);
}

const asking = (
  before: IdentifyState,
  open: IdentifyAsk,
  ctx: TaskContext,
  lead: readonly Line[] = [],
): IdentifyStep => {
  const state = { ...before, open };
  return { state, say: [...lead, ...askIdentify(state, ctx)] };
};

function askIdentify({ open }: IdentifyState, _ctx: TaskContext): readonly Line[] {
  if (open.ask === 'name') return [line('identify.name')];
  return open.ask === 'find' ? [] : [line(QUESTIONS[open.factor])];
}

const QUESTIONS = {
  reference: 'identify.reference',
  birth_date: 'identify.birth_date',
  phone: 'identify.phone',
  time: 'identify.time',
} as const satisfies Record<SecondFactor, string>;

function retryIdentify({ open }: IdentifyState, way: 'words' | 'keys'): readonly Line[] {
  if (open.ask === 'name') return [line('identify.name_retry')];
  if (open.ask === 'find') return [];
  if (way === 'keys' && open.factor !== 'time') return [line(BY_KEYS[open.factor])];
  return [line('identify.retry'), line(QUESTIONS[open.factor])];
}

const BY_KEYS = {
  reference: 'identify.reference_keypad',
  birth_date: 'identify.birth_date_keypad',
  phone: 'identify.phone_keypad',
} as const;

function found(
  state: IdentifyState,
  by: 'phone' | 'name' | 'reference',
  result: DialogResult,
  ctx: TaskContext,
): IdentifyStep {
  if (result.type !== 'found') {
    const start = { args: { reason: REASONS.unreadable } };
    return { state, say: [line('find.unavailable')], next: { type: 'replace', task: 'handoff', start } };
  }
  const { name, code } = state.pii;
  const candidates = result.appointments;
  if (by === 'phone') {
    const own = candidates.filter(
      (one) =>
        (name === undefined || sameName(name, one.pii.userName)) &&
        (code === undefined || proves({ factor: 'reference', code }, one)),
    );
    const { identification } = ctx.business;
    const isEnough = identification.length === 0 || identification.includes('phone');
    if (own.length > 0 && isEnough) return shown(state, own, 'phone', ctx);
    if (own.length === 0) return byName(state, ctx, [line('identify.start')]);
    return nextFactor({ ...state, pii: { ...state.pii, candidates: own } }, ctx);
  }
  const known = { ...state, pii: { ...state.pii, candidates } };
  if (by === 'reference' && name === undefined) return asking(known, { ask: 'name' }, ctx);
  if (code !== undefined) return prove(known, { factor: 'reference', code }, ctx);
  if (state.isOther === true) return ofOther(known, ctx);
  if (ctx.business.identification.length === 0) {
    return candidates.length > 0 ? shown(known, candidates, 'form', ctx) : mismatched(known, ctx);
  }
  return nextFactor(known, ctx);
}

/** Somebody else's: made from the number that calls, or shown by its reference. */
function ofOther(state: IdentifyState, ctx: TaskContext): IdentifyStep {
  const { callerNumber, business } = ctx;
  const isEnough = callerNumber !== undefined && business.identification.includes('phone');
  const proof: Proof = { factor: 'phone', digits: callerNumber ?? '' };
  const isTheirs = isEnough && ownOf(state).some((one) => proves(proof, one));
  return isTheirs ? prove(state, proof, ctx) : nextFactor(state, ctx);
}

/** The candidates of the name. */
const ownOf = ({ pii: { name, candidates } }: IdentifyState): readonly KnownAppointment[] =>
  candidates.filter((one) => name === undefined || sameName(name, one.pii.userName));

/** Asks for the next factor that the caller may have; nothing tells whether the name was found. */
function nextFactor(state: IdentifyState, ctx: TaskContext): IdentifyStep {
  const factors: readonly SecondFactor[] =
    state.isOther === true ? ['reference'] : ctx.business.identification;
  const factor = factors.find((one) => !state.lacking.includes(one));
  return factor === undefined
    ? failed(state)
    : asking(state, { ask: 'factor', factor, pii: { keys: '' } }, ctx);
}

function answerIdentify(
  state: IdentifyState,
  said: Interpretation,
  ctx: TaskContext,
): IdentifyStep | undefined {
  const { open } = state;
  if (open.ask === 'find') return undefined;
  if (said.command === 'stop') {
    return { state, say: [line('identify.stopped')], next: { type: 'cancelled' } };
  }
  if (open.ask === 'name') return answerName(state, said, ctx);
  // A reference proves as much as what was asked for, where the office takes it.
  const code = ctx.business.identification.includes('reference') ? codeIn(said) : undefined;
  const proof: Proof | undefined =
    code === undefined ? readProof(open.factor, said) : { factor: 'reference', code };
  if (proof !== undefined) return prove(state, proof, ctx);
  const name = hearName(said, state.pii.name, ctx)?.name;
  if (name !== undefined && name !== state.pii.name) return find(named(state, name), 'name', { name });
  const isLacking = says(said, 'not_known', ctx.lexicon.locale) || said.polarity === 'deny';
  return isLacking ? nextFactor({ ...state, lacking: [...state.lacking, open.factor] }, ctx) : undefined;
}

const named = (state: IdentifyState, name: string): IdentifyState => ({
  ...state,
  pii: { ...state.pii, name },
});

function answerName(state: IdentifyState, said: Interpretation, ctx: TaskContext): IdentifyStep | undefined {
  const code = codeIn(said);
  const name = hearName(said, undefined, ctx)?.name;
  const pii = {
    ...state.pii,
    ...(code === undefined ? {} : { code }),
    ...(name === undefined ? {} : { name }),
  };
  if (name !== undefined) {
    // A reference that came first has found the candidates already.
    const { code: earlier, candidates } = state.pii;
    if (earlier !== undefined && candidates.length > 0) {
      return prove({ ...state, pii }, { factor: 'reference', code: earlier }, ctx);
    }
    return find({ ...state, pii }, 'name', { name });
  }
  return code === undefined ? undefined : find({ ...state, pii }, 'reference', { reference: code });
}

/** Compares a proof with the appointments of the name. */
function prove(state: IdentifyState, proof: Proof, ctx: TaskContext): IdentifyStep {
  const own = ownOf(state);
  const proved = own.filter((one) => proves(proof, one));
  if (proved.length === 0) return mismatched(state, ctx);
  // One proof of the person holds for all that they have booked; a name alone does not make two people one.
  const isOnlyProved = proof.factor === 'phone' || proof.factor === 'birth_date' || state.isOther === true;
  const all = isOnlyProved ? proved : sameCaller(own, proved);
  return shown(state, all, proof.factor, ctx, state.pii.code === undefined ? all : proved);
}

/** The appointments of the name that were made from the number of a proved one, and the proved ones. */
const sameCaller = (
  own: readonly KnownAppointment[],
  proved: readonly KnownAppointment[],
): readonly KnownAppointment[] =>
  own.filter(
    (one) =>
      proved.includes(one) ||
      (one.pii.callerNumber !== undefined &&
        proved.some(({ pii }) => pii.callerNumber === one.pii.callerNumber)),
  );

function mismatched(before: IdentifyState, ctx: TaskContext): IdentifyStep {
  const { code: _code, ...pii } = before.pii;
  const state = { ...before, pii, misses: before.misses + 1 };
  if (state.misses >= MAX_MISSES) return failed(state);
  const lead = [line('identify.no_match')];
  const { open } = state;
  if (open.ask === 'factor') return asking(state, { ...open, pii: { keys: '' } }, ctx, lead);
  return ctx.business.identification.length === 0
    ? asking(state, { ask: 'name' }, ctx, lead)
    : { ...nextFactor(state, ctx), say: [...lead, ...nextFactor(state, ctx).say] };
}

/** A person takes over. */
const failed = (state: IdentifyState): IdentifyStep => ({
  state: { ...state, pii: { candidates: [] } },
  say: [line('identify.failed')],
  next: {
    type: 'replace',
    task: 'handoff',
    start: { args: { reason: REASONS.unidentified } },
    ...(state.pii.name === undefined ? {} : { known: { name: state.pii.name } }),
  },
});

function shown(
  state: IdentifyState,
  appointments: readonly KnownAppointment[],
  by: Identity['by'],
  ctx: TaskContext,
  meant: readonly KnownAppointment[] = appointments,
): IdentifyStep {
  if (state.isOther === true) return { state, say: [], next: { type: 'done', result: meant } };
  const [first] = appointments;
  const name = state.pii.name ?? first?.pii.userName;
  const number = by === 'phone' ? (ctx.callerNumber ?? first?.pii.callerNumber) : undefined;
  const pii = { ...(name === undefined ? {} : { name }), ...(number === undefined ? {} : { number }) };
  const identity: Identity = { pii, appointmentIds: appointments.map(({ id }) => id), by };
  const known = { identity, ...(name === undefined ? {} : { name }) };
  return { state, say: [], next: { type: 'done', known, result: meant } };
}

function pressIdentify(state: IdentifyState, digit: DtmfDigit, ctx: TaskContext): IdentifyStep | undefined {
  const { open } = state;
  if (open.ask !== 'factor' || open.factor === 'time' || digit === '*') return undefined;
  if (digit === '#') {
    const proof = keyedProof(open.factor, open.pii.keys);
    return proof === undefined ? mismatched(state, ctx) : prove(state, proof, ctx);
  }
  if (!/^\d$/.test(digit)) return undefined;
  const keys = (open.pii.keys + digit).slice(-MAX_KEYS);
  const proof = keyedProof(open.factor, keys);
  if (proof !== undefined) return prove(state, proof, ctx);
  return { state: { ...state, open: { ...open, pii: { keys } } }, say: [] };
}

/** Keys that are kept; telephone numbers have at most 15 digits (ITU-T E.164). */
const MAX_KEYS = 15;
