import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { BenchReport } from '../../../bench/report.js';
import { findMentions } from '../../../src/dialog/core/language/mentions.js';
import { tokenize } from '../../../src/dialog/core/language/tokens.js';

type Act = readonly [act: string, slot: string, said: readonly string[], canonical: readonly string[]];

interface Turn {
  readonly s: 'U' | 'S';
  readonly u: string;
  readonly acts: Readonly<Record<string, readonly Act[]>>;
}

interface Dialog {
  readonly turns: readonly Turn[];
}

/** The clock of the data. */
const TODAY = '2019-03-01';

/**
 * Dates and times in whole sentences of callers who book appointments (Schema-Guided Dialogues): what the caller
 * informs of in a turn must be found in that turn, and nothing else.
 *
 * @param options - `dataDir`: folder with `dialogs/`; `json`: nothing but the report is printed
 */
export async function run(options: {
  readonly json: boolean;
  readonly dataDir: string;
}): Promise<BenchReport> {
  const count = { turns: 0, dates: 0, datesRight: 0, times: 0, timesRight: 0, without: 0, invented: 0 };
  for await (const dialog of dialogs(join(options.dataDir, 'dialogs', 'sgd_services_dialogs.jsonl.gz'))) {
    let asked = '';
    for (const turn of dialog.turns) {
      const acts = Object.values(turn.acts).flat();
      if (turn.s === 'S') {
        asked = acts.find(([act, slot]) => act === 'REQUEST' && slot.startsWith('appointment_'))?.[1] ?? '';
        continue;
      }
      const wanted = (slot: string): string | undefined =>
        acts.find(([act, name]) => act === 'INFORM' && name === slot)?.[3][0];
      const date = wanted('appointment_date');
      const time = wanted('appointment_time');
      const found = read(turn.u, asked);
      count.turns += 1;
      if (date !== undefined) {
        count.dates += 1;
        if (found.dates.at(-1) === date) count.datesRight += 1;
        else if (!options.json) console.error(`date\t${turn.u}\twant ${date}\tgot ${found.dates.join(' ')}`);
      }
      if (time !== undefined) {
        count.times += 1;
        if (found.times.at(-1)?.includes(minuteOf(time)) === true) count.timesRight += 1;
        else if (!options.json) console.error(`time\t${turn.u}\twant ${time}\tgot ${found.times.join(' ')}`);
      }
      // Callers also name times for calendars and rides; those are no inventions.
      if (!acts.some(([act, slot]) => act === 'INFORM' && /date|time/.test(slot))) {
        count.without += 1;
        if (found.dates.length + found.times.length > 0) {
          count.invented += 1;
          if (!options.json) {
            console.error(`invented\t${turn.u}\t${found.dates.join(' ')} ${found.times.join(' ')}`);
          }
        }
      }
    }
  }
  return {
    name: 'eval.slots',
    n: count.turns,
    metrics: {
      date_recall: ratio(count.datesRight, count.dates),
      dates: count.dates,
      time_recall: ratio(count.timesRight, count.times),
      times: count.times,
      false_share: ratio(count.invented, count.without),
      turns_without: count.without,
    },
  };
}

const ratio = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10000) / 10000;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

function read(
  text: string,
  asked: string,
): { readonly dates: readonly string[]; readonly times: readonly (readonly number[])[] } {
  const mentions = findMentions(tokenize(text), {
    today: TODAY,
    expected: asked === 'appointment_date',
    timeExpected: asked === 'appointment_time',
  });
  return {
    dates: mentions.flatMap(({ value, negated }) => (value.kind === 'date' && !negated ? [value.date] : [])),
    times: mentions.flatMap(({ value, negated }) =>
      value.kind === 'time' && !negated ? [value.minutes] : [],
    ),
  };
}

async function* dialogs(file: string): AsyncGenerator<Dialog> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity });
  for await (const row of lines) if (row !== '') yield JSON.parse(row) as Dialog;
}
