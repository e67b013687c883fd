import type { Pace } from '../../../../kernel/vocab.js';
import { toLocal } from '../../nlu/time/local-date.js';
import type { AskedValues, Expects, OpenQuestion } from '../../nlu/types.js';
import { line, type Line } from '../../render.js';
import type { RetryWay, TaskContext } from '../task.js';
import { hasKeys } from './keys.js';
import type { FormSpec, SlotSpec, SlotType } from './spec.js';
import { speakContext, spokenSlots, spokenValue } from './spoken.js';
import { labelOf, openSlots, slotOf, valueOf, type FormState } from './state.js';

const EXPECTS: Readonly<Record<SlotType, Expects>> = {
  date: 'date',
  time: 'time',
  number: 'number',
  digits: 'digits',
  phone: 'phone',
  email: 'email',
  address: 'address',
  amount: 'amount',
  choice: 'option',
  name: 'name',
  yes_no: 'yes_no',
  text: 'words',
};

const PACES: Readonly<Record<SlotType, Pace>> = {
  date: 'phrase',
  time: 'phrase',
  number: 'phrase',
  digits: 'digits',
  phone: 'digits',
  email: 'open',
  address: 'open',
  amount: 'phrase',
  choice: 'phrase',
  name: 'name',
  yes_no: 'brief',
  text: 'open',
};

/** The open question as it is first put. */
export function askLines(form: FormSpec, state: FormState, ctx: TaskContext): readonly Line[] {
  const { at } = state;
  const speak = speakContext(ctx);
  switch (at.ask) {
    case 'slot': {
      const slot = slotOf(form, at.slot);
      if (slot === undefined) return [];
      if (at.byKeys === true) return [keysLine(form, slot, ctx)];
      if (slot.type === 'date' && at.pii.partial.includes('-')) return [line('form.year')];
      return [formLine(form, slot.id, slot.ask, spokenSlots(form, state, speak))];
    }
    case 'check': {
      const slot = slotOf(form, at.slot);
      if (slot === undefined) return [];
      const value = spokenValue(slot, at.pii.value, speak);
      return [line(at.own === true ? 'form.own_number' : 'form.check', { value })];
    }
    case 'confirm':
      return [formLine(form, 'confirm', form.confirm ?? [], spokenSlots(form, state, speak))];
    case 'change':
      return [line('form.change.ask')];
    case 'tool':
      return [line('filler.moment')];
    case 'required':
      return [];
  }
}

/** A text of the form itself. */
export const formLine = (
  form: FormSpec,
  part: string,
  variants: readonly string[],
  vars: Readonly<Record<string, string>> = {},
): Line => ({ promptId: `form.${form.id}.${part}`, vars, variants });

/** The open question in another way. */
export function retryLines(
  form: FormSpec,
  state: FormState,
  way: RetryWay,
  ctx: TaskContext,
): readonly Line[] {
  const { at } = state;
  const isKeys = way === 'keys';
  switch (at.ask) {
    case 'slot': {
      const slot = slotOf(form, at.slot);
      if (slot === undefined) return [];
      if (isKeys && hasKeys(slot)) return [keysLine(form, slot, ctx)];
      if (slot.type === 'date' && at.pii.partial.includes('-')) return [line('form.year')];
      return [formLine(form, `${slot.id}.retry`, slot.retry, spokenSlots(form, state, speakContext(ctx)))];
    }
    case 'check':
      return [line(isKeys ? 'form.check.keypad' : 'form.check.retry')];
    case 'confirm':
      return [line(isKeys ? 'form.confirm.keypad' : 'form.confirm.retry')];
    case 'change': {
      const labels = changeable(form, state).map(labelOf);
      if (isKeys) return [line('form.keys.choice', { keys: keyWords(labels, ctx) })];
      return [line('form.change.retry', { fields: labels.join(', ') })];
    }
    case 'tool':
    case 'required':
      return askLines(form, state, ctx);
  }
}

/** Slots that can be changed at the read-back, as many as there are keys. */
export const changeable = (form: FormSpec, state: FormState): readonly SlotSpec[] =>
  form.slots.filter((slot) => valueOf(state, slot.id) !== undefined).slice(0, 9);

function keysLine(form: FormSpec, slot: SlotSpec, ctx: TaskContext): Line {
  if (slot.keys !== undefined) return formLine(form, `${slot.id}.keys`, slot.keys);
  switch (slot.type) {
    case 'choice':
      return line('form.keys.choice', {
        keys: keyWords(
          (slot.choices ?? []).map(({ name }) => name),
          ctx,
        ),
      });
    case 'yes_no':
      return line('form.keys.yes_no');
    case 'date':
      return line('form.keys.date');
    case 'time':
      return line('form.keys.time');
    case 'number':
      return line('form.keys.number');
    case 'amount':
      return line('form.keys.amount');
    case 'phone':
      return line('form.keys.phone');
    case 'digits':
      return line('form.keys.digits');
    case 'name':
    case 'email':
    case 'address':
    case 'text':
      return formLine(form, `${slot.id}.retry`, slot.retry);
  }
}

/** "press 1 for small, 2 for large". */
function keyWords(choices: readonly string[], ctx: TaskContext): string {
  const [press = '', stands = ''] = ctx.lexicon.locale.phrases['form_keys'] ?? [];
  return choices
    .slice(0, 9)
    .map((choice, k) => `${k === 0 ? `${press} ` : ''}${k + 1} ${stands} ${choice}`)
    .join(', ');
}

/** The open question, for reading the answer. */
export function openQuestion(form: FormSpec, state: FormState, ctx: TaskContext): OpenQuestion {
  const { at } = state;
  const now = toLocal(ctx.wallMs, ctx.business.timezone);
  const slot = at.ask === 'slot' || at.ask === 'check' ? slotOf(form, at.slot) : undefined;
  const isAsked = at.ask === 'slot';
  return {
    id: `form.${form.id}.${slot === undefined ? at.ask : isAsked ? slot.id : `${slot.id}.check`}`,
    expects: isAsked && slot !== undefined ? EXPECTS[slot.type] : expectsAt(at.ask),
    time: {
      today: now.date,
      nowMin: now.minute,
      ...(slot?.type === 'date' ? { expectsDate: true } : {}),
      ...(slot?.type === 'time' ? { expectsTime: true } : {}),
    },
    ...optionsOf(form, state, slot),
    fields: fieldsOf(form, state),
    ...(at.ask === 'check' || at.ask === 'confirm' ? { asked: askedValues(form, state) } : {}),
  };
}

const expectsAt = (ask: FormState['at']['ask']): Expects =>
  ask === 'check' || ask === 'confirm' ? 'yes_no' : ask === 'change' ? 'correction' : 'words';

/** Options of every choice that is open or being asked; ids are `slot.choice`. */
function optionsOf(
  form: FormSpec,
  state: FormState,
  asked: SlotSpec | undefined,
): Pick<OpenQuestion, 'options'> {
  const isReview = state.at.ask === 'confirm' || state.at.ask === 'change';
  // Also those that the answer itself makes due: "yes, the large one".
  const following = form.slots.filter(({ when }) => asked !== undefined && when?.[asked.id] !== undefined);
  const slots = isReview
    ? form.slots
    : [...(asked === undefined ? [] : [asked]), ...openSlots(form, state), ...following];
  const options = [...new Set(slots)].flatMap((slot) =>
    (slot.choices ?? []).map(({ id, name, aliases }) => ({
      id: `${slot.id}.${id}`,
      words: [name, ...aliases],
    })),
  );
  return options.length === 0 ? {} : { options };
}

const fieldsOf = (form: FormSpec, state: FormState): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    form.slots
      .filter((slot) => valueOf(state, slot.id) !== undefined)
      .map((slot) => [slot.id, [labelOf(slot), ...(slot.aliases ?? [])]]),
  );

/** What a yes/no question of the form reads back. */
export function askedValues(form: FormSpec, state: FormState): AskedValues {
  const { at } = state;
  const pairs: readonly (readonly [SlotSpec | undefined, string])[] =
    at.ask === 'check'
      ? [[slotOf(form, at.slot), at.pii.value]]
      : form.slots.map((slot) => [slot, state.pii.values[slot.id] ?? ''] as const);
  const values = pairs.filter(([, value]) => value !== '');
  const first = (...types: readonly SlotType[]): string | undefined =>
    values.find(([slot]) => slot !== undefined && types.includes(slot.type))?.[1];
  const date = first('date');
  const time = first('time');
  const name = first('name');
  const digits = first('digits', 'phone');
  const text = first('text', 'address', 'email');
  return {
    ...(date === undefined ? {} : { date }),
    ...(time === undefined ? {} : { minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) }),
    ...(name === undefined ? {} : { name }),
    ...(digits === undefined ? {} : { digits }),
    ...(text === undefined ? {} : { text }),
  };
}

/** How the answer is listened for. */
export function formListening(
  form: FormSpec,
  state: FormState,
): {
  readonly pace: Pace;
  readonly decision: boolean;
  readonly keypad?: Readonly<Record<string, string>>;
  readonly secret?: true;
} {
  const { at } = state;
  switch (at.ask) {
    case 'slot': {
      const slot = slotOf(form, at.slot);
      if (slot === undefined) return { pace: 'open', decision: false };
      return {
        pace: PACES[slot.type],
        decision: false,
        ...keypadOf(slot),
        ...(slot.secret === true ? { secret: true } : {}),
      };
    }
    case 'check':
      return { pace: 'brief', decision: false, keypad: { '1': 'yes', '2': 'no' } };
    case 'confirm':
      return { pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } };
    case 'change': {
      const keypad = Object.fromEntries(
        changeable(form, state).map((slot, k) => [String(k + 1), labelOf(slot)]),
      );
      return { pace: 'phrase', decision: false, keypad };
    }
    case 'tool':
    case 'required':
      return { pace: 'open', decision: false };
  }
}

function keypadOf(slot: SlotSpec): { readonly keypad?: Readonly<Record<string, string>> } {
  if (slot.type === 'yes_no') return { keypad: { '1': 'yes', '2': 'no' } };
  if (slot.type !== 'choice') return {};
  const pairs = (slot.choices ?? []).slice(0, 9).map(({ name }, k) => [String(k + 1), name] as const);
  return { keypad: Object.fromEntries(pairs) };
}
