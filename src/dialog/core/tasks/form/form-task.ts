import { line } from '../../render.js';
import type { Task, TaskContext, TaskStart, TaskStep } from '../task.js';
import { advance, answer, press, takeOthers } from './answer.js';
import { askLines, formLine, formListening, openQuestion, retryLines } from './ask.js';
import { finish, toolAnswered } from './finish.js';
import { hasKeys } from './keys.js';
import { interpret } from '../../nlu/interpret.js';
import type { FormSpec } from './spec.js';
import { emptyForm, FORM_VERSION, formOf, openSlots, slotOf, type FormState } from './state.js';

/** Argument that names the form: `{ form: "new-visitor" }`. */
export const FORM_ARG = 'form';

/**
 * The task that a {@link FormSpec} describes. Begun with the form's id in `args.form`; ends with a `FormResult`, and
 * with what it keeps in `known.forms`.
 */
export const formTask: Task<FormState> = {
  id: 'form',
  version: FORM_VERSION,
  begin: (start, ctx) => begin(start, ctx),
  question: (state, ctx) => {
    const form = formOf(state, ctx);
    return form === undefined ? openQuestion(NO_FORM, state, ctx) : openQuestion(form, state, ctx);
  },
  listening: (state, ctx) => formListening(formOf(state, ctx) ?? NO_FORM, state),
  answer: (state, said, ctx) => {
    const form = formOf(state, ctx);
    return form === undefined ? gone(state) : answer(form, state, said, ctx);
  },
  press: (state, digit, ctx) => {
    const form = formOf(state, ctx);
    return form === undefined ? gone(state) : press(form, state, digit, ctx);
  },
  result: (state, request, result, ctx) => {
    const form = formOf(state, ctx);
    if (form === undefined) return gone(state);
    if (state.at.ask !== 'tool') return { state, say: [] };
    return toolAnswered(form, state, request, result, ctx, (next, say) => advance(form, next, ctx, say));
  },
  childDone: (state, _child, outcome, ctx) => {
    const form = formOf(state, ctx);
    if (form === undefined) return gone(state);
    const known = outcome.type === 'done' ? { ...ctx.known, ...outcome.known } : ctx.known;
    if (state.at.ask === 'required' && known.forms?.[form.requires ?? ''] === undefined) {
      return { state, say: [], next: { type: 'cancelled' } };
    }
    if (state.at.ask !== 'required') return { state, say: [line('resume'), ...askLines(form, state, ctx)] };
    return advance(form, state, { ...ctx, known }, []);
  },
  ask: (state, ctx) => {
    const form = formOf(state, ctx);
    return form === undefined ? [] : askLines(form, state, ctx);
  },
  retry: (state, way, ctx) => {
    const form = formOf(state, ctx);
    if (form === undefined) return gone(state);
    const { at } = state;
    const slot = at.ask === 'slot' ? slotOf(form, at.slot) : undefined;
    const isByKeys = way === 'keys' && slot !== undefined && hasKeys(slot);
    const next: FormState =
      at.ask === 'slot' && isByKeys ? { ...state, at: { ...at, byKeys: true, pii: { partial: '' } } } : state;
    return { state: next, say: retryLines(form, state, way, ctx) };
  },
  abandon: (state) => ({ state, say: [line('form.dropped')], next: { type: 'cancelled' } }),
  migrate: (state, version) => (version === FORM_VERSION && isFormState(state) ? state : undefined),
};

/** Stands for a form that the pack has no more. */
const NO_FORM: FormSpec = { id: 'none', version: 1, name: '', slots: [], done: [], failed: {} };

const gone = (state: FormState): TaskStep<FormState> => ({
  state,
  say: [line('form.dropped')],
  next: { type: 'cancelled' },
});

function begin(start: TaskStart, ctx: TaskContext): TaskStep<FormState> {
  const id = start.args?.[FORM_ARG] ?? '';
  const form = ctx.forms[id];
  const empty = emptyForm(id, { ask: 'confirm' });
  if (form === undefined) return gone(empty);
  const state = takeFirst(form, empty, start, ctx);
  const say = form.begin === undefined ? [] : [formLine(form, 'begin', form.begin)];
  if (form.requires !== undefined && ctx.known.forms?.[form.requires] === undefined) {
    return {
      state: { ...state, at: { ask: 'required' } },
      say,
      next: { type: 'push', task: 'form', start: { args: { [FORM_ARG]: form.requires } } },
    };
  }
  if (form.slots.length === 0 && form.confirm === undefined) return finish(form, state, ctx, say);
  return advance(form, state, ctx, say);
}

/** What the request itself says already: read once more, now that the form's own questions are known. */
function takeFirst(form: FormSpec, empty: FormState, start: TaskStart, ctx: TaskContext): FormState {
  const { said } = start;
  const [first] = openSlots(form, empty);
  if (said === undefined || first === undefined) return empty;
  const question = openQuestion(form, { ...empty, at: { ask: 'change' } }, ctx);
  const { text, confidence } = said;
  return takeOthers(form, empty, undefined, interpret({ text, confidence }, question, ctx.lexicon), ctx);
}

function isFormState(state: unknown): state is FormState {
  const saved = state as Partial<FormState> | null;
  return (
    typeof saved === 'object' &&
    typeof saved?.formId === 'string' &&
    typeof saved.at?.ask === 'string' &&
    Array.isArray(saved.filled) &&
    Array.isArray(saved.skipped) &&
    typeof saved.calls === 'number' &&
    typeof saved.pii?.values === 'object'
  );
}
