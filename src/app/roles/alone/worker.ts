import { loadOffice } from '../../engines.js';
import { storeFigures } from '../../gauges.js';
import { startWorkerRole } from '../worker.js';
import type { AloneRole, RoleKit } from './alone.js';
import { storeHealth } from './store.js';

/** Follow-up jobs alone. */
export async function startWorker({ config, log, metrics, progress }: RoleKit): Promise<AloneRole> {
  const { pack } = await loadOffice(config);
  const worker = await startWorkerRole(config, pack, log, progress);
  return {
    routes: ['jobs'],
    ports: { jobs: worker.ports.jobs, accounts: worker.ports.accounts },
    models: [],
    health: async () => {
      const { services, details } = await storeHealth(worker);
      return { services, details: { store: details } };
    },
    scrape: () => {
      storeFigures(metrics, worker.ports);
      return Promise.resolve();
    },
    stop: () => worker.stop(),
  };
}
