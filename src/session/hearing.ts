import type { RequestId } from '../kernel/ids.js';
import { SampleHistory } from '../kernel/ring.js';
import { addMs, monoMs, type MonoMs } from '../kernel/time.js';
import type { ExpectedSpeech } from '../kernel/vocab.js';
import { VadSegmenter, type VadEvent } from '../speech/core/vad-segmenter.js';
import type { SttEngine, SttError, SttTranscript, VadEngine, VadStream } from '../speech/ports.js';
import type { Result } from '../kernel/result.js';

const SAMPLES_PER_MS = 8;
const FRAME_SAMPLES = 160;
/** Longest turn plus its pads; older audio is not needed for recognition. */
const HISTORY_SAMPLES = 36 * 1000 * SAMPLES_PER_MS;
/** Arrival times kept: 4 s of frames, longer than any decision about the end of speech takes. */
const ARRIVALS = 200;

/** What hearing tells the session. */
export type HearingEvent =
  | { readonly type: 'speech_start'; readonly startSample: number; readonly startedAt: MonoMs }
  | { readonly type: 'speech_end'; readonly endSample: number; readonly endedAt: MonoMs };

/**
 * One call's ears: keeps recent audio, runs voice activity detection, and cuts out what is to be transcribed.
 * Sample positions are turned into the times at which those samples were received.
 */
export class Hearing {
  readonly #history = new SampleHistory(HISTORY_SAMPLES);
  readonly #segmenter: VadSegmenter;
  readonly #vad: VadStream;
  readonly #arrivals = new Float64Array(ARRIVALS);
  readonly #open = new Map<RequestId, AbortController>();
  #lastFrame = -1;
  #lastAt = monoMs(0);
  #offset: number | undefined;

  constructor(
    vad: VadEngine,
    private readonly stt: SttEngine,
    private readonly onEvent: (event: HearingEvent) => void,
    private readonly onTranscript: (id: RequestId, result: Result<SttTranscript, SttError>) => void,
  ) {
    this.#segmenter = new VadSegmenter({ endLagMs: vad.capabilities.endLagMs });
    this.#vad = vad.open((probability, endSample) => this.#window(probability, endSample));
  }

  /** Takes the next 20 ms of the caller's audio. */
  push(pcm: Int16Array, startSample: number, at: MonoMs): void {
    // The history counts from its own first sample; the leg may have begun to count earlier.
    this.#offset ??= startSample;
    const position = startSample - this.#offset;
    const gap = position - this.#history.end;
    if (gap < 0) return;
    if (gap > 0) this.#history.append(new Int16Array(Math.min(gap, HISTORY_SAMPLES)));
    this.#history.append(pcm);
    const frame = Math.floor(startSample / FRAME_SAMPLES);
    this.#arrivals[frame % ARRIVALS] = at;
    this.#lastFrame = frame;
    this.#lastAt = at;
    this.#vad.push(pcm, startSample);
  }

  /** Starts a transcription of `[fromSample, toSample)`; the answer comes through `onTranscript`. */
  transcribe(
    id: RequestId,
    fromSample: number,
    toSample: number,
    kind: 'speculative' | 'final',
    expected: ExpectedSpeech,
  ): void {
    const abort = new AbortController();
    this.#open.set(id, abort);
    const offset = this.#offset ?? 0;
    const pcm = this.#history.slice(fromSample - offset, toSample - offset);
    void this.stt
      .transcribe({
        requestId: id,
        pcm,
        sampleRateHz: 8000,
        kind,
        signal: abort.signal,
        ...(expected.length === 0 ? {} : { expected }),
      })
      .then((result) => {
        this.#open.delete(id);
        this.onTranscript(id, result);
      });
  }

  /** Moves a waiting speculative request ahead of the other speculative ones. */
  promote(id: RequestId): void {
    this.stt.promote?.(id);
  }

  /** Saves the work of a request whose answer is no longer wanted. */
  abort(id: RequestId): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  close(): void {
    this.#vad.close();
    for (const abort of this.#open.values()) abort.abort();
    this.#open.clear();
  }

  #window(probability: number, endSample: number): void {
    for (const event of this.#segmenter.handle(probability, endSample)) this.onEvent(this.#timed(event));
  }

  #timed(event: VadEvent): HearingEvent {
    if (event.type === 'speech_start') {
      const { startSample } = event;
      return { type: 'speech_start', startSample, startedAt: this.#receivedAt(startSample) };
    }
    const { endSample } = event;
    return { type: 'speech_end', endSample, endedAt: this.#receivedAt(endSample - 1) };
  }

  /** When a sample was received; extrapolated at 8 samples per ms beyond what is remembered. */
  #receivedAt(sample: number): MonoMs {
    const frame = Math.floor(sample / FRAME_SAMPLES);
    const back = this.#lastFrame - frame;
    const known = back >= 0 && back < ARRIVALS ? this.#arrivals[frame % ARRIVALS] : undefined;
    return known === undefined || known === 0 ? addMs(this.#lastAt, -back * 20) : monoMs(known);
  }
}
