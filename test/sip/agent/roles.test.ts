import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { scratchDatabase } from '../../contract/store/harness.js';
import { requires } from '../../support/requires.js';
import {
  dropFolder,
  eventually,
  expectSuccess,
  newFolder,
  pause,
  preparedDataDir,
  program,
  ROOT,
  serveEnv,
} from './agent-process.js';
import { saidBy, type CallWire } from './wire.js';

const MAIN = join(ROOT, 'dist/src/cli/main.js');
const SCRIPT = join(ROOT, 'test/eval/scenarios/book.yaml');
/** One worker each: six processes share a small machine. */
const SMALL = { STT_WORKERS: '1', SERVICE_FALLBACK: 'start' };

/** How long a killed role stays away, ms. */
const AWAY_MS = 3000;

/**
 * With a database that all share, calls reach the appointments when their role is away. Without one nothing can stand
 * in for it, and the caller is told so: it is then left alive.
 */
const isShared = (await requires.postgres()) === describe;

/** One role in a process of its own, which can be killed and started again on its port. */
class RoleProcess {
  #child: ChildProcess | undefined;
  #port = 0;
  output = '';

  constructor(
    readonly name: string,
    private readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get sipPort(): number {
    return Number(/Call sip:agent@[^:]+:(\d+)/.exec(this.output)?.[1]);
  }

  async start(): Promise<void> {
    const env = serveEnv(27_400, this.dataDir, { ...SMALL, ...this.env });
    const child = spawn(process.execPath, [MAIN, 'serve', this.name, '--port', String(this.#port)], { env });
    this.#child = child;
    this.output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    const port = await eventually(
      () => {
        if (child.exitCode !== null) throw new Error(`${this.name} ended: ${this.output}`);
        return /HTTP API at http:\/\/127\.0\.0\.1:(\d+)/.exec(this.output)?.[1];
      },
      `the role ${this.name}`,
      120_000,
    );
    this.#port = Number(port);
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.url}${path}`)).json()) as T;
  }

  /** A metric's value; without labels in the name, the sum over all of them. */
  async metric(name: string): Promise<number> {
    const lines = (await (await fetch(`${this.url}/metrics`)).text()).split('\n');
    const own = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}

interface Booked {
  readonly items: readonly { readonly call_id: string }[];
}

describe('six roles in six processes', () => {
  const folders: string[] = [];
  let database: Awaited<ReturnType<typeof scratchDatabase>> | undefined;
  const roles: Record<string, RoleProcess> = {};
  let call: RoleProcess;

  beforeAll(async () => {
    const [shared, appointments, calls] = [newFolder(), await preparedDataDir(), await preparedDataDir()];
    folders.push(shared, appointments, calls);
    for (const name of ['stt', 'tts', 'intent', 'rag']) roles[name] = new RoleProcess(name, calls);
    await Promise.all(Object.values(roles).map((role) => role.start()));
    database = isShared ? await scratchDatabase() : undefined;
    const store = database === undefined ? {} : { DATABASE_URL: database.url };
    const urls = (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(roles).map(([name, { url }]) => [`${name.toUpperCase()}_SERVICE_URL`, url]),
      );
    roles['appointment'] = new RoleProcess('appointment', appointments, {
      ...urls(),
      ...store,
      SERVICE_FALLBACK: 'first_use',
    });
    await roles['appointment'].start();
    call = new RoleProcess('call', calls, { ...urls(), ...store });
    await call.start();
  }, 300_000);

  afterAll(async () => {
    await Promise.all([...Object.values(roles), call].map((role) => role.kill()));
    for (const folder of folders) dropFolder(folder);
    await database?.drop();
  }, 30_000);

  const caller = (...options: string[]) =>
    program(process.execPath, [MAIN, 'call', `sip:agent@127.0.0.1:${call.sipPort}`, ...options, '--json']);

  const newest = async (): Promise<CallWire> => {
    const { items } = await eventually(
      async () => {
        const found = await call.get<{ items: readonly { id: string }[] }>('/api/v1/calls?open=false');
        return found.items.length > 0 ? found : undefined;
      },
      'the record of the call',
      20_000,
    );
    return call.get<CallWire>(`/api/v1/calls/${items[0]?.id}`);
  };

  test('a call is heard, understood and answered by way of them', async () => {
    expectSuccess(await caller('--say', 'Where is your office?'));
    expect(saidBy('agent', await newest()).join(' ')).toMatch(/second floor/);
    for (const role of ['stt', 'tts', 'intent', 'rag']) {
      expect(await call.metric(`service_health_status{component="${role}"}`)).toBe(1);
    }
    const heard = 'stt_requests_total{kind="speculative",outcome="text"}';
    expect(await (roles['stt'] as RoleProcess).metric(heard)).toBeGreaterThan(0);
    expect(
      await (roles['tts'] as RoleProcess).metric('tts_requests_total{outcome="spoken"}'),
    ).toBeGreaterThan(1);
  }, 120_000);

  test('each of them is killed in a call and comes back: the call goes on and books, every word is in the transcript', async () => {
    const before = (await newest()).id;
    const turns = async (): Promise<number> =>
      (await call.metric('turns_total')) - (await call.metric('turns_not_understood_total'));
    const turnsBefore = await turns();
    const going = caller('--script', SCRIPT, '--seed', '6');
    await eventually(
      async () => ((await call.metric('calls_active')) === 1 ? true : undefined),
      'a call',
      30_000,
    );
    for (const name of ['stt', 'tts', 'intent', 'rag', ...(isShared ? ['appointment'] : [])]) {
      const role = roles[name] as RoleProcess;
      await role.kill();
      await pause(AWAY_MS);
      await role.start();
    }
    const ended = await going;
    expectSuccess(ended);
    const record = await eventually(
      async () => {
        const last = await newest();
        return last.id === before ? undefined : last;
      },
      'the record of the second call',
      20_000,
    );
    const { items } = await (roles['appointment'] as RoleProcess).get<Booked>('/api/v1/appointments');
    expect(items.map(({ call_id: id }) => id)).toContain(record.id);
    expect(saidBy('user', record).length).toBeGreaterThanOrEqual((await turns()) - turnsBefore);
    expect(saidBy('agent', record).length).toBeGreaterThanOrEqual(saidBy('user', record).length);
  }, 300_000);

  test('each stops with 0 when it is told to', async () => {
    const codes = await Promise.all([...Object.values(roles), call].map((role) => role.kill('SIGTERM')));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  }, 60_000);
});
