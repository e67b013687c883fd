import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Socket } from 'node:net';
import type { BenchReport } from '../../../bench/report.js';
import { CallerLine } from '../../../src/cli/caller/run-call.js';
import { POSTGRES_URL } from '../../support/requires.js';
import { EMBEDDINGS_DIR } from '../conversation/office.js';
import type { Declared } from '../scenarios/declared.js';
import { chooseCalls, type PlannedCall } from './choice.js';
import { CallOffice, type Setting } from './office.js';
import { playCall, type PlayedCall } from './play.js';
import { rehearse, type RehearsedPack } from './rehearsal.js';
import { tally } from './tally.js';

/** Agents that run side by side, each with one call at a time: two cores carry six. */
const PARALLEL = 6;

/** Options of the evaluation. */
export interface CallsOptions {
  /** Restrictions as {@link chooseCalls} reads them. */
  readonly only: readonly string[];
  /** Everything rather than a sample. */
  readonly all: boolean;
  /** Agents side by side. */
  readonly parallel: number | undefined;
}

/**
 * The declared conversations as calls over real SIP and RTP: the agent in a process of its own with the pack's settings, the
 * caller a synthetic voice, the verdict that of the same conversation in text. Each call and what was wrong with it is told on
 * standard error.
 */
export async function run({ only, all, parallel = PARALLEL }: CallsOptions): Promise<BenchReport> {
  const progress = (text: string): void => console.error(text);
  const calls = await playable(chooseCalls(only, all), progress);
  const groups = grouped(calls);
  const packs = new Map<string, RehearsedPack>();
  for (const pack of new Set(calls.map(({ declared }) => declared.pack))) {
    const own = calls.filter(({ declared }) => declared.pack === pack);
    packs.set(
      pack,
      await rehearse(
        pack,
        own.map(({ declared }) => declared),
      ),
    );
  }
  const line = await CallerLine.open('127.0.0.1');
  const played: PlayedCall[] = [];
  const told = (call: PlayedCall): void => {
    played.push(call);
    tell(call, `${played.length} of ${calls.length}`, progress);
  };
  try {
    await Promise.all(
      Array.from({ length: Math.min(parallel, calls.length) }, (_, lane) =>
        workThrough(groups, lane, packs, line, told),
      ),
    );
  } finally {
    await line.close();
  }
  return { name: 'calls', n: played.length, metrics: tally(played) };
}

/** Conversations that lose the database need one that can be lost. */
async function playable(
  calls: readonly PlannedCall[],
  progress: (text: string) => void,
): Promise<readonly PlannedCall[]> {
  const needsDatabase = ({ declared }: PlannedCall): boolean => declared.given.fault !== undefined;
  if (!calls.some(needsDatabase) || (await answers(new URL(POSTGRES_URL)))) return calls;
  progress(
    `  left out: ${calls.filter(needsDatabase).length} calls that lose the database: no PostgreSQL at TEST_DATABASE_URL`,
  );
  return calls.filter((call) => !needsDatabase(call));
}

const answers = ({ hostname, port }: URL): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new Socket();
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
    socket.connect(Number(port || 5432), hostname);
  });

/** Calls of one setting: an agent that is started once can take them one after another. */
interface Group {
  readonly setting: Setting;
  readonly calls: { readonly call: PlannedCall; readonly seed: number }[];
}

function grouped(calls: readonly PlannedCall[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [index, call] of calls.entries()) {
    const setting = settingOf(call.declared);
    const key = JSON.stringify(setting);
    const group = groups.get(key) ?? { setting, calls: [] };
    groups.set(key, group);
    group.calls.push({ call, seed: index + 1 });
  }
  return [...groups.values()];
}

const settingOf = ({ pack, clock, person, given }: Declared): Setting => ({
  ...{ pack, clock, person },
  database: given.fault !== undefined,
});

/** Takes the group with the most left, until nothing is left. */
async function workThrough(
  groups: readonly Group[],
  lane: number,
  packs: ReadonlyMap<string, RehearsedPack>,
  line: CallerLine,
  told: (call: PlayedCall) => void,
): Promise<void> {
  const busy = (group: Group): number => group.calls.length;
  for (;;) {
    const group = [...groups].sort((a, b) => busy(b) - busy(a)).find(({ calls }) => calls.length > 0);
    const pack = packs.get(group?.setting.pack ?? '');
    if (group === undefined || pack === undefined) return;
    // The next one is taken before anything is awaited, so that no agent is started for nothing.
    let next = group.calls.shift();
    const dataDir = mkdtempSync(join(tmpdir(), 'leibniz-calls-'));
    cpSync(EMBEDDINGS_DIR, join(dataDir, 'embeddings'), { recursive: true });
    const office = await CallOffice.open(group.setting, pack.business, lane, dataDir);
    try {
      for (; next !== undefined; next = group.calls.shift()) {
        told(await playCall(next.call, next.seed, pack, office, line));
      }
    } finally {
      await office.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

function tell(played: PlayedCall, place: string, progress: (text: string) => void): void {
  const { call, report, faults, misheardTurns } = played;
  const { declared, voice, lossPercent } = call;
  const what = `${declared.pack} ${declared.kind} ${voice} ${lossPercent} %`;
  const seconds = (report.durationMs / 1000).toFixed(0);
  if (faults.length === 0) {
    progress(`  ${place} ${what}: as declared, ${report.turns} turns, ${seconds} s`);
    return;
  }
  const known = declared.knownFault === undefined ? '' : ' (fails as text too)';
  progress(`  ${place} ${what}: FAILED${known}: ${faults.join('; ')} (${report.ended}, ${seconds} s)`);
  for (const { said, heard } of misheardTurns) progress(`    said "${said}", heard "${heard}"`);
  for (const { who, text } of report.lines) progress(`    ${who.padEnd(6)} ${text}`);
}
