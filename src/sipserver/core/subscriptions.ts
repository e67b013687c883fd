import { addMs } from '../../kernel/time.js';
import type { EngineContext } from './context.js';
import type { Dialog } from './dialog.js';
import type { Headers, SipRequest, SipResponse } from './message.js';
import { transactionTimeoutMs } from './timing.js';

/** Subscription that names no end, and the longest that is kept. Seconds. */
const DEFAULT_EXPIRES_S = 3_600;
const LONGEST_EXPIRES_S = 86_400;

/**
 * Dialogs made by SUBSCRIBE (RFC 6665): they live until the subscription runs out, is terminated by NOTIFY, or the
 * subscriber says that it knows nothing of it.
 */
export class Subscriptions {
  constructor(private readonly context: EngineContext) {}

  /** Headers that a 2xx of the application to a SUBSCRIBE gets: it has to name the end (section 4.2.1.1). */
  grant(request: SipRequest, answer: SipResponse): [string, string][] {
    if (answer.headers.has('expires')) return [];
    return [['Expires', String(secondsOf(request.headers))]];
  }

  /** A 2xx to a SUBSCRIBE made or renewed this dialog. */
  renewed(dialog: Dialog, answer: Headers): void {
    const { timers, timing } = this.context;
    dialog.state = 'confirmed';
    timers.cancel(dialog.subscription);
    // The last NOTIFY and its answer may still be on their way.
    const patienceMs = 1000 * secondsOf(answer) + transactionTimeoutMs(timing);
    dialog.subscription = timers.set(addMs(this.context.now(), patienceMs), () =>
      this.context.endDialog(dialog),
    );
  }
}

/** True for the NOTIFY that ends a subscription. */
export const endsSubscription = (headers: Headers): boolean =>
  /^\s*terminated\b/i.test(headers.get('subscription-state') ?? '');

function secondsOf(headers: Headers): number {
  const digits = /^\s*(\d{1,10})\s*$/.exec(headers.get('expires') ?? '')?.[1];
  return digits === undefined ? DEFAULT_EXPIRES_S : Math.min(LONGEST_EXPIRES_S, Number(digits));
}
