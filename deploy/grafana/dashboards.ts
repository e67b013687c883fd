import { gauge, graph, quantiles, rate, stack, stat, type Dashboard } from './panels.js';

const MEDIAN_AND_TAIL = [0.5, 0.95];

/** The dashboards that come with Leibniz; `npm run docs` writes them as JSON. */
export const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'leibniz-overview',
    title: 'Leibniz: overview',
    panels: [
      stat('Calls now', 'short', 'sum(calls_active{instance=~"$instance"})'),
      stat('Calls in 24 h', 'short', 'sum(increase(calls_total{instance=~"$instance"}[24h]))'),
      stat(
        'Refused in 24 h',
        'short',
        'sum(increase(calls_rejected_total{instance=~"$instance"}[24h]) or vector(0))',
      ),
      stat(
        'Response gap p95, 1 h',
        'ms',
        'histogram_quantile(0.95, sum by (le) (rate(turn_response_gap_ms_bucket{instance=~"$instance"}[1h])))',
      ),
      stat('Jobs waiting', 'short', 'sum(jobs_waiting{instance=~"$instance"})'),
      stat('Worst part', 'short', 'min(service_health_status{instance=~"$instance"})'),
      graph('Calls in progress', 'short', gauge('calls_active')),
      stack('Ends of calls', 'cps', rate('calls_total', ['termination'])),
      graph('Calls refused', 'cps', rate('calls_rejected_total', ['reason'])),
      graph(
        'Health of parts (1 well, 0.5 degraded, 0 down)',
        'short',
        gauge('service_health_status', '{{component}}'),
      ),
      graph('Processor', 'percentunit', rate('process_cpu_seconds_total', ['instance'])),
      graph('Memory', 'bytes', gauge('process_resident_memory_bytes')),
    ],
  },
  {
    uid: 'leibniz-turns',
    title: 'Leibniz: calls and turns',
    panels: [
      graph('Response gap', 'ms', ...quantiles('turn_response_gap_ms', [0.5, 0.9, 0.95, 0.99])),
      stack(
        'Where the gap goes (median of each part)',
        'ms',
        ...quantiles('turn_segment_ms', [0.5], ['segment']),
      ),
      graph('Answered after', 'ms', ...quantiles('call_answer_ms', MEDIAN_AND_TAIL)),
      graph('First word after', 'ms', ...quantiles('call_first_audio_ms', MEDIAN_AND_TAIL)),
      graph('Turns', 'cps', rate('turns_total', ['source']), rate('turns_not_understood_total')),
      graph('Spoken over', 'cps', rate('bargein_total', ['outcome', 'reason'])),
      graph('Asked of the store', 'cps', rate('changes_total', ['request', 'status'])),
      graph('Bookings take', 'ms', ...quantiles('booking_commit_ms', MEDIAN_AND_TAIL)),
    ],
  },
  {
    uid: 'leibniz-media',
    title: 'Leibniz: SIP and media',
    panels: [
      graph('SIP requests', 'reqps', rate('sip_requests_total', ['method', 'direction'])),
      graph('Sent again, not parsed', 'cps', rate('sip_retransmissions_total'), rate('sip_malformed_total')),
      graph('SIP transactions', 'short', gauge('sip_transactions_active')),
      graph('RTP packets', 'cps', rate('rtp_packets_total', ['direction'])),
      graph(
        'Lost, late, foreign, broken',
        'cps',
        rate('rtp_lost_packets_total'),
        rate('rtp_late_packets_total'),
        rate('rtp_injected_packets_total'),
        rate('rtp_malformed_total'),
      ),
      graph('Jitter at the end of calls', 'ms', ...quantiles('rtp_jitter_ms', MEDIAN_AND_TAIL)),
      graph('Packets leave late', 'ms', ...quantiles('pacer_lateness_ms', [0.5, 0.99, 0.999])),
      graph('Free pairs of ports', 'short', gauge('rtp_ports_free')),
    ],
  },
  {
    uid: 'leibniz-engines',
    title: 'Leibniz: engines and services',
    panels: [
      graph('Transcriptions', 'cps', rate('stt_requests_total', ['kind', 'outcome'])),
      graph('A transcription takes', 'ms', ...quantiles('stt_decode_ms', MEDIAN_AND_TAIL)),
      graph('Waits for a recogniser', 'ms', ...quantiles('stt_queue_ms', MEDIAN_AND_TAIL)),
      graph('Confidence', 'percentunit', ...quantiles('stt_confidence', [0.1, 0.5])),
      graph('Utterances', 'cps', rate('tts_requests_total', ['outcome'])),
      graph('First sentence after', 'ms', ...quantiles('tts_synthesis_ms', MEDIAN_AND_TAIL)),
      graph('Intents', 'cps', rate('intent_requests_total', ['method'])),
      graph('Questions to the documents', 'cps', rate('knowledge_requests_total', ['outcome'])),
      graph('Model: first token', 'ms', ...quantiles('llm_first_token_ms', MEDIAN_AND_TAIL, ['provider'])),
      graph('Model: tokens', 'cps', rate('llm_tokens_total', ['provider', 'kind'])),
      graph('Cache lookups', 'cps', rate('cache_requests_total', ['cache', 'layer', 'result'])),
      graph('Providers left alone (1)', 'short', gauge('service_breaker_open', '{{service}} {{provider}}')),
    ],
  },
  {
    uid: 'leibniz-store',
    title: 'Leibniz: store, jobs and HTTP',
    panels: [
      graph('Oldest event not in the database', 'ms', gauge('store_lag_ms')),
      graph('Events on disk', 'bytes', gauge('store_spool_bytes')),
      graph(
        'Events lost or set aside',
        'cps',
        rate('store_dropped_events_total'),
        rate('store_rejected_events_total'),
      ),
      graph('Jobs waiting', 'short', gauge('jobs_waiting')),
      graph('HTTP requests', 'reqps', rate('http_requests_total', ['route', 'status'])),
      graph('HTTP takes', 'ms', ...quantiles('http_request_ms', MEDIAN_AND_TAIL)),
      graph(
        'Event loops late',
        'ms',
        gauge('event_loop_lag_ms', 'calls p{{quantile}}'),
        gauge('http_event_loop_lag_ms', 'API p{{quantile}}'),
      ),
      graph('Garbage collections', 'ms', ...quantiles('gc_pause_ms', [0.99], ['kind'])),
    ],
  },
];
