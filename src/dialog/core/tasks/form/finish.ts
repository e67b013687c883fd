import { objectOf, textAt } from '../../../../kernel/json.js';
import { consentByIdentity, type Consent } from '../../consent.js';
import type { DialogRequest, DialogResult } from '../../effects.js';
import { line, type Line } from '../../render.js';
import type { Identity, Known, TaskContext, TaskStep } from '../task.js';
import { formLine } from './ask.js';
import type { FormSpec, ToolSpec } from './spec.js';
import { speakContext, spokenFields, spokenSlots, spokenValue } from './spoken.js';
import { clear, labelOf, valueOf, type FormState } from './state.js';

/** What a finished form gives to the task that pushed it. */
export interface FormResult {
  readonly formId: string;
  readonly pii: {
    /** Values in canonical form by slot. */
    readonly values: Readonly<Record<string, string>>;
    /** The same for people: values as they are spoken, by what the slots are called. */
    readonly notes: Readonly<Record<string, string>>;
  };
}

/** Times a tool may say no, unless the form tells otherwise. */
const TRIES = 3;

/**
 * Everything is filled in and agreed to: the tool is called, or the form is done.
 *
 * Which consent a tool gets: one that reads public data needs none. One that changes or charges gets the agreement to
 * the form's read-back and no other. One that discloses private data gets that too, where the form reads back; where
 * it does not, the consent lies in the caller asking for their data and then showing who they are
 * ({@link consentByIdentity}), which the form demands by `requires`. A tool without its consent is not called.
 */
export function finish(
  form: FormSpec,
  state: FormState,
  ctx: TaskContext,
  say: readonly Line[],
  agreed?: Consent,
): TaskStep<FormState> {
  if (form.tool === undefined) return done(form, state, ctx, say, undefined);
  const tool = ctx.tools[form.tool];
  const request = tool === undefined ? undefined : toolRequest(form, tool, state, ctx, agreed);
  if (request === undefined) return unavailable(form, state, say);
  return { state: { ...state, at: { ask: 'tool' }, calls: state.calls + 1 }, say, requests: [request] };
}

function toolRequest(
  form: FormSpec,
  tool: ToolSpec,
  state: FormState,
  ctx: TaskContext,
  agreed: Consent | undefined,
): DialogRequest | undefined {
  const { name, effect } = tool;
  const args = toolArgs(form, tool, state, ctx);
  if (effect === 'read') return { type: 'tool_call', name, args };
  const { identity } = ctx.known;
  const shown =
    effect === 'disclose' && form.requires !== undefined && identity !== undefined
      ? consentByIdentity(form.id, identity)
      : undefined;
  const consent = agreed ?? shown;
  return consent === undefined ? undefined : { type: effect, consent, name, args };
}

/** Arguments by where they may be kept: `pii` like other personal data, `secret` nowhere. */
function toolArgs(
  form: FormSpec,
  tool: ToolSpec,
  state: FormState,
  ctx: TaskContext,
): Readonly<Record<string, unknown>> {
  const kept = keptBefore(form, ctx);
  const chosen = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(values).filter(([id]) => tool.args.includes(id)));
  const isRepeatable = tool.effect === 'read' || tool.effect === 'disclose';
  return {
    pii: chosen({ ...kept, ...state.pii.values }),
    secret: chosen(state.pii.secrets),
    ...(isRepeatable ? {} : { idempotencyKey: `${ctx.callId}:${ctx.frame}:${state.calls}` }),
  };
}

/** What the forms before this one have kept. */
export function keptBefore(form: FormSpec, ctx: TaskContext): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  let before = form.requires;
  for (let depth = 0; before !== undefined && depth < Object.keys(ctx.forms).length; depth++) {
    Object.assign(kept, ctx.known.forms?.[before]?.pii.values);
    before = ctx.forms[before]?.requires;
  }
  return kept;
}

/** The tool has answered. */
export function toolAnswered(
  form: FormSpec,
  state: FormState,
  request: DialogRequest,
  result: DialogResult,
  ctx: TaskContext,
  goOn: (state: FormState, say: readonly Line[]) => TaskStep<FormState>,
): TaskStep<FormState> {
  const cleared = Object.keys(state.pii.secrets).reduce(clear, state);
  if (result.type === 'tool') {
    const code = codeOf(result.value);
    if (code === undefined) return done(form, state, ctx, [], result.value);
    return refused(form, cleared, code, goOn);
  }
  const isUnknown =
    result.type === 'failed' &&
    result.why === 'timeout' &&
    (request.type === 'change' || request.type === 'charge');
  return isUnknown
    ? handOver(form, cleared, [line('form.unknown')], 'It is not known whether it was done')
    : unavailable(form, cleared, []);
}

/** A tool says no with `{ error: "code" }`. */
const codeOf = (value: unknown): string | undefined =>
  objectOf(value) === undefined ? 'failed' : textAt(value, 'error');

function refused(
  form: FormSpec,
  state: FormState,
  code: string,
  goOn: (state: FormState, say: readonly Line[]) => TaskStep<FormState>,
): TaskStep<FormState> {
  const texts = form.failed[code];
  const again = form.again?.[code];
  const refusals = state.refusals + 1;
  if (texts === undefined) return unavailable(form, state, []);
  if (again === undefined) {
    return { state, say: [formLine(form, `failed.${code}`, texts)], next: { type: 'cancelled' } };
  }
  if (refusals >= (form.tries ?? TRIES)) {
    return handOver(form, state, [line('form.too_often')], 'The details given did not match');
  }
  return goOn({ ...again.reduce(clear, state), refusals }, [formLine(form, `failed.${code}`, texts)]);
}

/** The tool cannot be had: somebody calls back. */
function unavailable(form: FormSpec, state: FormState, say: readonly Line[]): TaskStep<FormState> {
  const texts = form.failed['failed'];
  const said = texts === undefined ? line('form.unavailable') : formLine(form, 'failed.failed', texts);
  return handOver(form, state, [...say, said], 'The system did not answer');
}

const handOver = (
  form: FormSpec,
  state: FormState,
  say: readonly Line[],
  why: string,
): TaskStep<FormState> => ({
  state,
  say,
  next: { type: 'replace', task: 'handoff', start: { args: { reason: `${why}: ${form.name}.` } } },
});

function done(
  form: FormSpec,
  state: FormState,
  ctx: TaskContext,
  say: readonly Line[],
  answer: unknown,
): TaskStep<FormState> {
  const speak = speakContext(ctx);
  const spoken = {
    ...keptBefore(form, ctx),
    ...spokenSlots(form, state, speak),
    ...spokenFields(answer, form.answer, speak),
  };
  const texts = form.done.length === 0 ? [] : [formLine(form, 'done', form.done, spoken)];
  const filled = form.slots.filter((slot) => slot.secret !== true && valueOf(state, slot.id) !== undefined);
  const notes = Object.fromEntries(
    filled.map((slot) => [labelOf(slot), spokenValue(slot, state.pii.values[slot.id] ?? '', speak)]),
  );
  const result: FormResult = { formId: form.id, pii: { values: state.pii.values, notes } };
  return {
    state,
    say: [...say, ...texts],
    next: { type: 'done', known: learned(form, state, ctx, answer), result },
  };
}

/** What the call knows after the form. */
function learned(form: FormSpec, state: FormState, ctx: TaskContext, answer: unknown): Known {
  const record = objectOf(answer) ?? {};
  const text = (id: string): string | undefined => {
    const value = state.pii.values[id] ?? record[id];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const kept = (form.keeps ?? []).flatMap((id) => {
    const value = text(id);
    return value === undefined ? [] : [[id, value] as const];
  });
  const name = text(form.identifies?.name ?? '');
  const number = text(form.identifies?.number ?? '');
  const identity: Identity = {
    by: 'form',
    appointmentIds: ctx.known.identity?.appointmentIds ?? [],
    pii: { ...(name === undefined ? {} : { name }), ...(number === undefined ? {} : { number }) },
  };
  return {
    ...(form.identifies === undefined ? {} : { identity }),
    forms: { ...ctx.known.forms, [form.id]: { pii: { values: Object.fromEntries(kept) } } },
  };
}
