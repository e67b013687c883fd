import type { Metrics } from '../telemetry/index.js';
import type { Agent } from './agent.js';

/** Reads what other parts count, before every scrape. */
export function watchAgent(metrics: Metrics, agent: Agent): () => void {
  return metrics.beforeScrape(() => {
    const { speech, store } = agent.engines;
    const stored = store.health();
    metrics.set('calls_active', {}, agent.edge.stats().active + agent.conversations.attached);
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
}
