import type { Completeness, ExpectedSet, Listening } from '../../../kernel/vocab.js';
import type { DialogContext } from '../context.js';
import { assessCompleteness } from '../nlu/completeness.js';
import { expectedFor } from '../nlu/expected.js';
import { toLocal } from '../nlu/time/local-date.js';
import { interpret } from '../nlu/interpret.js';
import type { Interpretation, OpenQuestion } from '../nlu/types.js';
import { TASKS } from '../tasks/registry.js';
import type { Task } from '../tasks/task.js';
import { taskContext } from './task-context.js';
import type { DialogState, Matter } from './state.js';

/** Key that always leads to a person. */
export const PERSON_KEY = '0';
/** Key that ends all calls of ours to whoever presses it. */
export const OPT_OUT_KEY = '9';

/** The open task with its state and context. */
export function openTask(
  state: DialogState,
  ctx: DialogContext,
):
  | { readonly task: Task<unknown>; readonly state: unknown; readonly ctx: ReturnType<typeof taskContext> }
  | undefined {
  const frame = state.stack.at(-1);
  if (frame === undefined) return undefined;
  return { task: TASKS[frame.task], state: frame.state, ctx: taskContext(state, ctx, frame.number) };
}

/** The question that is open. */
export function openQuestion(state: DialogState, ctx: DialogContext): OpenQuestion {
  const open = openTask(state, ctx);
  if (open !== undefined) return open.task.question(open.state, open.ctx);
  const now = toLocal(ctx.wallMs, ctx.business.timezone);
  const { appointment } = state.known;
  return {
    id: state.base,
    expects: 'matter',
    time: {
      today: now.date,
      nowMin: now.minute,
      ...(appointment === undefined ? {} : { anchor: appointment.date }),
    },
  };
}

/** A matter, read again where it is dealt with. */
export const readMatter = (state: DialogState, ctx: DialogContext, matter: Matter): Interpretation =>
  interpret(matter, openQuestion(state, ctx), ctx.lexicon);

/** What is listened for: waits, keys, and the name of the expected sentences. */
export function listeningOf(state: DialogState, ctx: DialogContext): Listening {
  const expected = expectedSpeech(state, ctx);
  const named = expected === undefined ? {} : { expected: { id: expected.id } };
  const open = openTask(state, ctx);
  if (open === undefined) {
    const keypad = {
      '1': 'book',
      ...(state.base === 'anything_else' ? { '2': 'no' } : {}),
      ...(state.outbound === true ? { [OPT_OUT_KEY]: 'opt_out' } : {}),
      [PERSON_KEY]: 'person',
    };
    return { pace: 'open', decision: false, keypad, ...named };
  }
  const { keypad, ...rest } = open.task.listening(open.state, open.ctx);
  return { ...rest, keypad: { ...keypad, [PERSON_KEY]: 'person' }, ...named };
}

/** What is likely to be answered, for the recogniser. */
export function expectedSpeech(state: DialogState, ctx: DialogContext): ExpectedSet | undefined {
  const open = openTask(state, ctx);
  if (open?.task.expected !== undefined) return open.task.expected(open.state, open.ctx);
  return expectedFor(openQuestion(state, ctx), ctx.lexicon, ctx.business);
}

/** Whether a transcript already answers what is open. */
export function completeness(state: DialogState, text: string, ctx: DialogContext): Completeness {
  return assessCompleteness(text, openQuestion(state, ctx), ctx.lexicon);
}
