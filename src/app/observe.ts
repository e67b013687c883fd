import type { SessionEvent, SessionObserver } from '../session/ports.js';
import type { Metrics } from '../telemetry/index.js';
import { countVerdict } from './measure/guard.js';
import type { AppLog } from './log.js';

/** Counted, and no sign of a fault. */
const ORDINARY: ReadonlySet<string> = new Set(['stale_result', 'not_understood', 'turn_dropped']);

const snake = (name: string): string =>
  name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Counts and logs what happens in sessions. */
export function sessionObserver(metrics: Metrics, log: AppLog): (callId: string) => SessionObserver {
  return (callId) => (event) => {
    count(metrics, event);
    logEvent(log, callId, event);
  };
}

function count(metrics: Metrics, event: SessionEvent): void {
  switch (event.type) {
    case 'latency': {
      const { responseGapMs, source, segments, overlapped } = event.latency;
      metrics.observe('turn_response_gap_ms', { source }, responseGapMs);
      for (const [name, ms] of Object.entries(segments)) {
        metrics.observe('turn_segment_ms', { segment: snake(name) }, ms);
      }
      if (overlapped.sttLagMs !== undefined) metrics.observe('turn_stt_lag_ms', {}, overlapped.sttLagMs);
      metrics.increment('turns_total', { source });
      break;
    }
    case 'stt': {
      metrics.observe('stt_queue_ms', {}, event.queueMs);
      metrics.observe('stt_decode_ms', {}, event.decodeMs);
      metrics.increment('stt_audio_seconds_total', {}, event.audioMs / 1000);
      break;
    }
    case 'heard_words': {
      const { final, confidence } = event;
      if (final && confidence !== undefined) metrics.observe('stt_confidence', {}, confidence);
      break;
    }
    case 'barge_in': {
      metrics.increment('bargein_total', { outcome: event.outcome, reason: event.reason });
      metrics.observe('bargein_detect_ms', {}, event.detectMs);
      break;
    }
    case 'change': {
      metrics.increment('changes_total', { request: event.request, status: event.status });
      break;
    }
    case 'counted': {
      if (event.what === 'not_understood') metrics.increment('turns_not_understood_total');
      else if (event.what === 'stale_result') metrics.increment('session_stale_results_total');
      else if (event.what !== 'turn_dropped') metrics.increment('session_errors_total', { kind: event.what });
      break;
    }
    case 'ended': {
      metrics.increment('calls_total', { termination: event.reason });
      metrics.observe('call_duration_seconds', {}, event.durationMs / 1000);
      break;
    }
    case 'note': {
      if (event.note.kind === 'guard') countVerdict(metrics, event.note);
      break;
    }
    case 'speech_started':
    case 'speech_ended':
    case 'agent_text':
    case 'agent_started':
    case 'agent_finished':
    case 'flush':
    case 'recording_consent':
    case 'secret_words':
    case 'step': {
      break;
    }
  }
}

function logEvent(log: AppLog, callId: string, event: SessionEvent): void {
  if (event.type === 'step') return;
  if (event.type === 'counted' && !ORDINARY.has(event.what)) {
    log.warn({ callId, what: event.what, err: event.cause }, 'a session absorbed a failure');
    return;
  }
  log.debug({ callId, type: event.type, pii: event }, 'session event');
}
