import type { RequestId } from '../../../kernel/ids.js';
import type { AssistantMessage, ToolCall, ToolMessage } from '../../llm/core/types.js';
import type { DialogInput, DialogResult, KnowledgeAnswer } from '../effects.js';
import { chunk, wordsIn } from '../model/chunker.js';
import { objectionTo, type Grounds, type Objection } from '../model/check.js';
import { guardObjection, officeText } from '../../guard/core/speech.js';
import type { GuardReason } from '../../guard/core/types.js';
import { noteOf } from '../../guard/core/note.js';
import { agentMessages, answerMessages, instructionOf, passagesOf } from '../model/prompt.js';
import { checkCall, toolsFor } from '../model/tools.js';
import { NO_MEMORY, NO_STREAM, type ModelContext, type ModelTalk } from '../model/types.js';
import type { Draft } from './draft.js';
import { followUp } from './follow-up.js';
import { readMatter } from './listening.js';
import { lookUp, resultText, startOf } from './model-tools.js';
import type { Matter } from './state.js';

/** Longest spoken answer of a model, words. */
const MAX_WORDS = 50;
/** Requests about one matter: three with tools, and a last one that must answer. */
const MAX_STEPS = 4;
/** Evidence that is kept of each result, characters. */
const EVIDENCE_CHARS = 4000;

/**
 * Has a model answer a matter, where there is one and it may: from passages, or freely where it is an agent and no task
 * is open. False when the dialog has to answer by itself.
 *
 * @param answer - of the documents; said when the model is of no use
 */
export function modelAnswers(
  draft: Draft,
  matter: Matter,
  answer: KnowledgeAnswer | undefined,
  unclear: boolean,
): boolean {
  const { model } = draft.ctx;
  if (model === undefined || !mayAskModel(draft)) return false;
  const isAgent = model.mode === 'agent' && draft.top === undefined;
  const passages = passagesOf(answer);
  if (passages.length === 0 && !isAgent) return false;
  const purpose = isAgent ? 'agent' : 'answer';
  begin(draft, {
    purpose,
    matter,
    ...(answer?.found === true ? { fallback: answer } : {}),
    ...(unclear ? { unclear: true as const } : {}),
    evidence: passages,
    messages: messagesFor(purpose, draft, model, matter, passages),
    steps: 0,
    called: [],
    stream: NO_STREAM,
    open: undefined,
    waiting: {},
    answers: [],
  });
  return true;
}

/** What a person wants of this call is a part of the instruction. */
const withGoal = (instruction: string, goal: string | undefined): string =>
  goal === undefined ? instruction : `${instruction}\n\n${goal}`;

/** False after it has failed in this turn: the caller has waited for it once. */
export const mayAskModel = ({ ctx, state }: Draft): boolean =>
  ctx.model !== undefined && state.modelFailed !== state.turns;

function messagesFor(
  purpose: ModelTalk['purpose'],
  draft: Draft,
  model: ModelContext,
  { text }: Matter,
  passages: readonly string[],
): ModelTalk['messages'] {
  const instruction = withGoal(instructionOf(purpose, model, draft.ctx), draft.state.goal);
  const { memory = NO_MEMORY, topic, matters } = draft.state;
  return purpose === 'agent'
    ? // The whole turn, unless more than this matter was raised in it.
      agentMessages(
        instruction,
        memory,
        passages,
        matters.length > 0 ? text : (memory.lines.at(-1)?.text ?? text),
      )
    : answerMessages(instruction, passages, text, followUp(text, topic, draft.ctx.lexicon.locale).before);
}

function begin(draft: Draft, talk: ModelTalk): void {
  const { model } = draft.ctx;
  if (model === undefined) return;
  const { purpose, messages, steps } = talk;
  const open = draft.request({
    type: 'model_open',
    purpose,
    messages,
    tools: purpose === 'agent' ? toolsFor(draft.ctx) : [],
    toolChoice: steps + 1 >= MAX_STEPS ? 'none' : 'auto',
    budget: model.budget,
    ...(model.adapter === undefined ? {} : { adapter: model.adapter }),
    personal: purpose === 'agent' || isPersonal(draft, talk.matter),
  });
  draft.set({ talk: { ...talk, open, steps: steps + 1, waiting: {}, answers: [] } });
}

const PRIVATE: ReadonlySet<string> = new Set(['name', 'phone', 'email', 'digits', 'letters']);

/** True when the words name somebody: the answer is then kept for nobody else. */
const isPersonal = (draft: Draft, matter: Matter): boolean =>
  readMatter(draft.state, draft.ctx, matter).mentions.some(({ type }) => PRIVATE.has(type));

type ModelInput = Extract<
  DialogInput,
  { type: 'model_delta' | 'model_tool' | 'model_done' | 'model_failed' }
>;

/** Takes what comes of the model. What answers an earlier request is stale. */
export function modelInput(draft: Draft, input: ModelInput): void {
  const { talk } = draft.state;
  if (talk === undefined || talk.open !== input.requestId) return;
  switch (input.type) {
    case 'model_delta': {
      speak(draft, input.text, false);
      return;
    }
    case 'model_tool': {
      // All calls of an answer are known at its end.
      return;
    }
    case 'model_done': {
      draft.forget(input.requestId);
      speak(draft, '', true);
      if (draft.state.talk?.open !== input.requestId) return;
      if ((input.message.calls ?? []).length > 0) callTools(draft, input.message);
      else finish(draft);
      return;
    }
    case 'model_failed': {
      draft.forget(input.requestId);
      finish(draft);
    }
  }
}

/** Speaks what is ready of the model's text, as far as it may be said. */
function speak(draft: Draft, text: string, isOver: boolean): void {
  const { talk } = draft.state;
  if (talk === undefined) return;
  const { stream } = talk;
  const { clauses, rest } = chunk(stream.buffer + text, stream.sayId === undefined, isOver);
  draft.set({ talk: { ...talk, stream: { ...stream, buffer: rest } } });
  for (const clause of clauses) if (!speakClause(draft, clause)) return;
}

/** False when the model is not listened to any further. */
function speakClause(draft: Draft, clause: string): boolean {
  const { talk } = draft.state;
  if (talk === undefined) return false;
  const { stream } = talk;
  const words = stream.words + wordsIn(clause);
  const isFull = words > MAX_WORDS && stream.words > 0;
  const objection = isFull ? undefined : objectionOf(draft, talk, clause);
  if (objection !== undefined) {
    draft.emit(noteOf('output', { action: 'block', reasons: [objection], scores: {} }));
  }
  if (isFull || objection !== undefined) {
    stop(draft);
    return false;
  }
  const shown = clause.split(/\s+/).slice(0, MAX_WORDS).join(' ');
  const sources = talk.fallback?.sources.map(({ id }) => id) ?? [];
  const sayId = draft.sayPiece(shown, { sayId: stream.sayId, more: true, sources });
  draft.set({ talk: { ...talk, stream: { ...stream, sayId, words } } });
  return true;
}

/** Why a clause may not be spoken; the reason as the call keeps it. */
function objectionOf(draft: Draft, talk: ModelTalk, clause: string): GuardReason | undefined {
  const { ctx } = draft;
  const grounds = groundsOf(draft, talk);
  const objection = objectionTo(clause, grounds, ctx.lexicon.locale);
  if (objection !== undefined) return REASONS[objection];
  const { guardrails, persona } = ctx;
  if (guardrails === undefined) return undefined;
  return guardObjection(clause, grounds, guardrails, ctx, `${persona.name} ${officeText(ctx.business)}`);
}

const REASONS: Readonly<Record<Objection, GuardReason>> = {
  claim: 'claim',
  availability: 'claim',
  ungrounded: 'ungrounded',
  leak: 'prompt_leak',
};

function groundsOf({ ctx, state }: Draft, { purpose, evidence, matter }: ModelTalk): Grounds {
  const instructions = ctx.model?.instructions[purpose].text ?? '';
  const said = state.memory?.lines.flatMap(({ role, text }) => (role === 'caller' ? [text] : [])) ?? [];
  return { evidence, caller: [...said, matter.text].join(' '), instructions };
}

/** The rest of the answer is not wanted. */
function stop(draft: Draft): void {
  abort(draft);
  finish(draft);
}

function abort(draft: Draft): void {
  const { talk } = draft.state;
  if (talk?.open === undefined) return;
  draft.forget(talk.open);
  draft.emit({ type: 'model_abort', requestId: talk.open });
}

/** The model has ended: the conversation goes on, or answers by itself where nothing was said. */
function finish(draft: Draft): void {
  const { talk, topic } = draft.state;
  if (talk === undefined) return;
  const asks = close(draft);
  if (talk.stream.sayId === undefined) {
    draft.set({ modelFailed: draft.state.turns });
    draft.leave({ offline: talk });
    return;
  }
  draft.set({
    misses: 0,
    topic: followUp(talk.matter.text, topic, draft.ctx.lexicon.locale).before ?? talk.matter.text,
  });
  if (asks && draft.top === undefined && draft.state.matters.length === 0) draft.set({ base: 'open' });
  else draft.leave('next_matter');
}

/** Ends the words under way. True when they end with a question of their own. */
function close(draft: Draft): boolean {
  const { talk, lastSaid } = draft.state;
  draft.set({ talk: undefined });
  const sayId = talk?.stream.sayId;
  if (sayId === undefined) return false;
  draft.sayPiece('', { sayId, more: false });
  const said = lastSaid.findLast((one) => one.sayId === sayId)?.text ?? '';
  return /\?\s*$/.test(draft.pieceText(sayId) ?? said);
}

/** The caller has spoken, or was not content to listen: what the model was about to say is void. */
export function endTalk(draft: Draft): void {
  const { talk } = draft.state;
  if (talk === undefined) return;
  abort(draft);
  for (const id of Object.keys(talk.waiting)) draft.forget(id);
  close(draft);
}

function callTools(draft: Draft, message: AssistantMessage): void {
  const { talk } = draft.state;
  if (talk === undefined) return;
  const offered = talk.purpose === 'agent' ? toolsFor(draft.ctx) : [];
  const calls = message.calls ?? [];
  for (const call of calls) {
    const checked = checkCall(call, offered);
    if (checked.type !== 'own' || !('begins' in checked.kind)) continue;
    // The task asks, reads back, and takes the consent; the model has nothing more to say.
    close(draft);
    draft.leave({
      task: checked.kind.begins,
      start: startOf(draft, checked.kind, checked.args, talk.matter),
    });
    return;
  }
  if (talk.steps >= MAX_STEPS) {
    finish(draft);
    return;
  }
  draft.set({ talk: { ...talk, open: undefined, messages: [...talk.messages, message], answers: [] } });
  for (const call of calls) callTool(draft, call, offered);
  goOnWith(draft);
}

function callTool(draft: Draft, call: ToolCall, offered: ReturnType<typeof toolsFor>): void {
  const { talk } = draft.state;
  if (talk === undefined) return;
  const name = `${call.name} ${call.args}`;
  const checked = checkCall(call, offered);
  const refusal =
    checked.type === 'wrong'
      ? checked.why
      : talk.called.includes(name)
        ? 'You have asked this already; use the answer that you have.'
        : undefined;
  if (refusal !== undefined || checked.type === 'wrong') {
    const answer: ToolMessage = {
      role: 'tool',
      callId: call.id,
      name: call.name,
      text: refusal ?? '',
      failed: true,
    };
    draft.set({ talk: { ...talk, answers: [...talk.answers, answer] } });
    return;
  }
  const id = draft.request(lookUp(draft, call, checked));
  const { talk: now } = draft.state;
  if (now === undefined) return;
  draft.set({ talk: { ...now, called: [...now.called, name], waiting: { ...now.waiting, [id]: call } } });
}

/** The answer of a tool that the model has called; false when it is none. */
export function toolAnswered(draft: Draft, id: RequestId, result: DialogResult): boolean {
  const { talk } = draft.state;
  const call = talk?.waiting[id];
  if (talk === undefined || call === undefined) return false;
  const { [id]: _done, ...waiting } = talk.waiting;
  const text = resultText(draft, call, result);
  const answer: ToolMessage = {
    role: 'tool',
    callId: call.id,
    name: call.name,
    text: text ?? 'The tool does not answer now.',
    ...(text === undefined ? { failed: true as const } : {}),
  };
  const evidence = text === undefined ? talk.evidence : [...talk.evidence, text.slice(0, EVIDENCE_CHARS)];
  draft.set({ talk: { ...talk, waiting, evidence, answers: [...talk.answers, answer] } });
  goOnWith(draft);
  return true;
}

/** Asks the model again once every call has its answer. */
function goOnWith(draft: Draft): void {
  const { talk } = draft.state;
  if (talk === undefined || Object.keys(talk.waiting).length > 0) return;
  begin(draft, { ...talk, messages: [...talk.messages, ...talk.answers] });
}
