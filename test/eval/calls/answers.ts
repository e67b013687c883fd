import type { Asked } from './question.js';
import { dateAloud, dateIn, timeAloud, timeIn, type Wishes } from './wishes.js';

/** How a caller gets back to what it wanted. */
export type Answer =
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'press'; readonly digits: string }
  /** Says again what the conversation has at this point. */
  | { readonly do: 'repeat' };

/** The agent gives a name up and offers to take the number for it: key 1. */
export const UNDER_NUMBER = 'appointment.name.keypad_number';

const REPEAT: Answer = { do: 'repeat' };
const say = (text: string): Answer => ({ do: 'say', text });

/** What the agent reads back wrongly, put right in one sentence; `undefined` when nothing is wrong. */
export function correctionOf({ about, vars }: Asked, reply: string, wishes: Wishes): Answer | undefined {
  const { date, time, name, service } = wishes;
  // A day that is taken for granted in the next question is as wrong as one that is read back.
  const granted = about.startsWith('appointment.time') ? dateIn(vars['date'] ?? '') : undefined;
  if (granted !== undefined && date !== undefined && granted !== date) {
    return say(`No, on ${dateAloud(date)}.`);
  }
  if (about !== 'confirm') return undefined;
  const changed = /(?:^|, )for ([^,]+)$/.exec(vars['values'] ?? '')?.[1];
  const read = {
    date: dateIn(reply),
    time: timeIn(reply),
    name: vars['name'] ?? changed,
    service: vars['what'],
  };
  const differs = (is: string | undefined, should: string | undefined): should is string =>
    is !== undefined && should !== undefined && is.toLowerCase() !== should.toLowerCase();
  if (differs(read.date, date)) return say(`No, ${dateAloud(date)}.`);
  if (differs(read.time, time)) return say(`No, at ${timeAloud(time)}.`);
  if (differs(read.service, service)) return say(`No, it is about ${service}.`);
  return differs(read.name, name) ? say(`No, my name is ${name}.`) : undefined;
}

/**
 * What a caller answers to a question that the conversation does not foresee here: somebody who was misheard says it again.
 *
 * @param agrees - what was said last was an agreement
 */
export function answerTo(asked: Asked | undefined, reply: string, wishes: Wishes, agrees: boolean): Answer {
  if (asked === undefined) return REPEAT;
  const { id, about, byKeys, vars } = asked;
  const { date, time, name, service } = wishes;
  const yes: Answer = byKeys ? { do: 'press', digits: '1' } : say('Yes.');
  const no: Answer = byKeys ? { do: 'press', digits: '2' } : say('No.');
  switch (about) {
    case 'confirm': {
      return agrees ? yes : REPEAT;
    }
    case 'check': {
      return checked(vars['value'] ?? '', wishes, yes);
    }
    case 'name': {
      if (name === undefined) return REPEAT;
      if (id === UNDER_NUMBER) return { do: 'press', digits: '1' };
      return say(/spell|keypad/.test(id) ? spelled(name) : `My name is ${name}.`);
    }
    case 'appointment.drop': {
      return agrees ? no : yes;
    }
    case 'callback':
    case 'person':
    case 'waitlist': {
      return agrees ? yes : no;
    }
    case 'appointment.service': {
      return (
        (byKeys ? keyFor(reply, service) : undefined) ?? (service === undefined ? REPEAT : say(`${service}.`))
      );
    }
  }
  if (about.startsWith('appointment.date') && date !== undefined) {
    return (byKeys ? keyFor(reply, date) : undefined) ?? say(`${dateAloud(date)}.`);
  }
  if (about.startsWith('appointment.time') && time !== undefined) return say(`At ${timeAloud(time)}.`);
  if (about.startsWith('appointment.offer') && date !== undefined && time !== undefined) {
    return (byKeys ? keyFor(reply, time) : undefined) ?? say(`${dateAloud(date)}, at ${timeAloud(time)}.`);
  }
  return REPEAT;
}

/** A value that is read back by itself may hold a day and a time at once. */
function checked(value: string, { date, time, name, service }: Wishes, yes: Answer): Answer {
  const read = { date: dateIn(value), time: timeIn(value) };
  if (read.date !== undefined || read.time !== undefined) {
    if (read.date !== undefined && date !== undefined && read.date !== date) {
      return say(`No, ${dateAloud(date)}.`);
    }
    if (read.time !== undefined && time !== undefined && read.time !== time) {
      return say(`No, at ${timeAloud(time)}.`);
    }
    return yes;
  }
  const isRight = [date, name, service].some((wish) => {
    const [is, should] = [value.toLowerCase(), wish?.toLowerCase()];
    return should !== undefined && (should === is || should.startsWith(`${is},`));
  });
  if (isRight) return yes;
  return name === undefined ? REPEAT : say(`No, my name is ${name}.`);
}

/** "L O V E L A C E", for Ada Lovelace. */
const spelled = (name: string): string =>
  [...(name.split(' ').at(-1) ?? '').replaceAll(/[^A-Za-z]/g, '').toUpperCase()].join(' ');

/** The key that a list of keys names for something. */
function keyFor(reply: string, what: string | undefined): Answer | undefined {
  if (what === undefined) return undefined;
  for (const [, digits = '', label = ''] of reply.matchAll(
    /(?:press )?(\d) for ([^.]*?)(?=, (?:press )?\d for |\.)/g,
  )) {
    if (label.toLowerCase().includes(what.toLowerCase())) return { do: 'press', digits };
  }
  return undefined;
}
