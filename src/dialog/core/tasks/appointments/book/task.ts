import type { FormResult } from '../../form/finish.js';
import type { Task, TaskContext, TaskStart } from '../../task.js';
import type { Interpretation } from '../../../nlu/types.js';
import { isOneOf } from '../phrases.js';
import { purposeOf } from '../service.js';
import { line } from '../../../render.js';
import { advance, fresh, type BookStep } from './advance.js';
import { answerBook, begin, drop, heardBook, pressBook, retryOf } from './answer.js';
import { bookAnswered } from './finish.js';
import { askBook, shapeOf } from './questions.js';
import { detailsOf, NOTHING_KNOWN, type BookState } from './state.js';
import { withPurpose } from './take.js';

/** Version of {@link BookState}. */
const VERSION = 1;

/** Makes an appointment: service, day, time, name, the service's form, read-back, consent. */
export const BOOK: Task<BookState> = {
  id: 'book',
  version: VERSION,
  begin: (start, ctx) => beginBook(start, ctx),
  question: (state, ctx) => ({ id: `book.${state.open.ask}`, ...shapeOf(state, ctx).question }),
  listening(state, ctx) {
    const { pace, decision, keys } = shapeOf(state, ctx);
    const keypad = keypadOf(state, keys, ctx);
    return { pace, decision, ...(Object.keys(keypad).length === 0 ? {} : { keypad }) };
  },
  answer: answerBook,
  press: pressBook,
  result: bookAnswered,
  childDone(state, child, outcome, ctx) {
    const details = detailsOf(state);
    if (child === 'form') {
      if (outcome.type !== 'done') return drop(state, ctx);
      return advance({ ...details, pii: { ...details.pii, notes: notesOf(outcome.result) } }, ctx);
    }
    if (child === 'waitlist' && outcome.type === 'done') {
      return { state, say: [], next: outcome };
    }
    return advance(fresh(details), ctx);
  },
  // What was heard to its end need not be said again after a detour.
  ask: (state, ctx) => askBook(heardBook(state, ctx), ctx),
  retry: retryOf,
  abandon: drop,
};

function beginBook(start: TaskStart, ctx: TaskContext): BookStep {
  const { name } = ctx.known;
  const isOthers = start.said !== undefined && isForSomebody(start.said, ctx);
  const named = name === undefined || isOthers ? NOTHING_KNOWN : { ...NOTHING_KNOWN, pii: { name } };
  const asked = start.args?.['service'];
  const purpose = asked === undefined ? undefined : purposeOf(asked, ctx);
  const details = purpose === undefined ? named : withPurpose(named, purpose, ctx);
  const lead = [line('appointment.start')];
  return start.said === undefined ? advance(details, ctx, { lead }) : begin(details, start.said, lead, ctx);
}

/** "One for my sister": the name that is known is not hers. */
function isForSomebody({ tokens }: Interpretation, ctx: TaskContext): boolean {
  const { relations = [], own = [] } = ctx.lexicon.locale.names;
  const relation = tokens.findIndex(
    ({ word }, at) => relations.includes(word) && own.includes(tokens[at - 1]?.word ?? ''),
  );
  return relation > 0 && isOneOf(tokens[relation - 2]?.word ?? '', 'for_whom', ctx.lexicon.locale);
}

/** What a finished form leaves for people. */
const notesOf = (result: unknown): Readonly<Record<string, string>> =>
  (result as Partial<FormResult> | undefined)?.pii?.notes ?? {};

function keypadOf(
  state: BookState,
  keys: readonly string[],
  ctx: TaskContext,
): Readonly<Record<string, string>> {
  const { ask } = state.open;
  if (ask === 'confirm' || ask === 'drop' || ask === 'check') return { '1': 'yes', '2': 'no' };
  if (ask === 'change') return { '1': 'day', '2': 'time', '3': 'service', '4': 'name' };
  if ((ask === 'name' || ask === 'spell') && ctx.callerNumber !== undefined) return { '1': 'number' };
  return Object.fromEntries(keys.map((name, k) => [String(k + 1), name]));
}
