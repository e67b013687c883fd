import type { DialogInput } from '../effects.js';
import { remember } from '../model/memory.js';
import { NO_MEMORY } from '../model/types.js';
import { interpret } from '../nlu/interpret.js';
import type { PersonInput } from '../person-input.js';
import { firmly, line, type Line } from '../render.js';
import { SLOT_NAMES } from '../tasks/appointments/progress.js';
import type { Draft } from './draft.js';
import { canHandOff } from './ladder.js';
import { listeningOf, openQuestion } from './listening.js';
import { endTalk } from './model-talk.js';
import { apply, askAgain, dropAll, dropTop, push, topTask } from './stack.js';
import { MAX_PENDING, type DialogState } from './state.js';
import { forgetQuestions } from './turn.js';

/** Facts that are kept for one call; the oldest give way. */
const MAX_FACTS = 10;

/** A conversation that was over, and goes on with a person: nobody has hung up yet. */
export function reopened(state: DialogState, input: DialogInput): DialogState {
  const isTaken = state.ended && input.type === 'paused_by_human';
  return isTaken ? { ...state, ended: false, base: 'anything_else' } : state;
}

/**
 * The inputs that an input comes to: itself, or, while a person speaks in the agent's place, none. Answers to what was
 * requested before are kept, and come when the call is given back.
 */
export function admitted(draft: Draft, input: DialogInput): readonly DialogInput[] {
  const { person } = draft.state;
  // Who has spoken to a person is not greeted by a machine afterwards.
  if (person === undefined) return input.type === 'start' && draft.state.greeted ? [] : [input];
  switch (input.type) {
    case 'handed_back': {
      draft.set({ person: undefined });
      return [...person.held, input];
    }
    case 'result': {
      if (draft.state.pending[input.requestId] === undefined) return [];
      draft.set({ person: { held: [...person.held, input].slice(-MAX_PENDING) } });
      return [];
    }
    case 'turn': {
      draft.set({ turns: draft.state.turns + 1 });
      if (listeningOf(draft.state, draft.ctx).secret !== true) keep(draft, 'caller', input.text);
      return [];
    }
    case 'heard':
    case 'human_said':
    case 'human_lost':
    case 'instructed':
    case 'time_up': {
      return [input];
    }
    default: {
      return [];
    }
  }
}

/** Takes what a person of the office does. */
export function person(draft: Draft, input: PersonInput): void {
  switch (input.type) {
    case 'paused_by_human': {
      endTalk(draft);
      forgetQuestions(draft);
      // A person was wanted, and has come.
      while (draft.top?.task === 'handoff') dropTop(draft);
      draft.set({ person: { held: [] }, greeted: true, matters: [], misses: 0, stalls: 0 });
      return;
    }
    case 'human_said': {
      keep(draft, 'agent', input.text);
      return;
    }
    case 'human_lost': {
      draft.sayFiller(line('filler.moment'));
      return;
    }
    case 'handed_back': {
      handedBack(draft, input);
      return;
    }
    case 'instructed': {
      draft.set({ instruction: instructed(draft, input) ? 'used' : 'refused' });
      return;
    }
  }
}

function handedBack(draft: Draft, input: Extract<PersonInput, { type: 'handed_back' }>): void {
  const { next, say, note, facts = {} } = input;
  if (note !== undefined) keep(draft, 'agent', note);
  if (next === 'say' && say !== undefined) draft.say(literally(say));
  for (const [slot, value] of Object.entries(facts)) {
    if (!setSlot(draft, slot, value)) keep(draft, 'agent', value);
  }
  if (draft.hasWords) return;
  if (next === 'resume') draft.say(line('resume'));
  askAgain(draft);
  // Never dead air: the caller is to notice who speaks.
  if (!draft.hasWords) draft.say(line('still_here'));
}

/** False when there is no place for it now. */
function instructed(
  draft: Draft,
  { kind, text = '', slot = '', value = '' }: Extract<PersonInput, { type: 'instructed' }>,
): boolean {
  switch (kind) {
    case 'say': {
      draft.say(literally(text));
      return true;
    }
    case 'fact': {
      draft.set({ facts: [...(draft.state.facts ?? []), text].slice(-MAX_FACTS) });
      return true;
    }
    case 'goal': {
      if (draft.ctx.model === undefined) return false;
      draft.set({ goal: text });
      return true;
    }
    case 'set_slot': {
      return setSlot(draft, slot, value);
    }
    case 'repeat': {
      if (draft.state.lastSaid.length === 0) askAgain(draft);
      else draft.sayAgain(draft.state.lastSaid);
      return true;
    }
    case 'offer_transfer': {
      const isUnderWay = draft.top?.task === 'handoff' || draft.top?.task === 'callback';
      if (!canHandOff(draft) || isUnderWay) return false;
      push(draft, 'handoff', { args: { reason: 'A supervisor had a person offered.' } });
      return true;
    }
    case 'end_politely': {
      draft.say(text === '' ? firmly(line('goodbye')) : firmly(literally(text)));
      dropAll(draft);
      draft.set({ ended: true, pending: {}, person: undefined });
      draft.emit({ type: 'hangup', reason: 'supervisor_hangup' });
      return true;
    }
  }
}

const literally = (text: string): Line => ({ promptId: 'form.person.say', vars: {}, variants: [text] });

/**
 * Takes a value as if the caller had named it. Only what names a value and nothing else: an agreement is the caller's alone,
 * so that words which agree, refuse or ask for something are not taken.
 */
function setSlot(draft: Draft, slot: string, value: string): boolean {
  const top = topTask(draft);
  if (top === undefined || !(SLOT_NAMES as readonly string[]).includes(slot)) return false;
  const said = interpret(
    { text: value, confidence: 1 },
    openQuestion(draft.state, draft.ctx),
    draft.ctx.lexicon,
  );
  const isValue =
    said.act === 'inform' &&
    said.polarity !== 'affirm' &&
    said.polarity !== 'deny' &&
    said.mentions.length > 0;
  if (!isValue || said.command !== undefined || said.alert !== undefined) return false;
  const { frame, task } = top;
  const step = task.answer(frame.state, said, draft.taskContext(frame.number));
  if (step === undefined || step.missed === true) return false;
  if (step.requests?.some((request) => 'consent' in request) === true) return false;
  apply(draft, frame.number, step);
  return true;
}

/** What both sides say to one another belongs to what the dialog knows, with a model or without. */
function keep(draft: Draft, role: 'caller' | 'agent', text: string): void {
  draft.set({ memory: remember(draft.state.memory ?? NO_MEMORY, role, text) });
}
