import type { ServiceStatus } from '../../../api/ports.js';
import type { WorkerRole } from '../worker.js';

/** How a store, its jobs and its disk are, in the words of health. */
export async function storeHealth(worker: WorkerRole): Promise<{
  readonly services: Readonly<Record<'store' | 'jobs' | 'disk', ServiceStatus>>;
  readonly details: Readonly<Record<string, unknown>>;
}> {
  const { details } = await worker.health();
  return {
    services: { store: worker.store(), jobs: worker.jobs(), disk: worker.disk() },
    details,
  };
}
