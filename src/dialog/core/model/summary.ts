import { z } from 'zod';
import type { DialogState } from '../machine/state.js';

/** How a call came out, in one word. */
export const OUTCOMES = ['done', 'answered', 'promised', 'handed_over', 'open', 'nothing'] as const;

/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/** Something that was committed in the call. */
export interface SummaryFact {
  /** `book`, `move`, `cancel`, `request_callback`, … */
  readonly request: string;
  readonly status: string;
}

/** A call in short, for people. */
export interface CallSummary {
  readonly by: 'rules' | 'model';
  readonly outcome: Outcome;
  /** What the office still owes the caller, in constant words: `callback`, `waiting_list`. */
  readonly promises: readonly string[];
  readonly pii: { readonly summary: string };
}

const CHANGES: ReadonlySet<string> = new Set(['book', 'move', 'cancel', 'change', 'charge']);
const PROMISES: Readonly<Record<string, string>> = {
  request_callback: 'callback',
  join_waiting_list: 'waiting_list',
};

const OF_CALLBACK: ReadonlySet<string> = new Set(['request_callback', 'withdraw_callback']);

/** What a call came to by its record alone: what was committed, what is open, what was asked. */
export function summaryByRules(
  state: Pick<DialogState, 'stack' | 'topic' | 'turns'>,
  facts: readonly SummaryFact[],
  reason: string,
): CallSummary {
  const kept = facts.filter(({ status }) => status === 'done');
  const changes = kept.filter(({ request }) => CHANGES.has(request)).map(({ request }) => request);
  const isWithdrawn =
    kept.findLast(({ request }) => OF_CALLBACK.has(request))?.request === 'withdraw_callback';
  const promises = kept.flatMap(({ request }) =>
    isWithdrawn && request === 'request_callback' ? [] : (PROMISES[request] ?? []),
  );
  const open = state.stack.map(({ task }) => task);
  const { topic } = state;
  const isHandedOver = reason === 'transferred';
  const outcome: Outcome = isHandedOver
    ? 'handed_over'
    : changes.length > 0
      ? 'done'
      : promises.length > 0
        ? 'promised'
        : open.length > 0
          ? 'open'
          : topic === undefined
            ? 'nothing'
            : 'answered';
  const parts = [
    changes.length === 0 ? '' : `Done: ${changes.join(', ')}.`,
    promises.length === 0 ? '' : `Promised: ${promises.join(', ')}.`,
    topic === undefined ? '' : `Asked: ${topic}.`,
    open.length === 0 || isHandedOver ? '' : `Left open: ${open.join(', ')}.`,
  ].filter((part) => part !== '');
  const summary = parts.length === 0 ? `${state.turns} turns, nothing was asked.` : parts.join(' ');
  return { by: 'rules', outcome, promises: [...new Set(promises)], pii: { summary } };
}

/** The part of a summary that a model writes: outcome and promises stay those of the record. */
export const SUMMARY_SHAPE = z.object({
  summary: z.string().min(1).max(600).describe('two or three plain sentences'),
});
