import type { Pack } from '../../dialog/pack/types.js';
import { openStore } from '../../jobs/open-store.js';
import { DiskWatch, sweepProbes } from '../../store/disk-watch.js';
import type { Store } from '../../store/types.js';
import type { Config } from '../config/index.js';
import type { AppLog } from '../log.js';
import { worst, type Role, type RoleHealth, type RoleStatus } from './role.js';

/** The store, and the disk under it. */
export interface WorkerRole extends Role<Store> {
  /** The database takes writes. */
  store(): RoleStatus;
  jobs(): RoleStatus;
  disk(): RoleStatus;
}

/**
 * The store with its follow-up jobs.
 *
 * @throws LeibnizError as `openStore`
 */
export async function startWorkerRole(
  config: Config,
  { business }: Pack,
  log: AppLog,
  progress: (message: string) => void,
): Promise<WorkerRole> {
  const { dataDir, databaseUrl, redisUrl, redisPrefix } = config.store;
  const { webhookUrl, webhookSecret } = config.followup;
  const store = await openStore({
    dataDir,
    backup: true,
    onProgress: progress,
    log,
    queue: { prefix: redisPrefix },
    crawl: { hosts: config.knowledge.crawlHosts },
    followup: {
      organizer: business.name,
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
      ...(webhookSecret === undefined ? {} : { webhookSecret }),
    },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
  const { databaseConnected, queue } = store.health();
  if (redisUrl !== undefined && databaseConnected && !queue.connected) {
    log.warn(
      { key: 'REDIS_URL' },
      'Redis at REDIS_URL does not answer; calls are taken, follow-up jobs wait in the database until it does',
    );
  }
  await sweepProbes(dataDir);
  const disk = new DiskWatch(dataDir);
  return {
    ports: store,
    ...statuses(store, disk),
    health: () => Promise.resolve(healthOf(store, disk)),
    stop: () => {
      disk.close();
      return store.close();
    },
  };
}

const DISK: Readonly<Record<DiskWatch['state']['state'], RoleStatus>> = {
  ok: 'healthy',
  low: 'degraded',
  failing: 'unhealthy',
};

const statuses = (store: Store, disk: DiskWatch): Pick<WorkerRole, 'store' | 'jobs' | 'disk'> => ({
  store: () => (store.health().databaseWritable ? 'healthy' : 'unhealthy'),
  jobs: () => (store.health().queue.connected ? 'healthy' : 'degraded'),
  disk: () => DISK[disk.state.state],
});

function healthOf(store: Store, disk: DiskWatch): RoleHealth {
  const { databaseConnected, databaseWritable, queue, problem, ...journal } = store.health();
  const { state, freeBytes } = disk.state;
  const all = statuses(store, disk);
  return {
    status: worst([all.store(), all.jobs(), all.disk()]),
    details: {
      database_connected: databaseConnected,
      database_writable: databaseWritable,
      queue_connected: queue.connected,
      jobs_waiting: queue.waiting,
      spool_bytes: journal.spoolBytes,
      dropped_events: journal.droppedEvents,
      disk: state,
      ...(freeBytes === undefined ? {} : { disk_free_mb: Math.floor(freeBytes / 2 ** 20) }),
      ...(problem === undefined ? {} : { problem }),
    },
  };
}
