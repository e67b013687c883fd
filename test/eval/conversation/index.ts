import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { shareOf } from '../share.js';
import { playBookings, type BookingVerdict } from './bookings.js';
import { openOffice, type Office } from './office.js';
import {
  emergencies,
  followUps,
  noAnswers,
  openers,
  questions,
  readBack,
  shortSentences,
  unanswerable,
  type Judged,
} from './parts.js';

type Parts = Readonly<Record<string, readonly Judged[]>>;

const PARTS: readonly ((office: Office) => Promise<Parts>)[] = [
  async (office) => ({ openers: await openers(office) }),
  async (office) => ({ questions: await questions(office) }),
  async (office) => ({ questions_unanswerable: await unanswerable(office) }),
  async (office) => ({ follow_ups_not_hung_up: await followUps(office) }),
  async (office) => {
    const { open, booking } = await emergencies(office);
    return { emergencies_open: open, emergencies_booking: booking };
  },
  async (office) => {
    const { open, after } = await shortSentences(office);
    return { short_sentences_open: open, short_sentences_after: after };
  },
  async (office) => {
    const { agreements, others } = await readBack(office);
    return { read_back_agreements: agreements, read_back_others: others };
  },
  async (office) => ({ no_answer_names: await noAnswers(office) }),
];

/**
 * How callers put things, against the dialog in text: single sentences and whole bookings. What went wrong is listed on
 * standard error, part by part as each is done, unless `json`.
 */
export async function run({ json }: { readonly json: boolean }): Promise<BenchReport> {
  const office = await openOffice();
  const metrics: Record<string, BenchMetrics> = {};
  const complain = (what: string, lines: readonly string[]): void => {
    if (!json) console.error(`-- ${what}\n   ${lines.join('\n   ')}`);
  };
  try {
    for (const part of PARTS) {
      for (const [name, list] of Object.entries(await part(office))) {
        for (const { said, got } of list.filter((one) => !one.right)) {
          complain(name, [`caller: ${said}`, `agent: ${got}`]);
        }
        const right = list.filter((one) => one.right).length;
        metrics[name] = { right, of: list.length, ...shareOf('share', right, list.length) };
        complain(`${name}: ${right} of ${list.length}`, []);
      }
    }
    const bookings = await playBookings(office, (one) => {
      if (!one.handledRight) complain(one.id, one.transcript);
    });
    metrics['bookings'] = metricsOf(bookings);
    return { name: 'conversation', n: bookings.length, metrics };
  } finally {
    await office.close();
  }
}

function metricsOf(bookings: readonly BookingVerdict[]): BenchMetrics {
  const judged = bookings.filter(({ storedRight }) => storedRight !== undefined);
  const turns = bookings.map((one) => one.turns).sort((a, b) => a - b);
  return {
    n: bookings.length,
    ...shareOf('handled_right_share', bookings.filter((one) => one.handledRight).length, bookings.length),
    ...shareOf('stored_right_share', judged.filter((one) => one.storedRight === true).length, judged.length),
    ...shareOf('stored_wrong_share', judged.filter((one) => one.storedWrong).length, judged.length),
    median_turns: turns[Math.floor(turns.length / 2)] ?? 0,
  };
}
