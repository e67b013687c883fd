import { assessCompleteness } from '../dialog/core/completeness.js';
import { step } from '../dialog/core/dialog-machine.js';
import { expectedSpeech } from '../dialog/core/expected-speech.js';
import { toLocal } from '../dialog/core/language/local-date.js';
import { initialDialog } from '../dialog/core/state.js';
import type { DialogPort } from '../session/ports.js';

/** The dialog ring as sessions use it. */
export const dialogPort: DialogPort = {
  initial: initialDialog,
  step,
  completeness: (text, expectation, { wallMs, business }) =>
    assessCompleteness(text, expectation, {
      today: toLocal(wallMs, business.timezone).date,
      services: business.services,
    }),
  expectedSpeech: (expectation, { wallMs, business }) =>
    expectedSpeech(expectation, { business, today: toLocal(wallMs, business.timezone).date }),
};
