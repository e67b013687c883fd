import { consentByRequest } from '../consent.js';
import type { Interpretation } from '../nlu/types.js';
import { line } from '../render.js';
import type { Draft } from './draft.js';
import { goodbye, missed } from './ladder.js';
import { withdrawRecording } from './withdraw.js';
import { openQuestion } from './listening.js';
import { abandonTop, askAgain, dropAll, dropTop, push } from './stack.js';

/** Requests to repeat or to wait that are granted in a row before they count as not understood. */
const MAX_STALLS = 3;
/** Steps of speed, and their bounds. */
const SPEED_STEP = 0.15;
const SPEED = { min: 0.7, max: 1.3 };
const GAIN_STEP_DB = 3;
const GAIN_DB = { min: -6, max: 6 };

/** Carries out a request that means the same everywhere. False when it means nothing special here. */
export function obey(draft: Draft, said: Interpretation): boolean {
  switch (said.command) {
    case undefined: {
      return false;
    }
    case 'person': {
      const consent = consentByRequest(said, 'person');
      draft.set({ misses: 0 });
      if (draft.top?.task === 'handoff' || draft.top?.task === 'callback') return false;
      push(draft, 'handoff', {
        args: { reason: 'The caller asked for a person.' },
        ...(consent === undefined ? {} : { consent }),
      });
      return true;
    }
    case 'goodbye': {
      const consent = consentByRequest(said, 'goodbye');
      if (consent !== undefined) {
        if (isUndone(draft) && draft.state.isLeaving !== true) {
          draft.set({ isLeaving: true });
          draft.say(line('goodbye.undone'));
          askAgain(draft);
          return true;
        }
        goodbye(draft, consent);
        return true;
      }
      // Not sure enough to hang up on somebody: they are asked.
      if (draft.top !== undefined || said.polarity === 'deny') return false;
      draft.set({ base: 'anything_else' });
      askAgain(draft);
      return true;
    }
    case 'repeat':
    case 'wait': {
      stall(draft, said.command);
      return true;
    }
    case 'hello': {
      if (draft.state.lastSaid.length === 0) return false;
      draft.say(line('still_here'));
      askAgain(draft);
      return true;
    }
    case 'help': {
      if (draft.top === undefined) draft.say(line('open.help'));
      else help(draft);
      return true;
    }
    case 'stop': {
      // A reminder takes it as an answer: "cancel" means the appointment.
      if (draft.top?.task === 'reminder' && hasWord(draft, said, 'cancel_verb')) return false;
      return cancelsExisting(draft, said) || abandonTop(draft);
    }
    case 'stop_recording': {
      return withdrawRecording(draft);
    }
    case 'restart': {
      return restart(draft);
    }
    case 'slower':
    case 'faster':
    case 'louder':
    case 'quieter': {
      restyle(draft, said.command);
      draft.sayAgain(draft.state.lastSaid);
      return true;
    }
    case 'opt_out': {
      return optOut(draft, said);
    }
    default: {
      return said.command;
    }
  }
}

/** Who does not want to be called is taken down, unless the open task takes it as an answer of its own. */
function optOut(draft: Draft, said: Interpretation): boolean {
  const consent = consentByRequest(said, 'opt_out');
  const isAnswer = draft.top?.task === 'reminder' || draft.top?.task === 'callback';
  if (isAnswer || consent === undefined) return false;
  if (draft.top?.task !== 'opt_out') push(draft, 'opt_out', { consent });
  return true;
}

/** True while something is read back that the caller may believe to be done. */
const isUndone = (draft: Draft): boolean =>
  ['book', 'move', 'cancel'].includes(draft.top?.task ?? '') &&
  openQuestion(draft.state, draft.ctx).id.endsWith('.confirm');

/** "Cancel my appointment" while one that exists is looked for or moved means that one, not the conversation about it. */
function cancelsExisting(draft: Draft, said: Interpretation): boolean {
  if (!hasWord(draft, said, 'cancel_verb') || !hasWord(draft, said, 'cancel_object')) return false;
  const tasks = draft.state.stack.map(({ task }) => task);
  if (tasks.includes('cancel')) {
    askAgain(draft);
    return true;
  }
  if (!tasks.includes('find') && !tasks.includes('move')) return false;
  dropAll(draft);
  push(draft, 'cancel', { said });
  return true;
}

function hasWord(draft: Draft, { tokens }: Interpretation, key: string): boolean {
  const words = draft.ctx.lexicon.locale.phrases[key] ?? [];
  return tokens.some(({ word }) => words.includes(word));
}

/** "Help!" in the middle of something may be meant: what to do in danger is told once, and the question put again. */
function help(draft: Draft): void {
  const { misses } = draft.state;
  if (misses > 0) {
    missed(draft);
    return;
  }
  draft.set({ misses: 1 });
  draft.say(line('open.danger'));
  askAgain(draft);
}

function stall(draft: Draft, command: 'repeat' | 'wait'): void {
  const stalls = draft.state.stalls + 1;
  draft.set({ stalls });
  if (stalls > MAX_STALLS) {
    missed(draft);
  } else if (command === 'wait') {
    draft.say(line('wait.ok'));
  } else if (draft.state.lastSaid.length === 0) {
    askAgain(draft);
  } else {
    draft.sayAgain(draft.state.lastSaid);
  }
}

function restart(draft: Draft): boolean {
  const task = draft.top?.task;
  if (task === undefined || task === 'handoff' || task === 'callback') return false;
  const args = task === 'form' ? formArgs(draft) : {};
  dropTop(draft);
  push(draft, task, args);
  return true;
}

/** A form is begun again as the same form. */
function formArgs(draft: Draft): { readonly args?: Readonly<Record<string, string>> } {
  const { form } = draft.top?.state as { readonly form?: string };
  return form === undefined ? {} : { args: { form } };
}

const within = (value: number, { min, max }: { readonly min: number; readonly max: number }): number =>
  Math.round(Math.min(max, Math.max(min, value)) * 100) / 100;

function restyle(draft: Draft, command: 'slower' | 'faster' | 'louder' | 'quieter'): void {
  const { style } = draft.state;
  const speed = style.speed ?? draft.ctx.persona.speed ?? 1;
  const gainDb = style.gainDb ?? 0;
  switch (command) {
    case 'slower': {
      draft.set({ style: { ...style, speed: within(speed - SPEED_STEP, SPEED) } });
      return;
    }
    case 'faster': {
      draft.set({ style: { ...style, speed: within(speed + SPEED_STEP, SPEED) } });
      return;
    }
    case 'louder': {
      draft.set({ style: { ...style, gainDb: within(gainDb + GAIN_STEP_DB, GAIN_DB) } });
      return;
    }
    case 'quieter': {
      draft.set({ style: { ...style, gainDb: within(gainDb - GAIN_STEP_DB, GAIN_DB) } });
      return;
    }
  }
}
