import { join } from 'node:path';
import { AgentProcess } from '../../../bench/agent-process.js';
import { loadConfig, readEnvironment } from '../../../src/app/config/index.js';
import { loadOffice } from '../../../src/app/engines.js';
import type { CallReport } from '../../../src/cli/caller/report.js';
import { CallerLine } from '../../../src/cli/caller/run-call.js';
import { loadScript } from '../../../src/cli/caller/script.js';
import { scriptVariables } from '../../../src/cli/caller/vars.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { wallMs } from '../../../src/kernel/time.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import type { BookedAppointment } from './verdict.js';

const PORTS = { sip: 35_260, http: 35_280, rtp: 39_000 } as const;
/** Wait for the last lines of a transcript to reach the database, ms. */
const RECORD_WAIT_MS = 5000;

/** A call that is over: the caller's report and the agent's records. */
export interface FinishedCall {
  readonly report: CallReport;
  readonly vars: Readonly<Record<string, string>>;
  /** The caller's turns as the agent heard them. */
  readonly heard: readonly string[];
  readonly appointments: readonly BookedAppointment[];
}

/** What a call is to be like. */
export interface CallPlan {
  /** File name in this folder. */
  readonly script: string;
  readonly voice: string;
  readonly lossPercent: number;
  readonly seed: number;
  readonly vars?: Readonly<Record<string, string>>;
}

/** An agent in a process of its own, with an empty calendar, and a telephone line to it. */
export class Office {
  /** Slots that a caller has or is about to ask for: two callers who want the same are another scenario. */
  readonly #taken = new Set<string>();
  #calls = 0;

  private constructor(
    private readonly agent: AgentProcess,
    private readonly line: CallerLine,
    readonly business: Business,
  ) {}

  static async open(): Promise<Office> {
    const {
      office: { business },
    } = await loadOffice(loadConfig(readEnvironment()));
    const agent = await AgentProcess.start(PORTS);
    try {
      return new Office(agent, await CallerLine.open('127.0.0.1'), business);
    } catch (error) {
      await agent.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.line.close();
    await this.agent.stop();
  }

  /** Makes a call and reads what the agent has kept of it. */
  async call(plan: CallPlan): Promise<FinishedCall> {
    const scriptFile = join(projectRoot(), 'test/eval/scenarios', plan.script);
    const script = loadScript(scriptFile);
    const vars = { ...this.#variables(script, plan.seed), ...plan.vars };
    // Every call has a number of its own: it is what finds the call in the API.
    const from = `+1212555${String(1000 + this.#calls++)}`;
    const report = await this.line.call({
      uri: this.agent.uri,
      script,
      scriptFile,
      vars,
      voice: plan.voice,
      from,
      impairment: { lossPercent: plan.lossPercent, jitterMs: 0 },
      seed: plan.seed,
    });
    const record = await this.#record(from);
    for (const { date, time } of record.appointments) this.#taken.add(`${date} ${time}`);
    return { report, vars, ...record };
  }

  #variables(script: ReturnType<typeof loadScript>, seed: number): Record<string, string> {
    for (let attempt = 0; ; attempt++) {
      const rng = seededRng(seed + attempt * 100_003);
      const vars = scriptVariables(script, this.business, wallMs(Date.now()), rng);
      const slot = `${vars['date']} ${vars['time']}`;
      if (this.#taken.has(slot) && attempt < 1000) continue;
      this.#taken.add(slot);
      return vars;
    }
  }

  async #record(from: string): Promise<Pick<FinishedCall, 'heard' | 'appointments'>> {
    const deadline = performance.now() + RECORD_WAIT_MS;
    for (;;) {
      const calls = await this.agent.items<{ id: string; from: string; ended_at: string | null }>(
        '/api/v1/calls?limit=50',
      );
      const call = calls.find((one) => one.from === from);
      if (call !== undefined && (call.ended_at !== null || performance.now() > deadline)) {
        const detail = (await this.agent.get(`/api/v1/calls/${call.id}`)) as {
          transcript: readonly { role: string; text: string }[];
        };
        return {
          heard: detail.transcript.filter(({ role }) => role === 'user').map(({ text }) => text),
          appointments: await this.agent.items<BookedAppointment>(`/api/v1/appointments?call_id=${call.id}`),
        };
      }
      if (performance.now() > deadline) return { heard: [], appointments: [] };
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
