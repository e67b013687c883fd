import type { Token } from '../tokens.js';
import { weekdayAfter } from './calendar.js';
import type { CalendarWords } from './calendar-words.js';
import { CLOCK_RULES } from './clock-rules.js';
import { DATE_RULES } from './date-rules.js';
import { DAY_RULES } from './day-rules.js';
import { markEither } from './either.js';
import { markExcluded } from './exclusions.js';
import { Chart } from './chart.js';
import { makeGrammar } from './grammar.js';
import { LENGTH_RULES } from './length-rules.js';
import { lexiconOf, terminalsOf } from './lexicon.js';
import { addDays } from './local-date.js';
import { MENTION_RULES } from './mention-rules.js';
import { PERIOD_RULES } from './period-rules.js';
import { STRETCH_RULES } from './stretch-rules.js';
import type { TimeMention, TimeReference } from './types.js';
import type { Reading } from './values.js';
import { WINDOW_RULES } from './window-rules.js';

const GRAMMAR = makeGrammar([
  ...LENGTH_RULES,
  ...DATE_RULES,
  ...DAY_RULES,
  ...PERIOD_RULES,
  ...STRETCH_RULES,
  ...CLOCK_RULES,
  ...WINDOW_RULES,
  ...MENTION_RULES,
]);

/**
 * Finds every day and time in a sentence, from left to right, not overlapping; the longest reading wins.
 *
 * @param tokens - the sentence, read with the same locale
 * @param ref - local date and time, what was asked for and what was named before
 * @param locale - words of the language; its lookup tables are made once per object
 * @returns at most one mention per token; nothing where the words are read only in part
 */
export function findTimeMentions(
  tokens: readonly Token[],
  ref: TimeReference,
  locale: CalendarWords,
): readonly TimeMention[] {
  const { hesitation } = locale.roles;
  const places = tokens.flatMap(({ word }, k) => (hesitation.includes(word) ? [] : [k]));
  if (places.length === tokens.length) return findInPlain(tokens, ref, locale);
  const plain = places.flatMap((k) => tokens[k] ?? []);
  return findInPlain(plain, ref, locale).map((mention) => ({
    ...mention,
    from: places[mention.from] ?? 0,
    to: (places[mention.to - 1] ?? 0) + 1,
  }));
}

function findInPlain(
  tokens: readonly Token[],
  ref: TimeReference,
  locale: CalendarWords,
): readonly TimeMention[] {
  const lexicon = lexiconOf(locale);
  const chart = new Chart(GRAMMAR, tokens, terminalsOf(tokens, lexicon), ref, lexicon);
  const found: TimeMention[] = [];
  for (let i = 0; i < tokens.length;) {
    const sure = chart.at('mention', i)[0];
    const loose = allowsLoose(chart, i, found.at(-1)) ? chart.at('looseMention', i)[0] : undefined;
    const best = loose !== undefined && loose.to > (sure?.to ?? 0) ? loose : sure;
    if (best === undefined || isOutreached(chart, i, best.to)) {
      i++;
      continue;
    }
    const reading = best.value as Reading;
    const { guess } = reading;
    const value = besideNamed(reading, found, ref) ?? reading.value;
    found.push({ from: i, to: best.to, excluded: false, value, ...(guess === true ? { guess } : {}) });
    i = best.to;
  }
  return found.length === 0 ? found : markEither(markExcluded(narrowed(found, chart), chart), chart);
}

/** "Not Monday, the day after": the day that the sentence named comes before the one that was talked about. */
function besideNamed(
  { daysOn }: Reading,
  found: readonly TimeMention[],
  ref: TimeReference,
): TimeMention['value'] | undefined {
  if (daysOn === undefined) return undefined;
  for (const { value } of found.toReversed()) {
    const [weekday] = value.kind === 'weekdays' ? value.weekdays : [];
    const day =
      value.kind === 'date'
        ? value.date
        : weekday === undefined
          ? undefined
          : weekdayAfter(ref.today, weekday);
    if (day !== undefined) return { kind: 'date', date: addDays(day, daysOn) };
  }
  return undefined;
}

/** "In Feb 30": what begins one word later and reaches further is what was said. */
const isOutreached = (chart: Chart, i: number, to: number): boolean =>
  to > i + 1 && (chart.at('mention', i + 1)[0]?.to ?? 0) > to;

/** A bare number is a time where one was asked for, after "make it" and the like, and beside another time. */
function allowsLoose(chart: Chart, i: number, last: TimeMention | undefined): boolean {
  if (chart.terminals[i]?.length === 0) return false;
  if (chart.ref.expectsTime === true || chart.endsAt('timeLead', i) || chart.endsAt('at', i)) return true;
  if (chart.ref.anchorMin !== undefined && (corrects(chart, i) || isAfterRefused(chart, i, last))) {
    return true;
  }
  const joined = chart.startOf('negJoin', i) ?? chart.startOf('negBefore', i);
  if (last?.value.kind === 'time' && joined !== undefined && joined <= last.to) return true;
  if (last?.value.kind === 'time' && chart.endsAt('to', i) && chart.says('change', i)) return true;
  // "Nine tomorrow morning": a day right after the number makes it an hour.
  return (i === 0 || chart.tokens[i - 1]?.num === undefined) && isBeforeDay(chart, i);
}

/** "Not two three": the second is the one. */
const isAfterRefused = (chart: Chart, i: number, last: TimeMention | undefined): boolean =>
  last?.value.kind === 'time' && last.to === i && chart.endsAt('negBefore', last.from);

/** Numbers that alone may stand for a key, and those that no clock has. */
const ALONE = { min: 3, max: 12 };

/** After a time was named: "not ten", "I said eleven", "eleven, please". */
function corrects(chart: Chart, i: number): boolean {
  if (chart.endsAt('corrects', i) || chart.endsAt('negBefore', i)) return true;
  if (chart.endOf('better', i + 1) !== undefined) return true;
  const number = chart.tokens[i]?.num ?? 0;
  const isLast = i + 1 === chart.tokens.length || chart.breaksBefore(i + 1);
  const isAlone = isLast && (i === 0 || chart.breaksBefore(i));
  return isAlone && number >= ALONE.min && number <= ALONE.max;
}

function isBeforeDay(chart: Chart, i: number): boolean {
  return chart.at('looseTime', i).some(({ to }) => {
    const part = chart.at('part', to + 1).length > 0;
    return part ? chart.at('day', to).length > 0 : i === 0 && chart.at('dayOffset', to).length > 0;
  });
}

/** "Nine tomorrow morning": the part of the day beside a time leaves one of its readings. */
function narrowed(mentions: readonly TimeMention[], chart: Chart): readonly TimeMention[] {
  return mentions.map((mention, k) => {
    if (mention.value.kind !== 'time' || mention.value.minutes.length < 2) return mention;
    const { minutes } = mention.value;
    const beside = [k + 1, k + 2, k - 1, k - 2]
      .map((at) => mentions[at])
      .find((other) => other?.value.kind === 'window');
    if (beside?.value.kind !== 'window') return mention;
    const [left, right] = beside.from > mention.from ? [mention, beside] : [beside, mention];
    if (!isContiguous(left, right, mentions, chart)) return mention;
    const { fromMin, toMin } = beside.value;
    if (toMin - fromMin > 12 * 60) return mention;
    const inside = minutes.filter((minute) => minute >= fromMin && minute < toMin);
    return inside.length === 1 ? { ...mention, value: { kind: 'time', minutes: inside } } : mention;
  });
}

/** True when between two mentions stand only other mentions and small words. */
function isContiguous(
  left: TimeMention,
  right: TimeMention,
  mentions: readonly TimeMention[],
  chart: Chart,
): boolean {
  for (let i = left.to; i < right.from;) {
    const inner = mentions.find(({ from }) => from === i);
    if (inner?.value.kind === 'time') return false;
    const next = inner?.to ?? chart.endOf('negBetween', i);
    if (next === undefined) return false;
    i = next;
  }
  return true;
}
