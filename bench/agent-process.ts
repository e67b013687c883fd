import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/threads/project-root.js';

/** The agent as a user starts it, in a process and a data folder of its own. */
export class AgentProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly dataDir: string,
    readonly sipPort: number,
    readonly httpPort: number,
    /** Start of the process to the line that says where to call, ms. */
    readonly startMs: number,
  ) {}

  /**
   * Starts `serve` and waits until it answers.
   *
   * @param root - tree whose build is started; this one unless told
   * @throws Error with the program's own words when it ends instead
   */
  static async start(
    ports: { readonly sip: number; readonly http: number; readonly rtp: number },
    env: Readonly<Record<string, string>> = {},
    dataDir: string = mkdtempSync(join(tmpdir(), 'leibniz-bench-')),
    root: string = projectRoot(),
  ): Promise<AgentProcess> {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [join(root, 'dist/src/cli/main.js'), 'serve'], {
      env: {
        ...process.env,
        SIP_PORT: String(ports.sip),
        HTTP_PORT: String(ports.http),
        RTP_PORT_MIN: String(ports.rtp),
        RTP_PORT_MAX: String(ports.rtp + 999),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'error',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A measurement that is stopped by hand takes its agent with it.
    const killed = (): unknown => child.kill('SIGKILL');
    process.once('exit', killed);
    child.once('exit', () => process.off('exit', killed));
    await untilReady(child);
    return new AgentProcess(child, dataDir, ports.sip, ports.http, performance.now() - startedAt);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get uri(): string {
    return `sip:agent@127.0.0.1:${this.sipPort}`;
  }

  /** Processor time of the whole process, user and system, seconds. Linux only. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resident memory, MB. Linux only. */
  residentMb(): number {
    const match = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'));
    return Math.round(Number(match?.[1] ?? 0) / 1024);
  }

  /** Reads a JSON resource of its API. */
  async get(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}${path}`);
    return (await response.json()) as Record<string, unknown>;
  }

  /** Reads a list of its API. */
  async items<T>(path: string): Promise<readonly T[]> {
    return (await this.get(path))['items'] as readonly T[];
  }

  /** The metrics page as lines. */
  async metricsText(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
  }

  /** Stops the program; keeps its data when `keepData` is set. */
  async stop(keepData = false): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGTERM');
      await gone;
    }
    if (!keepData) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('HTTP API at')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`the agent ended with ${code}: ${output.trim()}`)));
  });
}
