import type { DtmfDigit } from '../../../../kernel/vocab.js';
import { dateParts, makeDate, toLocal, type LocalDate } from '../../nlu/time/local-date.js';
import type { TaskContext } from '../task.js';
import { checkedDate, checkedNumber, clock, digitBounds, type Reading } from './read.js';
import type { SlotSpec } from './spec.js';

/** Most keys of an amount. */
const MAX_KEYS = 12;

/** What a key press comes to; `undefined` for a key that answers nothing here. */
export type KeyReading = Reading | { readonly kind: 'skip' } | undefined;

/**
 * Takes one key at a slot's question. `#` ends an entry, `*` wipes it (in an amount it stands before the cents), and
 * an entry that can grow no further ends by itself.
 *
 * @param before - keys so far
 */
export function readKey(slot: SlotSpec, before: string, key: DtmfDigit, ctx: TaskContext): KeyReading {
  switch (slot.type) {
    case 'choice': {
      const choice = slot.choices?.[Number(key) - 1];
      if (choice !== undefined) return { kind: 'value', value: choice.id, isDoubtful: false };
      return key === '#' && slot.optional === true ? { kind: 'skip' } : undefined;
    }
    case 'yes_no': {
      if (key === '1' || key === '2') {
        return { kind: 'value', value: key === '1' ? 'yes' : 'no', isDoubtful: false };
      }
      return key === '#' && slot.optional === true ? { kind: 'skip' } : undefined;
    }
    case 'date':
    case 'time':
    case 'number':
    case 'digits':
    case 'phone':
    case 'amount':
      return readEntry(slot, before, key, ctx);
    case 'name':
    case 'email':
    case 'address':
    case 'text':
      return key === '#' && slot.optional === true ? { kind: 'skip' } : undefined;
  }
}

/** True when a slot can be answered by keys at all. */
export const hasKeys = (slot: SlotSpec): boolean => !['name', 'email', 'address', 'text'].includes(slot.type);

/** A day that waits for its year, and the keys of the year so far: `2027-03-05+19`. */
const DAY_AND_KEYS = /^(\d{4}-\d{2}-\d{2})\+?(\d*)$/;

function readEntry(slot: SlotSpec, before: string, key: DtmfDigit, ctx: TaskContext): KeyReading {
  const waiting = DAY_AND_KEYS.exec(before);
  if (waiting !== null && /^\d$/.test(key)) {
    const [, day = '', keys = ''] = waiting;
    const year = keys + key;
    if (year.length < 4) return { kind: 'partial', value: `${day}+${year}` };
    return inYear(slot, day, Number(year), ctx);
  }
  if (key === '#') {
    if (before === '') return slot.optional === true ? { kind: 'skip' } : undefined;
    return entered(slot, before, ctx);
  }
  if (key === '*' && slot.type !== 'amount') return { kind: 'partial', value: '' };
  if (!/^[\d*]$/.test(key)) return undefined;
  const keys = before + key;
  const most = longest(slot, keys);
  return keys.length < most ? { kind: 'partial', value: keys } : entered(slot, keys.slice(0, most), ctx);
}

function inYear(slot: SlotSpec, day: LocalDate, year: number, ctx: TaskContext): Reading {
  const { date: today } = toLocal(ctx.wallMs, ctx.business.timezone);
  const { month, day: ofMonth } = dateParts(day);
  return checkedDate(slot, makeDate(year, month, ofMonth), today, false);
}

function longest(slot: SlotSpec, keys: string): number {
  switch (slot.type) {
    case 'date':
      return 8;
    case 'time':
      return 4;
    case 'phone':
      return keys.startsWith('1') ? 11 : 10;
    case 'digits':
      return digitBounds(slot).max;
    default:
      return MAX_KEYS;
  }
}

function entered(slot: SlotSpec, keys: string, ctx: TaskContext): Reading | undefined {
  switch (slot.type) {
    case 'date': {
      const { date: today } = toLocal(ctx.wallMs, ctx.business.timezone);
      const [month, day, year] = [keys.slice(0, 2), keys.slice(2, 4), keys.slice(4)].map(Number);
      const date = keys.length === 8 ? makeDate(year ?? 0, month ?? 0, day ?? 0) : undefined;
      return checkedDate(slot, date, today, false);
    }
    case 'time':
      return enteredTime(keys);
    case 'number':
      return checkedNumber(slot, Number(keys), false);
    case 'amount': {
      const amount = Number(keys.replace('*', '.').replace(/\*/g, ''));
      return checkedNumber(slot, amount, false);
    }
    default: {
      const { min } = digitBounds(slot);
      if (keys.length < min) return { kind: 'bad', why: 'short' };
      return { kind: 'value', value: keys, isDoubtful: false };
    }
  }
}

/** Hours 1 to 6 are in the afternoon on a keypad without letters, and what was meant is read back. */
function enteredTime(keys: string): Reading | undefined {
  const hour = Number(keys.length <= 2 ? keys : keys.slice(0, -2));
  const minute = keys.length <= 2 ? 0 : Number(keys.slice(-2));
  if (hour > 23 || minute > 59) return undefined;
  const isHalfDay = keys.length < 4 && hour >= 1 && hour <= 6;
  return {
    kind: 'value',
    value: clock((isHalfDay ? hour + 12 : hour) * 60 + minute),
    isDoubtful: hour <= 12,
  };
}
