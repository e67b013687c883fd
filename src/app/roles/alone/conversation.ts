import { randomUUID } from 'node:crypto';
import { Pacer } from '../../../media/pacer.js';
import { ConversationHub } from '../../../session/conversation-hub.js';
import { listModels } from '../../../speech/index.js';
import { realScheduler } from '../../../threads/real-scheduler.js';
import { portsOf } from '../../agent.js';
import { conversationPorts } from '../../api-ports.js';
import { dialogBehind } from '../../dialog-wiring.js';
import { openEngines } from '../../engines.js';
import { engineFigures } from '../../gauges.js';
import { measuredDialog, measuredEngines } from '../../measure/engines.js';
import { timedGuard } from '../../measure/guard.js';
import { sessionObserver } from '../../observe.js';
import { linesOf } from '../../self-test.js';
import { engineServices } from '../../services/health.js';
import { MAX_CONVERSATIONS, MAX_CONVERSATIONS_OF_A_CLIENT } from '../call.js';
import type { AloneRole, RoleKit } from './alone.js';

const POLL_MS = 100;

/** Conversations over WebSocket alone: the same sessions as phone calls, with engines here or in other roles. */
export async function startConversation(kit: RoleKit): Promise<AloneRole> {
  const { config, log, metrics, progress } = kit;
  const engines = measuredEngines(
    await openEngines(config, log, metrics, progress),
    ...([metrics, realScheduler] as const),
  );
  const lateness = metrics.recorder('pacer_lateness_ms');
  const pacer = new Pacer(
    realScheduler,
    (error) => log.error({ err: error }, 'a stream failed and is no longer sent'),
    lateness,
  );
  const conversations = new ConversationHub({
    ports: portsOf(engines, measuredDialog(dialogBehind(timedGuard(metrics, realScheduler)), metrics)),
    pacer,
    ttlMs: config.sessions.ttlMs,
    maxSessions: MAX_CONVERSATIONS,
    maxPerClient: MAX_CONVERSATIONS_OF_A_CLIENT,
    maxAttached: Math.max(1, config.calls.max ?? linesOf(engines.machine, config.rtp.pairs)),
    session: config.calls.maxDurationMs === undefined ? {} : { maxCallMs: config.calls.maxDurationMs },
    newId: () => randomUUID(),
    observe: sessionObserver(metrics, log),
  });
  const { calls, accounts } = engines.store;
  return {
    routes: ['conversation', 'records'],
    ports: { conversation: conversationPorts(conversations, metrics), calls, accounts },
    models: listModels().map(({ name }) => name),
    hasDeadlines: true,
    health: async () => ({
      services: await engineServices(engines),
      details: { conversations: { attached: conversations.attached } },
    }),
    breakers: () => engines.breakers(),
    scrape: async () => {
      metrics.set('calls_active', {}, conversations.attached);
      metrics.set('pacer_streams', {}, pacer.stats().members);
      await engineFigures(metrics, engines);
    },
    drain: async (graceMs) => {
      const until = performance.now() + graceMs;
      while (conversations.attached > 0 && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    stop: async () => {
      conversations.close();
      pacer.close();
      await engines.close();
    },
  };
}
