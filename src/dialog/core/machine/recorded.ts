import type { Consent } from '../consent.js';
import { firmly, line } from '../render.js';
import type { Draft } from './draft.js';

/** Whether the caller is still to be asked. */
export const asksForRecording = ({ state }: Draft): boolean =>
  state.recording?.policy === 'ask' && state.recording.consent === undefined;

/** Tells the caller of the recording before anything else is said, where that is the policy. */
export function tellOfRecording(draft: Draft): void {
  const { recording } = draft.state;
  if (recording?.policy !== 'announce' || recording.consent !== undefined) return;
  draft.set({ recording: { ...recording, consent: 'announced' } });
  draft.emit({ type: 'recording', state: 'announced' });
  draft.say(firmly(line('recording.notice')));
}

/** How the caller stands to being recorded, as the question came out. */
export function recorded(draft: Draft, answer: Consent | 'asked' | 'refused'): void {
  const { recording } = draft.state;
  if (recording === undefined) return;
  if (typeof answer === 'string') {
    draft.set({ recording: { ...recording, consent: answer } });
    draft.emit({ type: 'recording', state: answer });
  } else {
    draft.set({ recording: { ...recording, consent: 'given' } });
    draft.emit({ type: 'record', consent: answer });
  }
}
