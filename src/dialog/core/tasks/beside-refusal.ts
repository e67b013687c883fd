import type { Interpretation } from '../nlu/types.js';
import type { TaskStep } from './task.js';

/** "No, I would rather book": the refusal is one thing, the wish beside it another. */
export function besideRefusal(said: Interpretation | undefined): Pick<TaskStep<unknown>, 'aside'> {
  if (said === undefined || said.aside !== undefined) return {};
  const wishes = said.clauses.filter(
    ({ act, negated, unread }) =>
      act === 'request' ||
      act === 'question' ||
      // "I would rather book" refuses as well.
      ((act === 'inform' || act === 'deny') && !negated && unread.length > 1),
  );
  return wishes.length === 0 ? {} : { aside: wishes.map(({ text }) => text).join(', ') };
}
