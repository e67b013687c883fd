import { HOURS, ORDINALS } from '../../../src/cli/caller/vars.js';
import type { Business } from '../../../src/dialog/core/business.js';
import type { Declared } from '../scenarios/declared.js';
import type { ReadQuestion } from './question.js';

/** What the caller wants at some point of the call, as the agent would say it. */
export interface Wishes {
  /** "Friday, December 4th". */
  readonly date?: string | undefined;
  /** "10 AM". */
  readonly time?: string | undefined;
  readonly name?: string | undefined;
  readonly service?: string | undefined;
}

const DATE = /\b[A-Z][a-z]+day, [A-Z][a-z]+ \d{1,2}(?:st|nd|rd|th)/;
const TIME = /\b\d{1,2}(?::\d\d)? [AP]M\b/;

/**
 * What the caller wants after each step, from what the agent says to the same conversation in text.
 *
 * @param replies - the agent's reply to each step, empty where there is none
 */
export function wishesOf(
  declared: Declared,
  replies: readonly string[],
  business: Business,
  read: ReadQuestion,
): readonly Wishes[] {
  const { end, given } = declared;
  const last = end.booked.at(-1) ?? given.appointments[0];
  const service = business.services.find(({ id }) => id === last?.service)?.name;
  return replies.map((_, index) => {
    const order = [...replies.slice(index), ...replies.slice(0, index).reverse()];
    const first = (of: (reply: string) => string | undefined): string | undefined =>
      order.map(of).find((value) => value !== undefined);
    return {
      date: first(dateIn),
      time: first(timeIn),
      name: first((reply) => read(reply)?.vars['name']) ?? last?.name,
      service: first((reply) => read(reply)?.vars['what']) ?? service,
    };
  });
}

export const dateIn = (text: string): string | undefined => DATE.exec(text)?.[0];
export const timeIn = (text: string): string | undefined => TIME.exec(text)?.[0];

/** "Friday, December fourth": as a synthetic voice pronounces it for certain. */
export function dateAloud(date: string): string {
  return date.replace(/(\d+)(?:st|nd|rd|th)/, (_all, day: string) => ORDINALS[Number(day) - 1] ?? day);
}

/** "ten o'clock in the morning", "half past ten in the morning", "ten fifteen in the morning". */
export function timeAloud(time: string): string {
  const [, hour = '', minute = '00', half = ''] = /^(\d+)(?::(\d\d))? ([AP])M$/.exec(time) ?? [];
  const name = HOURS[Number(hour) % 12] ?? hour;
  const part = half === 'A' ? 'in the morning' : 'in the afternoon';
  if (minute === '30') return `half past ${name} ${part}`;
  return minute === '00' ? `${name} o'clock ${part}` : `${name} ${minute} ${part}`;
}

/**
 * A sentence with the pauses of somebody who wants to be understood: between the parts of a name and between letters, which a
 * synthetic voice runs together.
 */
export function articulated(text: string, name: string | undefined): string {
  const parts = name === undefined ? text : text.replace(name, name.split(' ').join(' [250] '));
  return parts.replaceAll(/\b[A-Z](?: [A-Z]\b)+/g, (letters) => letters.split(' ').join(' [150] '));
}
