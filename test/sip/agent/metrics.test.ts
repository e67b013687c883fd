import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { METRIC_NAMES, metricOf, type MetricName } from '../../../src/telemetry/catalogue.js';
import { eventually, program, ROOT, SuiteAgent, type AgentProcess } from './agent-process.js';

/** What stays at zero while nothing goes wrong. Each needs the fault or the load that it counts. */
const NEEDS_A_FAULT: Readonly<Partial<Record<MetricName, string>>> = {
  calls_rejected_total: 'a refused call',
  turns_not_understood_total: 'a turn without usable words',
  session_stale_results_total: 'a result that is late',
  session_errors_total: 'a failing engine',
  sip_retransmissions_total: 'a lost SIP message',
  sip_transactions_active: 'a transaction at the moment of the scrape',
  rtp_late_packets_total: 'reordering beyond the wait at a gap',
  rtp_malformed_total: 'garbage at an RTP port',
  rtp_injected_packets_total: 'a stranger who sends RTP',
  vad_dropped_windows_total: 'overload',
  stt_queue_depth: 'overload',
  llm_requests_total: 'a language model',
  llm_first_token_ms: 'a language model',
  llm_request_ms: 'a language model',
  llm_tokens_total: 'a language model',
  llm_cost_usd_total: 'a language model with a price',
  tts_attempts_total: 'a second voice',
  tts_first_audio_ms: 'a second voice',
  service_breaker_open: 'a role that does not answer',
  store_lag_ms: 'a database that is away',
  store_spool_bytes: 'a database that is away',
  store_pending_events: 'a database that is away',
  store_rejected_events_total: 'records of another version',
  store_dropped_events_total: 'a database that is away and a full disk',
  jobs_waiting: 'a queue that is away',
  guardrail_blocks_total: 'an attack',
  live_facts_total: 'a console that watches',
  live_resyncs_total: 'a console that watches',
  live_listeners: 'a console that hears a call',
  recordings_active: 'a line that is recorded',
  recordings_total: 'a line that is recorded',
  recording_late_packets_total: 'a line that is recorded',
  live_control_total: 'a person who takes a call',
  live_instructions_total: 'a whisper',
  log_lines_dropped_total: 'a reader of the log that is stuck',
  http_rate_limited_total: 'a client that asks too much',
  ws_audio_dropped_chunks_total: 'a socket that is not read',
};

const SCRIPT = `
name: metrics
listen: false
steps:
  - say: "What are your opening hours?"
  - say: "Stop, please. Where is your office?"
    barge_in_ms: 1200
  - dtmf: "1"
    delay_ms: 300
  - say: "No thank you, goodbye."
    delay_ms: 20000
`;

/** Asks and books by typing, presses a key, sends something refused, and looks at the history while the agent speaks. */
async function typedConversation(agent: AgentProcess): Promise<string> {
  const { session_id: id } = await agent.post<{ session_id: string }>('/api/v1/session/create', {});
  const socket = new WebSocket(`${agent.httpUrl.replace('http', 'ws')}/api/v1/conversation?session_id=${id}`);
  const lines = [
    'What does the counseling service do?',
    'I would like to book an appointment next Tuesday at ten about transfer credits, my name is Ada Miller',
    'yes',
    'yes',
  ];
  let whileSpeaking = '';
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) return;
    const event = JSON.parse(data.toString('utf8')) as { type: string };
    const send = (message: object): void => socket.send(JSON.stringify(message));
    if (event.type === 'ready') {
      send({ type: 'nonsense' });
      send({ type: 'start' });
    } else if (event.type === 'agent_started' && whileSpeaking === '') {
      void agent
        .get<{ turns: { agent: string }[] }>(`/api/v1/session/${id}/history`)
        .then(({ turns }) => (whileSpeaking = turns.at(-1)?.agent ?? ''));
    } else if (event.type === 'agent_finished') {
      const next = lines.shift();
      send(next === undefined ? { type: 'dtmf', digits: '2' } : { type: 'text', text: next });
    }
  });
  try {
    for (const name of ['booking_commit_ms_count', 'dtmf_digits_total{source="socket"}']) {
      await eventually(async () => ((await agent.metric(name)) > 0 ? true : undefined), name, 60_000);
    }
    return whileSpeaking;
  } finally {
    socket.terminate();
  }
}

describe('one call and one conversation', () => {
  const suite = new SuiteAgent({ rtpPortMin: 26_600 });

  test('every metric of the catalogue moves', async () => {
    const { agent, folder } = suite;
    const script = join(folder, 'script.yaml');
    writeFileSync(script, SCRIPT);
    const stranger = createSocket('udp4');
    stranger.send('INVITE nonsense', agent.sipPort, '127.0.0.1', () => stranger.close());
    const target = `sip:agent@127.0.0.1:${agent.sipPort}`;
    const main = join(ROOT, 'dist/src/cli/main.js');
    const caller = ['call', target, '--script', script, '--loss', '4', '--jitter', '20', '--seed', '5'];
    const [whileSpeaking, during] = await Promise.all([
      typedConversation(agent),
      eventually(
        async () => ((await agent.metric('call_first_audio_ms_count')) > 0 ? metrics(agent) : undefined),
        'a call',
        60_000,
      ),
      program(process.execPath, [main, ...caller]),
    ]);
    expect(whileSpeaking).toMatch(/^Hello, this is /);
    const after = await eventually(
      async () => {
        const text = await metrics(agent);
        return moved(text, 'calls_total') && moved(text, 'rtp_jitter_ms') ? text : undefined;
      },
      'the end of the call',
      10_000,
    );
    const still = METRIC_NAMES.filter((name) => !moved(during, name) && !moved(after, name));
    expect(still.filter((name) => NEEDS_A_FAULT[name] === undefined)).toEqual([]);
  }, 150_000);
});

async function metrics(agent: AgentProcess): Promise<string> {
  return (await fetch(`${agent.httpUrl}/metrics`)).text();
}

/** True when any series of a metric has a value. */
function moved(text: string, name: MetricName): boolean {
  const sample = metricOf(name).type === 'histogram' ? `${name}_count` : name;
  return text.split('\n').some((line) => {
    const match = /^([a-z_]+)(?:\{.*\})? (\S+)$/.exec(line);
    return match?.[1] === sample && Number(match[2]) > 0;
  });
}
