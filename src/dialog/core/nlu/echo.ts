import { weekdayOf } from './time/local-date.js';
import type { TimeValue } from './time/types.js';
import type { AskedValues, Mention } from './types.js';

/** Words of a name as they are compared: lower case, without accents and marks. */
export function nameWords(name: string): readonly string[] {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}

/** True when a mention says what was asked, and nothing else. */
export function equalsAsked(mention: Mention, asked: AskedValues | undefined): boolean {
  if (asked === undefined || mention.excluded) return false;
  switch (mention.type) {
    case 'time': {
      return timeEquals(mention.value, asked);
    }
    case 'name': {
      const words = new Set(nameWords(asked.name ?? ''));
      const said = nameWords(mention.name);
      return mention.whose === undefined && said.length > 0 && said.every((word) => words.has(word));
    }
    case 'service': {
      return mention.id === asked.serviceId;
    }
    case 'staff': {
      return mention.id === asked.staffId;
    }
    case 'digits':
    case 'phone': {
      return (
        asked.digits !== undefined && asked.digits.replace(/\D/g, '') === mention.digits.replace(/\D/g, '')
      );
    }
    case 'number': {
      return asked.digits === String(mention.value) || asked.text === String(mention.value);
    }
    case 'amount': {
      return asked.text !== undefined && Number(asked.text.replace(/[^\d.]/g, '')) === mention.value;
    }
    case 'letters': {
      const letters = mention.letters.toLowerCase().replace(/[^\p{L}]/gu, '');
      return nameWords(asked.name ?? '').includes(letters);
    }
    case 'email': {
      return asked.text?.toLowerCase() === mention.address.toLowerCase();
    }
    case 'option':
    case 'place':
    case 'other':
    case 'field': {
      return false;
    }
    default: {
      return mention;
    }
  }
}

/** A stretch of days or hours that holds what was asked says nothing against it. */
function timeEquals(value: TimeValue, { date, minute }: AskedValues): boolean {
  switch (value.kind) {
    case 'date': {
      return value.saidWeekday === undefined && value.date === date;
    }
    case 'days': {
      return date !== undefined && value.from <= date && date <= value.to;
    }
    case 'weekdays': {
      return date !== undefined && value.weekdays.length === 1 && value.weekdays[0] === weekdayOf(date);
    }
    case 'time': {
      return minute !== undefined && value.minutes.includes(minute);
    }
    case 'window': {
      return minute !== undefined && value.fromMin <= minute && minute < value.toMin;
    }
    case 'no_such_day':
    case 'from_now':
    case 'shift':
    case 'duration':
    case 'extreme': {
      return false;
    }
    default: {
      return value;
    }
  }
}

/** Another reading of the same words, or the value of a part that was named: "the time is ten". */
const speaksFor = (other: Mention, mention: Mention): boolean =>
  (other.from <= mention.from && other.to >= mention.to) ||
  (mention.type === 'field' && other.type !== 'field' && other.from >= mention.from);

/**
 * True when some mention says something else than what was asked. Mentions of the same words are readings of one
 * thing: one that fits is enough.
 */
export function differs(mentions: readonly Mention[], asked: AskedValues | undefined): boolean {
  return mentions.some(
    (mention) =>
      !equalsAsked(mention, asked) &&
      !mentions.some((other) => speaksFor(other, mention) && equalsAsked(other, asked)),
  );
}

/**
 * True when all that was said of the time is a stretch that holds what was asked: "before noon would be good" is a wish, and may
 * be of another time than the one read back.
 */
export function namesOnlyStretches(mentions: readonly Mention[]): boolean {
  const times = mentions.flatMap((mention) => (mention.type === 'time' ? [mention.value.kind] : []));
  return times.length > 0 && times.every((kind) => kind === 'window' || kind === 'days');
}
