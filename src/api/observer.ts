import type { Metrics } from '../telemetry/metrics.js';
import type { ApiObserver } from './options.js';

/** Counts into the metrics of the API thread. */
export function metricsObserver(metrics: Metrics): ApiObserver {
  let sockets = 0;
  const showSockets = (): void => metrics.set('ws_connections_active', {}, sockets);
  showSockets();
  return {
    request: ({ method, route, status, ms }) => {
      metrics.increment('http_requests_total', { method, route, status });
      metrics.observe('http_request_ms', { route }, ms);
    },
    rateLimited: (route) => metrics.increment('http_rate_limited_total', { route }),
    socketOpened: () => {
      sockets++;
      showSockets();
    },
    socketClosed: (reason) => {
      sockets--;
      showSockets();
      metrics.increment('ws_closed_total', { reason });
    },
    audioDropped: (chunks) => metrics.increment('ws_audio_dropped_chunks_total', {}, chunks),
    liveFacts: (types) => {
      for (const type of types) metrics.increment('live_facts_total', { type });
    },
    liveResync: (reason) => metrics.increment('live_resyncs_total', { reason }),
    messageRefused: (reason) => metrics.increment('ws_messages_refused_total', { reason }),
  };
}
