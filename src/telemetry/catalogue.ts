/** Kinds of metric in Prometheus' sense. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One metric. */
export interface MetricSpec {
  readonly type: MetricType;
  /** What it measures; for durations from which event to which. */
  readonly help: string;
  readonly unit: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /** Thread whose registry holds it; `program` unless told. */
  readonly thread?: 'api';
}

const GAP_MS = [100, 200, 300, 400, 450, 500, 600, 700, 800, 900, 1000, 1200, 1500, 2000, 3000, 5000];
const WORK_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const FINE_MS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100];
const SIGNED_MS = [-1000, -500, -200, -100, -50, 0, 50, 100, 200, 500, 1000, 2000];
const CALL_SECONDS = [5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const GUARD_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5];
const SHARE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const counter = (help: string, unit: string, labels: readonly string[] = []) =>
  ({ type: 'counter', help, unit, labels }) as const;
const gauge = (help: string, unit: string, labels: readonly string[] = []) =>
  ({ type: 'gauge', help, unit, labels }) as const;
const histogram = (help: string, unit: string, buckets: readonly number[], labels: readonly string[] = []) =>
  ({ type: 'histogram', help, unit, labels, buckets }) as const;
const onApi = <S extends object>(spec: S): S & { readonly thread: 'api' } => ({ ...spec, thread: 'api' });

/** Every metric of Leibniz. docs/metrics.md is generated from it. */
export const METRICS = {
  calls_active: gauge('Calls in progress, conversation sockets included.', 'calls'),
  calls_total: counter('Calls that have ended, by why.', 'calls', ['termination']),
  calls_rejected_total: counter('Calls that were not taken, by why.', 'calls', ['reason']),
  call_answer_ms: histogram('INVITE received to 200 sent.', 'ms', WORK_MS),
  call_first_audio_ms: histogram('ACK received to the first audible sample sent.', 'ms', GAP_MS),
  call_duration_seconds: histogram('200 sent to the end of the call.', 's', CALL_SECONDS),

  turn_response_gap_ms: histogram(
    'Last speech sample received to the first audible sample of the reply sent; the sum of turn_segment_ms over its segments.',
    'ms',
    GAP_MS,
    ['source'],
  ),
  turn_segment_ms: histogram(
    'One segment of the response gap: vad_hangover, endpoint_wait, plan, audio, playout.',
    'ms',
    GAP_MS,
    ['segment'],
  ),
  turn_stt_lag_ms: histogram(
    'True end of speech to the transcript that was used; negative when it was ready before.',
    'ms',
    SIGNED_MS,
  ),
  turns_total: counter('Turns of callers, by what ended them.', 'turns', ['source']),
  turns_not_understood_total: counter('Turns that gave no usable words.', 'turns'),
  silence_prompts_total: counter('Times a caller was asked again after saying nothing.', 'prompts'),
  bargein_total: counter(
    'Times a caller spoke over the agent, by what became of it: cut or resume.',
    'times',
    ['outcome', 'reason'],
  ),
  bargein_detect_ms: histogram('Onset of the overlap to the decision.', 'ms', GAP_MS),
  session_stale_results_total: counter(
    'Late results that no longer answered anything and were dropped.',
    'results',
  ),
  session_errors_total: counter('Failures that a session absorbed, by kind.', 'errors', ['kind']),

  sip_requests_total: counter('SIP requests, by method and direction: in or out.', 'requests', [
    'method',
    'direction',
  ]),
  sip_malformed_total: counter('SIP messages that could not be parsed.', 'messages'),
  sip_retransmissions_total: counter('SIP messages that were sent again.', 'messages'),
  sip_transactions_active: gauge('SIP transactions in progress.', 'transactions'),

  rtp_packets_total: counter('RTP packets, by direction: in or out.', 'packets', ['direction']),
  rtp_lost_packets_total: counter('RTP packets that never came, by sequence number.', 'packets'),
  rtp_late_packets_total: counter('RTP packets that came after their place had been concealed.', 'packets'),
  rtp_malformed_total: counter('Datagrams on media ports that are no valid RTP.', 'packets'),
  rtp_injected_packets_total: counter('RTP packets from a source that is not the one latched.', 'packets'),
  rtp_concealed_ms_total: counter('Audio that was invented for lost packets.', 'ms'),
  rtp_jitter_ms: histogram(
    'Interarrival jitter of a call at its end (RFC 3550 section 6.4.1).',
    'ms',
    WORK_MS,
  ),
  rtp_ports_free: gauge('Port pairs that a call could take now.', 'pairs'),
  dtmf_digits_total: counter('Keypad digits received, by how they came: rtp, info or socket.', 'digits', [
    'source',
  ]),
  pacer_lateness_ms: histogram('Deadline of a 20 ms tick to its start.', 'ms', FINE_MS),
  pacer_streams: gauge('Streams on the pacer.', 'streams'),

  vad_infer_ms: histogram('One batched run of the voice-activity model.', 'ms', FINE_MS),
  vad_windows_total: counter('Windows of 32 ms that were judged.', 'windows'),
  vad_dropped_windows_total: counter('Windows that gave way because inference could not keep up.', 'windows'),
  stt_requests_total: counter(
    'Transcriptions, by kind (final, speculative) and outcome: text, no_speech, aborted, overloaded, failed or timeout.',
    'requests',
    ['kind', 'outcome'],
  ),
  stt_transcripts_total: counter('Transcripts, by the engine that made them.', 'transcripts', ['engine']),
  stt_queue_ms: histogram('Transcription requested to its start.', 'ms', WORK_MS),
  stt_decode_ms: histogram('Start of a transcription to its text.', 'ms', WORK_MS),
  stt_audio_seconds_total: counter('Audio that was transcribed.', 's'),
  stt_queue_depth: gauge('Transcriptions that wait for a worker.', 'requests'),
  stt_confidence: histogram('Confidence of final transcripts.', 'share', SHARE),

  tts_requests_total: counter(
    'Utterances synthesised, by outcome: spoken, aborted, overloaded, failed, timeout or invalid.',
    'requests',
    ['outcome'],
  ),
  tts_synthesis_ms: histogram(
    'Synthesis requested to its first sentence, cache hits left out.',
    'ms',
    WORK_MS,
  ),
  tts_attempts_total: counter(
    'Parts of synthesisers in utterances, where there are several: spoken, or the kind of failure.',
    'attempts',
    ['engine', 'outcome'],
  ),
  tts_first_audio_ms: histogram(
    'A synthesiser asked to its first whole word, where there are several.',
    'ms',
    WORK_MS,
    ['engine'],
  ),
  tts_audio_seconds_total: counter('Audio that was synthesised, cache hits left out.', 's'),

  intent_requests_total: counter(
    'Sentences classified, by method: pattern, embedding, llm, or failed.',
    'requests',
    ['method'],
  ),
  intent_ms: histogram('Classification requested to its result.', 'ms', WORK_MS),
  knowledge_requests_total: counter(
    'Questions asked of the documents, by outcome: found, not_found, failed.',
    'requests',
    ['outcome'],
  ),
  knowledge_ms: histogram('Question asked to its answer.', 'ms', WORK_MS),
  knowledge_passages: gauge('Passages in the index.', 'passages'),
  cache_requests_total: counter(
    'Lookups in caches, by cache (tts, intent, rag), layer (process, redis, postgres) and result: hit, miss or error.',
    'lookups',
    ['cache', 'layer', 'result'],
  ),

  service_health_status: gauge(
    'How a part is: 1 healthy, 0.5 degraded, 0 unhealthy; `overall` for all of it.',
    'state',
    ['component'],
  ),
  service_breaker_open: gauge(
    'Whether a provider of a service is left alone after failures: 0 asked, 0.5 one request tries it, 1 left alone.',
    'state',
    ['service', 'provider'],
  ),

  guardrail_blocks_total: counter(
    'Texts of callers and of models that did not go on as they were, by reason.',
    'texts',
    ['reason'],
  ),
  guardrail_latency_seconds: histogram(
    'A text given to the guard to its verdict, by stage: input or output.',
    's',
    GUARD_SECONDS,
    ['stage'],
  ),

  llm_requests_total: counter(
    'Requests to language models, by provider and outcome: done, or the kind of the failure.',
    'requests',
    ['provider', 'outcome'],
  ),
  llm_first_token_ms: histogram('Model asked to its first word or call.', 'ms', GAP_MS, ['provider']),
  llm_request_ms: histogram('Model asked to the end of its answer.', 'ms', GAP_MS, ['provider']),
  llm_tokens_total: counter('Tokens of language models, by provider and kind: input, output.', 'tokens', [
    'provider',
    'kind',
  ]),
  llm_cost_usd_total: counter('Cost of language models at the configured prices.', 'USD', ['provider']),

  recordings_active: gauge('Calls that are being recorded, paused ones included.', 'calls'),
  recordings_total: counter(
    'Recordings by what became of them: saved, failed, deleted, expired, recovered.',
    'recordings',
    ['outcome'],
  ),
  recording_late_packets_total: counter(
    'Packets of callers that came too late for the recording and were left out.',
    'packets',
  ),

  changes_total: counter('Changes that the dialog asked of the store, by request and status.', 'changes', [
    'request',
    'status',
  ]),
  booking_commit_ms: histogram('Booking requested to its commit or refusal.', 'ms', WORK_MS),
  store_connected: gauge('1 while the database answers, else 0.', 'bool'),
  store_lag_ms: gauge('Age of the oldest event that has not reached the database.', 'ms'),
  store_spool_bytes: gauge('Events that wait on disk for the database.', 'bytes'),
  store_pending_events: gauge('Events in memory that are neither in the database nor on disk.', 'events'),
  store_rejected_events_total: counter(
    'Events of another version, or refused by the database as malformed; kept aside in the spool folder.',
    'events',
  ),
  store_dropped_events_total: counter(
    'Events lost because memory, disk and database were all full or gone.',
    'events',
  ),
  jobs_waiting: gauge('Follow-up jobs that wait to be done.', 'jobs'),
  jobs_queue_connected: gauge('1 while the job queue answers, else 0.', 'bool'),

  event_loop_lag_ms: gauge('Delay of the call thread since the last scrape, by quantile.', 'ms', [
    'quantile',
  ]),
  gc_pause_ms: histogram('Garbage collections of the call thread, by kind.', 'ms', FINE_MS, ['kind']),
  process_cpu_seconds_total: counter('Processor time of the whole process, user and system.', 's'),
  process_resident_memory_bytes: gauge('Memory of the whole process.', 'bytes'),
  log_lines_dropped_total: counter('Log lines of the call thread lost because nobody took them.', 'lines'),

  http_requests_total: onApi(
    counter('HTTP requests, by route and status.', 'requests', ['method', 'route', 'status']),
  ),
  http_request_ms: onApi(histogram('HTTP request received to its answer sent.', 'ms', WORK_MS, ['route'])),
  http_rate_limited_total: onApi(
    counter('HTTP requests refused because a client sent too many.', 'requests', ['route']),
  ),
  http_event_loop_lag_ms: onApi(
    gauge('Delay of the API thread since the last scrape, by quantile.', 'ms', ['quantile']),
  ),
  ws_connections_active: onApi(gauge('Open conversation sockets.', 'sockets')),
  ws_closed_total: onApi(counter('Conversation sockets closed, by why.', 'sockets', ['reason'])),
  ws_audio_dropped_chunks_total: onApi(counter('Chunks of 50 ms that slow readers lost.', 'chunks')),
  live_facts_total: onApi(
    counter('Facts about calls that consoles can be told, by type.', 'facts', ['type']),
  ),
  live_resyncs_total: onApi(
    counter('Times a console was brought to the present by a snapshot, by why.', 'times', ['reason']),
  ),
  live_listeners: gauge('Lines on which consoles hear calls.', 'lines'),
  live_control_total: counter(
    'Calls that changed hands between agent and person, by to whom and why.',
    'times',
    ['controller', 'reason'],
  ),
  live_instructions_total: counter(
    'Instructions whispered to the agent, by kind and what became of them.',
    'times',
    ['kind', 'state'],
  ),
  ws_messages_refused_total: onApi(
    counter('Messages of clients that were refused, by why.', 'messages', ['reason']),
  ),
} as const satisfies Record<string, MetricSpec>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

type NamesOf<T extends MetricType> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];

/** Names of counters. */
export type CounterName = NamesOf<'counter'>;
/** Names of gauges. */
export type GaugeName = NamesOf<'gauge'>;
/** Names of histograms. */
export type HistogramName = NamesOf<'histogram'>;

/** Every name, in the order of the catalogue. */
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

/** A metric whatever its type. */
export const metricOf = (name: MetricName): MetricSpec => METRICS[name];

/** The whole text of docs/metrics.md. */
export function renderMetricsDoc(): string {
  const lines = [
    '# Metrics',
    '',
    '`GET /metrics` gives them in the text format of Prometheus. Durations are measured on the monotonic clock. The response gap is',
    'measured on the wire: it begins with the last speech sample received, not with the decision that the caller has finished, and',
    'its segments sum to it; work that runs beside it (a transcript prepared while the caller pauses) is not part of the sum.',
    '',
    'This page is generated from `src/telemetry/catalogue.ts`.',
    '',
    '| Metric | Type | Unit | Labels | Meaning |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const name of METRIC_NAMES) {
    const { type, unit, labels, help } = metricOf(name);
    const shown = labels.map((label) => `\`${label}\``).join(', ');
    lines.push(`| \`${name}\` | ${type} | ${unit} | ${shown} | ${help} |`);
  }
  lines.push('', '## Buckets', '', '| Histogram | Upper bounds |', '| --- | --- |');
  for (const name of METRIC_NAMES) {
    const { buckets } = metricOf(name);
    if (buckets !== undefined) lines.push(`| \`${name}\` | ${buckets.join(', ')} |`);
  }
  return `${lines.join('\n')}\n`;
}
