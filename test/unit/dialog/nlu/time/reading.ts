import { join } from 'node:path';
import { findTimeMentions } from '../../../../../src/dialog/core/nlu/time/mentions.js';
import type { TimeMention, TimeReference } from '../../../../../src/dialog/core/nlu/time/types.js';
import { tokenize } from '../../../../../src/dialog/core/nlu/tokens.js';
import { loadLocale } from '../../../../../src/dialog/locale.js';
import { projectRoot } from '../../../../../src/threads/project-root.js';

export const words = loadLocale(join(projectRoot(), 'locales', 'en-US')).calendar;

/** A Wednesday, a quarter past ten. */
export const reference: TimeReference = { today: '2026-12-02', nowMin: 615 };

export const mentionsOf = (text: string, ref: Partial<TimeReference> = {}): readonly TimeMention[] =>
  findTimeMentions(tokenize(text, words), { ...reference, ...ref }, words);

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** A mention in short: "2026-12-04", "2026-12-07..2026-12-13", "15:00|03:00", "14:00-16:00", "not 2026-12-04", "2026-12-03?". */
export function short({ value, excluded, guess }: TimeMention): string {
  return `${excluded ? 'not ' : ''}${shortValue(value)}${guess === true ? '?' : ''}`;
}

function shortValue(value: TimeMention['value']): string {
  switch (value.kind) {
    case 'date':
      return value.date + (value.saidWeekday === undefined ? '' : ` said ${value.saidWeekday}`);
    case 'days':
      return `${value.from}..${value.to}`;
    case 'weekdays':
      return `weekdays ${value.weekdays.join(' ')}`;
    case 'no_such_day':
      return 'no such day';
    case 'time':
      return value.minutes.map(clock).join('|');
    case 'window':
      return `${clock(value.fromMin)}-${clock(value.toMin)}`;
    case 'extreme':
      return `${value.which} ${value.of}`;
    case 'from_now':
      return `now+${value.minutes}`;
    case 'shift':
    case 'duration':
      return `${value.kind} ${value.months ?? 0}m ${value.days ?? 0}d ${value.minutes ?? 0}min`;
  }
}

/** Everything read in a sentence, in short, separated by "; ". */
export const said = (text: string, ref: Partial<TimeReference> = {}): string =>
  mentionsOf(text, ref).map(short).join('; ');
