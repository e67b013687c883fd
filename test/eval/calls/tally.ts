import type { BenchMetrics } from '../../../bench/report.js';
import { shareOf } from '../share.js';
import { round } from '../speech/statistics.js';
import type { PlannedCall } from './choice.js';

/** What a call came to. */
export interface JudgedCall {
  readonly call: PlannedCall;
  /** What was not as declared. */
  readonly faults: readonly string[];
  /** The calendar holds exactly what was agreed. */
  readonly storedRight: boolean;
  /** The calendar holds something that was not agreed. */
  readonly storedWrong: boolean;
  /** A turn was heard as other words than were said. */
  readonly misheard: boolean;
  readonly turns: number;
  /** Turns that the conversation in text does without. */
  readonly extraTurns: number;
  readonly cutOffs: number;
  /** The name was given up and the booking goes by the telephone number, as the caller agreed. */
  readonly underNumber: boolean;
}

/** All calls, and one object per pack, kind, voice, loss, and voice at a loss. */
export function tally(calls: readonly JudgedCall[]): Record<string, BenchMetrics | number> {
  const by = (nameOf: (call: PlannedCall) => string): BenchMetrics => {
    const names = [...new Set(calls.map(({ call }) => nameOf(call)))].sort();
    return Object.fromEntries(
      names.map((name) => [name, summary(calls.filter(({ call }) => nameOf(call) === name))]),
    );
  };
  const loss = ({ lossPercent }: PlannedCall): string => `loss_${lossPercent}`;
  return {
    ...summary(calls),
    packs: by(({ declared }) => declared.pack),
    kinds: by(({ declared }) => declared.kind),
    voices: by(({ voice }) => voice),
    losses: by(loss),
    cells: by((call) => `${call.voice}_${loss(call)}`),
  };
}

function summary(calls: readonly JudgedCall[]): Record<string, number> {
  const n = calls.length;
  const count = (fits: (call: JudgedCall) => boolean): number => calls.filter(fits).length;
  const sum = (of: (call: JudgedCall) => number): number =>
    calls.reduce((total, call) => total + of(call), 0);
  const isRight = ({ faults }: JudgedCall): boolean => faults.length === 0;
  return {
    n,
    passed: count(isRight),
    ...shareOf('passed_share', count(isRight), n),
    ...shareOf(
      'stored_right_share',
      count(({ storedRight }) => storedRight),
      n,
    ),
    stored_wrong: count(({ storedWrong }) => storedWrong),
    ...shareOf(
      'stored_wrong_share',
      count(({ storedWrong }) => storedWrong),
      n,
    ),
    failed_after_mishearing: count((call) => !isRight(call) && call.misheard),
    failed_though_heard_right: count((call) => !isRight(call) && !call.misheard),
    // Those whose conversation does not pass as text either.
    failed_as_in_text: count((call) => !isRight(call) && call.call.declared.knownFault !== undefined),
    booked_under_number: count(({ underNumber }) => underNumber),
    turns_per_call: round(sum(({ turns }) => turns) / Math.max(1, n)),
    extra_turns_per_call: round(sum(({ extraTurns }) => extraTurns) / Math.max(1, n)),
    cut_off_share: round(
      sum(({ cutOffs }) => cutOffs) /
        Math.max(
          1,
          sum(({ turns }) => turns),
        ),
    ),
  };
}
