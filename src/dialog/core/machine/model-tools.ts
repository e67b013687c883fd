import { argsOf } from '../../llm/core/history.js';
import type { ToolCall } from '../../llm/core/types.js';
import type { DialogRequest, DialogResult } from '../effects.js';
import { interpret } from '../nlu/interpret.js';
import type { Interpretation } from '../nlu/types.js';
import type { CheckedCall } from '../model/tools.js';
import { offersFor } from '../schedule/offers.js';
import { speakerOf } from '../schedule/spoken.js';
import { today } from '../schedule/calendar.js';
import {
  lookRequest,
  NOTHING_WANTED,
  takeMoment,
  wantedTerms,
  type Wanted,
} from '../tasks/appointments/moment/index.js';
import type { TaskStart } from '../tasks/task.js';
import type { Draft } from './draft.js';
import { openQuestion, readMatter } from './listening.js';
import type { Matter } from './state.js';

/**
 * How sure the words of a model are taken to be, 0..1: below every threshold, so that a day, a time or a name from them
 * is read back at once and they never agree to anything.
 */
export const MODEL_CONFIDENCE = 0.4;

/** Longest result that a model is told, characters. */
const RESULT_CHARS = 3000;

type Args = Readonly<Record<string, string | undefined>>;

/** The request that a call which only reads comes to. */
export function lookUp(
  draft: Draft,
  call: ToolCall,
  checked: Exclude<CheckedCall, { type: 'wrong' }>,
): DialogRequest {
  if (checked.type === 'outside') return { type: 'tool_call', name: call.name, args: checked.args };
  const { kind, args } = checked;
  if ('reads' in kind && kind.reads === 'documents') {
    return { type: 'query_knowledge', text: args['question'] ?? '' };
  }
  return lookRequest(wantedOf(draft, args), draft.taskContext(0));
}

/** What a tool has answered, for the model; `undefined` where it has not. */
export function resultText(draft: Draft, call: ToolCall, result: DialogResult): string | undefined {
  switch (result.type) {
    case 'knowledge': {
      const { found, answer, sources } = result.answer;
      if (!found) return 'The documents do not tell.';
      return [answer, ...sources.flatMap(({ text }) => text ?? [])].join('\n').slice(0, RESULT_CHARS);
    }
    case 'availability': {
      return freeTimes(draft, (argsOf(call) ?? {}) as Args, result.busy);
    }
    case 'tool': {
      const text = typeof result.value === 'string' ? result.value : JSON.stringify(result.value);
      return text.slice(0, RESULT_CHARS);
    }
    default: {
      return undefined;
    }
  }
}

function freeTimes(
  draft: Draft,
  args: Args,
  busy: Extract<DialogResult, { type: 'availability' }>['busy'],
): string {
  const ctx = draft.taskContext(0);
  const wanted = wantedOf(draft, args);
  const { slots, away } = offersFor(wanted.wish, wantedTerms(wanted, ctx), ctx, busy);
  if (slots.length === 0) return 'Nothing is free.';
  const speak = speakerOf(ctx.lexicon.locale);
  const times = speak.list(slots.map((slot) => speak.moment(slot, today(ctx))));
  return away === 'none' ? `Free: ${times}.` : `Not free as asked. Free near it: ${times}.`;
}

function wantedOf(draft: Draft, args: Args): Wanted {
  const said = readWords(draft, phraseOf(args), 1);
  const service = said.mentions.find(({ type }) => type === 'service');
  const base: Wanted =
    service?.type === 'service' ? { ...NOTHING_WANTED, serviceId: service.id } : NOTHING_WANTED;
  const heard = takeMoment(base, said, draft.taskContext(0));
  return heard?.type === 'wanted' || heard?.type === 'chosen' ? heard.wanted : base;
}

/**
 * How a task begins that the model has proposed. The caller's own words count before those of the model, which are no
 * more than a badly heard answer: the task reads them back.
 */
export function startOf(
  draft: Draft,
  kind: { readonly args?: Readonly<Record<string, string>> },
  args: Args,
  matter: Matter,
): TaskStart {
  if (kind.args !== undefined) return { args: kind.args };
  const own = readMatter(draft.state, draft.ctx, matter);
  const phrase = phraseOf(args);
  const isTold = own.mentions.some(({ type }) => type === 'time' || type === 'service');
  return { said: isTold || phrase === '' ? own : readWords(draft, phrase, MODEL_CONFIDENCE) };
}

function phraseOf({ service, date, time }: Args): string {
  const parts = [service, date, time === undefined || time === '' ? undefined : `at ${time}`];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

function readWords(draft: Draft, text: string, confidence: number): Interpretation {
  return interpret({ text, confidence }, openQuestion(draft.state, draft.ctx), draft.ctx.lexicon);
}
