import { callId, turnId } from '../../kernel/ids.js';
import type { RequestId } from '../../kernel/ids.js';
import type { DialogContext } from './context.js';
import type { DialogInput, DialogResult } from './effects.js';
import { step } from './machine/machine.js';
import { initialDialog } from './machine/state.js';

const SENTENCES = [
  'book me tomorrow at half past two about something, my name is Ada',
  'no, Thursday the third of December at ten',
  'what is this?',
  'yes',
] as const;

const ANSWERS: Readonly<Partial<Record<string, DialogResult>>> = {
  classify: {
    type: 'intent',
    intent: { intent: 'APPOINTMENT_SCHEDULING', confidence: 1, method: 'pattern', entities: {} },
  },
  check_availability: { type: 'availability', busy: [] },
  hold: { type: 'held', held: true },
};

/**
 * Runs a conversation that nobody hears, so that the first caller does not pay for the compilation of the grammars
 * (tens of milliseconds on the call thread). Call it once before calls are taken.
 */
export function warmUpDialog(ctx: DialogContext): void {
  for (let round = 0; round < 3; round++) {
    let state = initialDialog({ callId: callId('warm-up') });
    const feed = (input: DialogInput): void => {
      state = step(state, input, ctx).state;
    };
    feed({ type: 'start' });
    SENTENCES.forEach((text, k) => {
      feed({ type: 'turn', turnId: turnId(`w${k}`), text, confidence: 1 });
      answerPending();
      answerPending();
    });
    function answerPending(): void {
      for (const [id, { request }] of Object.entries(state.pending)) {
        const result = ANSWERS[request.type];
        if (result !== undefined) feed({ type: 'result', requestId: id as RequestId, result });
      }
    }
  }
}
