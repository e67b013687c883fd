import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { scratchDatabase } from '../../contract/store/harness.js';
import { TcpProxy } from '../../contract/store/tcp-proxy.js';
import { requires } from '../../support/requires.js';
import { AgentProcess, dropFolder, eventually, newFolder, preparedDataDir } from './agent-process.js';
import { health, readiness, told } from './health.js';

const onPostgres = await requires.postgres();
const onRedis = requires.binary('redis-server');
const onServers = [onPostgres, onRedis].find((each) => each !== describe) ?? describe;

onServers('servers that are there and say nothing', () => {
  let agent: AgentProcess;
  let redis: ChildProcess;
  let postgres: TcpProxy;
  let database: Awaited<ReturnType<typeof scratchDatabase>>;
  let folder: string;

  beforeAll(async () => {
    const port = await freePort();
    folder = await preparedDataDir();
    redis = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], {
      stdio: 'ignore',
    });
    await eventually(() => listens(port), 'redis');
    database = await scratchDatabase();
    postgres = new TcpProxy(new URL(database.url));
    await postgres.up();
    const env = { DATABASE_URL: postgres.url, REDIS_URL: `redis://127.0.0.1:${port}` };
    agent = await AgentProcess.start({ rtpPortMin: 26_400, dataDir: folder, env });
  }, 90_000);

  afterAll(async () => {
    redis.kill('SIGKILL');
    await agent.discard(folder);
    await postgres.down();
    await database.drop();
  }, 30_000);

  test('Redis paused: jobs are degraded within five seconds, calls go on; well again after it', async () => {
    await told(agent, 'jobs', 'healthy', 10_000);
    redis.kill('SIGSTOP');
    await told(agent, 'jobs', 'degraded');
    expect(await readiness(agent)).toBe(200);
    redis.kill('SIGCONT');
    await told(agent, 'jobs', 'healthy', 10_000);
  }, 40_000);

  test('Postgres falls silent: store and appointments are down within five seconds; well again after it', async () => {
    await told(agent, 'store', 'healthy');
    postgres.mode = 'silent';
    await told(agent, 'store', 'unhealthy');
    expect((await health(agent)).services).toMatchObject({
      appointment: 'unhealthy',
      disk: 'healthy',
      sip: 'healthy',
    });
    postgres.mode = 'pass';
    await told(agent, 'store', 'healthy', 30_000);
  }, 60_000);
});

/** A folder on a disk of its own, where this user may mount one. */
function smallDisk(megabytes: number): string | undefined {
  const folder = newFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounted.status === 0) return folder;
  dropFolder(folder);
  return undefined;
}

const probe = smallDisk(1);
if (probe !== undefined) spawnSync('umount', [probe]);
else process.stderr.write('skipped: this user may not mount a small disk\n');

(probe === undefined ? describe.skip : describe)('a full disk', () => {
  test('is told within five seconds, and no call is taken that could not be written down', async () => {
    const disk = smallDisk(220) ?? '';
    const prepared = await preparedDataDir();
    cpSync(prepared, disk, { recursive: true });
    const agent = await AgentProcess.start({ rtpPortMin: 26_000, dataDir: disk });
    try {
      expect([(await health(agent)).services['disk'], await readiness(agent)]).toEqual(['healthy', 200]);
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize));
      await told(agent, 'disk', 'unhealthy');
      const ready = await fetch(`${agent.httpUrl}/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        503,
        { status: 'not_ready', error: expect.stringMatching(/^the disk of DATA_DIR is full/) as unknown },
      ]);
      rmSync(join(disk, 'filler'));
      await told(agent, 'disk', 'healthy');
      expect(await readiness(agent)).toBe(200);
    } finally {
      await agent.kill();
      spawnSync('umount', [disk]);
      for (const folder of [disk, prepared]) dropFolder(folder);
    }
  }, 90_000);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function listens(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => socket.destroy());
  });
}
