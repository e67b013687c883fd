import type { Consent } from '../consent.js';
import { firmly, line, type Line } from '../render.js';
import type { RetryWay } from '../tasks/task.js';
import type { Draft } from './draft.js';
import { apply, askAgain, dropAll, push, topTask } from './stack.js';

/** The first answer that is not understood is asked for in other words, the second by keys, the third goes to a person. */
const MISSES_TO_KEYS = 2;
const MISSES_TO_PERSON = 3;
/** At "anything else?" */
const MISSES_TO_LEAVE = 2;

/** Silences in a row after which the agent says goodbye. */
const SILENCES_TO_GOODBYE = 3;

/** True when somebody can take over: a person to transfer to, or a call-back. */
export const canHandOff = (draft: Draft): boolean => {
  const { person, callback } = draft.ctx.business;
  return person !== undefined || callback.offered;
};

/** The caller's answer was not understood. */
export function missed(draft: Draft): void {
  const misses = draft.state.misses + 1;
  draft.set({ misses });
  // Who was served and says what cannot be understood twice is most likely taking leave.
  const isParting = draft.state.isBrief === true && draft.state.base === 'anything_else';
  if (misses >= MISSES_TO_LEAVE && draft.top === undefined && isParting) {
    leave(draft, line('anything_else.goodbye'));
    return;
  }
  const isHandingOff = draft.top?.task === 'handoff' || draft.top?.task === 'callback';
  if (misses >= MISSES_TO_PERSON && canHandOff(draft) && !isHandingOff) {
    draft.set({ misses: 0 });
    draft.say(line('miss.person'));
    push(draft, 'handoff', { args: { reason: 'The caller was not understood.' } });
    return;
  }
  retry(draft, misses >= MISSES_TO_KEYS ? 'keys' : 'words');
}

function retry(draft: Draft, way: RetryWay, ...lead: readonly Line[]): void {
  draft.say(...lead);
  const top = topTask(draft);
  if (top === undefined) {
    const { base } = draft.state;
    if (way === 'words') draft.say(line(base === 'open' ? 'open.retry' : 'anything_else.retry'));
    else draft.say(line(base === 'open' ? 'open.keypad' : 'anything_else.keypad'));
    return;
  }
  const { frame, task } = top;
  apply(draft, frame.number, task.retry(frame.state, way, draft.taskContext(frame.number)));
}

/** The caller has said nothing for the whole wait. Each time is answered in another way. */
export function silent(draft: Draft, count: number): void {
  if (Object.keys(draft.state.pending).length > 0) return;
  const top = topTask(draft);
  const own = top?.task.silence?.(top.frame.state, draft.taskContext(top.frame.number));
  if (top !== undefined && own !== undefined) {
    apply(draft, top.frame.number, own);
    return;
  }
  if (count >= SILENCES_TO_GOODBYE) {
    leave(draft, line('silence.goodbye'));
    return;
  }
  if (count > 1) {
    retry(draft, 'keys', line('silence.second'));
    return;
  }
  draft.say(line('silence.first'));
  askAgain(draft);
}

/** Hangs up after last words: there is nobody, or nothing that can be understood. */
function leave(draft: Draft, words: Line): void {
  draft.say(firmly(words));
  dropAll(draft);
  draft.set({ ended: true });
  draft.emit({ type: 'hangup', reason: 'silence' });
}

/** The longest call is over. */
export function timeUp(draft: Draft): void {
  draft.say(firmly(line('time_up')));
  dropAll(draft);
  draft.set({ ended: true, pending: {} });
  draft.emit({ type: 'hangup', reason: 'max_duration' });
}

/** Only callers who were served are asked, and only once. */
const asksRating = ({ ctx, state }: Draft): boolean =>
  ctx.business.rating === true &&
  state.base === 'anything_else' &&
  state.stack.every(({ task }) => task !== 'rating' && task !== 'reminder');

/** Says goodbye and ends the call, as the caller agreed; before it a rating is asked for where the office wants one. */
export function goodbye(draft: Draft, consent: Consent): void {
  if (asksRating(draft)) {
    dropAll(draft);
    push(draft, 'rating', { consent });
    return;
  }
  draft.say(firmly(line('goodbye')));
  dropAll(draft);
  draft.set({ ended: true, pending: {} });
  draft.emit({ type: 'hangup', reason: 'agent_goodbye', consent });
}
