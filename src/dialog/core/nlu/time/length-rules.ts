import { rule, type Captures, type Rule, type Span } from './grammar.js';
import type { Length } from './values.js';

/** Numbers beyond this count no days that anybody books. */
const MAX_COUNT = 5000;

const DAYS_OF_HALF_MONTH = 15;

/** `amount` of a unit; halves of a day are hours, halves of a month days. */
function lengthOf(amount: number, m: Captures): Length | undefined {
  const unit = m.get('unit');
  if (unit === undefined) return undefined;
  const whole = Math.floor(amount);
  const rest = amount - whole;
  if (unit.minutes !== undefined) {
    // "One second" asks to wait, or counts things.
    return unit.minutes < 1 && amount === 1
      ? undefined
      : { minutes: amount * unit.minutes, days: 0, months: 0 };
  }
  if (unit.days !== undefined) {
    const days = Math.floor(amount * unit.days);
    return { minutes: Math.round((amount * unit.days - days) * 24 * 60), days, months: 0 };
  }
  const months = Math.floor(amount * (unit.months ?? 0));
  const half = rest * (unit.months ?? 0) - Math.floor(rest * (unit.months ?? 0));
  return { minutes: 0, days: Math.round(half * 2 * DAYS_OF_HALF_MONTH), months };
}

const plus = (a: Length | undefined, b: Length | undefined): Length | undefined =>
  a === undefined || b === undefined
    ? undefined
    : { minutes: a.minutes + b.minutes, days: a.days + b.days, months: a.months + b.months };

/** "A", "two", "a couple of", "a few": how many of something. */
const COUNTS: readonly Rule[] = [
  rule('count', 'num', (m) => ((m.get('num') ?? 0) <= MAX_COUNT ? m.get('num') : undefined)),
  rule('count', 'num hundred', (m) => ((m.get('num') ?? 0) < 10 ? 100 * (m.get('num') ?? 0) : undefined)),
  rule('count', 'num hundred and? num', (m) => {
    const [hundreds, rest] = [m.get('num') ?? 0, m.get('num', 1) ?? 0];
    return hundreds < 10 && rest < 100 ? 100 * hundreds + rest : undefined;
  }),
  rule('count', 'a|oneMore', () => 1),
  rule('count', 'a? couple of?', () => 2),
  rule('count', 'a? few of?', () => 3),
];

/** "An hour", "half an hour", "two and a half hours", "an hour and a half", "a week and two days". */
const LENGTHS: readonly Rule[] = [
  rule('lengthPart', 'count more? unit', (m) => lengthOf(m.get('count') ?? 0, m)),
  rule('lengthPart', 'decimal unit', (m) => lengthOf(m.get('decimal') ?? 0, m)),
  rule('lengthPart', 'a? half of? a? unit', (m) => lengthOf(0.5, m)),
  rule('lengthPart', 'count and a? half unit', (m) => lengthOf((m.get('count') ?? 0) + 0.5, m)),
  rule('lengthPart', 'count and a? quarter of? a? unit', (m) => lengthOf((m.get('count') ?? 0) + 0.25, m)),
  rule('lengthPart', 'count and num quarter of? a? unit', (m) =>
    lengthOf((m.get('count') ?? 0) + (m.get('num') ?? 0) / 4, m),
  ),
  rule('lengthPart', 'count unit and a? half', (m) => lengthOf((m.get('count') ?? 0) + 0.5, m)),
  rule('lengthPart', 'count unit and a? quarter', (m) => lengthOf((m.get('count') ?? 0) + 0.25, m)),
  rule('lengthPart', 'a? quarter of? a? hourWord', () => ({ minutes: 15, days: 0, months: 0 })),
  rule('lengthPart', 'num quarter of a? hourWord', (m) => ({
    minutes: 15 * (m.get('num') ?? 0),
    days: 0,
    months: 0,
  })),
  rule('length', 'lengthPart', (m) => m.get('lengthPart')),
  rule('length', 'lengthPart and? lengthPart', (m) => shrinking(m.get('lengthPart'), m.get('lengthPart', 1))),
  rule('length', 'lengthPart and? lengthPart and? lengthPart', (m) =>
    plus(shrinking(m.get('lengthPart'), m.get('lengthPart', 1)), m.get('lengthPart', 2)),
  ),
  rule('length', 'count hourWord and? num', (m, c) => {
    const minutes = m.get('num') ?? 0;
    if (minutes >= 60 || minutes < 5 || c.precedes('unit')) return undefined;
    return { minutes: 60 * (m.get('count') ?? 0) + minutes, days: 0, months: 0 };
  }),
];

/** The second part is of a smaller unit: "an hour and ten minutes", never "a day and two weeks". */
function shrinking(a: Length | undefined, b: Length | undefined): Length | undefined {
  if (a === undefined || b === undefined) return undefined;
  const size = ({ minutes, days, months }: Length): number => minutes + 1440 * days + 43_200 * months;
  return size(b) < size(a) ? plus(a, b) : undefined;
}

export const LENGTH_RULES: readonly Rule[] = [...COUNTS, ...LENGTHS];

/** True for "a day", "an hour": no length unless the words around say so. */
export const isVague = ({ from, to, tokens, lexicon }: Span): boolean =>
  to - from === 2 &&
  tokens[from]?.num === undefined &&
  tokens[from]?.decimal === undefined &&
  !lexicon.words.roles.few.includes(tokens[from]?.word ?? '');
