import type { DialogResult } from '../effects.js';
import { line } from '../render.js';
import { TASKS } from '../tasks/registry.js';
import type { Known, Task, TaskId, TaskNext, TaskStart, TaskStep } from '../tasks/task.js';
import type { Draft } from './draft.js';
import { MAX_DEPTH, type Frame, type Pending } from './state.js';

/** Begins a task on top of the open one: as a detour, or for the one below. */
export function push(draft: Draft, task: TaskId, start: TaskStart, isChild = false): void {
  if (draft.state.stack.length >= MAX_DEPTH) dropTop(draft);
  const { counts } = draft.state;
  const number = counts.frames + 1;
  draft.set({ counts: { ...counts, frames: number } });
  const { version } = TASKS[task];
  const step = TASKS[task].begin(start, draft.taskContext(number));
  const frame: Frame = { number, task, version, ...(isChild ? { isChild } : {}), state: step.state };
  draft.set({ stack: [...draft.state.stack, frame] });
  apply(draft, number, step);
}

/** Takes what a task says: its new state, its words, its requests, and what comes after. */
export function apply(draft: Draft, number: number, step: TaskStep<unknown>): void {
  const frame = draft.state.stack.find((one) => one.number === number);
  if (frame === undefined) return;
  replaceFrame(draft, { ...frame, state: step.state });
  draft.say(...step.say);
  for (const holdKey of step.release ?? []) draft.emit({ type: 'release_hold', holdKey });
  for (const note of step.notes ?? []) draft.emit({ type: 'note', note });
  for (const request of step.requests ?? []) draft.request(request, { frame: number });
  if (step.missed === true) draft.leave('missed');
  else if (step.next !== undefined) goOn(draft, frame, step.next);
}

function goOn(draft: Draft, frame: Frame, next: TaskNext): void {
  switch (next.type) {
    case 'push': {
      push(draft, next.task, next.start, true);
      return;
    }
    case 'replace': {
      if (next.known !== undefined) learn(draft, next.known);
      remove(draft, frame.number);
      push(draft, next.task, next.start, frame.isChild);
      return;
    }
    case 'done': {
      if (next.known !== undefined) learn(draft, next.known);
      if (next.forgetAppointment === true) forget(draft, 'appointment');
      if (next.forgetCallback === true) forget(draft, 'callback');
      ended(draft, frame, next);
      return;
    }
    case 'hangup': {
      dropAll(draft);
      draft.set({ ended: true, pending: {}, matters: [] });
      const { consent } = next;
      if (consent === undefined) draft.emit({ type: 'hangup', reason: 'no_answer' });
      else draft.emit({ type: 'hangup', reason: 'agent_goodbye', consent });
      return;
    }
    case 'cancelled': {
      if (next.forgetIdentity === true) forget(draft, 'identity', 'appointment', 'name');
      ended(draft, frame, next);
      return;
    }
    default: {
      return next;
    }
  }
}

const learn = (draft: Draft, known: Known): void => draft.set({ known: { ...draft.state.known, ...known } });

function forget(draft: Draft, ...keys: readonly (keyof Known)[]): void {
  const kept = Object.entries(draft.state.known).filter(([key]) => !keys.includes(key as keyof Known));
  draft.set({ known: Object.fromEntries(kept) });
}

/** A task is over: the one below goes on, or the conversation does. */
function ended(draft: Draft, frame: Frame, next: TaskNext): void {
  remove(draft, frame.number);
  const below = draft.top;
  if (below === undefined) {
    draft.set({ base: 'anything_else' });
    draft.leave('next_matter');
    return;
  }
  const task = TASKS[below.task];
  const ctx = draft.taskContext(below.number);
  if (frame.isChild === true && task.childDone !== undefined) {
    apply(draft, below.number, task.childDone(below.state, frame.task, next, ctx));
  } else {
    draft.say(line('resume'), ...task.ask(below.state, ctx));
  }
}

/** The answer to a task's request. */
export function taskAnswered(draft: Draft, number: number, pending: Pending, result: DialogResult): void {
  if (result.type === 'transfer' && result.outcome === 'accepted') {
    // The call is theirs now.
    draft.set({ ended: true });
    draft.emit({ type: 'hangup', reason: 'transferred' });
    return;
  }
  const frame = draft.state.stack.find((one) => one.number === number);
  if (frame === undefined) return;
  const task = TASKS[frame.task];
  apply(draft, number, task.result(frame.state, pending.request, result, draft.taskContext(number)));
}

/** The caller gives the open task up. False when there is none. */
export function abandonTop(draft: Draft): boolean {
  const frame = draft.top;
  if (frame === undefined) return false;
  const step = TASKS[frame.task].abandon(frame.state, draft.taskContext(frame.number));
  forgetRequests(draft, frame.number);
  apply(draft, frame.number, { ...step, next: step.next ?? { type: 'cancelled' } });
  return true;
}

/** Gives every task up without a word, before the call ends or a person takes over. */
export function dropAll(draft: Draft): void {
  while (draft.top !== undefined) dropTop(draft);
}

/** Gives the open task up without a word. */
export function dropTop(draft: Draft): void {
  const frame = draft.top;
  if (frame === undefined) return;
  const { release = [] } = TASKS[frame.task].abandon(frame.state, draft.taskContext(frame.number));
  for (const holdKey of release) draft.emit({ type: 'release_hold', holdKey });
  remove(draft, frame.number);
}

function remove(draft: Draft, number: number): void {
  forgetRequests(draft, number);
  draft.set({ stack: draft.state.stack.filter((one) => one.number !== number) });
}

function forgetRequests(draft: Draft, number: number): void {
  for (const [id, pending] of Object.entries(draft.state.pending)) {
    if (pending.frame === number) draft.forget(id);
  }
}

function replaceFrame(draft: Draft, frame: Frame): void {
  draft.set({ stack: draft.state.stack.map((one) => (one.number === frame.number ? frame : one)) });
}

/** The open task with its frame. */
export function topTask(draft: Draft): { readonly frame: Frame; readonly task: Task<unknown> } | undefined {
  const frame = draft.top;
  return frame === undefined ? undefined : { frame, task: TASKS[frame.task] };
}

/** The open question as it is first put. */
export function askAgain(draft: Draft): void {
  const top = topTask(draft);
  if (top === undefined) draft.say(line(draft.state.base === 'open' ? 'open.ask' : 'anything_else.ask'));
  else draft.say(...top.task.ask(top.frame.state, draft.taskContext(top.frame.number)));
}
