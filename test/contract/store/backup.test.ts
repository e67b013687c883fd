import { existsSync } from 'node:fs';
import { open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../../src/jobs/open-store.js';
import { backupFacts, restoreBackup } from '../../../src/store/db/embedded-backup.js';
import { PgliteDatabase } from '../../../src/store/db/pglite-database.js';
import type { Store } from '../../../src/store/types.js';
import { booking, EmbeddedTemplate, Folders, PATIENT, Stores } from './harness.js';

const folders = new Folders();
const template = new EmbeddedTemplate(folders);
const stores = new Stores();
afterEach(() => stores.closeAll(), 60_000);
afterAll(() => folders.remove());

describe('a copy of the embedded database', () => {
  let dataDir: string;
  let store: Store;
  const backup = (): string => join(dataDir, 'backup');
  const failure = async (): Promise<string> => {
    const outcome = await openStore({ dataDir, backup: true }).catch((error: Error) => error);
    if (!(outcome instanceof Error)) {
      await outcome.close();
      return 'opened';
    }
    return outcome.message;
  };

  beforeEach(async () => {
    dataDir = await template.dataDir();
    store = await stores.open({ dataDir, backup: true });
    await store.appointments.book(booking('kept', 0, PATIENT));
    await store.close();
  }, 90_000);

  it('is made at a clean stop, of what was there; a store without the option makes none', async () => {
    expect(backupFacts(backup())?.rows).toMatchObject({ appointments: 1 });
    expect((await readdir(backup())).sort()).toEqual(['leibniz-db.json', 'leibniz-db.tar.gz']);
    const plain = await template.dataDir();
    await (await stores.open({ dataDir: plain })).close();
    expect(existsSync(join(plain, 'backup'))).toBe(false);
  }, 60_000);

  it('a damaged database names it, and what was booked is back after it was restored', async () => {
    const control = await open(join(dataDir, 'db', 'global', 'pg_control'), 'r+');
    await control.write(Buffer.alloc(8192), 0, 8192, 0);
    await control.close();
    expect(await failure()).toMatch(/is damaged \(.*run "leibniz restore" to go back to the copy of 20/);
    const aside = await restoreBackup(backup(), join(dataDir, 'db'), new Date());
    expect(existsSync(aside ?? '')).toBe(true);
    const again = await stores.open({ dataDir, backup: true });
    expect(await again.appointments.findByKey('kept')).toBeDefined();
  }, 90_000);

  it('a table that was cut off is noticed at the start', async () => {
    const db = await PgliteDatabase.open(join(dataDir, 'db'));
    const { rows } = await db.query<{ path: string }>(
      `SELECT pg_relation_filepath('leibniz.appointments') AS path`,
    );
    await db.close();
    await truncate(join(dataDir, 'db', rows[0]?.path ?? ''), 0);
    expect(await failure()).toMatch(/is damaged \(rows are missing: appointments\); run "leibniz restore"/);
  }, 90_000);
});

test('the embedded database waits for the disk at each commit', async () => {
  const db = await PgliteDatabase.open(join(await template.dataDir(), 'db'));
  const { rows } = await db.query(
    `SELECT current_setting('fsync') AS fsync, current_setting('wal_sync_method') AS method,
       current_setting('synchronous_commit') AS commit, current_setting('data_checksums') AS checksums`,
  );
  await db.close();
  expect(rows).toEqual([{ fsync: 'on', method: 'fsync', commit: 'on', checksums: 'on' }]);
}, 60_000);
