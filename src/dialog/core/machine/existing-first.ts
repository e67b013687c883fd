import type { Interpretation } from '../nlu/types.js';
import { existingAskedFor, type ExistingAskedFor } from '../tasks/appointments/existing/asked-for.js';
import { appointmentProgress } from '../tasks/appointments/progress.js';
import type { TaskStart } from '../tasks/task.js';
import type { Draft } from './draft.js';
import { dropTop, push } from './stack.js';

/** What a task with an appointment that exists is begun with. */
export const existingStart = (said: Interpretation, { isOther }: ExistingAskedFor): TaskStart => ({
  said,
  ...(isOther ? { args: { other: 'yes' } } : {}),
});

/**
 * An appointment that exists comes before the one that is being booked: when it is somebody else's or named by its reference, and
 * when these are the first words in a conversation that began with a booking nobody has asked for. A booking of which
 * nothing is known is given up for it.
 */
export function existingFirst(draft: Draft, said: Interpretation): boolean {
  if (draft.top?.task !== 'book') return false;
  const asked = existingAskedFor(said, draft.ctx.lexicon);
  if (asked === undefined || !(asked.isOther || asked.isCoded || draft.state.turns === 1)) return false;
  if (Object.keys(appointmentProgress(draft.state).slots_filled).length === 0) dropTop(draft);
  draft.set({ misses: 0 });
  push(draft, asked.task, existingStart(said, asked));
  return true;
}
