import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { openOffice } from '../conversation/office.js';
import { shareOf } from '../share.js';
import { devDialogs, type CorpusTurn, type Goal } from './corpus.js';
import { Tracker, type TrackedTurn } from './tracker.js';

const SLOTS = ['date', 'time', 'service'] as const;
/** Acts that leave an agreement one: courtesy, and a question beside it. */
const BESIDE: ReadonlySet<string> = new Set(['AFFIRM', 'THANK_YOU', 'REQUEST', 'GOODBYE']);

/** One turn with what was made of it. */
interface Followed {
  readonly turn: CorpusTurn;
  readonly tracked: TrackedTurn;
  readonly dialog: number;
  readonly oneService: boolean;
}

/**
 * Dialogs of people who make appointments, replayed as text with the corpus' own questions: after how many turns the goal is
 * known exactly, and how often an agreement is assumed that was not given.
 *
 * @param options - `dataDir`: `LEIBNIZ_DATA_DIR`; `json`: wrong turns are not listed on standard error
 */
export async function run(options: {
  readonly json: boolean;
  readonly dataDir: string;
}): Promise<BenchReport> {
  const office = await openOffice();
  const followed: Followed[] = [];
  try {
    const tracker = new Tracker(office);
    for (const [dialog, { oneService, turns }] of (await devDialogs(options.dataDir)).entries()) {
      tracker.begin();
      for (const turn of turns) followed.push({ turn, dialog, oneService, tracked: tracker.take(turn) });
    }
  } finally {
    await office.close();
  }
  if (!options.json) complain(followed);
  return {
    name: 'dialogs',
    n: followed.length,
    metrics: {
      ...metricsOf(followed),
      one_service: metricsOf(followed.filter(({ oneService }) => oneService)),
      several_services: metricsOf(followed.filter(({ oneService }) => !oneService)),
    },
  };
}

const metricsOf = (followed: readonly Followed[]): Record<string, number | BenchMetrics> => ({
  turns: followed.length,
  ...goals(followed),
  consent: consents(followed),
  bookings: bookings(followed),
});

const same = (a: Goal, b: Goal, slots: readonly (keyof Goal)[] = SLOTS): boolean =>
  slots.every((slot) => a[slot]?.toLowerCase() === b[slot]?.toLowerCase());

/** Joint goal accuracy, and that of each slot, over all turns. */
function goals(followed: readonly Followed[]): Record<string, number | BenchMetrics> {
  const right = (slots: readonly (keyof Goal)[]): number =>
    followed.filter(({ turn, tracked }) => same(turn.goal, tracked.goal, slots)).length;
  const n = followed.length;
  return {
    dialogs: new Set(followed.map(({ dialog }) => dialog)).size,
    ...shareOf('joint_goal_share', right(SLOTS), n),
    ...Object.fromEntries(SLOTS.map((slot) => [slot, { n, ...shareOf('right_share', right([slot]), n) }])),
  };
}

/** Answers to a read-back or an offer of a time. */
function consents(followed: readonly Followed[]): BenchMetrics {
  const asked = followed.filter(({ turn: { system } }) =>
    system.some(
      ([name, slot]) => name === 'CONFIRM' || (name === 'OFFER' && slot.startsWith('appointment_')),
    ),
  );
  const agrees = ({ turn }: Followed): boolean =>
    turn.acts.some(([name]) => name === 'AFFIRM') && turn.acts.every(([name]) => BESIDE.has(name));
  const agreements = asked.filter(agrees);
  const others = asked.filter((one) => !agrees(one));
  const found = agreements.filter(({ tracked }) => tracked.agreed).length;
  const wrong = others.filter(({ tracked }) => tracked.agreed).length;
  return {
    agreements: agreements.length,
    ...shareOf('found_share', found, agreements.length),
    others: others.length,
    assumed_wrongly: wrong,
    ...shareOf('assumed_wrongly_share', wrong, others.length),
  };
}

/** What would be booked at each agreement that is found: the goal as it was followed, against the true one. */
function bookings(followed: readonly Followed[]): BenchMetrics {
  const made = followed.filter(({ tracked }) => tracked.agreed);
  const wrong = made.filter(({ turn, tracked }) => !same(turn.goal, tracked.goal, ['date', 'time'])).length;
  return { n: made.length, wrong, ...shareOf('wrong_share', wrong, made.length) };
}

/** The turns at which something is wrong that was right before. */
function complain(followed: readonly Followed[]): void {
  for (const [index, { turn, tracked, dialog }] of followed.entries()) {
    const before = followed[index - 1];
    const wasWrong =
      before?.dialog === dialog &&
      SLOTS.filter((slot) => !same(before.turn.goal, before.tracked.goal, [slot]));
    const wrong = SLOTS.filter((slot) => !same(turn.goal, tracked.goal, [slot]));
    const news = wrong.filter((slot) => wasWrong === false || !wasWrong.includes(slot));
    if (news.length === 0) continue;
    const acts = turn.system.map(([name, slot]) => `${name} ${slot}`).join(', ');
    console.error(`  ${dialog} [${acts}] "${turn.text}"`);
    for (const slot of news) {
      console.error(`    ${slot}: ${tracked.goal[slot] ?? '-'} for ${turn.goal[slot] ?? '-'}`);
    }
  }
}
