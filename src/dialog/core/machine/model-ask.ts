import type { DialogResult, IntentResult } from '../effects.js';
import { instructionOf } from '../model/prompt.js';
import { SHAPES } from '../model/shapes.js';
import type { ModelContext } from '../model/types.js';
import { interpret } from '../nlu/interpret.js';
import type { Expects, Interpretation } from '../nlu/types.js';
import type { Draft } from './draft.js';
import { openQuestion } from './listening.js';
import { mayAskModel } from './model-talk.js';
import { MODEL_CONFIDENCE } from './model-tools.js';
import { apply, topTask } from './stack.js';
import type { Matter } from './state.js';

/** Longest wait for such an answer, ms: the caller waits as well. */
const ASK_TOTAL_MS = 1500;

const askBudget = ({ budget }: ModelContext): ModelContext['budget'] => ({
  ...budget,
  totalMs: Math.min(budget.totalMs, ASK_TOTAL_MS),
});

/** Confidence of an intent that a model is sure of, and of one that it is not, 0..1. */
const INTENT = { sure: 0.65, unsure: 0.3 } as const;

/** Asks a model what a matter is about that the classifier is not sure of. False where there is none to ask. */
export function askIntent(draft: Draft, matter: Matter, found: IntentResult): boolean {
  const { model, intents } = draft.ctx;
  if (model === undefined || !mayAskModel(draft) || found.method === 'llm') return false;
  const list = Object.entries(intents).map(([id, action]) => `${id} (${action})`);
  const text = instructionOf('intent', model, draft.ctx, { intents: list.join(', ') });
  draft.request(
    {
      type: 'ask_model',
      purpose: 'intent',
      messages: [
        { role: 'system', text },
        { role: 'user', text: matter.text },
      ],
      budget: askBudget(model),
      personal: true,
    },
    { matter, found },
  );
  return true;
}

/** The intent that a model has told; the classifier's where it has not. */
export function intentOf(draft: Draft, found: IntentResult, result: DialogResult): IntentResult {
  const told = result.type === 'model_json' ? SHAPES.intent.safeParse(result.value) : undefined;
  if (told?.success !== true) draft.set({ modelFailed: draft.state.turns });
  if (told?.success !== true || !Object.hasOwn(draft.ctx.intents, told.data.intent)) {
    return { ...found, method: 'llm' };
  }
  const confidence = told.data.sure ? INTENT.sure : INTENT.unsure;
  return { intent: told.data.intent, confidence, method: 'llm', entities: found.entities };
}

/** Questions whose answer a model may put in other words. Consent, secrets and digits are not among them. */
const RESTATED: ReadonlySet<Expects> = new Set<Expects>([
  'date',
  'time',
  'service',
  'offer',
  'option',
  'amount',
  'number',
  'correction',
]);
/** A shorter answer holds nothing that could be restated. */
const MIN_TOKENS = 3;

/** Asks a model to put an answer in plain words that the readers found nothing in. False where it may not be asked. */
export function askSlot(draft: Draft, said: Interpretation): boolean {
  const { model } = draft.ctx;
  const top = topTask(draft);
  if (model === undefined || top === undefined || !mayAskModel(draft)) return false;
  const taskContext = draft.taskContext(top.frame.number);
  const { decision, secret } = top.task.listening(top.frame.state, taskContext);
  const { expects } = top.task.question(top.frame.state, taskContext);
  const isPlain = said.command === undefined && said.polarity === undefined && said.act !== 'question';
  if (decision || secret === true || !RESTATED.has(expects) || !isPlain || said.tokens.length < MIN_TOKENS) {
    return false;
  }
  const question = draft.state.lastSaid.at(-1)?.text ?? '';
  draft.request(
    {
      type: 'ask_model',
      purpose: 'slot',
      messages: [
        { role: 'system', text: instructionOf('slot', model, draft.ctx) },
        { role: 'user', text: `Question: ${question}\nAnswer: ${said.text}` },
      ],
      budget: askBudget(model),
      personal: true,
    },
    { matter: { text: said.text, confidence: said.confidence } },
  );
  return true;
}

/** Takes an answer in the model's words, as one that was badly heard. False when it says nothing either. */
export function takeSlot(draft: Draft, result: DialogResult): boolean {
  const told = result.type === 'model_json' ? SHAPES.slot.safeParse(result.value) : undefined;
  if (told?.success !== true) draft.set({ modelFailed: draft.state.turns });
  const top = topTask(draft);
  const text = told?.data?.value.trim() ?? '';
  if (top === undefined || text === '') return false;
  const { frame, task } = top;
  const utterance = { text, confidence: MODEL_CONFIDENCE };
  const said = interpret(utterance, openQuestion(draft.state, draft.ctx), draft.ctx.lexicon);
  const step = task.answer(frame.state, said, draft.taskContext(frame.number));
  if (step === undefined || step.missed === true) return false;
  draft.set({ misses: 0 });
  apply(draft, frame.number, step);
  return true;
}
