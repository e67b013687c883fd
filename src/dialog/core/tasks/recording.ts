import { consentByKey, consentFrom, type Asked, type Consent } from '../consent.js';
import { timeNow } from '../nlu/time/reference.js';
import type { Interpretation } from '../nlu/types.js';
import { line } from '../render.js';
import type { Task, TaskContext, TaskStep } from './task.js';

/** Answers that leave it open before it counts as refused. */
const MAX_TRIES = 2;

/** Whether the call may be recorded, asked before everything else. */
export interface RecordingTaskState {
  readonly tries: number;
}

type Step = TaskStep<RecordingTaskState>;

/**
 * Asks for the agreement to a recording. Whatever is no clear yes is none: a caller who does not answer, or comes to the point at
 * once, is not recorded and not asked again.
 */
export const recordingTask: Task<RecordingTaskState> = {
  id: 'recording',
  version: 1,
  givesWay: true,
  begin: () => ({ state: { tries: 0 }, say: [line('recording.ask')], recording: 'asked' }),
  question: (_state, ctx) => ({ id: 'recording.ask', expects: 'yes_no', time: timeNow(ctx) }),
  listening: () => ({ pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } }),
  answer(state, said, ctx): Step | undefined {
    if (said.command === 'stop_recording') return refused(state);
    const verdict = consentFrom(said, asked(ctx));
    if (verdict.kind === 'agreed') return agreed(state, verdict.consent);
    if (verdict.kind === 'refused') return refused(state);
    return isElsewhere(said) ? undefined : again(state);
  },
  press(state, digit, ctx): Step | undefined {
    const verdict = consentByKey(digit, asked(ctx));
    if (verdict.kind === 'agreed') return agreed(state, verdict.consent);
    return verdict.kind === 'refused' ? refused(state) : undefined;
  },
  result: (state) => ({ state, say: [] }),
  ask: () => [line('recording.ask')],
  retry: (state) => again(state),
  silence: (state) => again(state),
  abandon: (state) => ({ ...refused(state), say: [] }),
};

const asked = (ctx: TaskContext): Asked => ({ questionId: 'recording.ask', heardToEnd: ctx.heardToEnd });

/** Words with a matter of their own, and no answer among them. */
const isElsewhere = (said: Interpretation): boolean =>
  said.polarity === undefined &&
  !(said.hedged || said.conditional || said.deferred) &&
  (said.act === 'question' || said.act === 'request' || said.unread.length > 0 || said.mentions.length > 0);

function again(state: RecordingTaskState): Step {
  const tries = state.tries + 1;
  return tries >= MAX_TRIES ? refused(state) : { state: { tries }, say: [line('recording.retry')] };
}

const agreed = (state: RecordingTaskState, consent: Consent): Step => ({
  state,
  say: [line('recording.thanks')],
  recording: consent,
  next: { type: 'done', opens: true },
});

const refused = (state: RecordingTaskState): Step => ({
  state,
  say: [line('recording.refused')],
  recording: 'refused',
  next: { type: 'done', opens: true },
});
