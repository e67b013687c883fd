import type { AppLog } from '../../../src/app/log.js';
import { sessionObserver } from '../../../src/app/observe.js';
import type { SessionEvent } from '../../../src/session/ports.js';
import { createMetrics } from '../../../src/telemetry/index.js';

/** Feeds events of one call; gives the metrics page and the log. */
async function observed(...events: SessionEvent[]) {
  const metrics = createMetrics('program');
  const lines: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, fields, message });
  const log: AppLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const observe = sessionObserver(metrics, log)('c1');
  for (const event of events) observe(event);
  return { text: await metrics.text(), lines };
}

test('an ended call is counted by its reason, with its length in seconds', async () => {
  const { text } = await observed({ type: 'ended', reason: 'caller_hangup', durationMs: 42_000 });
  expect(text).toContain('calls_total{termination="caller_hangup"} 1');
  expect(text).toContain('call_duration_seconds_sum 42');
});

test('failures that a session absorbed are counted and warned of; what is ordinary is not', async () => {
  const { text, lines } = await observed(
    { type: 'counted', what: 'stt_failed', cause: 'the worker died' },
    { type: 'counted', what: 'not_understood' },
    { type: 'counted', what: 'stale_result' },
  );
  expect(text).toContain('session_errors_total{kind="stt_failed"} 1');
  expect(text).not.toContain('kind="not_understood"');
  expect(text).toContain('turns_not_understood_total 1');
  expect(text).toContain('session_stale_results_total 1');
  expect(lines.filter(({ level }) => level === 'warn')).toEqual([
    {
      level: 'warn',
      fields: { callId: 'c1', what: 'stt_failed', err: 'the worker died' },
      message: 'a session absorbed a failure',
    },
  ]);
});

test('recognition, interruptions and bookings', async () => {
  const { text } = await observed(
    { type: 'stt', decodeMs: 80, queueMs: 3, audioMs: 1500 },
    { type: 'barge_in', outcome: 'cut', reason: 'words', detectMs: 350 },
    { type: 'change', request: 'book', status: 'done' },
    { type: 'heard_words', final: false, confidence: 0.2, pii: { text: 'no' } },
    { type: 'heard_words', final: true, confidence: 0.9, pii: { text: 'now' } },
  );
  expect(text).toContain('stt_audio_seconds_total 1.5');
  expect(text).toContain('bargein_total{outcome="cut",reason="words"} 1');
  expect(text).toContain('changes_total{request="book",status="done"} 1');
  expect(text).toContain('stt_confidence_count 1');
});

test('what a caller says is in the log under pii only', async () => {
  const { lines } = await observed({
    type: 'heard_words',
    final: true,
    confidence: 1,
    pii: { text: 'my name is Ada' },
  });
  expect(lines).toHaveLength(1);
  const { pii, ...open } = lines[0]?.fields ?? {};
  expect(JSON.stringify(open)).not.toContain('Ada');
  expect(JSON.stringify(pii)).toContain('Ada');
});
