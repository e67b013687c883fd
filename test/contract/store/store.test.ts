import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { requires } from '../../support/requires.js';
import { EmbeddedTemplate, Folders, scratchDatabase, Stores } from './harness.js';
import { describeAccountContract } from './account-contract.js';
import { describeInsightContract } from './insight-contract.js';
import { describeMaterialContract } from './material-contract.js';
import { describeRecordingContract } from './recording-contract.js';
import { describeCallbackContract } from './callback-contract.js';
import { describeCalendarContract } from './calendar-contract.js';
import { describeStoreContract, type StoreUnderTest } from './store-contract.js';

const folders = new Folders();
const stores = new Stores();
const template = new EmbeddedTemplate(folders);
afterAll(() => folders.remove());

const onPostgres = await requires.postgres();
let database: Awaited<ReturnType<typeof scratchDatabase>>;

const SUBJECTS: readonly (readonly [string, StoreUnderTest, typeof describe])[] = [
  [
    'fake',
    { open: async () => new FakeStore({ scheduler: realScheduler }), close: async () => undefined },
    describe,
  ],
  [
    'pglite',
    {
      open: async () => stores.open({ dataDir: await template.dataDir() }),
      close: () => stores.closeAll(),
    },
    describe,
  ],
  [
    'postgres',
    {
      open: async () => {
        database = await scratchDatabase();
        return stores.open({ dataDir: await folders.make(), databaseUrl: database.url });
      },
      close: async () => {
        await stores.closeAll();
        await database.drop();
      },
    },
    onPostgres,
  ],
];

for (const [name, subject, suite] of SUBJECTS) {
  describeStoreContract(name, subject, suite);
  describeCalendarContract(name, subject, suite);
  describeCallbackContract(name, subject, suite);
  describeAccountContract(name, subject, suite);
  describeMaterialContract(name, subject, suite);
  describeRecordingContract(name, subject, suite);
  describeInsightContract(name, subject, suite);
}
