import type { Chart } from './chart.js';
import type { TimeMention, TimeValue } from './types.js';

const HALF_DAY = 12 * 60;

/**
 * Marks days and times that are joined by "or" ("ten or eleven", "Monday or on Tuesday"): each is one of several, none of them is chosen.
 * A half of the day that is said once holds for both: "ten or eleven in the morning".
 */
export function markEither(mentions: readonly TimeMention[], chart: Chart): readonly TimeMention[] {
  const joined = mentions.map(
    (mention, k) => k > 0 && isChoice(mentions[k - 1] as TimeMention, mention, chart),
  );
  if (!joined.includes(true)) return mentions;
  return mentions.map((mention, k) => {
    const other = joined[k] === true ? mentions[k - 1] : joined[k + 1] === true ? mentions[k + 1] : undefined;
    if (other === undefined) return mention;
    return { ...mention, value: inHalfOf(mention.value, other.value), either: true };
  });
}

function isChoice(before: TimeMention, mention: TimeMention, chart: Chart): boolean {
  if (before.excluded || mention.excluded || familyOf(before.value) !== familyOf(mention.value)) return false;
  if (familyOf(mention.value) === undefined || chart.at('or', before.to).length === 0) return false;
  for (let at = before.to + 1; at < mention.from;) {
    const next = chart.endOf('negBetween', at) ?? chart.endOf('about', at);
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

function familyOf({ kind }: TimeValue): 'day' | 'time' | undefined {
  if (kind === 'date' || kind === 'days') return 'day';
  return kind === 'time' || kind === 'window' ? 'time' : undefined;
}

function inHalfOf(value: TimeValue, other: TimeValue): TimeValue {
  if (value.kind !== 'time' || other.kind !== 'time') return value;
  const [only] = other.minutes;
  if (value.minutes.length !== 2 || other.minutes.length !== 1 || only === undefined) return value;
  const same = value.minutes.filter((minute) => minute < HALF_DAY === only < HALF_DAY);
  return same.length === 1 ? { ...value, minutes: same } : value;
}
