import type { DialogContext } from '../../dialog/core/context.js';
import { guardOfPack, type Guard } from '../../dialog/core/guard.js';
import type { GuardPort, GuardVerdict } from '../../dialog/guard/core/types.js';
import type { Scheduler } from '../../kernel/time.js';
import type { Metrics } from '../../telemetry/index.js';

type Clock = Pick<Scheduler, 'now'>;

/** Counts a text that did not go on as it was, by its reasons. */
export function countVerdict(
  metrics: Metrics,
  { action, reasons }: Pick<GuardVerdict, 'action' | 'reasons'>,
): void {
  if (action === 'allow') return;
  for (const reason of reasons) metrics.increment('guardrail_blocks_total', { reason });
}

/** A guard whose verdicts are counted and timed. */
export function measuredGuard(guard: GuardPort, metrics: Metrics, clock: Clock): GuardPort {
  const timed = async (stage: keyof GuardPort, text: string): Promise<GuardVerdict> => {
    const startedAt = clock.now();
    const verdict = await guard[stage](text);
    metrics.observe('guardrail_latency_seconds', { stage }, (clock.now() - startedAt) / 1000);
    countVerdict(metrics, verdict);
    return verdict;
  };
  return { input: (text) => timed('input', text), output: (text) => timed('output', text) };
}

/** The guard in the call path, timed; its verdicts are notes of the dialog and counted there. */
export const timedGuard =
  (metrics: Metrics, clock: Clock) =>
  (context: DialogContext): Guard => {
    const guard = guardOfPack(context);
    return {
      input: (text, before) => {
        const startedAt = clock.now();
        const verdict = guard.input(text, before);
        metrics.observe('guardrail_latency_seconds', { stage: 'input' }, (clock.now() - startedAt) / 1000);
        return verdict;
      },
      output: (text) => guard.output(text),
    };
  };
