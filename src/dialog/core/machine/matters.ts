import type { DialogResult, IntentResult, KnowledgeAnswer } from '../effects.js';
import type { IntentAction } from '../context.js';
import { consentByRequest } from '../consent.js';
import { signIn } from '../nlu/signs.js';
import type { Interpretation } from '../nlu/types.js';
import { ATTACK } from '../../guard/core/judge.js';
import { noteOf } from '../../guard/core/note.js';
import { withoutLast } from '../model/memory.js';
import { line } from '../render.js';
import { givesUp, says } from '../tasks/appointments/phrases.js';
import { existingAskedFor } from '../tasks/appointments/existing/asked-for.js';
import { existingStart } from './existing-first.js';
import type { ModelTalk } from '../model/types.js';
import type { TaskId, TaskStart } from '../tasks/task.js';
import type { Draft } from './draft.js';
import { announcesQuestion, asksNecessity, factAbout } from './facts.js';
import { followUp, refersTo } from './follow-up.js';
import { canHandOff, missed } from './ladder.js';
import { readMatter } from './listening.js';
import { askIntent } from './model-ask.js';
import { modelAnswers } from './model-talk.js';
import { socialTalk } from './social.js';
import { askAgain, push } from './stack.js';
import { withTold } from './told.js';
import type { Matter } from './state.js';

/** How sure an intent must be before it is acted on, 0..1. */
const SURE = {
  /** At the open question. */
  intent: 0.35,
  /** In the middle of a task, where most words answer the open question and a badly heard answer resembles anything. */
  elsewhere: 0.6,
} as const;

/** Questions stand for themselves; everything else that is said in one turn belongs together. */
export function mattersOf(said: Interpretation): readonly Matter[] {
  const { confidence } = said;
  const clauses = said.clauses.filter(
    ({ act, unread, mentions }) =>
      act === 'question' || act === 'request' || (act !== 'social' && unread.length + mentions.length > 0),
  );
  const questions = clauses.filter(({ act }) => act === 'question');
  const joined = (parts: readonly { readonly text: string }[]): Matter => ({
    text: parts.map(({ text }) => text).join(', '),
    confidence,
  });
  if (clauses.length === 0) return said.text.trim() === '' ? [] : [{ text: said.text, confidence }];
  if (questions.length < 2) return [joined(clauses)];
  const rest = clauses.filter(({ act }) => act !== 'question');
  return [...questions.map((question) => joined([question])), ...(rest.length === 0 ? [] : [joined(rest)])];
}

/** Deals with one matter: what the pack's facts answer at once, everything else by its intent. */
export function dealWith(draft: Draft, matter: Matter): void {
  const said = readAgain(draft, matter);
  const fact = isOfTopic(draft, matter) ? undefined : factOf(draft, said);
  if (fact !== undefined) {
    draft.set({ misses: 0, topic: matter.text });
    draft.say(...fact);
    goOn(draft);
    return;
  }
  if (beginExisting(draft, said)) return;
  if (hurts(draft, said)) {
    draft.say(line('social.hope'));
    ask(draft, matter);
    return;
  }
  if (announcesQuestion(said, draft.ctx)) {
    draft.set({ misses: 0 });
    draft.say(line('open.question'));
    return;
  }
  const { previousIntent, turns, callId, lastSaid } = draft.state;
  const question = lastSaid.at(-1)?.text;
  draft.request(
    {
      type: 'classify',
      text: matter.text,
      context: {
        ...(previousIntent === undefined ? {} : { previous_intent: previousIntent }),
        conversation_turn: turns - 1,
        session_id: callId,
        ...(question === undefined ? {} : { question }),
      },
    },
    { matter },
  );
}

/** How somebody feels is no topic of an appointment unless they ask for one: who listens is said, and what the documents know of it. */
function hurts(draft: Draft, said: Interpretation): boolean {
  if (draft.top !== undefined || signIn(said, 'distress') === undefined) return false;
  const { appointmentWords } = draft.ctx.lexicon;
  return !said.tokens.some(({ word }) => appointmentWords.includes(word));
}

/** A fact that is asked for, alone or beside words that ask for nothing: "I'm killing time, when do you close?" */
function factOf(draft: Draft, said: Interpretation): ReturnType<typeof factAbout> {
  const whole = factAbout(said, draft.ctx);
  const [question, ...more] = said.clauses.filter(({ act }) => act === 'question');
  const isAlone =
    more.length === 0 &&
    said.clauses.every(
      ({ act, mentions }) => act === 'question' || (act !== 'request' && mentions.length === 0),
    );
  if (whole !== undefined || question === undefined || !isAlone || said.clauses.length < 2) return whole;
  return factAbout(readAgain(draft, { text: question.text, confidence: said.confidence }), draft.ctx);
}

/** Somebody else's appointment, or the one of a reference: the words tell what is wanted with it. */
function beginExisting(draft: Draft, said: Interpretation): boolean {
  const asked = existingAskedFor(said, draft.ctx.lexicon);
  if (asked === undefined || !(asked.isOther || asked.isCoded)) return false;
  if (!Object.values(draft.ctx.intents).includes(asked.task)) return false;
  begin(draft, asked.task, existingStart(said, asked));
  return true;
}

/** "When is it open?" after an answer about something else asks about that, not about the office. */
function isOfTopic(draft: Draft, { text }: Matter): boolean {
  const { topic } = draft.state;
  if (topic === undefined || !refersTo(text, draft.ctx.lexicon.locale)) return false;
  return factAbout(readAgain(draft, { text: topic, confidence: 1 }), draft.ctx) === undefined;
}

/** Goes on after something was dealt with: the next matter, the open task, or "anything else?" */
export function goOn(draft: Draft): void {
  const [next, ...others] = draft.state.matters;
  if (next !== undefined) {
    draft.set({ matters: others });
    dealWith(draft, next);
    return;
  }
  if (draft.top === undefined) draft.set({ base: 'anything_else' });
  else draft.say(line('resume'));
  askAgain(draft);
}

const readAgain = (draft: Draft, matter: Matter): Interpretation =>
  readMatter(draft.state, draft.ctx, matter);

const UNSURE: IntentResult = { intent: 'OUT_OF_SCOPE', confidence: 0, method: 'pattern', entities: {} };

/** What the words alone tell while the classifier does not answer: an appointment, or a question. */
function withoutClassifier(draft: Draft, said: Interpretation): IntentResult {
  const words = new Set(said.tokens.map(({ word }) => word));
  const { appointmentWords, locale } = draft.ctx.lexicon;
  const isGivenUp = (locale.phrases['cancel_verb'] ?? []).some((word) => words.has(word));
  const isAppointment = !isGivenUp && appointmentWords.some((word) => words.has(word));
  const wanted = isAppointment && said.act !== 'question' ? 'book' : 'answer';
  const [intent] = Object.entries(draft.ctx.intents).find(([, action]) => action === wanted) ?? [];
  const isClear = isAppointment || said.act === 'question';
  return intent === undefined || !isClear ? UNSURE : { ...UNSURE, intent, confidence: 0.5 };
}

/** The classifier has said what a matter is about. */
export function intentKnown(draft: Draft, matter: Matter, result: DialogResult): void {
  distrust(draft, result);
  const said = readAgain(draft, matter);
  const found = result.type === 'intent' ? result.intent : withoutClassifier(draft, said);
  const action = actionOf(draft, found, said);
  const isTask = draft.top !== undefined;
  const isAsking = said.act === 'question' || said.act === 'request';
  const needed = isTask && !isAsking ? SURE.elsewhere : SURE.intent;
  const isUnclear = action === 'out_of_scope' || (action !== 'answer' && found.confidence < needed);
  const isFree = draft.ctx.model?.mode === 'agent' && !isTask;
  if (isUnclear && !isFree && said.act !== 'question' && result.type === 'intent') {
    if (askIntent(draft, matter, found)) return;
  }
  if (isUnclear && isFree && said.act !== 'question' && modelAnswers(draft, matter, undefined, true)) return;
  if (action !== 'answer' && action !== 'out_of_scope' && found.confidence < needed) {
    if (isAsking) ask(draft, matter);
    else missed(draft);
    return;
  }
  draft.set({ previousIntent: found.intent });
  if (action.startsWith('form:')) {
    begin(draft, 'form', { said, args: { form: action.slice('form:'.length) } });
    return;
  }
  act(draft, action as Exclude<IntentAction, `form:${string}`>, said, matter);
}

/** The dialog goes on by itself where the words may be an attack: nothing of them is for a model. */
function distrust(draft: Draft, result: DialogResult): void {
  if (result.type !== 'intent' || draft.ctx.guardrails === undefined) return;
  const { injection = 0 } = result.intent;
  const found = { action: 'block', reasons: ['prompt_injection'], scores: { injection } } as const;
  const held = result.guard ?? (injection >= ATTACK ? found : undefined);
  if (held === undefined) return;
  draft.emit(noteOf('input', held));
  const { memory, turns } = draft.state;
  draft.set({ modelFailed: turns, ...(memory === undefined ? {} : { memory: withoutLast(memory) }) });
}

/** "Can you change that to four?" after a booking moves it, whatever the words alone resemble. */
function actionOf(draft: Draft, found: IntentResult, said: Interpretation): IntentAction {
  const action = draft.ctx.intents[found.intent] ?? 'out_of_scope';
  const isAboutLast = draft.top === undefined && draft.state.known.appointment !== undefined;
  const hasTime = said.mentions.some(({ type, excluded }) => type === 'time' && !excluded);
  const isChange =
    isAboutLast && hasTime && said.act !== 'inform' && action === 'book' && refersBack(said, draft);
  if (isChange) return 'move';
  if (action === 'move' && isGivenUp(said, draft)) return 'cancel';
  if (action === 'book' && asksNecessity(said, draft.ctx)) return 'answer';
  const isUnclear = action === 'answer' || action === 'out_of_scope' || action === 'chat';
  return isUnclear && isBareTime(draft, said) ? 'book' : action;
}

/** "Friday", "how about Tuesday at ten?": nothing but a day or a time is one for an appointment, where there are any. */
function isBareTime(draft: Draft, { mentions, unread, act }: Interpretation): boolean {
  if (draft.top !== undefined || draft.state.topic !== undefined || unread.length > 0) return false;
  const canBook = Object.values(draft.ctx.intents).includes('book');
  const isTime = mentions.length > 0 && mentions.every(({ type, excluded }) => type === 'time' && !excluded);
  return canBook && isTime && (act === 'inform' || act === 'question' || act === 'request');
}

/** What is asked for counts, not why; with a new time it is a move. */
function isGivenUp(said: Interpretation, draft: Draft): boolean {
  const { locale } = draft.ctx.lexicon;
  const hasNewTime = said.mentions.some(({ type, excluded }) => type === 'time' && !excluded);
  return !hasNewTime && !says(said, 'wants_move', locale) && givesUp(said, locale);
}

/** True when the words speak of something that was named before: "that", "it". */
const refersBack = (said: Interpretation, draft: Draft): boolean =>
  says(said, 'refers_back', draft.ctx.lexicon.locale);

function act(
  draft: Draft,
  action: Exclude<IntentAction, `form:${string}`>,
  said: Interpretation,
  matter: Matter,
): void {
  switch (action) {
    case 'book':
    case 'find':
    case 'move':
    case 'cancel':
    case 'waitlist': {
      begin(draft, action, { said });
      return;
    }
    case 'callback':
    case 'message': {
      const args = { kind: action, reason: 'The caller asked for it.' };
      begin(draft, 'callback', { said, args });
      return;
    }
    case 'person': {
      const consent = consentByRequest(said, 'person');
      const args = { reason: 'The caller asked for a person.' };
      begin(draft, 'handoff', { args, ...(consent === undefined ? {} : { consent }) });
      return;
    }
    case 'answer': {
      ask(draft, matter);
      return;
    }
    case 'chat':
    case 'hello': {
      if (socialTalk(draft, said)) return;
      if (action === 'chat' && said.act === 'question') {
        ask(draft, matter);
        return;
      }
      if (action === 'chat' && isRepeated(draft)) return;
      draft.say(line(action === 'hello' && draft.top === undefined ? 'greeting.again' : 'social.chat'));
      if (action === 'chat' || draft.top !== undefined) askAgain(draft);
      return;
    }
    case 'repeat': {
      if (draft.state.lastSaid.length === 0) askAgain(draft);
      else missed(draft);
      return;
    }
    // A goodbye that was not read as one by its words is no consent to hang up.
    case 'goodbye': {
      if (isRepeated(draft)) return;
      draft.set({ base: 'anything_else' });
      askAgain(draft);
      return;
    }
    case 'out_of_scope': {
      outOfScope(draft, said, matter);
      return;
    }
    default: {
      return action;
    }
  }
}

/** Words that ask for nothing, at "anything else?" once more: they count as not understood, so that it is not asked for ever. */
function isRepeated(draft: Draft): boolean {
  if (draft.top !== undefined || draft.state.base !== 'anything_else') return false;
  const isAgain = draft.state.misses > 0;
  if (isAgain) missed(draft);
  else draft.set({ misses: 1 });
  return isAgain;
}

/** Begins a task, unless it is the one that is open: then its question stands. */
export function begin(draft: Draft, task: TaskId, start: TaskStart): void {
  if (draft.top?.task !== task) {
    draft.set({ misses: 0 });
    push(draft, task, start);
    return;
  }
  // Asked for again and again it would never end.
  if (draft.state.misses > 0) {
    missed(draft);
    return;
  }
  draft.set({ misses: 1 });
  askAgain(draft);
}

/** Asks the documents. */
function ask(draft: Draft, matter: Matter): void {
  draft.set({ misses: 0 });
  const { topic } = draft.state;
  const { text, before } = followUp(matter.text, topic, draft.ctx.lexicon.locale);
  draft.request({ type: 'query_knowledge', text, ...(before === undefined ? {} : { before }) }, { matter });
}

/** Says once what the agent can do, and that it has not understood this; after that such words count as missed. */
function outOfScope(draft: Draft, said: Interpretation, matter: Matter): void {
  if (said.act === 'question') {
    ask(draft, matter);
    return;
  }
  if (draft.top !== undefined || draft.state.misses > 0) {
    missed(draft);
    return;
  }
  draft.set({ misses: 1 });
  draft.say(line('out_of_scope'));
}

/** The documents have answered. */
export function knowledgeKnown(draft: Draft, matter: Matter, result: DialogResult): void {
  const answer = withTold(draft, matter, result.type === 'knowledge' ? result.answer : undefined);
  if (!modelAnswers(draft, matter, answer, false)) sayAnswer(draft, matter, answer);
}

/** What a model was to answer, without it. */
export function answerOffline(draft: Draft, { matter, fallback, unclear }: ModelTalk): void {
  if (unclear === true) outOfScope(draft, readAgain(draft, matter), matter);
  else sayAnswer(draft, matter, fallback);
}

function sayAnswer(draft: Draft, matter: Matter, answer: KnowledgeAnswer | undefined): void {
  if (answer?.found === true && answer.answer.trim() !== '') {
    // A chain of follow-ups is about what its first question was about.
    const { before } = followUp(matter.text, draft.state.topic, draft.ctx.lexicon.locale);
    draft.set({ topic: before ?? matter.text });
    draft.sayWithSources(
      line('knowledge.answer', { answer: answer.answer }),
      answer.sources.map((source) => source.id),
    );
    goOn(draft);
    return;
  }
  const isLast = draft.state.matters.length === 0;
  if (isLast && draft.top === undefined && canHandOff(draft)) {
    draft.say(line('knowledge.unknown'));
    // Whoever calls back reads what was asked.
    const reason = 'The caller asked something the agent does not know.';
    push(draft, 'handoff', { args: { reason, message: matter.text } });
    return;
  }
  draft.say(line('knowledge.unknown_alone'));
  goOn(draft);
}
