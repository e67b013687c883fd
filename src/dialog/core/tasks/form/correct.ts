import type { Interpretation } from '../../nlu/types.js';
import type { TaskContext } from '../task.js';
import { readSlot } from './read.js';
import type { FormSpec, SlotSpec, SlotType } from './spec.js';
import { isDue, slotOf, valueOf, type FormState } from './state.js';
import { saysOneOf } from './words.js';

/** What a turn wants changed of what was said before. */
export type Correction =
  | { readonly kind: 'value'; readonly slot: SlotSpec; readonly value: string }
  /** The slot is wrong, and what is right was not said. */
  | { readonly kind: 'reopen'; readonly slot: SlotSpec };

/** Types whose values a number can be. */
const NUMERIC: readonly SlotType[] = ['number', 'digits', 'amount', 'phone'];

/** A part that is named: "the birth date is wrong", "the amount should be fifty". */
export function namedCorrection(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Correction | undefined {
  const named = said.mentions.find(({ type }) => type === 'field');
  const slot = named?.type === 'field' ? slotOf(form, named.field) : undefined;
  if (slot === undefined || !isDue(slot, state) || valueOf(state, slot.id) === undefined) return undefined;
  const value = newValue(slot, state, said, ctx, NUMERIC.includes(slot.type));
  return value === undefined ? { kind: 'reopen', slot } : { kind: 'value', slot, value };
}

/** A value that can only be that of an earlier slot: "no, it's 1984". The slot filled last comes first. */
export function valueCorrection(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Correction | undefined {
  for (const id of [...state.filled].reverse()) {
    const slot = slotOf(form, id);
    if (slot === undefined || slot.secret === true) continue;
    const value = newValue(slot, state, said, ctx, false);
    if (value !== undefined) return { kind: 'value', slot, value };
    if (isExcluded(slot, said)) return { kind: 'reopen', slot };
  }
  return undefined;
}

/** "That's wrong", without what is right: the slot filled last. */
export function undo(
  form: FormSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
): Correction | undefined {
  if (!saysOneOf(said.tokens, ctx.lexicon.locale, 'form_undo')) return undefined;
  const slot = slotOf(form, state.filled.at(-1) ?? '');
  return slot === undefined ? undefined : { kind: 'reopen', slot };
}

/** The turn says no to something: what follows may correct it. */
export const isDenial = (said: Interpretation): boolean =>
  said.polarity === 'deny' ||
  said.clauses[0]?.act === 'deny' ||
  said.mentions.some(({ excluded }) => excluded);

function newValue(
  slot: SlotSpec,
  state: FormState,
  said: Interpretation,
  ctx: TaskContext,
  asked: boolean,
): string | undefined {
  const before = valueOf(state, slot.id);
  const reading = readSlot(slot, said, ctx, { asked, ...(before === undefined ? {} : { before }) });
  if (reading?.kind === 'partial' && slot.type === 'date' && before !== undefined) {
    // Another day, and the year stands: "no, the sixth of March".
    return `${before.slice(0, 5)}${reading.value.slice(5)}`;
  }
  return reading?.kind === 'value' && reading.value !== before ? reading.value : undefined;
}

/** "Not Lopez": a value of the slot's type is ruled out, and no other is named. */
const isExcluded = (slot: SlotSpec, said: Interpretation): boolean =>
  said.mentions.some(
    (mention) =>
      mention.excluded &&
      (mention.type === slot.type ||
        (mention.type === 'option' && mention.id.startsWith(`${slot.id}.`)) ||
        (mention.type === 'time' && mention.value.kind === slot.type)),
  );
