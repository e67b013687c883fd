import type { KnowledgeStats } from '../dialog/knowledge/types.js';
import type { Metrics } from '../telemetry/index.js';
import type { SipServerStats } from '../sipserver/index.js';
import type { Store } from '../store/types.js';
import type { Agent } from './agent.js';
import type { Engines } from './engines.js';

/** Longest wait of a scrape for the knowledge thread; after it the figures of the scrape before stand. */
const KNOWLEDGE_WAIT_MS = 500;

/** Reads what other parts count, before every scrape. */
export function watchAgent(metrics: Metrics, agent: Agent): () => void {
  const removeEngines = metrics.beforeScrape(() => engineFigures(metrics, agent.engines));
  const removeOwn = metrics.beforeScrape(() => {
    metrics.set('calls_active', {}, agent.calls.ports.activeCalls());
    if (agent.sip.embedded !== undefined) sipFigures(metrics, agent.sip.embedded.stats());
    agent.calls.ports.media.scrape();
    metrics.set('live_listeners', {}, agent.live.listeners);
    metrics.set('recordings_active', {}, agent.recordings.health().active);
    metrics.set('pacer_streams', {}, agent.calls.ports.pacer.stats().members);
    metrics.set('rtp_ports_free', {}, agent.calls.ports.pool.free);
  });
  return () => {
    removeEngines();
    removeOwn();
  };
}

/** What engines count, whoever uses them. */
export async function engineFigures(metrics: Metrics, { speech, store, knowledge }: Engines): Promise<void> {
  const spoken = speech.tts.stats();
  metrics.countTo(
    'cache_requests_total',
    { cache: 'tts', layer: 'process', result: 'hit' },
    spoken.cacheHits,
  );
  metrics.countTo(
    'cache_requests_total',
    { cache: 'tts', layer: 'process', result: 'miss' },
    spoken.cacheMisses,
  );
  metrics.set('stt_queue_depth', {}, speech.stt.stats().queued);
  metrics.countTo('vad_windows_total', {}, speech.vad.stats().windows);
  metrics.countTo('vad_dropped_windows_total', {}, speech.vad.stats().dropped);
  storeFigures(metrics, store);
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, KNOWLEDGE_WAIT_MS, undefined);
  });
  const stats = await Promise.race([knowledge.stats(), waited]).finally(() => clearTimeout(timer));
  if (stats !== undefined) knowledgeFigures(metrics, stats);
}

/** What a store counts. */
export function storeFigures(metrics: Metrics, store: Store): void {
  const stored = store.health();
  metrics.set('store_connected', {}, stored.databaseWritable ? 1 : 0);
  metrics.set('store_lag_ms', {}, stored.lagMs);
  metrics.set('store_spool_bytes', {}, stored.spoolBytes);
  metrics.set('store_pending_events', {}, stored.pendingEvents);
  metrics.countTo('store_dropped_events_total', {}, stored.droppedEvents);
  metrics.countTo('store_rejected_events_total', {}, stored.rejectedEvents);
  metrics.set('jobs_waiting', {}, stored.queue.waiting);
  metrics.set('jobs_queue_connected', {}, stored.queue.connected ? 1 : 0);
}

function sipFigures(metrics: Metrics, stats: SipServerStats): void {
  for (const [method, count] of Object.entries(stats.requestsIn)) {
    metrics.countTo('sip_requests_total', { method, direction: 'in' }, count);
  }
  for (const [method, count] of Object.entries(stats.requestsOut)) {
    metrics.countTo('sip_requests_total', { method, direction: 'out' }, count);
  }
  metrics.countTo('sip_malformed_total', {}, stats.parseErrors);
  metrics.countTo('sip_retransmissions_total', {}, stats.retransmissionsOut);
  const { serverTransactions, clientTransactions } = stats.active;
  metrics.set('sip_transactions_active', {}, serverTransactions + clientTransactions);
}

/** What a knowledge base counts. */
export function knowledgeFigures(metrics: Metrics, stats: KnowledgeStats): void {
  metrics.set('knowledge_passages', {}, stats.index_size);
}
