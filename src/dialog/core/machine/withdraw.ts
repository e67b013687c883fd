import { line } from '../render.js';
import type { Draft } from './draft.js';
import { askAgain } from './stack.js';

/** The caller does not want to be recorded any more. It needs no certainty: nothing is lost by believing it. */
export function withdrawRecording(draft: Draft): boolean {
  // There it is the answer to the question.
  if (draft.top?.task === 'recording') return false;
  const { recording } = draft.state;
  const isRecorded = recording?.consent === 'given' || recording?.consent === 'announced';
  if (recording !== undefined && isRecorded) {
    draft.set({ recording: { ...recording, consent: 'withdrawn' } });
    draft.emit({ type: 'recording', state: 'withdrawn' });
    draft.say(line('recording.deleted'));
  } else {
    draft.say(line('recording.none'));
  }
  draft.set({ misses: 0 });
  askAgain(draft);
  return true;
}
