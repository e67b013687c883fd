import { callId, turnId } from '../../kernel/ids.js';
import { step } from './dialog-machine.js';
import { initialDialog } from './state.js';
import type { DialogContext, DialogInput } from './types.js';

const SENTENCES = [
  'book me tomorrow at half past two about something, my name is Ada',
  'no, Thursday the third of December at ten',
  'what is this?',
  'yes',
] as const;

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
      const { pending } = state;
      if (pending?.kind === 'classify') {
        const result = {
          intent: 'APPOINTMENT_SCHEDULING',
          confidence: 1,
          method: 'pattern',
          entities: {},
        } as const;
        feed({ type: 'intent', requestId: pending.requestId, result });
      } else if (pending?.kind === 'availability') {
        feed({ type: 'availability', requestId: pending.requestId, result: { status: 'ok', busy: [] } });
      }
    }
  }
}
