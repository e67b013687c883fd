import type { AskedValues } from '../../../nlu/types.js';
import { line, type Line } from '../../../render.js';
import { OFFICE, today } from '../../../schedule/calendar.js';
import { speakerOf } from '../../../schedule/spoken.js';
import type { RetryWay, Task, TaskContext } from '../../task.js';
import { fieldWords } from '../book/questions.js';
import { whichByKeys, whichKeys, whichLine } from '../existing/cancel.js';
import { momentOf } from '../existing/which.js';
import {
  aroundMoment,
  askLines,
  isMomentAsk,
  momentShape,
  retryLines,
  timeReference,
} from '../moment/index.js';
import type { MoveState } from './state.js';

/** What was read back. */
export function movedValues({ slot }: MoveState): AskedValues {
  if (slot === undefined) return {};
  const { date, minute, resource } = slot;
  return { date, minute, ...(resource === OFFICE ? {} : { staffId: resource }) };
}

const whenOf = ({ slot }: MoveState, ctx: TaskContext): string => {
  if (slot === undefined) return '';
  const spoken = speakerOf(ctx.lexicon.locale);
  const moment = spoken.moment(slot, today(ctx));
  const staff = ctx.business.staff.find(({ id }) => id === slot.resource);
  return staff === undefined ? moment : spoken.with(moment, staff.name);
};

/** The open question as it is first put. */
export function askMove(state: MoveState, ctx: TaskContext): readonly Line[] {
  const { open } = state;
  if (isMomentAsk(open)) return askLines(open, ctx);
  switch (open.ask) {
    case 'which': {
      return [whichLine(open.among, ctx)];
    }
    case 'confirm': {
      return [state.heard ? line('move.short') : line('move.confirm', { when: whenOf(state, ctx) })];
    }
    case 'identify':
    case 'fetch':
    case 'commit': {
      return [];
    }
    default: {
      return open;
    }
  }
}

/** The open question in another way; keys of the search for a time are looked up elsewhere. */
export function retryMove(state: MoveState, way: RetryWay, ctx: TaskContext): readonly Line[] {
  const { open } = state;
  if (isMomentAsk(open)) return retryLines(open, ctx);
  if (open.ask === 'which') {
    return [way === 'keys' ? whichByKeys(open.among, ctx) : whichLine(open.among, ctx)];
  }
  if (open.ask !== 'confirm') return [];
  const when = whenOf(state, ctx);
  return [line(way === 'keys' ? 'move.keypad' : 'move.retry', { when })];
}

/** The open question, for reading the answer. */
export const moveQuestion: Task<MoveState>['question'] = (state, ctx) => {
  const { open } = state;
  const id = `move.${open.ask}`;
  const fields = fieldWords(ctx);
  if (isMomentAsk(open)) return { id, fields, ...momentShape(open, ctx).question };
  switch (open.ask) {
    case 'which': {
      return { id, expects: 'offer', time: timeReference(ctx), offers: open.among.map(momentOf) };
    }
    case 'confirm': {
      return {
        id,
        expects: 'yes_no',
        fields,
        time: aroundMoment(state.slot, ctx),
        asked: movedValues(state),
      };
    }
    case 'identify':
    case 'fetch':
    case 'commit': {
      return { id, expects: 'words', time: timeReference(ctx) };
    }
    default: {
      return open;
    }
  }
};

/** How the answer is listened for. */
export const moveListening: Task<MoveState>['listening'] = ({ open }, ctx) => {
  if (open.ask === 'confirm') return { pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } };
  if (open.ask === 'which') return { pace: 'phrase', decision: false, keypad: whichKeys(open.among, ctx) };
  if (!isMomentAsk(open)) return { pace: 'phrase', decision: false };
  const { pace, keys } = momentShape(open, ctx);
  const named = open.ask === 'check' ? ['yes', 'no'] : keys;
  const keypad = Object.fromEntries(named.map((name, k) => [String(k + 1), name]));
  return { pace, decision: false, ...(named.length === 0 ? {} : { keypad }) };
};
