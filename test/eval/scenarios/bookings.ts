import type { BenchMetrics } from '../../../bench/report.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { inParallel } from './in-parallel.js';
import type { FinishedCall, Office } from './office.js';
import { faultsOf, misheard } from './verdict.js';

const VOICES = ['rms', 'awb', 'kal16'] as const;
const LOSS_PERCENT = [0, 3] as const;

interface BookingCall {
  readonly cell: string;
  readonly voice: string;
  readonly lossPercent: number;
  readonly seed: number;
}

interface Judged {
  readonly cell: string;
  readonly faults: readonly string[];
  /** A turn was heard as something else than was said. */
  readonly misheard: boolean;
  readonly turns: number;
  readonly cutOffs: number;
  readonly durationMs: number;
}

/**
 * Bookings by voice and loss: exactly one new appointment with the date, time, purpose and name that were said.
 *
 * @param perCell - calls of each voice at each loss
 */
export async function bookings(
  office: Office,
  perCell: number,
  parallel: number,
  progress: (text: string) => void,
): Promise<BenchMetrics> {
  const plan = VOICES.flatMap((voice) =>
    LOSS_PERCENT.flatMap((lossPercent) =>
      Array.from({ length: perCell }, (_, n): BookingCall => {
        const cell = `${voice}_loss_${lossPercent}`;
        return { cell, voice, lossPercent, seed: 1000 * LOSS_PERCENT.indexOf(lossPercent) + n + 1 };
      }),
    ),
  );
  const judged = await inParallel(parallel, plan, async (one) => {
    const call = await office.call({ script: 'book.yaml', ...one });
    const result = judge(one.cell, call, office.business);
    tell(one, result, call, progress);
    return result;
  });
  const cells = Object.fromEntries(
    [...new Set(plan.map(({ cell }) => cell))].map((cell) => [
      cell,
      summary(judged.filter((result) => result.cell === cell)),
    ]),
  );
  return { ...summary(judged), ...cells };
}

function judge(cell: string, call: FinishedCall, business: Business): Judged {
  const { report, vars } = call;
  const said = report.lines.filter(({ who }) => who === 'caller').map(({ text }) => text);
  return {
    cell,
    faults: faultsOf(
      {
        date: vars['date'] ?? '',
        time: vars['time'] ?? '',
        purposes: [purposeName(vars['purpose'] ?? '', business)],
        name: vars['name'] ?? '',
      },
      call.appointments,
    ),
    misheard: misheard(said, call.heard).length > 0,
    turns: report.turns,
    cutOffs: report.cutOffs,
    durationMs: report.durationMs,
  };
}

/** The office's name of a service that callers know by another one. */
export function purposeName(said: string, business: Business): string {
  const service = business.services.find(({ name, aliases }) => name === said || aliases.includes(said));
  return service?.name ?? said;
}

function tell(one: BookingCall, result: Judged, call: FinishedCall, progress: (text: string) => void): void {
  const seconds = (result.durationMs / 1000).toFixed(0);
  if (result.faults.length === 0) {
    progress(`  ${one.cell} ${one.seed}: booked as said, ${result.turns} turns, ${seconds} s`);
    return;
  }
  progress(`  ${one.cell} ${one.seed}: ${result.faults.join('; ')} (${call.report.ended}, ${seconds} s)`);
  const said = call.report.lines.filter(({ who }) => who === 'caller').map(({ text }) => text);
  for (const { said: words, heard } of misheard(said, call.heard)) {
    progress(`    said "${words}", heard "${heard}"`);
  }
  for (const { who, text } of call.report.lines) progress(`    ${who.padEnd(6)} ${text}`);
}

function summary(results: readonly Judged[]): BenchMetrics {
  const count = (fits: (one: Judged) => boolean): number => results.filter(fits).length;
  const isRight = (one: Judged): boolean => one.faults.length === 0;
  const turns = results.reduce((sum, one) => sum + one.turns, 0);
  return {
    n: results.length,
    booked_as_said: count(isRight),
    booked_as_said_share: round(count(isRight) / Math.max(1, results.length)),
    failed_after_mishearing: count((one) => !isRight(one) && one.misheard),
    failed_though_heard_right: count((one) => !isRight(one) && !one.misheard),
    with_mishearing: count((one) => one.misheard),
    turns_per_call: round(turns / Math.max(1, results.length)),
    cut_off_share: round(results.reduce((sum, one) => sum + one.cutOffs, 0) / Math.max(1, turns)),
  };
}

const round = (value: number): number => Number(value.toFixed(3));
