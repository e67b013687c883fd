import type { UtteranceId } from '../../../kernel/ids.js';
import type { DialogContext } from '../context.js';
import type { DialogInput, DialogResult, KnownAppointment } from '../effects.js';
import { line } from '../render.js';
import type { TaskStart } from '../tasks/task.js';
import { Draft } from './draft.js';
import { silent, missed, timeUp } from './ladder.js';
import { answerOffline, begin, goOn, intentKnown, knowledgeKnown } from './matters.js';
import { intentOf, takeSlot } from './model-ask.js';
import { endTalk, modelInput, toolAnswered } from './model-talk.js';
import { remember } from '../model/memory.js';
import { NO_MEMORY } from '../model/types.js';
import { admitted, person, reopened } from './person.js';
import { asksForRecording, tellOfRecording } from './recorded.js';
import { isChange } from './requests.js';
import { askAgain, push, taskAnswered } from './stack.js';
import type { DialogState, DialogStep, Matter, Pending } from './state.js';
import { key, turn } from './turn.js';

/**
 * Takes one input to completion. Pure: the same state, input and context give the same result.
 *
 * An answer whose `requestId` is not pending is stale and changes nothing.
 */
export function step(state: DialogState, input: DialogInput, ctx: DialogContext): DialogStep {
  const draft = new Draft(reopened(state, input), ctx);
  if (!draft.state.ended) {
    for (const one of admitted(draft, input)) handle(draft, one);
    for (let count = 0; count < MAX_LATER; count++) {
      const later = draft.takeLater();
      if (later === undefined) break;
      if (later === 'missed') missed(draft);
      else if (later === 'next_matter') goOn(draft);
      else if ('offline' in later) answerOffline(draft, later.offline);
      else begin(draft, later.task, later.start);
    }
  }
  return draft.finish();
}

/** More than the rules of one step leave behind. */
const MAX_LATER = 8;

function handle(draft: Draft, input: DialogInput): void {
  switch (input.type) {
    case 'start': {
      draft.set({ greeted: true, ...(input.outbound === true ? { outbound: true as const } : {}) });
      tellOfRecording(draft);
      const isAboutNothing = input.task === 'reminder' && input.appointment === undefined;
      if (input.task === undefined || isAboutNothing) greet(draft, input.topic);
      else push(draft, input.task, startOf(input, draft));
      return;
    }
    case 'resumed': {
      if (draft.state.greeted) {
        askAgain(draft);
      } else {
        tellOfRecording(draft);
        greet(draft);
      }
      return;
    }
    case 'turn': {
      draft.set({ greeted: true, ...(input.typed === true ? { heardToEnd: true } : {}) });
      turn(draft, input);
      return;
    }
    case 'dtmf': {
      draft.set({ greeted: true });
      key(draft, input.digit);
      return;
    }
    case 'silence': {
      silent(draft, input.count);
      return;
    }
    case 'time_up': {
      timeUp(draft);
      return;
    }
    case 'not_understood': {
      if (Object.keys(draft.state.pending).length === 0) missed(draft);
      return;
    }
    case 'heard': {
      heard(draft, input.sayId, input.text, input.complete);
      return;
    }
    case 'waiting': {
      const pending = draft.state.pending[input.requestId];
      if (pending !== undefined) waiting(draft, input.requestId, pending);
      return;
    }
    case 'result': {
      const pending = draft.state.pending[input.requestId];
      if (pending === undefined) return;
      draft.forget(input.requestId);
      if (toolAnswered(draft, input.requestId, input.result)) return;
      answered(draft, pending, input.result);
      return;
    }
    case 'paused_by_human':
    case 'human_said':
    case 'human_lost':
    case 'handed_back':
    case 'instructed': {
      person(draft, input);
      return;
    }
    case 'model_delta':
    case 'model_tool':
    case 'model_done':
    case 'model_failed': {
      modelInput(draft, input);
      return;
    }
    default: {
      return input;
    }
  }
}

/** A reminder says who calls. */
const startOf = ({ appointment }: { readonly appointment?: KnownAppointment }, draft: Draft): TaskStart =>
  appointment === undefined ? {} : { appointment, args: { persona: draft.ctx.persona.name } };

function greet(draft: Draft, topic?: string): void {
  const { business, persona } = draft.ctx;
  draft.set({ greeted: true, base: 'open' });
  if (draft.state.outbound === true) {
    const { name } = persona;
    draft.say(line('reminder.hello', { business: business.name, persona: name }));
    if (topic !== undefined) draft.say(line('outbound.topic', { topic }));
    draft.say(line('outbound.open'));
    return;
  }
  if (asksForRecording(draft)) {
    draft.say(line('recording.hello', { business: business.name, persona: persona.name }));
    push(draft, 'recording', {});
    return;
  }
  draft.say(line('greeting', { business: business.name, persona: persona.name }));
}

function answered(draft: Draft, pending: Pending, result: DialogResult): void {
  if (pending.frame !== undefined) {
    taskAnswered(draft, pending.frame, pending, result);
    return;
  }
  const { matter } = pending;
  if (matter === undefined) return;
  if (pending.request.type === 'classify') intentKnown(draft, matter, result);
  else if (pending.request.type === 'query_knowledge') knowledgeKnown(draft, matter, result);
  else if (pending.request.type === 'ask_model') modelAnswered(draft, pending, matter, result);
}

/** A model has told an intent, or an answer in other words. */
function modelAnswered(draft: Draft, { found }: Pending, matter: Matter, result: DialogResult): void {
  if (found !== undefined) {
    intentKnown(draft, matter, { type: 'intent', intent: intentOf(draft, found, result) });
  } else if (!takeSlot(draft, result)) {
    missed(draft);
  }
}

/** Requests that are slow get a word, so that the line is never dead; twice at most. */
const MAX_FILLERS = 2;

function waiting(draft: Draft, id: string, pending: Pending): void {
  // Words of the model are under way already.
  if (pending.fillers >= MAX_FILLERS || draft.state.talk?.stream.sayId !== undefined) return;
  const fillers = pending.fillers + 1;
  draft.set({ pending: { ...draft.state.pending, [id]: { ...pending, fillers } } });
  draft.sayFiller(line(isChange(pending.request.type) ? 'filler.booking' : 'filler.moment'));
}

/** Words that may be missing at the end of a question: "is that right?" carries no fact. */
const TAIL_WORDS = 4;

function heard(draft: Draft, sayId: string, text: string, complete: boolean): void {
  if (draft.ctx.model !== undefined) {
    draft.set({ memory: remember(draft.state.memory ?? NO_MEMORY, 'agent', text, sayId as UtteranceId) });
  }
  // Who speaks over an answer does not want the rest of it.
  if (!complete && draft.state.talk?.stream.sayId === sayId) endTalk(draft);
  const last = draft.state.lastSaid.at(-1);
  if (last?.sayId !== sayId) return;
  draft.set({ heardToEnd: complete || isTailOnly(last.text, text) });
}

/** True when what was not heard lies within the last, short sentence. */
function isTailOnly(said: string, heardText: string): boolean {
  const rest = said.slice(heardText.length).trim();
  if (rest === '') return true;
  const tail = said.slice(said.search(/[^.!?]*[.!?]?\s*$/)).trim();
  return rest.length <= tail.length && tail.split(/\s+/).length <= TAIL_WORDS;
}
