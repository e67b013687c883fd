import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { requires } from '../../support/requires.js';
import { EmbeddedTemplate, Folders, scratchDatabase, Stores } from './harness.js';
import { describeStoreContract } from './store-contract.js';

const folders = new Folders();
const stores = new Stores();
const template = new EmbeddedTemplate(folders);
afterAll(() => folders.remove());

describeStoreContract('fake', {
  open: async () => new FakeStore({ scheduler: realScheduler }),
  close: async () => undefined,
});

describeStoreContract('pglite', {
  open: async () => stores.open({ dataDir: await template.dataDir() }),
  close: () => stores.closeAll(),
});

const onPostgres = await requires.postgres();
let database: Awaited<ReturnType<typeof scratchDatabase>>;
describeStoreContract(
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
);
