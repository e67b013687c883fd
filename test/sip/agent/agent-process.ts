import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedTemplate, Folders } from '../../contract/store/harness.js';
import type { CallRecordWire, CallWire } from './wire.js';

/** Root of the checkout, where `dist` lies. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');
const MAIN = join(ROOT, 'dist/src/cli/main.js');
const START_MS = 60_000;
const RUN_MS = 25_000;

/** How a program ended: exit code, `null` when a signal ended it, and all it wrote. */
export interface Ended {
  /** What was run, with its arguments. */
  readonly command: string;
  readonly code: number | null;
  readonly output: string;
}

/** Runs `leibniz` with arguments to its end; one that does not end is killed, which gives the code `null`. */
export async function leibniz(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  main = MAIN,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS,
    killSignal: 'SIGKILL',
  });
  return finished(child);
}

/** Runs a program to its end. */
export async function program(name: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return finished(
    spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) }),
  );
}

/** Asserts exit code 0; where it is another the failure shows all that the program wrote. */
export function expectSuccess({ command, code, output }: Ended): void {
  expect({ command, code, output: code === 0 ? '' : output }).toEqual({ command, code: 0, output: '' });
}

/** A folder for one test, gone with {@link dropFolder}. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'leibniz-agent-'));
}

export function dropFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

const folders = new Folders();
const template = new EmbeddedTemplate(folders);

/** Embeddings of the knowledge base by their content, kept from one run to the next. */
const EMBEDDINGS = join(tmpdir(), 'leibniz-agent-embeddings');

/** A data folder with a database, and embeddings once there are any: a start then takes seconds. */
export async function preparedDataDir(): Promise<string> {
  const folder = await template.dataDir();
  if (existsSync(EMBEDDINGS)) cpSync(EMBEDDINGS, join(folder, 'embeddings'), { recursive: true });
  return folder;
}

/** Keeps what a start has computed for the next one. */
function keepEmbeddings(dataDir: string): void {
  if (existsSync(EMBEDDINGS)) return;
  const copy = newFolder();
  cpSync(join(dataDir, 'embeddings'), copy, { recursive: true });
  // Another suite may have been faster.
  try {
    renameSync(copy, EMBEDDINGS);
  } catch {
    dropFolder(copy);
  }
}

/** How {@link AgentProcess.start} starts the agent. */
export interface AgentOptions {
  /** First of 200 ports for RTP, unless `env` says otherwise. */
  readonly rtpPortMin: number;
  /** Default: a prepared one of its own. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The agent as a user starts it: a process, a data folder and ports of its own. */
export class AgentProcess {
  #output: string;
  readonly #ended: Promise<Ended>;

  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    started: string,
    ended: Promise<Ended>,
  ) {
    this.#output = started;
    this.#ended = ended;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /**
   * Starts `serve` and waits until it says where its API is.
   *
   * @throws Error with the program's own words when it ends instead
   */
  static async start(o: AgentOptions): Promise<AgentProcess> {
    const dataDir = o.dataDir ?? (await preparedDataDir());
    const child = spawn(process.execPath, [MAIN, 'serve'], { env: serveEnv(o.rtpPortMin, dataDir, o.env) });
    const ended = finished(child);
    const output = await new Promise<string>((resolve, reject) => {
      let text = '';
      const read = (chunk: Buffer): void => {
        text += chunk.toString();
        if (text.includes('HTTP API at')) resolve(text);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void ended.then(({ code }) => reject(new Error(`the agent ended with ${code}: ${text}`)));
      setTimeout(() => reject(new Error(`the agent did not start: ${text}`)), START_MS).unref();
    });
    keepEmbeddings(dataDir);
    return new AgentProcess(child, dataDir, output, ended);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Everything it wrote so far. */
  get output(): string {
    return this.#output;
  }

  get sipPort(): number {
    return Number(/Call sip:agent@[^:]+:(\d+)/.exec(this.#output)?.[1]);
  }

  get httpUrl(): string {
    return /HTTP API at (http:\/\/[^,\s]+)/.exec(this.#output)?.[1] ?? '';
  }

  /** Reads a JSON resource of its API. */
  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    const response = await fetch(`${this.httpUrl}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async post<T = Record<string, unknown>>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.httpUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as T;
  }

  /** A sample of the metrics page by its full name with labels; 0 when it is not there. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.httpUrl}/metrics`)).text();
    const line = text.split('\n').find((entry) => entry.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  }

  /** Ended calls to a user part, newest first. */
  async callsTo(user: string): Promise<CallRecordWire[]> {
    const { items } = await this.get<{ items: CallRecordWire[] }>('/api/v1/calls?limit=500&open=false');
    return items.filter((call) => call.to === user);
  }

  /** The one ended call to a user part, with all its details; waits until its end is written down. */
  async callTo(user: string, waitMs = 5000): Promise<CallWire> {
    const call = await eventually(async () => (await this.callsTo(user))[0], `the record of ${user}`, waitMs);
    return this.get<CallWire>(`/api/v1/calls/${call.id}`);
  }

  /** Processor time of the process, user and system, seconds. Linux only. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resident memory, MB. Linux only. */
  residentMb(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }

  /** True until the process is gone. */
  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Stops it as a service manager does. */
  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.#ended;
  }

  /** Ends it without a chance to tidy up. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  /** Ends it if it still runs, and removes its data folder and others of the test. */
  async discard(...folders: readonly string[]): Promise<void> {
    if (this.running) await this.kill();
    for (const folder of [this.dataDir, ...folders]) dropFolder(folder);
  }
}

/** An agent and a folder that the tests of one suite share: there before the first, gone after the last. */
export class SuiteAgent {
  agent!: AgentProcess;
  folder = '';

  constructor(options: AgentOptions) {
    beforeAll(async () => {
      this.folder = newFolder();
      this.agent = await AgentProcess.start(options);
    }, 90_000);

    afterAll(() => this.agent.discard(this.folder), 30_000);
  }
}

/** Environment of a `serve` on free ports. */
export function serveEnv(
  rtpPortMin: number,
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    SIP_PORT: '0',
    HTTP_PORT: '0',
    RTP_PORT_MIN: String(rtpPortMin),
    RTP_PORT_MAX: String(rtpPortMin + 199),
    MAX_CALLS: '50',
    RATE_LIMIT_PER_MINUTE: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ...env,
  };
}

/** Waits until a probe gives something. @throws Error naming what did not come in time */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  what: string,
  waitMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${waitMs} ms`);
    await pause(100);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** True when a port can be listened on, by UDP and by TCP. */
export async function portIsFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const server = createServer();
  const udp = new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
  const tcp = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return (await udp) && (await tcp);
}

function finished(child: ChildProcess): Promise<Ended> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ command: child.spawnargs.join(' '), code, output }));
  });
}
