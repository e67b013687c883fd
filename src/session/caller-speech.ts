import type { RequestId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import type { MonoMs } from '../kernel/time.js';
import type { SttError, SttPartial, SttTranscript } from '../speech/ports.js';
import type { TurnInput, TurnOutput, TurnStamps } from '../turn/types.js';
import { isTurnOver, known, transcriptInput, type Words } from './caller-words.js';
import type { DialogRunner } from './dialog-runner.js';
import { Hearing, type HearingEvent } from './hearing.js';
import type { LatencyBook } from './latency-book.js';
import type { SessionObserver, SessionPorts } from './ports.js';
import type { Recorder } from './recorder.js';

/** The parts of a session that the caller's speech concerns. */
export interface CallerSpeechParts {
  readonly ports: Pick<SessionPorts, 'vad' | 'stt' | 'scheduler' | 'denoising'>;
  readonly runner: Pick<DialogRunner, 'completeness' | 'expected' | 'shown'>;
  readonly recorder: Recorder;
  readonly latencies: LatencyBook;
  readonly tell: SessionObserver;
  /** Gives the turn machine an input after what is being handled. */
  readonly feed: (input: TurnInput) => void;
  /** Handles something after what is being handled. */
  readonly enqueue: (run: () => void) => void;
}

/** The caller's side of the conversation: sound to words for the turn machine, and words for transcript and observers. */
export class CallerSpeech {
  readonly #hearing: Hearing;
  #closed = false;

  constructor(private readonly parts: CallerSpeechParts) {
    const { ports, enqueue } = parts;
    this.#hearing = new Hearing(
      ports.vad,
      ports.stt,
      (event) => enqueue(() => this.#sound(event)),
      (id, result) => enqueue(() => this.#transcript(id, result)),
      (partial) => enqueue(() => this.#partial(partial)),
      ports.scheduler,
      ports.denoising,
    );
  }

  /** Takes audio of the caller; it comes 50 times a second. */
  push(pcm: Int16Array, startSample: number, at: MonoMs): void {
    this.#hearing.push(pcm, startSample, at);
  }

  /** What the turn machine wants of the recogniser. */
  turnOutput(output: TurnOutput): void {
    if (isTurnOver(output)) this.#hearing.turnOver();
    if (output.type === 'transcribe') {
      const { requestId, fromSample, toSample, kind } = output;
      this.#hearing.transcribe(requestId, fromSample, toSample, kind, this.parts.runner.expected());
    } else if (output.type === 'promote_transcript') this.#hearing.promote(output.requestId);
    else if (output.type === 'abort_transcript') this.#hearing.abort(output.requestId);
  }

  /** Words of the caller as transcript and observers see them: those of a secret are not among them. */
  words({ turnId, text, confidence }: Words, final: boolean, stamps?: TurnStamps): void {
    const { tell, recorder, runner } = this.parts;
    const shown = runner.shown(text);
    tell({ type: 'heard_words', final, ...known(confidence), pii: { text: shown } });
    if (!final) return;
    const { speechStartedAt: startedAt, speechEndedAt: endedAt } = stamps ?? {};
    if (shown !== text && startedAt !== undefined && endedAt !== undefined) {
      tell({ type: 'secret_words', startedAt, endedAt });
    }
    recorder.line({ turnId, role: 'user', text: shown, ...known(confidence), startedAt, endedAt });
  }

  close(): void {
    this.#closed = true;
    this.#hearing.close();
  }

  #sound(event: HearingEvent): void {
    this.parts.tell({ type: event.type === 'speech_start' ? 'speech_started' : 'speech_ended' });
    this.parts.feed(event);
  }

  #transcript(id: RequestId, result: Result<SttTranscript, SttError>): void {
    const { tell, recorder, latencies, runner, feed } = this.parts;
    if (!result.ok) {
      if (result.error.code === 'aborted') return;
      tell({ type: 'counted', what: 'stt_failed', cause: result.error.message });
      recorder.event('stt_failed', { request_id: id, code: result.error.code });
      feed({ type: 'transcript_failed', requestId: id, retry: result.error.code !== 'timeout' });
      return;
    }
    const { decodeMs, queueMs, audioMs } = result.value;
    tell({ type: 'stt', decodeMs, queueMs, audioMs });
    latencies.transcribed({ sttDecodeMs: decodeMs, sttQueueMs: queueMs });
    feed(transcriptInput(id, result.value, runner.completeness(result.value.text)));
  }

  #partial({ text }: SttPartial): void {
    if (this.#closed) return;
    const { tell, runner, feed } = this.parts;
    tell({ type: 'heard_words', final: false, pii: { text: runner.shown(text) } });
    feed({ type: 'partial', text, completeness: runner.completeness(text) });
  }
}
