import type { Interpretation } from '../nlu/types.js';
import type { TaskStep } from './task.js';

/** "No, I would rather book": the refusal is one thing, the wish beside it another. */
export function besideRefusal(said: Interpretation | undefined): Pick<TaskStep<unknown>, 'aside'> {
  if (said === undefined || said.aside !== undefined) return {};
  const wishes = said.clauses.filter(({ act }) => act === 'request' || act === 'question' || act === 'inform');
  return wishes.length === 0 ? {} : { aside: wishes.map(({ text }) => text).join(', ') };
}
