import type { KnowledgeStats } from '../dialog/knowledge/types.js';
import type { Metrics } from '../telemetry/index.js';
import type { SipServerStats } from '../sipserver/index.js';
import type { Agent } from './agent.js';

/** Longest wait of a scrape for the knowledge thread; after it the figures of the scrape before stand. */
const KNOWLEDGE_WAIT_MS = 500;

/** Reads what other parts count, before every scrape. */
export function watchAgent(metrics: Metrics, agent: Agent): () => void {
  const removeKnowledge = metrics.beforeScrape(async () => {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, KNOWLEDGE_WAIT_MS, undefined);
    });
    const stats = await Promise.race([agent.engines.knowledge.stats(), waited]).finally(() =>
      clearTimeout(timer),
    );
    if (stats !== undefined) knowledgeFigures(metrics, stats);
  });
  const removeOwn = metrics.beforeScrape(() => {
    const { speech, store } = agent.engines;
    const stored = store.health();
    const spoken = speech.tts.stats();
    metrics.set('calls_active', {}, agent.activeCalls());
    if (agent.sip.embedded !== undefined) sipFigures(metrics, agent.sip.embedded.stats());
    agent.media.scrape();
    metrics.set('pacer_streams', {}, agent.pacer.stats().members);
    metrics.countTo('cache_requests_total', { cache: 'tts', result: 'hit' }, spoken.cacheHits);
    metrics.countTo('cache_requests_total', { cache: 'tts', result: 'miss' }, spoken.cacheMisses);
    metrics.set('rtp_ports_free', {}, agent.ports.free);
    metrics.set('stt_queue_depth', {}, speech.stt.stats().queued);
    metrics.countTo('vad_windows_total', {}, speech.vad.stats().windows);
    metrics.countTo('vad_dropped_windows_total', {}, speech.vad.stats().dropped);
    metrics.set('store_connected', {}, stored.databaseConnected ? 1 : 0);
    metrics.set('store_lag_ms', {}, stored.lagMs);
    metrics.set('store_spool_bytes', {}, stored.spoolBytes);
    metrics.set('store_pending_events', {}, stored.pendingEvents);
    metrics.countTo('store_dropped_events_total', {}, stored.droppedEvents);
    metrics.set('jobs_waiting', {}, stored.queue.waiting);
    metrics.set('jobs_queue_connected', {}, stored.queue.connected ? 1 : 0);
  });
  return () => {
    removeKnowledge();
    removeOwn();
  };
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

function knowledgeFigures(metrics: Metrics, stats: KnowledgeStats): void {
  metrics.set('knowledge_passages', {}, stats.index_size);
  for (const [cache, { hits, misses }] of [
    ['intent', stats.intent_cache],
    ['answer', stats.answer_cache],
  ] as const) {
    metrics.countTo('cache_requests_total', { cache, result: 'hit' }, hits);
    metrics.countTo('cache_requests_total', { cache, result: 'miss' }, misses);
  }
}
