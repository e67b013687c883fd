import type { TaskContext } from '../task.js';
import type { FormSpec, SlotSpec } from './spec.js';

/** Version of {@link FormState}. */
export const FORM_VERSION = 1;

/** What the form waits for. */
export type FormAt =
  /** An answer to a slot's question. */
  | {
      readonly ask: 'slot';
      readonly slot: string;
      /** Asked by keys, after words had failed. */
      readonly byKeys?: true;
      /** What has come of the answer so far: digits, or a day whose year is still to be said. */
      readonly pii: { readonly partial: string };
    }
  /** Whether a value was heard rightly. */
  | {
      readonly ask: 'check';
      readonly slot: string;
      /** The value is the number of the call, not the caller's words. */
      readonly own?: true;
      readonly pii: { readonly value: string };
    }
  | { readonly ask: 'confirm' }
  /** What is wrong with what was read back. */
  | { readonly ask: 'change' }
  /** Another form comes first. */
  | { readonly ask: 'required' }
  /** The tool's answer. */
  | { readonly ask: 'tool' };

/** A form being filled in. */
export interface FormState {
  readonly formId: string;
  readonly at: FormAt;
  /** Slots with a value, in the order in which they got it. */
  readonly filled: readonly string[];
  readonly skipped: readonly string[];
  /** Calls of the tool so far; part of the idempotency key. */
  readonly calls: number;
  /** Times the tool said no. */
  readonly refusals: number;
  readonly pii: {
    /** Values in canonical form: `YYYY-MM-DD`, `HH:MM`, digits, choice ids, `yes`, words. */
    readonly values: Readonly<Record<string, string>>;
    /** Values of secret slots; gone as soon as the tool has answered. */
    readonly secrets: Readonly<Record<string, string>>;
  };
}

/** Nothing filled in yet. */
export const emptyForm = (formId: string, at: FormAt): FormState => ({
  formId,
  at,
  filled: [],
  skipped: [],
  calls: 0,
  refusals: 0,
  pii: { values: {}, secrets: {} },
});

/** The form of a state; `undefined` when the pack has it no more. */
export const formOf = (state: FormState, ctx: TaskContext): FormSpec | undefined => ctx.forms[state.formId];

/** A slot of a form. */
export const slotOf = (form: FormSpec, id: string): SlotSpec | undefined =>
  form.slots.find((slot) => slot.id === id);

/** The value of a slot, secret or not. */
export const valueOf = (state: FormState, id: string): string | undefined =>
  state.pii.values[id] ?? state.pii.secrets[id];

/** What a slot is called when it is spoken. */
export const labelOf = (slot: SlotSpec): string => slot.name ?? slot.id.replace(/[-_]/g, ' ');

/** True when the slot is to be asked as far as is known by now. */
export function isDue(slot: SlotSpec, state: FormState): boolean {
  return Object.entries(slot.when ?? {}).every(([id, value]) => valueOf(state, id) === value);
}

/** Slots that are still to be asked, in order. */
export const openSlots = (form: FormSpec, state: FormState): readonly SlotSpec[] =>
  form.slots.filter(
    (slot) => valueOf(state, slot.id) === undefined && !state.skipped.includes(slot.id) && isDue(slot, state),
  );

/** Asks a slot. */
export const atSlot = (slot: string, partial = ''): FormAt => ({ ask: 'slot', slot, pii: { partial } });

/** Puts a value into a slot; slots whose condition no longer holds lose theirs. */
export function fill(form: FormSpec, state: FormState, slot: SlotSpec, value: string): FormState {
  const { values, secrets } = state.pii;
  const next: FormState = {
    ...state,
    filled: [...state.filled.filter((id) => id !== slot.id), slot.id],
    skipped: state.skipped.filter((id) => id !== slot.id),
    pii:
      slot.secret === true
        ? { values, secrets: { ...secrets, [slot.id]: value } }
        : { values: { ...values, [slot.id]: value }, secrets },
  };
  return form.slots.reduce((now, other) => (isDue(other, now) ? now : clear(now, other.id)), next);
}

/** Takes the value of a slot away. */
export function clear(state: FormState, slot: string): FormState {
  return {
    ...state,
    filled: state.filled.filter((id) => id !== slot),
    skipped: state.skipped.filter((id) => id !== slot),
    pii: { values: lacking(state.pii.values, slot), secrets: lacking(state.pii.secrets, slot) },
  };
}

const lacking = (values: Readonly<Record<string, string>>, slot: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).filter(([id]) => id !== slot));
