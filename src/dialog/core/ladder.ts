import { offerTimesByKey } from './booking.js';
import type { Draft } from './draft.js';
import { canHandOff, toPerson } from './handoff.js';
import { line, type Line } from './render.js';
import { askQuestion, keypadQuestion, retryQuestion } from './resume.js';

/** The first answer that is not understood is asked for again, the second by keys, the third goes to a person. */
const MISSES_TO_KEYS = 2;
const MISSES_TO_PERSON = 3;

/** Silences in a row after which the agent says goodbye. */
const SILENCES_TO_GOODBYE = 3;

/** The caller's answer was not understood. */
export function missed(draft: Draft): void {
  const misses = draft.state.misses + 1;
  draft.set({ misses });
  if (misses >= MISSES_TO_PERSON && canHandOff(draft)) {
    draft.set({ misses: 0 });
    draft.say(line('miss.person'));
    toPerson(draft, 'The caller was not understood.');
    return;
  }
  if (misses >= MISSES_TO_KEYS) askByKeys(draft);
  else draft.say(...retryQuestion(draft));
}

function askByKeys(draft: Draft, ...lead: readonly Line[]): void {
  const { ask, appointment } = draft.state;
  draft.say(...lead);
  if (ask === 'appointment' && appointment?.ask === 'time') offerTimesByKey(draft, appointment);
  else draft.say(...keypadQuestion(draft));
}

/** The caller has said nothing for the whole wait. Each time is answered in another way. */
export function silent(draft: Draft, count: number): void {
  if (draft.state.pending !== undefined) return;
  if (count >= SILENCES_TO_GOODBYE) {
    draft.sayFirmly(line('silence.goodbye'));
    hangUp(draft, 'silence');
    return;
  }
  if (count === 1) draft.say(line('silence.first'), ...askQuestion(draft));
  else askByKeys(draft, line('silence.second'));
}

/** Ends the call after the last words. */
function hangUp(draft: Draft, reason: 'agent_goodbye' | 'silence'): void {
  draft.clear('pending');
  draft.set({ ended: true });
  draft.emit({ type: 'hangup', reason });
}

/** Says goodbye and ends the call. */
export function goodbye(draft: Draft): void {
  draft.sayFirmly(line('goodbye'));
  hangUp(draft, 'agent_goodbye');
}
