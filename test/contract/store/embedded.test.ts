import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../../src/jobs/open-store.js';
import { isAlive } from '../../../src/store/data-dir-lock.js';
import { migrate } from '../../../src/store/db/migrate.js';
import { PgliteDatabase } from '../../../src/store/db/pglite-database.js';
import { MIGRATIONS } from '../../../src/store/migrations/index.js';
import { EmbeddedTemplate, Folders, NINE, Stores, until } from './harness.js';

const folders = new Folders();
const template = new EmbeddedTemplate(folders);
const stores = new Stores();
afterEach(() => stores.closeAll(), 20_000);
afterAll(() => folders.remove());

describe('the embedded database', () => {
  it('created: progress is told once, and a start that was cut short is begun anew', async () => {
    const dataDir = await folders.make();
    await mkdir(join(dataDir, 'db.new'));
    await writeFile(join(dataDir, 'db.new', 'PG_VERSION'), 'half');
    const told: string[] = [];
    const first = await stores.open({ dataDir, onProgress: (message) => told.push(message) });
    expect(told).toHaveLength(1);
    expect(existsSync(join(dataDir, 'db.new'))).toBe(false);
    expect(statSync(join(dataDir, 'db')).mode & 0o077).toBe(0);
    await first.close();
    expect((await readdir(dataDir)).sort()).toEqual(['db', 'spool']);
    await stores.open({ dataDir, onProgress: (message) => told.push(message) });
    expect(told).toHaveLength(1);
  }, 60_000);

  it('in use: a second store is refused, in this process too', async () => {
    const dataDir = await template.dataDir();
    await stores.open({ dataDir });
    await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
  }, 60_000);

  it('broken: one clear error that names the folder, and the lock is free again', async () => {
    const dataDir = await folders.make();
    await mkdir(join(dataDir, 'db'));
    await writeFile(join(dataDir, 'db', 'PG_VERSION'), '18\n');
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      field: 'DATA_DIR',
    });
    expect(existsSync(join(dataDir, 'leibniz.lock'))).toBe(false);
  }, 60_000);

  it('left by a process that has ended and is not reaped yet: free', async () => {
    const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    await until('the zombie', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    const startTicks =
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19] ?? '';
    expect(isAlive({ pid, startTicks })).toBe(false);
    expect(isAlive({ pid: shell.pid ?? 0, startTicks: '' })).toBe(true);
    shell.kill('SIGKILL');
  });

  it('records of a newer version stay on disk, out of the way, and are counted', async () => {
    const dataDir = await template.dataDir();
    const newer = '{"v":99,"by":"x","e":{"kind":"turn","callId":"c"}}';
    await mkdir(join(dataDir, 'spool'), { recursive: true });
    await writeFile(join(dataDir, 'spool', 'free-1.ndjson'), `${newer}\n`);
    const store = await stores.open({ dataDir });
    await until('the count', () => store.health().rejectedEvents === 1, 15_000);
    const kept = await until('the file', async () =>
      (await readdir(join(dataDir, 'spool'))).find((name) => name.endsWith('.rejected')),
    );
    expect(await readFile(join(dataDir, 'spool', kept), 'utf8')).toBe(`${newer}\n`);
    await until('the spool to be empty', async () => (await readdir(join(dataDir, 'spool'))).length === 1);
  }, 60_000);

  it('wrong settings: one clear error each', async () => {
    const dataDir = await folders.make();
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    const codes = await Promise.all(
      [
        { dataDir: join(file, 'below') },
        { dataDir, databaseUrl: 'mysql://x' },
        { dataDir, redisUrl: 'not a url' },
        { dataDir, followup: { webhookUrl: 'file:///etc/passwd' } },
      ].map((options) =>
        openStore(options).catch((error: { code: string; field: string }) => `${error.code} ${error.field}`),
      ),
    );
    expect(codes).toEqual([
      'DATA_DIR_UNUSABLE DATA_DIR',
      'CONFIG_INVALID DATABASE_URL',
      'CONFIG_INVALID REDIS_URL',
      'CONFIG_INVALID FOLLOWUP_WEBHOOK_URL',
    ]);
  });

  it('a line that the database refuses does not hold up the others', async () => {
    const store = await stores.open({ dataDir: await template.dataDir() });
    const turn = { kind: 'turn', callId: 'c', role: 'user', pii: { text: 'x' } } as const;
    store.journal.append({
      kind: 'call_started',
      callId: 'c',
      direction: 'inbound',
      startedAt: NINE,
      pii: {},
    });
    store.journal.append({ ...turn, turnId: 't0', index: 0, at: NINE });
    store.journal.append({ ...turn, turnId: 't1', index: 2 ** 40, at: NINE });
    store.journal.append({ ...turn, turnId: 't2', index: 2, at: NINE, role: 'stranger' as 'user' });
    store.journal.append({ ...turn, turnId: 't3', index: 3, at: NINE });
    await store.journal.flush();
    const call = await until('the call', async () => {
      const found = await store.calls.get('c');
      return found?.turns.length === 2 ? found : undefined;
    });
    expect(call.turns.map(({ turnId }) => turnId)).toEqual(['t0', 't3']);
    await until('the count', () => store.health().rejectedEvents === 2);
  }, 60_000);
});

describe('migrations', () => {
  it('run once, in order, each whole or not at all; another text or a newer schema is refused', async () => {
    const db = await PgliteDatabase.open(join(await template.dataDir(), 'db'));
    try {
      expect(await migrate(db, MIGRATIONS)).toEqual([]);
      const good = { number: 100, name: 'good', sql: 'CREATE TABLE leibniz.a (x integer);\n' };
      const half = {
        number: 101,
        name: 'half',
        sql: 'CREATE TABLE leibniz.b (x integer);\nSELECT nonsense;\n',
      };
      await expect(migrate(db, [...MIGRATIONS, good, half])).rejects.toThrow();
      const { rows } = await db.query<{ a: string | null; b: string | null }>(
        `SELECT to_regclass('leibniz.a')::text AS a, to_regclass('leibniz.b')::text AS b`,
      );
      expect(rows[0]).toEqual({ a: 'leibniz.a', b: null });
      const changed = { ...good, sql: 'CREATE TABLE leibniz.c (x integer);\n' };
      await expect(migrate(db, [...MIGRATIONS, changed])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      await expect(migrate(db, MIGRATIONS)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    } finally {
      await db.close();
    }
  }, 60_000);
});
