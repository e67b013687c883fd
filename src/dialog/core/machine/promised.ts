import { consentByRequest } from '../consent.js';
import type { Interpretation } from '../nlu/types.js';
import { line } from '../render.js';
import { says } from '../tasks/appointments/phrases.js';
import { numberIn, spokenDigits } from '../tasks/callback/number.js';
import type { Draft } from './draft.js';
import { askAgain, push } from './stack.js';

/**
 * Deals with what is said of a call-back that this call has promised: that it is not wanted any more, that it is to go to another
 * number, which number it goes to. False when nothing is said of it, or nothing is promised.
 */
export function aboutPromise(draft: Draft, said: Interpretation): boolean {
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
