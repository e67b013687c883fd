import { realScheduler } from '../../../threads/real-scheduler.js';
import { cachePorts, openCache } from '../../caches.js';
import { loadOffice } from '../../engines.js';
import { FollowUps } from '../../follow-ups.js';
import { knowledgeFigures } from '../../gauges.js';
import { measuredKnowledge } from '../../measure/engines.js';
import { knowledgeDetails, startKnowledgeRole } from '../knowledge.js';
import type { AloneRole, RoleKit } from './alone.js';
import { withoutServices } from './stt.js';

/** Intents alone. The classifier looks into the index too: whether the documents know a sentence tells what it is. */
export const startIntent = (kit: RoleKit): Promise<AloneRole> => startEither(kit, 'intent');

/** Answers from the documents alone. */
export const startRag = (kit: RoleKit): Promise<AloneRole> => startEither(kit, 'rag');

async function startEither(
  { config, log, metrics, progress }: RoleKit,
  name: 'intent' | 'rag',
): Promise<AloneRole> {
  const { pack } = await loadOffice(config);
  const cache = openCache(config, metrics, log);
  const role = await startKnowledgeRole(withoutServices(config), pack, log, progress, cache);
  const knowledge = measuredKnowledge(role.ports, metrics, realScheduler);
  const followUps = new FollowUps(knowledge, pack.lexicon.locale);
  // The first sentence compiles the encoder.
  await role.ports.classify('hello', {}, { timeoutMs: 60_000 });
  return {
    routes: [name === 'intent' ? 'intent' : 'knowledge', 'caches'],
    ports: {
      intent: { classify: (text, context) => knowledge.classify(text, context) },
      knowledge: {
        query: (text, context) => followUps.query(text, context),
        retrieve: (text, limit) => knowledge.retrieve(text, limit),
        rebuild: (path) => knowledge.rebuild(path),
      },
      caches: cachePorts(cache),
    },
    services: { knowledge },
    models: ['sentence encoder'],
    health: async () => ({
      services: { [name]: await role[name]() },
      details: { [name]: await knowledgeDetails(role.ports) },
    }),
    scrape: async () => knowledgeFigures(metrics, await role.ports.stats()),
    stop: async () => {
      await role.stop();
      await cache.close();
    },
  };
}
