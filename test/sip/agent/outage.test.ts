import { Redis } from 'ioredis';
import pg from 'pg';
import { scratchDatabase } from '../../contract/store/harness.js';
import { TcpProxy } from '../../contract/store/tcp-proxy.js';
import { POSTGRES_URL, REDIS_URL, requires } from '../../support/requires.js';
import {
  AgentProcess,
  eventually,
  expectSuccess,
  leibniz,
  preparedDataDir,
  serveEnv,
} from './agent-process.js';
import { sipp } from './sipp.js';
import { saidBy } from './wire.js';

/** Where this suite's jobs live; other suites use other databases of the server. */
const REDIS_DB = '/13';

/** Takes away what the agent's queues leave in Redis. */
async function dropQueues(): Promise<void> {
  const client = new Redis(Object.assign(new URL(REDIS_URL), { pathname: REDIS_DB }).href);
  const keys = await client.keys('leibniz:*');
  if (keys.length > 0) await client.del(...keys);
  await client.quit();
}

interface AppointmentStep {
  readonly current_state: string;
  readonly next_prompt: string;
  readonly is_complete: boolean;
}

interface List<T> {
  readonly items: readonly T[];
}

const onPostgres = await requires.postgres();
const onRedis = await requires.redis();
const onSipp = requires.binary('sipp');
/** The suite needs all three. */
const onAll = [onPostgres, onRedis, onSipp].find((each) => each !== describe) ?? describe;

onAll('the agent on Postgres and Redis, and without them', () => {
  let agent: AgentProcess;
  let folder: string;
  let database: Awaited<ReturnType<typeof scratchDatabase>>;
  let postgres: TcpProxy;
  let redis: TcpProxy;

  beforeAll(async () => {
    folder = await preparedDataDir();
    database = await scratchDatabase();
    postgres = new TcpProxy(new URL(database.url));
    redis = new TcpProxy(Object.assign(new URL(REDIS_URL), { pathname: REDIS_DB }));
    await Promise.all([postgres.up(), redis.up()]);
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
    agent = await AgentProcess.start({ rtpPortMin: 27_000, dataDir: folder, env });
  }, 90_000);

  afterAll(async () => {
    await agent.discard();
    await Promise.all([postgres.down(), redis.down()]);
    await database.drop();
    await dropQueues();
  });

  /** Books by text; gives the last reply. */
  const book = async (session: string, time: string): Promise<AppointmentStep> => {
    const path = '/api/v1/appointment/session';
    await agent.post(`${path}/create`, { session_id: session });
    const say = (text: string): Promise<AppointmentStep> =>
      agent.post<AppointmentStep>(`${path}/process`, { session_id: session, user_input: text });
    await say(`I would like to book degree planning next Tuesday at ${time}, my name is Alice Brown`);
    return say('yes');
  };

  const times = async (): Promise<string[]> => {
    const { items } = await agent.get<List<{ time: string }>>('/api/v1/appointments');
    return items.map(({ time }) => time);
  };

  const status = async (service: string): Promise<unknown> => {
    const { services } = await agent.get<{ services: Record<string, string> }>('/health');
    return services[service];
  };

  const becomes = (service: string, wanted: string): Promise<boolean> =>
    eventually(
      async () => ((await status(service)) === wanted ? true : undefined),
      `${service} ${wanted}`,
      20_000,
    );

  test('books, and the confirmation is made by way of Redis', async () => {
    expect((await book('all-well', 'ten')).is_complete).toBe(true);
    expect(await times()).toEqual(['10:00']);
    await eventually(async () => {
      const { items } = await agent.get<List<{ status: string }>>('/api/v1/jobs');
      return items.find((job) => job.status === 'completed');
    }, 'the confirmation');
  }, 30_000);

  test('connections terminated by the server: the next booking is made', async () => {
    const admin = new pg.Client({ connectionString: POSTGRES_URL });
    await admin.connect();
    const name = new URL(database.url).pathname.slice(1);
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await admin.end();
    await becomes('store', 'healthy');
    expect((await book('terminated', 'eleven')).is_complete).toBe(true);
    expect(await times()).toEqual(['10:00', '11:00']);
  }, 30_000);

  test('the database goes in a call: the call goes on, nothing is promised, the transcript comes when it is back', async () => {
    const service = 'without-database';
    const run = sipp({ folder, scenario: 'uac-dtmf-info', service, target: agent.sipPort, stayMs: 3000 });
    await eventually(async () => ((await agent.metric('calls_active')) === 1 ? true : undefined), 'a call');
    await postgres.down();
    expectSuccess(await run);
    await becomes('store', 'unhealthy');
    const refused = await agent.post<{ error?: { code: string } }>('/api/v1/appointment/session/create', {
      session_id: 'no-database',
    });
    expect(refused.error?.code).toBe('STORE_UNAVAILABLE');
    expect(await agent.metric('store_dropped_events_total')).toBe(0);

    await postgres.up();
    const call = await agent.callTo(service, 30_000);
    expect(call.reason).toBe('caller_hangup');
    expect(saidBy('user', call)).toEqual(['[key 5]']);
    expect(await times()).toEqual(['10:00', '11:00']);
  }, 60_000);

  test('Redis goes: bookings are made, their confirmations follow when it is back', async () => {
    await redis.down();
    expect((await book('without-redis', 'two')).is_complete).toBe(true);
    await becomes('jobs', 'degraded');
    expect(agent.output).toMatch(/job queue cannot be reached; follow-ups wait in the outbox/);
    await redis.up();
    await eventually(
      async () => {
        const { items } = await agent.get<List<{ status: string }>>('/api/v1/jobs');
        return items.filter((job) => job.status === 'completed').length === 3 ? true : undefined;
      },
      'all confirmations',
      30_000,
    );
    await becomes('jobs', 'healthy');
  }, 60_000);

  test('stops with 0; without the password it does not start, and says what to change', async () => {
    const { code, output } = await agent.stop();
    expect(code).toBe(0);
    expect(output).not.toMatch(/"level":"fatal"/);
    const wrong = Object.assign(new URL(POSTGRES_URL), { pathname: '/leibniz_no_such_database' });
    const failed = await leibniz(['serve'], serveEnv(27_000, folder, { DATABASE_URL: wrong.href }));
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/^leibniz: .*DATABASE_URL/m);
  }, 60_000);
});
