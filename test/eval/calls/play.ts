import type { CallReport } from '../../../src/cli/caller/report.js';
import type { CallerLine } from '../../../src/cli/caller/run-call.js';
import { parseScript } from '../../../src/cli/caller/script.js';
import type { Declared, DeclaredStep } from '../scenarios/declared.js';
import { endFaults, storedAs, wordFaults } from '../scenarios/declared-end.js';
import { misheard, type Misheard } from '../scenarios/verdict.js';
import { VOICES, type PlannedCall } from './choice.js';
import { DeclaredCaller, type CallerStep } from './declared-caller.js';
import { WITHHELD, type CallOffice } from './office.js';
import type { Rehearsal, RehearsedPack } from './rehearsal.js';
import type { JudgedCall } from './tally.js';

/** Longest call, ms. */
const MAX_MS = 180_000;
/** A caller who interrupts lets this much be said, ms. */
const BARGE_IN_MS = 1_200;
/** A second caller calls this long after the first, so that their wishes meet, ms. */
const SECOND_CALLER_MS = 4_000;
const SECOND_CALLER = '+16465550188';
/** How long a database stays away that is lost at the commit, ms. */
const OUTAGE_MS = 14_000;

/** A call that has been played and judged. */
export interface PlayedCall extends JudgedCall {
  readonly report: CallReport;
  readonly misheardTurns: readonly Misheard[];
}

/** Makes a declared conversation as a call and compares what it has left with what is declared. */
export async function playCall(
  call: PlannedCall,
  seed: number,
  pack: RehearsedPack,
  office: CallOffice,
  line: CallerLine,
): Promise<PlayedCall> {
  const { declared, voice, lossPercent } = call;
  const rehearsal = pack.of.get(declared);
  if (rehearsal === undefined) throw new Error(`${declared.id} has not been played as text`);
  const from = declared.callerNumber === 'withheld' ? WITHHELD : `+1202555${String(1000 + (seed % 9000))}`;
  await office.begin();
  await office.furnish(declared, pack.business, from === WITHHELD ? undefined : from);
  const others: Promise<unknown>[] = [];
  const plan = planOf(declared, rehearsal, async (step) => {
    if (step.do === 'taken') await office.take(step.date, step.time, step.resource, pack.business);
  });
  const steps = withOutage(declared, plan, office, others);
  const { hungUp = false, transferred } = declared.end;
  const mind = new DeclaredCaller(steps, pack.read, { agentEnds: hungUp || transferred }, MAX_MS);
  const words = office.ear(from);
  const hear = async (): Promise<string> => {
    const reply = await words();
    await mind.errandAfter(reply)?.();
    return reply;
  };
  const rival = declared.steps.find(({ meanwhile }) => meanwhile?.do === 'other_caller')?.meanwhile;
  if (rival?.do === 'other_caller') others.push(second(rival.says, voice, seed, office, line));
  const report = await line.call({
    ...{ uri: office.uri, script: scriptOf(declared), vars: {}, voice, from, seed, mind, hear },
    impairment: { lossPercent, jitterMs: 0 },
  });
  await Promise.all(others);
  return judged(call, mind, report, await office.endOf(from), steps);
}

/** Steps of the caller; what happens meanwhile belongs to the step behind it. */
function planOf(
  declared: Declared,
  { replies, wishes }: Rehearsal,
  happen: (meanwhile: NonNullable<DeclaredStep['meanwhile']>) => Promise<void>,
): readonly CallerStep[] {
  const plan: CallerStep[] = [];
  let before: DeclaredStep['meanwhile'];
  for (const [index, { meanwhile, expect, ...act }] of declared.steps.entries()) {
    if (meanwhile !== undefined) {
      before = meanwhile;
      continue;
    }
    const happened = before;
    plan.push({
      ...{ act, expect, reply: replies[index] ?? '', wishes: wishes[index] ?? {} },
      ...(happened?.do === 'barge_in' ? { bargeInMs: BARGE_IN_MS } : {}),
      ...(happened === undefined ? {} : { errand: () => happen(happened) }),
    });
    before = undefined;
  }
  return plan;
}

/** The database goes before the caller's last word, and comes back when the agent has given up. */
function withOutage(
  { given }: Declared,
  plan: readonly CallerStep[],
  office: CallOffice,
  others: Promise<unknown>[],
): readonly CallerStep[] {
  const last = plan.at(-1);
  if (given.fault !== 'store_down_at_commit' || last === undefined) return plan;
  const errand = async (): Promise<void> => {
    await office.lose();
    others.push(new Promise((resolve) => setTimeout(resolve, OUTAGE_MS)).then(() => office.restore()));
  };
  return [...plan.slice(0, -1), { ...last, errand }];
}

async function second(
  says: readonly string[],
  voice: string,
  seed: number,
  office: CallOffice,
  line: CallerLine,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SECOND_CALLER_MS));
  const other = VOICES.find((one) => one !== voice) ?? voice;
  await line.call({
    ...{ uri: office.uri, vars: {}, voice: other, from: SECOND_CALLER, seed },
    script: parseScript({ name: 'second', steps: says.map((say) => ({ say })) }, 'of the second caller'),
    impairment: { lossPercent: 0, jitterMs: 0 },
  });
}

/** What the line asks of a script; the caller's mind decides. */
const scriptOf = ({ id }: Declared): ReturnType<typeof parseScript> =>
  parseScript({ name: id, steps: [{ hangup: true }] }, `of ${id}`);

function judged(
  call: PlannedCall,
  mind: DeclaredCaller,
  report: CallReport,
  end: Awaited<ReturnType<CallOffice['endOf']>>,
  steps: readonly CallerStep[],
): PlayedCall {
  const { declared } = call;
  const unreached = mind.steps - mind.stepsTaken;
  const said = report.lines
    .filter(({ who }) => who === 'caller')
    .map(({ text }) => text.replaceAll(/ \[\d+\]/g, ''));
  const misheardTurns = misheard(
    said.filter((text) => !text.startsWith('[')),
    end.heard,
  );
  // Who agrees to go by the number has no name to compare.
  const declaredEnd = mind.underNumber ? withoutNames(declared.end) : declared.end;
  const stored = storedAs(
    declaredEnd,
    declared.given.appointments.map(({ date, time, name }) => ({ date, time, name })),
    end,
  );
  return {
    call,
    report,
    misheardTurns,
    faults: [
      ...(unreached > 0 ? [`${unreached} of ${mind.steps} steps were not reached`] : []),
      ...steps.flatMap(({ expect }, index) => {
        const own = mind.replies[index] ?? [];
        // The agent hangs up behind its last words, before the caller has had time to take them in.
        const reply = [...own, ...(index + 1 === mind.stepsTaken ? lastWords(report, own) : [])].join(' ');
        return reply === '' ? [] : wordFaults(expect, reply).map((fault) => `step ${index + 1}: ${fault}`);
      }),
      ...endFaults(declaredEnd, end),
    ],
    storedRight: stored.right,
    storedWrong: stored.wrong,
    misheard: misheardTurns.length > 0,
    turns: report.turns,
    extraTurns: mind.extra,
    underNumber: mind.underNumber,
    cutOffs: report.cutOffs,
  };
}

/** What the agent has said after the caller's last word, without what the caller has taken in. */
function lastWords({ lines }: CallReport, own: readonly string[]): readonly string[] {
  const last = lines.findLastIndex(({ who }) => who === 'caller');
  return lines
    .slice(last + 1)
    .map(({ text }) => text)
    .filter((text) => !own.some((reply) => reply.includes(text)));
}

function withoutNames(end: Declared['end']): Declared['end'] {
  return { ...end, booked: end.booked.map(({ name: _name, ...rest }) => rest) };
}
