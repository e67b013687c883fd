import type { DialogStart } from '../context.js';
import { TASKS } from '../tasks/registry.js';
import type { Task } from '../tasks/task.js';
import { DIALOG_VERSION, initialDialog, type DialogState, type Frame } from './state.js';

/**
 * Takes a saved state up. One that another version wrote, or that is damaged, gives a conversation that begins at its
 * open question and still knows caller and number; one whose open tasks cannot be gone on with keeps what the call has
 * learned as well.
 */
export function reviveDialog(saved: unknown, start: DialogStart): DialogState {
  const state = saved as Partial<DialogState> | null | undefined;
  if (state?.version !== DIALOG_VERSION || !Array.isArray(state.stack) || state.callId !== start.callId) {
    return initialDialog(start);
  }
  const whole = state as DialogState;
  const stack = whole.stack.map(revived);
  return stack.includes(undefined)
    ? { ...whole, base: 'open', stack: [], pending: {}, matters: [], misses: 0 }
    : { ...whole, stack: stack as readonly Frame[] };
}

function revived(frame: Frame): Frame | undefined {
  const task = (TASKS as Readonly<Partial<Record<string, Task<unknown>>>>)[frame.task];
  if (task === undefined) return undefined;
  if (task.migrate === undefined) return task.version === frame.version ? frame : undefined;
  const state = task.migrate(frame.state, frame.version);
  return state === undefined ? undefined : { ...frame, version: task.version, state };
}
