/**
 * Repairs what a small recogniser writes for calendar words over a telephone line. Only words that are no
 * ordinary English are changed; words that are ("to", "for") are left for the grammar to judge in place.
 */

/** Weekday names, Monday first. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

/** Month names, January first. */
export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

const SPELLINGS: Readonly<Record<string, string>> = {
  mon: 'monday',
  tue: 'tuesday',
  tues: 'tuesday',
  twosday: 'tuesday',
  chewsday: 'tuesday',
  tewsday: 'tuesday',
  wed: 'wednesday',
  weds: 'wednesday',
  wensday: 'wednesday',
  wendsday: 'wednesday',
  wenzday: 'wednesday',
  whensday: 'wednesday',
  thu: 'thursday',
  thur: 'thursday',
  thurs: 'thursday',
  thirstday: 'thursday',
  thirsty: 'thursday',
  unthirsty: 'thursday',
  fri: 'friday',
  fryday: 'friday',
  freiday: 'friday',
  sat: 'saturday',
  saterday: 'saturday',
  jan: 'january',
  feb: 'february',
  febuary: 'february',
  mar: 'march',
  apr: 'april',
  jun: 'june',
  jul: 'july',
  aug: 'august',
  sept: 'september',
  sep: 'september',
  oct: 'october',
  nov: 'november',
  dec: 'december',
  tomorow: 'tomorrow',
  tommorow: 'tomorrow',
  tommorrow: 'tomorrow',
  tmrw: 'tomorrow',
  passed: 'past',
  pass: 'past',
  passt: 'past',
  quater: 'quarter',
  "o'clock": 'oclock',
  "'o'clock": 'oclock',
  clock: 'oclock',
  til: 'till',
};

const FUZZY = [
  ...WEEKDAYS,
  ...MONTHS.filter((month) => month.length >= 6),
  'tomorrow',
  'afternoon',
  'morning',
];

/** Real words that are one letter away from a calendar word. */
const NOT_REPAIRED: ReadonlySet<string> = new Set(['mourning', 'sundry', 'fridays', 'someday', 'sundae']);

/** The calendar word that was meant, or the word itself. */
export function repairWord(word: string): string {
  const known = SPELLINGS[word];
  if (known !== undefined) return known;
  const singular = word.endsWith("'s") ? word.slice(0, -2) : word;
  if ((WEEKDAYS as readonly string[]).includes(singular)) return singular;
  if (word.length < 6 || NOT_REPAIRED.has(word)) return word;
  for (const target of FUZZY) {
    if (isOneEditApart(word, target)) return target;
  }
  return word;
}

/** True when one letter was changed, added, lost, or two neighbours were swapped. */
function isOneEditApart(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let tail = 0;
  while (tail < a.length - start && tail < b.length - start && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const restA = a.slice(start, a.length - tail);
  const restB = b.slice(start, b.length - tail);
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}
