import { addDays, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import type { Token } from './tokens.js';

type DayOfYear = (year: number) => LocalDate | undefined;

const fixed =
  (month: number, day: number): DayOfYear =>
  (year) =>
    makeDate(year, month, day);

/** The `count`-th weekday of a month; counted from the end when negative. */
const nth =
  (month: number, weekday: number, count: number): DayOfYear =>
  (year) => {
    if (count > 0) {
      const first = makeDate(year, month, 1);
      return first === undefined
        ? undefined
        : addDays(first, ((weekday - weekdayOf(first) + 7) % 7) + 7 * (count - 1));
    }
    const last = addDays(makeDate(month === 12 ? year + 1 : year, (month % 12) + 1, 1) ?? '', -1);
    return addDays(last, -((weekdayOf(last) - weekday + 7) % 7));
  };

/** Names that callers use instead of a date; longer names first, so that "christmas eve" wins over "christmas". */
const NAMED: readonly (readonly [string, DayOfYear])[] = [
  ['martin luther king day', nth(1, 1, 3)],
  ['martin luther king', nth(1, 1, 3)],
  ['mlk day', nth(1, 1, 3)],
  ["new year's eve", fixed(12, 31)],
  ['new years eve', fixed(12, 31)],
  ["new year's day", fixed(1, 1)],
  ['new years day', fixed(1, 1)],
  ["new year's", fixed(1, 1)],
  ["valentine's day", fixed(2, 14)],
  ['valentines day', fixed(2, 14)],
  ["presidents' day", nth(2, 1, 3)],
  ['presidents day', nth(2, 1, 3)],
  ['memorial day', nth(5, 1, -1)],
  ['independence day', fixed(7, 4)],
  ['labor day', nth(9, 1, 1)],
  ['labour day', nth(9, 1, 1)],
  ['columbus day', nth(10, 1, 2)],
  ['veterans day', fixed(11, 11)],
  ['thanksgiving day', nth(11, 4, 4)],
  ['thanksgiving', nth(11, 4, 4)],
  ['halloween', fixed(10, 31)],
  ['christmas eve', fixed(12, 24)],
  ['christmas day', fixed(12, 25)],
  ['christmas', fixed(12, 25)],
];

/** "Thanksgiving", "the day after Christmas". A past one of this year means the next. */
export function matchNamedDay(
  tokens: readonly Token[],
  i: number,
  today: LocalDate,
): { readonly length: number; readonly date: LocalDate } | undefined {
  const words = tokens.slice(i, i + 8).map((token) => token.word);
  const lead = /^(the )?day (after|before) /.exec(words.join(' ') + ' ');
  const skip = lead === null ? 0 : lead[0].trim().split(' ').length;
  const shift = lead === null ? 0 : lead[2] === 'after' ? 1 : -1;
  const rest = `${words.slice(skip).join(' ')} `;
  for (const [name, day] of NAMED) {
    if (!rest.startsWith(`${name} `)) continue;
    const { year } = dateParts(today);
    const date = [year, year + 1]
      .map((candidate) => day(candidate))
      .filter((found): found is LocalDate => found !== undefined)
      .map((found) => addDays(found, shift))
      .find((found) => found >= today);
    if (date !== undefined) return { length: skip + name.split(' ').length, date };
  }
  return undefined;
}
