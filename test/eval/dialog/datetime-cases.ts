import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimeReference } from '../../../src/dialog/core/nlu/time/types.js';

/** What a case wants of one stretch of its text. Minutes are after local midnight; ends are as the source gives them. */
export interface Wanted {
  readonly kind: WantedKind;
  /** Offsets in the text; the whole text where the source gives none. */
  readonly start: number;
  readonly end: number;
  /** Any of these is right; none means that the source gives no value and the span alone counts. */
  readonly values: readonly WantedValue[];
  /** Why the value cannot be said in the types of the reader, such as seconds. */
  readonly unsayable?: string;
  /** True for days with a name. */
  readonly named?: true;
}

export type WantedKind =
  | 'date'
  | 'time'
  | 'datetime'
  | 'daterange'
  | 'timerange'
  | 'datetimerange'
  | 'duration'
  | 'set'
  | 'timezone';

export interface WantedValue {
  /** First day, or the day. */
  readonly date?: string;
  /** End of a stretch of days as the source gives it: after the last day, or the last day itself. */
  readonly endDate?: string;
  readonly minute?: number;
  readonly endMinute?: number;
  readonly minutes?: number;
  /** ISO weekday of "on Mondays". */
  readonly weekday?: number;
  /** True for what comes again; `minutes` is how often. */
  readonly every?: true;
}

export interface Case {
  readonly set: 'sgd' | 'recognizers' | 'duckling';
  /** The part of the set that the case is from: a spec or a section. */
  readonly part: string;
  readonly text: string;
  readonly ref: TimeReference;
  readonly wanted: readonly Wanted[];
  /** True for the half that nobody looked at while the reader was written. */
  readonly held: boolean;
}

/** Cases of all sets, in order. */
export async function allCases(dataDir: string): Promise<readonly Case[]> {
  return [
    ...(await sgdCases(join(dataDir, 'dialogs', 'sgd_datetime_canonical.tsv'))),
    ...(await recognizersCases(join(dataDir, 'datetime', 'recognizers_text_english.tsv'))),
    ...(await ducklingCases(join(dataDir, 'datetime', 'duckling_examples.tsv'))),
  ];
}

/** A text is in the same half wherever it occurs (FNV-1a with a mixing step, of the text in lower case). */
function isHeld(text: string): boolean {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text.toLowerCase().trim())) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return ((hash ^ (hash >>> 13)) & 1) === 1;
}

async function rows(file: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split(/\r?\n/)
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.split('\t'));
}

const clock = (text: string): number => (Number(text.slice(0, 2)) % 24) * 60 + Number(text.slice(3, 5));

/** Answers of callers to "which day" and "what time" (Schema-Guided Dialogue); their clock stands at 2019-03-01. */
async function sgdCases(file: string): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const [text = '', canonical = ''] of await rows(file)) {
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(canonical);
    if (!isDate && !/^\d{2}:\d{2}$/.test(canonical)) continue;
    const value = isDate ? { date: canonical } : { minute: clock(canonical) };
    cases.push({
      set: 'sgd',
      part: 'pairs',
      text,
      ref: { today: '2019-03-01', nowMin: 0, ...(isDate ? { expectsDate: true } : { expectsTime: true }) },
      wanted: [{ kind: isDate ? 'date' : 'time', start: 0, end: text.length, values: [value] }],
      held: isHeld(text),
    });
  }
  return cases;
}

/** Reference of the cases that give none: it is the one that most give. */
const RECOGNIZERS_NOW = '2016-11-07T00:00:00';

interface RecognizersResult {
  readonly Text: string;
  readonly Type?: string;
  readonly TypeName?: string;
  readonly Start?: number;
  readonly Length?: number;
  readonly Value?: { readonly Timex?: string; readonly FutureResolution?: Readonly<Record<string, string>> };
  readonly Resolution?: { readonly values?: readonly Readonly<Record<string, string>>[] };
}

/** Recognizers-Text: everything about dates and times that no platform is said to miss. */
async function recognizersCases(file: string): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const [spec = '', text = '', reference = '', json = '[]', missing = ''] of await rows(file)) {
    if (!/^(?:Date|Time|Duration|Merged)/.test(spec) || missing.trim() !== '') continue;
    const now = reference === '' ? RECOGNIZERS_NOW : reference;
    cases.push({
      set: 'recognizers',
      part: spec,
      text,
      ref: { today: now.slice(0, 10), nowMin: clock(now.slice(11)) },
      wanted: (JSON.parse(json) as readonly RecognizersResult[]).map((result) => wantedOf(result, text)),
      held: isHeld(text),
    });
  }
  return cases;
}

function wantedOf(result: RecognizersResult, text: string): Wanted {
  const type = (result.Type ?? result.TypeName ?? '').replace('datetimeV2.', '');
  const found = text.toLowerCase().indexOf(result.Text.toLowerCase());
  const start = result.Start ?? Math.max(0, found);
  const span = { start, end: start + (result.Length ?? result.Text.length) };
  const future = result.Value?.FutureResolution;
  const raw =
    result.Resolution?.values ??
    (future === undefined ? [] : [{ ...future, timex: result.Value?.Timex ?? '' }]);
  const kind = KINDS[type];
  if (kind === undefined) return { kind: 'set', ...span, values: [], unsayable: type };
  const weekday = /^XXXX-WXX-(\d)$/.exec(raw[0]?.['timex'] ?? '')?.[1];
  const recurring = kind === 'set' ? recurringOf(raw[0]?.['timex'] ?? '') : undefined;
  if (kind === 'set' && weekday !== undefined) {
    return { kind, ...span, values: [{ weekday: Number(weekday) }] };
  }
  if (recurring !== undefined) return { kind, ...span, values: [recurring] };
  if (kind === 'set' || kind === 'timezone') return { kind, ...span, values: [], unsayable: kind };
  return {
    kind,
    ...span,
    values: raw.map((value) => valueOf(value, kind)),
  };
}

const KINDS: Readonly<Record<string, WantedKind>> = {
  date: 'date',
  holiday: 'date',
  time: 'time',
  datetime: 'datetime',
  daterange: 'daterange',
  timerange: 'timerange',
  datetimerange: 'datetimerange',
  duration: 'duration',
  set: 'set',
  timezone: 'timezone',
};

/** "P2W": every two weeks; "T15": every day at three. */
function recurringOf(timex: string): WantedValue | undefined {
  const length = /^P(\d+)([DWMY])$/.exec(timex);
  const days = { D: 1, W: 7, M: 30, Y: 365 }[length?.[2] ?? ''];
  if (length !== null && days !== undefined) return { minutes: Number(length[1]) * days * 1440, every: true };
  const time = /^T(\d{2})(?::(\d{2}))?$/.exec(timex);
  if (time === null) return undefined;
  return { minutes: 1440, minute: Number(time[1]) * 60 + Number(time[2] ?? 0), every: true };
}

function valueOf(value: Readonly<Record<string, string>>, kind: WantedKind): WantedValue {
  const begin =
    value['value'] ??
    value['date'] ??
    value['time'] ??
    value['dateTime'] ??
    value['start'] ??
    value['startDate'] ??
    value['startTime'] ??
    value['startDateTime'];
  const end = value['end'] ?? value['endDate'] ?? value['endTime'] ?? value['endDateTime'];
  if (kind === 'duration') return { minutes: Number(value['value'] ?? value['duration']) / 60 };
  const date = (text: string | undefined): string | undefined => /\d{4}-\d{2}-\d{2}/.exec(text ?? '')?.[0];
  const minute = (text: string | undefined): number | undefined => {
    const time = /(\d{2}:\d{2})(?::(\d{2})|$)/.exec(text ?? '');
    if (time === null) return undefined;
    // The end of a day is written as its last second.
    return (
      clock(time[1] ?? '') +
      (end === undefined && !/23:59:59/.test(text ?? '') ? Number(time[2] ?? 0) / 60 : 0)
    );
  };
  return defined({ date: date(begin), endDate: date(end), minute: minute(begin), endMinute: minute(end) });
}

const defined = (value: { readonly [K in keyof WantedValue]?: WantedValue[K] | undefined }): WantedValue =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));

/** Duckling's English examples of times and durations; their clock stands at 2013-02-12 04:30. */
async function ducklingCases(file: string): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const [dimension = '', section = '', text = '', expected = ''] of await rows(file)) {
    if (!/^(?:Time|Duration)\/EN/.test(dimension)) continue;
    const order = dimension.endsWith('GB') ? 'day_first' : 'month_first';
    const latent = section === 'latentCorpus';
    const ref: TimeReference = {
      today: '2013-02-12',
      nowMin: 270,
      order,
      ...(latent ? { expectsTime: true } : {}),
    };
    const wanted = expected === 'NONE' ? [] : [ducklingWanted(expected, text)];
    cases.push({ set: 'duckling', part: `${dimension} ${section}`, text, ref, wanted, held: isHeld(text) });
  }
  return cases;
}

const OTHER_ZONE = /\b(?:gmt|bst|pst|ist|est|utc|cet|cst|edt|cdt|mdt|pdt)\b/i;

const LENGTHS: Readonly<Record<string, number>> = {
  Minute: 1,
  Hour: 60,
  Day: 1440,
  Week: 10_080,
  Month: 43_200,
  Quarter: 129_600,
  Year: 525_600,
};

interface Moment {
  readonly date: string;
  readonly minute: number;
}

const MOMENT = /\((\d+), (\d+), (\d+), (\d+), (\d+), ([\d.]+)\)/g;

function ducklingWanted(expected: string, text: string): Wanted {
  const span = { start: 0, end: text.length };
  const duration = /^DurationData (\d+) (\w+)$/.exec(expected);
  if (duration !== null) {
    const unit = LENGTHS[duration[2] ?? ''];
    return { kind: 'duration', ...span, values: [{ minutes: Number(duration[1]) * (unit ?? 1 / 60) }] };
  }
  const moments = [...expected.matchAll(MOMENT)].map(([, y = '', mo = '', d = '', h, mi, s]): Moment => ({
    date: `${y}-${mo.padStart(2, '0')}-${d.padStart(2, '0')}`,
    minute: Number(h) * 60 + Number(mi) + Number(s) / 60,
  }));
  const grain = /\) (\w+)(?: "|$)/.exec(expected)?.[1] ?? '';
  const wanted = ducklingValue(expected, moments, grain);
  const reason = OTHER_ZONE.test(text) ? 'timezone' : undefined;
  const named = expected.includes('Holiday') ? ({ named: true } as const) : {};
  return { ...wanted, ...span, ...named, ...(reason === undefined ? {} : { unsayable: reason }) };
}

function ducklingValue(
  expected: string,
  moments: readonly Moment[],
  grain: string,
): Pick<Wanted, 'kind' | 'values'> {
  const [first, second] = moments;
  const isClock = grain === 'Hour' || grain === 'Minute' || grain === 'Second';
  if (first === undefined) return { kind: 'set', values: [] };
  if (expected.startsWith('datetimeOpenInterval')) {
    const isAfter = expected.includes('After');
    if (!isClock) {
      return { kind: 'daterange', values: [isAfter ? { date: first.date } : { endDate: first.date }] };
    }
    return {
      kind: 'datetimerange',
      values: [
        isAfter
          ? { date: first.date, minute: first.minute }
          : { endDate: first.date, endMinute: first.minute },
      ],
    };
  }
  if (second !== undefined) {
    if (!isClock) return { kind: 'daterange', values: [{ date: first.date, endDate: second.date }] };
    // Ends of clock intervals are the end of the last minute or hour.
    const width = grain === 'Hour' ? [0, 60] : [0, 1];
    return {
      kind: 'datetimerange',
      values: width.map((w) => ({
        date: first.date,
        minute: first.minute,
        endDate: second.date,
        endMinute: second.minute - w,
      })),
    };
  }
  if (isClock) return { kind: 'datetime', values: [{ date: first.date, minute: first.minute }] };
  if (grain === 'Day') return { kind: 'date', values: [{ date: first.date }] };
  return { kind: 'daterange', values: [{ date: first.date, endDate: endOfGrain(first.date, grain) }] };
}

/** The day after a week, month, quarter or year that begins on `date`. */
function endOfGrain(date: string, grain: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  if (grain === 'Week') at.setUTCDate(at.getUTCDate() + 7);
  else at.setUTCMonth(at.getUTCMonth() + (grain === 'Month' ? 1 : grain === 'Quarter' ? 3 : 12));
  return at.toISOString().slice(0, 10);
}
