import { consentByRequest } from '../consent.js';
import type { Interpretation } from '../nlu/types.js';
import { line } from '../render.js';
import { says } from '../tasks/appointments/phrases.js';
import { numberIn, spokenDigits } from '../tasks/callback/number.js';
import type { Draft } from './draft.js';
import { askAgain, push } from './stack.js';

/** Deals with what is said of what this call has stored. False when nothing is said of it, or nothing is stored. */
export function aboutStored(draft: Draft, said: Interpretation): boolean {
  return aboutPromise(draft, said) || aboutBooked(draft, said);
}

/** "The name is wrong", after the booking: the record is for people to mend, and the words are passed on. */
function aboutBooked(draft: Draft, said: Interpretation): boolean {
  const { business, lexicon } = draft.ctx;
  if (draft.top !== undefined || draft.state.known.appointment === undefined || !business.callback.offered) {
    return false;
  }
  if (!says(said, 'stored_wrong', lexicon.locale)) return false;
  const args = { kind: 'message', fix: 'yes', reason: 'Something of an appointment is wrong.' };
  push(draft, 'callback', { said, args });
  return true;
}

/** A promised call-back is not wanted any more, is to go to another number, or it is asked which number it goes to. */
function aboutPromise(draft: Draft, said: Interpretation): boolean {
  const { callback, number } = draft.state.known;
  if (callback === undefined || draft.top !== undefined || said.alert !== undefined) return false;
  const { locale } = draft.ctx.lexicon;
  if (said.command === 'opt_out' || says(said, 'withdraws_callback', locale)) {
    const consent = consentByRequest(said, 'opt_out');
    push(draft, 'callback', { args: { withdraw: 'yes' }, ...(consent === undefined ? {} : { consent }) });
    return true;
  }
  if (says(said, 'asks_callback_number', locale) && number !== undefined) {
    draft.say(line('callback.number_is', { number: spokenDigits(number) }));
    askAgain(draft);
    return true;
  }
  if (says(said, 'other_number', locale) || numberIn(said) !== undefined) {
    push(draft, 'callback', { said, args: { change: 'yes' } });
    return true;
  }
  return false;
}
