import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchReport } from '../../../bench/report.js';
import { addDays, type LocalDate } from '../../../src/dialog/core/language/local-date.js';
import { findMentions } from '../../../src/dialog/core/language/mentions.js';
import { tokenize } from '../../../src/dialog/core/language/tokens.js';

interface Case {
  readonly set: 'sgd' | 'duckling' | 'recognizers';
  readonly kind: 'date' | 'time' | 'date_time';
  readonly text: string;
  readonly today: LocalDate;
  readonly date?: LocalDate;
  /** Minutes after midnight. */
  readonly minute?: number;
  /** How often the phrase occurs. */
  readonly weight: number;
}

interface Reading {
  readonly date: LocalDate | undefined;
  readonly minutes: readonly number[];
}

/** Reads a phrase as the dialog does when it waits for a day or a time. */
export function readPhrase(text: string, today: LocalDate, timeExpected: boolean, nowMinute = 0): Reading {
  const mentions = findMentions(tokenize(text), { today, expected: !timeExpected, timeExpected });
  let date: LocalDate | undefined;
  let minutes: readonly number[] = [];
  for (const { value } of mentions) {
    if (value.kind === 'date') date = value.date;
    if (value.kind === 'time') minutes = value.minutes;
    if (value.kind === 'shift' && value.days !== undefined) date = addDays(today, value.days);
    if (value.kind === 'from_now') minutes = [nowMinute + value.minutes];
  }
  return { date, minutes };
}

/** One reading of an ambiguous time, as opening hours from 7 to 19 choose it. */
const byDay = (minutes: readonly number[]): number | undefined =>
  minutes.find((minute) => minute >= 420 && minute < 1140) ?? minutes[0];

interface Score {
  n: number;
  right: number;
  weight: number;
  rightWeight: number;
  /** The right time is among the readings, so that a question settles it. */
  among: number;
}

/**
 * Accuracy of spoken dates and times.
 *
 * @param options - `dataDir`: folder with `dialogs/` and `datetime/`; `json`: nothing but the report is printed
 */
export async function run(options: {
  readonly json: boolean;
  readonly dataDir: string;
}): Promise<BenchReport> {
  const cases = [
    ...(await sgdCases(join(options.dataDir, 'dialogs', 'sgd_datetime_canonical.tsv'))),
    ...(await ducklingCases(join(options.dataDir, 'datetime', 'duckling_examples.tsv'))),
    ...(await recognizersCases(join(options.dataDir, 'datetime', 'recognizers_text_english.tsv'))),
  ];
  const scores = new Map<string, Score>();
  const wrong: {
    readonly set: string;
    readonly text: string;
    readonly want: string;
    readonly got: string;
  }[] = [];
  for (const one of cases) {
    const reading = readPhrase(
      one.text,
      one.today,
      one.kind === 'time',
      one.set === 'duckling' ? 4 * 60 + 30 : 0,
    );
    const isDateRight = one.date === undefined || reading.date === one.date;
    const isTimeRight = one.minute === undefined || byDay(reading.minutes) === one.minute;
    const isAmong = isDateRight && (one.minute === undefined || reading.minutes.includes(one.minute));
    for (const key of [one.set, `${one.set}_${one.kind}`]) {
      const score = scores.get(key) ?? { n: 0, right: 0, weight: 0, rightWeight: 0, among: 0 };
      const isRight = isDateRight && isTimeRight;
      score.n += 1;
      score.weight += one.weight;
      if (isRight) score.right += 1;
      if (isRight) score.rightWeight += one.weight;
      if (isAmong) score.among += 1;
      scores.set(key, score);
    }
    if (!isAmong) {
      wrong.push({
        set: `${one.set}_${one.kind}`,
        text: one.text,
        want: `${one.date ?? ''} ${one.minute ?? ''}`.trim(),
        got: `${reading.date ?? ''} ${reading.minutes.join('/')}`.trim(),
      });
    }
  }
  if (!options.json) {
    for (const { set, text, want, got } of wrong) console.error(`${set}\t${text}\twant ${want}\tgot ${got}`);
  }
  const metrics = Object.fromEntries(
    [...scores].map(([key, score]) => [
      key,
      {
        n: score.n,
        accuracy: round(score.right / score.n),
        among_readings: round(score.among / score.n),
        weighted_accuracy: round(score.rightWeight / score.weight),
      },
    ]),
  );
  return { name: 'eval.datetime', n: cases.length, metrics };
}

const round = (value: number): number => Math.round(value * 10000) / 10000;

async function rows(file: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split(/\r?\n/)
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.split('\t'));
}

/** Phrases of the Schema-Guided Dialogue data; their clock stands at 2019-03-01. */
async function sgdCases(file: string): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const [text = '', canonical = '', count = '1'] of await rows(file)) {
    const base = { set: 'sgd', text, today: '2019-03-01', weight: Number(count) } as const;
    if (/^\d{4}-\d{2}-\d{2}$/.test(canonical)) cases.push({ ...base, kind: 'date', date: canonical });
    else if (/^\d{2}:\d{2}$/.test(canonical)) cases.push({ ...base, kind: 'time', minute: clock(canonical) });
  }
  return cases;
}

/** Minutes after midnight; the data write midnight as 24:00 too. */
const clock = (text: string): number => (Number(text.slice(0, 2)) % 24) * 60 + Number(text.slice(3, 5));

/** Callers name times of the office's own zone. */
const OTHER_ZONE = /\b(?:gmt|bst|pst|ist|est|utc|cet)\b/i;

/** Days within a year ahead are what callers book. */
const isBookable = (date: LocalDate, today: LocalDate): boolean =>
  date >= today && date <= addDays(today, 366);

/** Duckling's English examples of one point in time; their clock stands at 2013-02-12 04:30. */
async function ducklingCases(file: string): Promise<readonly Case[]> {
  const today = '2013-02-12';
  const cases: Case[] = [];
  for (const [language = '', section = '', text = '', expected = ''] of await rows(file)) {
    if (!language.startsWith('Time/EN') || section !== 'allExamples' || language.endsWith('GB')) continue;
    const match = /^datetime \((\d+), (\d+), (\d+), (\d+), (\d+), 0\) (Day|Hour|Minute)$/.exec(expected);
    if (match === null || OTHER_ZONE.test(text)) continue;
    const [, year = '', month = '', day = '', hour = '', minute = '', grain] = match;
    const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    if (!isBookable(date, today)) continue;
    const base = { set: 'duckling', text, today, weight: 1 } as const;
    const at = Number(hour) * 60 + Number(minute);
    // "In 7 days" is given with the hour of the clock; nobody means it.
    if (grain === 'Day' || /\bdays?\b/.test(text)) cases.push({ ...base, kind: 'date', date });
    else if (date === today || date === addDays(today, 1)) cases.push({ ...base, kind: 'time', minute: at });
    else cases.push({ ...base, kind: 'date_time', date, minute: at });
  }
  return cases;
}

/** Recognizers-Text: one date or one time of day, read against the reference of the row. */
async function recognizersCases(file: string): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const [spec = '', text = '', reference = '', json = ''] of await rows(file)) {
    if (spec !== 'DateParser' && spec !== 'TimeParser') continue;
    const values = (
      JSON.parse(json) as { Value?: { FutureResolution?: { date?: string; time?: string } } }[]
    ).map((result) => result.Value?.FutureResolution);
    const [value] = values;
    const today = reference === '' ? '2016-11-07' : reference.slice(0, 10);
    if (value === undefined || values.length !== 1) continue;
    if (spec === 'DateParser' && reference === '') continue;
    const base = { set: 'recognizers', text, today, weight: 1 } as const;
    if (value.date !== undefined && isBookable(value.date, today)) {
      cases.push({ ...base, kind: 'date', date: value.date });
    }
    if (value.time?.endsWith(':00') === true) {
      cases.push({ ...base, kind: 'time', minute: clock(value.time) });
    }
  }
  return cases;
}
