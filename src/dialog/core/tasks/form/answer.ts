import type { DtmfDigit } from '../../../../kernel/vocab.js';
import { consentByKey, consentFrom, type Verdict } from '../../consent.js';
import type { Interpretation } from '../../nlu/types.js';
import { line, type Line } from '../../render.js';
import type { TaskContext, TaskStep } from '../task.js';
import { askedValues, askLines, changeable, formLine, openQuestion } from './ask.js';
import { isDenial, namedCorrection, undo, valueCorrection, type Correction } from './correct.js';
import { finish } from './finish.js';
import { hasKeys, readKey } from './keys.js';
import { digitBounds, readSlot, type Fault, type Reading } from './read.js';
import { refusalOf } from './refuse.js';
import type { FormSpec, SlotSpec } from './spec.js';
import { speakContext, spokenAmount, spokenValue } from './spoken.js';
import { atSlot, clear, emptyForm, fill, openSlots, slotOf, type FormState } from './state.js';
import { saysOneOf } from './words.js';

type Step = TaskStep<FormState>;

/** Asks for what is still open; without it reads back, or finishes. */
export function advance(form: FormSpec, state: FormState, ctx: TaskContext, say: readonly Line[]): Step {
  const [next] = openSlots(form, state);
  if (next !== undefined) return ask(form, enter(state, next, ctx), ctx, say);
  if (form.confirm !== undefined) return ask(form, { ...state, at: { ask: 'confirm' } }, ctx, say);
  return finish(form, state, ctx, say);
}

const ask = (form: FormSpec, state: FormState, ctx: TaskContext, say: readonly Line[]): Step => ({
  state,
  say: [...say, ...askLines(form, state, ctx)],
});

/** The number of the call is offered before a number is asked for. */
function enter(state: FormState, slot: SlotSpec, ctx: TaskContext): FormState {
  const own = (ctx.callerNumber ?? '').replace(/\D/g, '');
  const { min, max } = digitBounds(slot);
  const isOffered = slot.type === 'phone' && own.length >= min && own.length <= max;
  return {
    ...state,
    at: isOffered ? { ask: 'check', slot: slot.id, own: true, pii: { value: own } } : atSlot(slot.id),
  };
}

/** Everything that was said so far is forgotten. */
export const startOver = (form: FormSpec, state: FormState, ctx: TaskContext): Step =>
  advance(form, { ...emptyForm(form.id, state.at), calls: state.calls, refusals: state.refusals }, ctx, [
    line('form.restart'),
  ]);

/** Takes a turn of the caller. */
export function answer(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Step | undefined {
  if (said.command === 'restart') return startOver(form, state, ctx);
  if (said.command !== undefined) return undefined;
  const secret = state.at.ask === 'slot' ? slotOf(form, state.at.slot) : undefined;
  const refusal = refusalOf(form, said, secret);
  if (refusal !== undefined) {
    return ask(form, state, ctx, [formLine(form, `refuses.${refusal.id}`, refusal.say)]);
  }
  const { at } = state;
  switch (at.ask) {
    case 'slot': {
      const slot = slotOf(form, at.slot);
      return slot === undefined
        ? advance(form, state, ctx, [])
        : answerSlot(form, state, slot, at.pii.partial, said, ctx);
    }
    case 'check':
      return answerCheck(form, state, said, ctx);
    case 'confirm':
      return answerConfirm(form, state, said, ctx);
    case 'change':
      return answerChange(form, state, said, ctx);
    case 'tool':
      return { state, say: [line('filler.moment')] };
    case 'required':
      return undefined;
  }
}

function answerSlot(
  form: FormSpec,
  state: FormState,
  slot: SlotSpec,
  before: string,
  said: Interpretation,
  ctx: TaskContext,
): Step | undefined {
  const named = namedCorrection(form, state, said, ctx);
  if (named !== undefined) return corrected(form, state, named, ctx);
  const earlier = isDenial(said) ? valueCorrection(form, state, said, ctx) : undefined;
  if (earlier !== undefined) return corrected(form, state, earlier, ctx);
  const back = undo(form, state, said, ctx);
  if (back !== undefined) return corrected(form, state, back, ctx);
  if (slot.optional === true && isSkip(slot, said, ctx)) {
    return advance(form, { ...state, skipped: [...state.skipped, slot.id] }, ctx, []);
  }
  if (slot.type === 'phone' && saysOneOf(said.tokens, ctx.lexicon.locale, 'form_own_number')) {
    const own = (ctx.callerNumber ?? '').replace(/\D/g, '');
    if (own !== '') return advance(form, fill(form, state, slot, own), ctx, []);
  }
  const reading = readSlot(slot, said, ctx, { asked: true, ...(before === '' ? {} : { before }) });
  if (reading !== undefined) return take(form, state, slot, reading, said, ctx);
  const late = valueCorrection(form, state, said, ctx);
  if (late !== undefined) return corrected(form, state, late, ctx);
  const isOther = said.act === 'question' || said.act === 'request' || said.act === 'social' || said.thinking;
  return isOther ? undefined : { state, say: [], missed: true };
}

/** "Skip", "I don't have one"; a bare no where no is no answer of its own. */
function isSkip(slot: SlotSpec, said: Interpretation, ctx: TaskContext): boolean {
  if (saysOneOf(said.tokens, ctx.lexicon.locale, 'form_skip')) return true;
  return (
    slot.type !== 'yes_no' &&
    said.polarity === 'deny' &&
    said.mentions.length === 0 &&
    said.unread.length === 0
  );
}

/** Goes on with what was read of the asked slot, and with what else the turn says. */
function take(
  form: FormSpec,
  state: FormState,
  slot: SlotSpec,
  reading: Reading,
  said: Interpretation | undefined,
  ctx: TaskContext,
): Step {
  switch (reading.kind) {
    case 'bad':
      return {
        state: { ...state, at: atSlot(slot.id) },
        say: [faultLine(slot, reading.why, ctx)],
        missed: true,
      };
    case 'partial': {
      const next = { ...state, at: atSlot(slot.id, reading.value) };
      return { state: next, say: [line(slot.type === 'date' ? 'form.year' : 'form.more')] };
    }
    case 'value': {
      if (said === undefined) return advance(form, fill(form, state, slot, reading.value), ctx, []);
      if (isToBeChecked(form, slot, reading)) {
        const at = { ask: 'check', slot: slot.id, pii: { value: reading.value } } as const;
        return ask(form, { ...takeOthers(form, state, slot, said, ctx), at }, ctx, []);
      }
      const filled = fill(form, state, slot, reading.value);
      return advance(form, takeOthers(form, filled, slot, said, ctx), ctx, []);
    }
  }
}

/** Types that are read back by themselves where the form has no read-back: one wrong sign makes them useless. */
const FRAGILE = ['phone', 'address'];

const isToBeChecked = (form: FormSpec, slot: SlotSpec, reading: Reading & { kind: 'value' }): boolean =>
  slot.secret !== true &&
  (reading.isDoubtful ||
    slot.type === 'email' ||
    (form.confirm === undefined && FRAGILE.includes(slot.type)));

/** Values of further slots in the same sentence, where only one slot can have them and they were heard surely. */
export function takeOthers(
  form: FormSpec,
  state: FormState,
  asked: SlotSpec | undefined,
  said: Interpretation,
  ctx: TaskContext,
): FormState {
  const open = openSlots(form, state).filter(({ id, secret }) => id !== asked?.id && secret !== true);
  return open.reduce((now, slot) => {
    const rivals = openSlots(form, state).filter(({ type }) => type === slot.type && type !== 'choice');
    if (slot.type === asked?.type && slot.type !== 'choice') return now;
    if (rivals.length > 1) return now;
    const reading = readSlot(slot, said, ctx, { asked: false });
    return reading?.kind === 'value' && !reading.isDoubtful ? fill(form, now, slot, reading.value) : now;
  }, state);
}

function faultLine(slot: SlotSpec, why: Fault, ctx: TaskContext): Line {
  const bound = (value: number): string =>
    slot.type === 'amount' ? spokenAmount(value, 'USD', ctx.lexicon.locale) : String(value);
  switch (why) {
    case 'short':
      return line('form.bad.short', { least: String(digitBounds(slot).min) });
    case 'long':
      return line('form.bad.long', { most: String(digitBounds(slot).max) });
    case 'small':
      return line('form.bad.small', { least: bound(slot.min ?? 0) });
    case 'large':
      return line('form.bad.large', { most: bound(slot.max ?? 0) });
    case 'future':
      return line('form.bad.future');
    case 'past':
      return line('form.bad.past');
    case 'no_such_day':
      return line('form.bad.no_such_day');
  }
}

function corrected(form: FormSpec, state: FormState, correction: Correction, ctx: TaskContext): Step {
  const { slot } = correction;
  if (correction.kind === 'reopen') {
    return ask(form, { ...clear(state, slot.id), at: atSlot(slot.id) }, ctx, []);
  }
  const next = fill(form, state, slot, correction.value);
  // The read-back that follows says the new value anyway.
  const isReadBack = form.confirm !== undefined && openSlots(form, next).length === 0;
  const value = spokenValue(slot, correction.value, speakContext(ctx));
  return advance(form, next, ctx, isReadBack ? [] : [line('form.corrected', { value })]);
}

const verdictOf = (form: FormSpec, state: FormState, said: Interpretation, ctx: TaskContext): Verdict =>
  consentFrom(said, {
    questionId: openQuestion(form, state, ctx).id,
    values: askedValues(form, state),
    heardToEnd: ctx.heardToEnd,
  });

function answerCheck(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Step | undefined {
  const { at } = state;
  const slot = at.ask === 'check' ? slotOf(form, at.slot) : undefined;
  if (at.ask !== 'check' || slot === undefined) return advance(form, state, ctx, []);
  if (at.own === true && saysOneOf(said.tokens, ctx.lexicon.locale, 'form_own_number') && !isDenial(said)) {
    return advance(form, fill(form, state, slot, at.pii.value), ctx, []);
  }
  const verdict = verdictOf(form, state, said, ctx);
  if (verdict.kind === 'agreed') return advance(form, fill(form, state, slot, at.pii.value), ctx, []);
  const reading = readSlot(slot, said, ctx, {
    asked: !['text', 'address', 'yes_no'].includes(slot.type),
    before: at.pii.value,
  });
  if (reading?.kind === 'value' && reading.value !== at.pii.value) {
    return advance(form, fill(form, state, slot, reading.value), ctx, []);
  }
  if (verdict.kind === 'refused' || verdict.kind === 'corrected') return notThat(form, state, slot, ctx);
  const isOther = said.act === 'question' || said.act === 'request' || said.act === 'social';
  return isOther ? undefined : { state, say: [], missed: true };
}

/** The value was heard wrongly: it is asked again, by keys where keys can say it. */
function notThat(form: FormSpec, state: FormState, slot: SlotSpec, ctx: TaskContext): Step {
  const isOwn = state.at.ask === 'check' && state.at.own === true;
  const at = atSlot(slot.id);
  const isNumber = slot.type === 'digits' || slot.type === 'phone';
  const byKeys = !isOwn && isNumber && hasKeys(slot) && at.ask === 'slot';
  return ask(form, { ...state, at: byKeys ? { ...at, byKeys: true } : at }, ctx, []);
}

function answerConfirm(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Step | undefined {
  const verdict = verdictOf(form, state, said, ctx);
  if (verdict.kind === 'agreed') return finish(form, state, ctx, [], verdict.consent);
  const change = namedCorrection(form, state, said, ctx) ?? valueCorrection(form, state, said, ctx);
  if (change !== undefined) return corrected(form, state, change, ctx);
  if (verdict.kind === 'refused' || verdict.kind === 'corrected') {
    return ask(form, { ...state, at: { ask: 'change' } }, ctx, []);
  }
  const isOther = said.act === 'question' || said.act === 'request' || said.act === 'social';
  return isOther ? undefined : { state, say: [], missed: true };
}

function answerChange(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Step | undefined {
  const change = namedCorrection(form, state, said, ctx) ?? valueCorrection(form, state, said, ctx);
  if (change !== undefined) return corrected(form, state, change, ctx);
  // "Yes, it is right after all", "nothing": what is right is read back again, and agreed to there.
  const isNothing = said.polarity !== undefined && said.unread.length === 0;
  if (isNothing || said.clauses[0]?.act === 'affirm') {
    return ask(form, { ...state, at: { ask: 'confirm' } }, ctx, []);
  }
  const isOther = said.act === 'question' || said.act === 'request' || said.act === 'social';
  return isOther ? undefined : { state, say: [], missed: true };
}

/** Takes a key of the telephone. */
export function press(form: FormSpec, state: FormState, key: DtmfDigit, ctx: TaskContext): Step | undefined {
  const { at } = state;
  switch (at.ask) {
    case 'slot': {
      const slot = slotOf(form, at.slot);
      if (slot === undefined) return undefined;
      const reading = readKey(slot, at.pii.partial, key, ctx);
      if (reading === undefined) return undefined;
      if (reading.kind === 'skip') {
        return advance(form, { ...state, skipped: [...state.skipped, slot.id] }, ctx, []);
      }
      // Nothing is said between the keys of an entry.
      if (reading.kind === 'partial') {
        return { state: { ...state, at: { ...at, pii: { partial: reading.value } } }, say: [] };
      }
      if (reading.kind === 'value' && reading.isDoubtful) {
        const check = { ask: 'check', slot: slot.id, pii: { value: reading.value } } as const;
        return ask(form, { ...state, at: check }, ctx, []);
      }
      return take(form, state, slot, reading, undefined, ctx);
    }
    case 'check': {
      const slot = slotOf(form, at.slot);
      if (slot === undefined) return undefined;
      if (key === '1') return advance(form, fill(form, state, slot, at.pii.value), ctx, []);
      return key === '2' ? notThat(form, state, slot, ctx) : undefined;
    }
    case 'confirm': {
      const verdict = consentByKey(key, {
        questionId: openQuestion(form, state, ctx).id,
        heardToEnd: ctx.heardToEnd,
      });
      if (verdict.kind === 'agreed') return finish(form, state, ctx, [], verdict.consent);
      return verdict.kind === 'refused' ? ask(form, { ...state, at: { ask: 'change' } }, ctx, []) : undefined;
    }
    case 'change': {
      const slot = changeable(form, state)[Number(key) - 1];
      return slot === undefined ? undefined : corrected(form, state, { kind: 'reopen', slot }, ctx);
    }
    case 'tool':
    case 'required':
      return undefined;
  }
}
