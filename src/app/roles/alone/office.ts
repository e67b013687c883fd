import type { RouteGroup } from '../../../api/group-names.js';
import { AppointmentDesk } from '../../../session/appointment-desk.js';
import { realScheduler } from '../../../threads/real-scheduler.js';
import { cachePorts, openCache } from '../../caches.js';
import { dialogPort } from '../../dialog-wiring.js';
import { loadOffice, toolPort, withDesk } from '../../engines.js';
import { storeFigures } from '../../gauges.js';
import { measuredStore } from '../../measure/engines.js';
import { schedulePort } from '../../schedule-port.js';
import { FollowUps } from '../../follow-ups.js';
import { openMaterials } from '../../materials.js';
import { reachDesk } from '../../services/reach.js';
import { startKnowledgeRole } from '../knowledge.js';
import { startWorkerRole } from '../worker.js';
import type { AloneRole, RoleKit } from './alone.js';
import { storeHealth } from './store.js';

/** What an office without phones serves. */
interface Served {
  readonly routes: readonly RouteGroup[];
  /** Whether other roles may ask its desk. */
  readonly desk: boolean;
}

/** Store, jobs, appointments by text and the lists of operators. */
export async function startOffice(kit: RoleKit, served: Served): Promise<AloneRole> {
  const { config, log, metrics, progress } = kit;
  const { pack, office } = await loadOffice(config);
  const worker = await startWorkerRole(config, pack, log, progress);
  const cache = openCache(config, metrics, log, worker.ports.conversations);
  const opening = startKnowledgeRole(config, pack, log, progress, cache);
  const knowledge = await opening.catch(async (error: unknown) => {
    await cache.close();
    await worker.stop();
    throw error;
  });
  const reached = reachDesk(config, worker.ports);
  const store = measuredStore(withDesk(worker.ports, reached.port), metrics, realScheduler);
  const { appointments, callbacks, waitingList, jobs, calls, conversations, accounts } = store;
  const ports = {
    ...{ scheduler: realScheduler, dialog: dialogPort, context: office, knowledge: knowledge.ports },
    ...{ appointments, callbacks, waitingList, tools: toolPort(pack, config.environment) },
  };
  const materials = openMaterials(store, knowledge.ports, config.knowledge.crawlHosts, log);
  const followUps = new FollowUps(knowledge.ports, pack.lexicon.locale);
  const desk = new AppointmentDesk(ports, conversations, config.sessions.ttlMs);
  return {
    routes: served.routes,
    ports: {
      appointmentSessions: {
        create: (id) => desk.create(id),
        process: (id, text) => desk.process(id, text),
        get: (id) => desk.get(id),
        delete: (id) => desk.delete(id),
      },
      ...{
        appointments,
        callbacks,
        waitingList,
        jobs,
        calls,
        accounts,
        caches: cachePorts(cache),
        materials: materials.ports,
        insights: store.insights,
      },
      schedule: schedulePort(office.business, appointments, () => realScheduler.wall()),
      intent: { classify: (text, context) => knowledge.ports.classify(text, context) },
      knowledge: {
        query: (text, context) => followUps.query(text, context),
        retrieve: (text, limit) => knowledge.ports.retrieve(text, limit),
        rebuild: (path) => knowledge.ports.rebuild(path),
      },
    },
    ...(served.desk ? { services: { desk: { appointments, callbacks, waitingList } } } : {}),
    models: [],
    health: async () => {
      const [{ services, details }, intent, rag, appointment] = await Promise.all([
        ...([storeHealth(worker), knowledge.intent(), knowledge.rag(), reached.health()] as const),
      ]);
      const connected = services.store === 'healthy';
      return {
        services: { ...services, intent, rag, appointment },
        details: {
          appointment: { active_sessions: desk.active, database_connected: connected },
          store: details,
        },
      };
    },
    breakers: () => [...knowledge.breakers(), ...reached.breakers()],
    scrape: () => {
      storeFigures(metrics, worker.ports);
      return Promise.resolve();
    },
    stop: async () => {
      materials.stop();
      await knowledge.stop();
      reached.close();
      await cache.close();
      await worker.stop();
    },
  };
}
