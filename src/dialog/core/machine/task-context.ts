import type { DialogContext } from '../context.js';
import type { TaskContext } from '../tasks/task.js';
import type { DialogState } from './state.js';

/** What the task of a frame may look at. */
export function taskContext(state: DialogState, ctx: DialogContext, frame: number): TaskContext {
  const { callId, callerNumber, heardToEnd, known, outbound } = state;
  const { wallMs, business, lexicon, forms, tools } = ctx;
  return {
    callId,
    wallMs,
    business,
    lexicon,
    forms,
    tools,
    heardToEnd,
    frame,
    known,
    ...(outbound === undefined ? {} : { outbound }),
    ...(callerNumber === undefined ? {} : { callerNumber }),
  };
}
