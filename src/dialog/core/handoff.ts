import type { Draft } from './draft.js';
import { line } from './render.js';
import { askQuestion } from './resume.js';

/** True when somebody can take over: a person to transfer to, or a call-back. */
export function canHandOff(draft: Draft): boolean {
  const { person, callback } = draft.ctx.business;
  return person !== undefined || callback.offered;
}

/** Transfers the call, or says that nobody can be reached and offers a call-back. */
export function toPerson(draft: Draft, reason: string): void {
  const { person } = draft.ctx.business;
  draft.set({ reason });
  if (person === undefined) {
    draft.say(line('transfer.none'));
    offerCallback(draft, reason);
    return;
  }
  draft.sayFirmly(line('transfer.start', { person: person.name }));
  const id = draft.request((requestId) => ({ kind: 'transfer', requestId }));
  draft.emit({ type: 'transfer', requestId: id, target: person.sipUri });
}

/** The transfer's end. The call is theirs, or it comes back. */
export function transferDone(draft: Draft, outcome: 'accepted' | 'refused' | 'failed'): void {
  draft.clear('pending');
  if (outcome === 'accepted') {
    draft.set({ ended: true });
    draft.emit({ type: 'hangup', reason: 'transferred' });
    return;
  }
  draft.say(line('transfer.failed'));
  offerCallback(draft, draft.state.reason);
}

/** Offers that the office calls back; without that policy the conversation goes on. */
export function offerCallback(draft: Draft, reason: string): void {
  const { callback } = draft.ctx.business;
  draft.set({ reason });
  if (callback.offered) {
    draft.ask('callback', line('callback.offer', { within: callback.within }));
    return;
  }
  draft.say(line('callback.none'));
  goOn(draft);
}

/** Asks "shall I connect you?", or offers a call-back where there is nobody to connect to. */
export function offerPerson(draft: Draft, reason: string): void {
  if (draft.ctx.business.person === undefined) {
    offerCallback(draft, reason);
    return;
  }
  draft.set({ reason });
  draft.ask('person', line('person.offer'));
}

/** The caller wants to be called back: asks for the number when it is not known. */
export function takeCallback(draft: Draft): void {
  if (draft.state.callerNumber === undefined) {
    draft.set({ digits: '' });
    draft.ask('callback_number', line('callback.number'));
    return;
  }
  promiseCallback(draft, draft.state.callerNumber);
}

/** Fewest and most digits of a telephone number (E.164 allows 15). */
export const NUMBER_DIGITS = { min: 7, max: 15 } as const;

/** Notes the call-back and says so. */
export function promiseCallback(draft: Draft, callerNumber: string): void {
  const { appointment } = draft.state;
  const userName = appointment?.name ?? draft.state.userName;
  draft.emit({
    type: 'request_callback',
    reason: draft.state.reason,
    callerNumber,
    ...(userName === undefined ? {} : { userName }),
  });
  draft.clear('appointment');
  draft.set({ digits: '', ...(userName === undefined ? {} : { userName }) });
  draft.say(line('callback.done', { within: draft.ctx.business.callback.within }));
  draft.ask('anything_else', line('anything_else.ask'));
}

/** Back to the open booking, or to "anything else?". */
export function goOn(draft: Draft): void {
  if (draft.state.appointment !== undefined) {
    draft.set({ ask: 'appointment' });
    draft.say(line('resume'), ...askQuestion(draft));
    return;
  }
  draft.ask('anything_else', line('anything_else.ask'));
}
