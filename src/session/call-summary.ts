import type { DialogContext } from '../dialog/core/context.js';
import { instructionOf } from '../dialog/core/model/prompt.js';
import {
  SUMMARY_SHAPE,
  summaryByRules,
  type CallSummary,
  type SummaryFact,
} from '../dialog/core/model/summary.js';
import type { DialogState } from '../dialog/core/machine/state.js';
import { askJson } from '../dialog/llm/ask.js';
import type { ModelPort } from './model-desk.js';
import type { Recorder } from './recorder.js';

/** Lines of a call that a model is given, characters; the end of the call counts most. */
const TRANSCRIPT_CHARS = 12_000;
const BUDGET = { firstMs: 20_000, idleMs: 20_000, totalMs: 60_000 } as const;

/** What a call is summed up from. */
export interface SummaryParts {
  readonly state: DialogState;
  readonly facts: readonly SummaryFact[];
  /** Why the call ended. */
  readonly reason: string;
  /** Lines of both sides as they were heard; secrets are not among them. */
  readonly transcript: readonly string[];
  readonly context: DialogContext;
  readonly model: ModelPort | undefined;
}

/**
 * Keeps a summary with the record of a call that has ended: by rules at once, and where there is a model, by it as soon as
 * it answers. The call does not wait for it.
 */
export function keepSummary(parts: SummaryParts, recorder: Recorder): void {
  const plain = summaryByRules(parts.state, parts.facts, parts.reason);
  record(recorder, plain);
  const { context, model, transcript } = parts;
  if (model === undefined || context.model === undefined || transcript.length === 0) return;
  const text = transcript.join('\n').slice(-TRANSCRIPT_CHARS);
  const request = {
    messages: [
      { role: 'system' as const, text: instructionOf('summary', context.model, context) },
      { role: 'user' as const, text },
    ],
    budget: BUDGET,
    sampling: { temperature: 0, maxTokens: 250 },
    personal: true,
  };
  void askJson(model, request, 'summary', SUMMARY_SHAPE).then((answer) => {
    if (answer.ok) record(recorder, { ...plain, by: 'model', pii: { summary: answer.value.summary } });
  });
}

const record = (recorder: Recorder, { by, outcome, promises, pii }: CallSummary): void =>
  recorder.event('summary', { by, outcome, promises, pii: { ...pii } });
