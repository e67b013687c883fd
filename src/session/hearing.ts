import type { ExpectedSentences } from '../kernel/expected-sentences.js';
import type { RequestId } from '../kernel/ids.js';
import { addMs, monoMs, type MonoMs, type Scheduler } from '../kernel/time.js';
import { VadSegmenter, type VadEvent } from '../speech/core/vad-segmenter.js';
import type {
  SttEngine,
  SttError,
  SttPartial,
  SttTranscript,
  VadEngine,
  VadStream,
} from '../speech/ports.js';
import { FRAME_SAMPLES, type AudioRate } from '../media/core/frame.js';
import { RateMatcher } from '../media/core/resample.js';
import { CallerStream } from './caller-stream.js';
import { SwitchedDenoiser, type Denoising } from '../speech/denoise/switched-denoiser.js';
import { openSttStream } from '../speech/stt/segmented.js';
import type { Result } from '../kernel/result.js';

/** Silence after which no turn is under way any more, on the time line: longer than any pause within one. */
const SETTLED_SAMPLES = 3 * 8000;
/** Arrival times kept: 4 s of frames, longer than any decision about the end of speech takes. */
const ARRIVALS = 200;

/** What hearing tells the session. */
export type HearingEvent =
  | { readonly type: 'speech_start'; readonly startSample: number; readonly startedAt: MonoMs }
  | { readonly type: 'speech_end'; readonly endSample: number; readonly endedAt: MonoMs };

/**
 * One call's ears: voice activity detection and a stream of the recogniser, side by side.
 * Sample positions are turned into the times at which those samples were received.
 */
export class Hearing {
  readonly #segmenter: VadSegmenter;
  readonly #vad: VadStream;
  readonly #stt: CallerStream;
  #clean: { readonly rate: AudioRate; readonly through: SwitchedDenoiser } | undefined;
  readonly #narrow = new RateMatcher(8000);
  readonly #arrivals = new Float64Array(ARRIVALS);
  readonly #open = new Map<RequestId, AbortController>();
  #lastFrame = -1;
  #lastAt = monoMs(0);
  #end = 0;
  #speaking = false;
  #quietFrom = 0;

  constructor(
    vad: VadEngine,
    stt: SttEngine,
    private readonly onEvent: (event: HearingEvent) => void,
    private readonly onTranscript: (id: RequestId, result: Result<SttTranscript, SttError>) => void,
    onPartial: (partial: SttPartial) => void,
    scheduler: Scheduler,
    private readonly denoising?: Denoising,
  ) {
    this.#segmenter = new VadSegmenter({ endLagMs: vad.capabilities.endLagMs });
    this.#stt = new CallerStream(
      (sampleRateHz, told) => openSttStream(stt, { sampleRateHz, onPartial: told }, scheduler),
      onPartial,
    );
    this.#vad = vad.open((probability, endSample) => this.#window(probability, endSample));
  }

  /** Takes the next 20 ms of the caller's audio at 8 or 16 kHz; `startSample` on the time line of 8000 a second. */
  push(pcm: Int16Array, startSample: number, at: MonoMs): void {
    if (startSample < this.#end) return;
    this.#end = startSample + FRAME_SAMPLES;
    const frame = Math.floor(startSample / FRAME_SAMPLES);
    this.#arrivals[frame % ARRIVALS] = at;
    this.#lastFrame = frame;
    this.#lastAt = at;
    const rate: AudioRate = pcm.length > FRAME_SAMPLES ? 16_000 : 8000;
    if (this.denoising === undefined) this.#listen(pcm, rate, startSample);
    else this.#denoiserAt(rate, this.denoising).push(pcm, startSample);
  }

  #listen(pcm: Int16Array, rate: AudioRate, startSample: number): void {
    const settled = !this.#speaking && startSample - this.#quietFrom > SETTLED_SAMPLES;
    this.#stt.push(pcm, rate, startSample, settled);
    this.#vad.push(this.#narrow.match(pcm, rate), startSample);
  }

  #denoiserAt(rate: AudioRate, denoising: Denoising): SwitchedDenoiser {
    if (this.#clean?.rate === rate) return this.#clean.through;
    this.#clean?.through.close();
    const through = new SwitchedDenoiser(denoising, rate, (pcm, from) => this.#listen(pcm, rate, from));
    this.#clean = { rate, through };
    return through;
  }

  /** Starts a transcription of `[fromSample, toSample)`; the answer comes through `onTranscript`. */
  transcribe(
    id: RequestId,
    fromSample: number,
    toSample: number,
    kind: 'speculative' | 'final',
    expected: ExpectedSentences | undefined,
  ): void {
    const abort = new AbortController();
    this.#open.set(id, abort);
    void this.#stt
      .final({
        requestId: id,
        fromSample,
        toSample,
        kind,
        signal: abort.signal,
        expected,
      })
      .then((result) => {
        this.#open.delete(id);
        this.onTranscript(id, result);
      });
  }

  /** Moves a waiting speculative request ahead of the other speculative ones. */
  promote(id: RequestId): void {
    this.#stt.promote(id);
  }

  /** The turn was taken or dropped: what comes now belongs to the next one. */
  turnOver(): void {
    this.#stt.hint({ type: 'turn_over', sample: this.#end });
  }

  /** Saves the work of a request whose answer is no longer wanted. */
  abort(id: RequestId): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  close(): void {
    this.#clean?.through.close();
    this.#vad.close();
    this.#stt.close();
    this.#open.clear();
  }

  #window(probability: number, endSample: number): void {
    for (const event of this.#segmenter.handle(probability, endSample)) {
      const sample = event.type === 'speech_start' ? event.startSample : event.endSample;
      this.#stt.hint({ type: event.type, sample });
      this.onEvent(this.#timed(event));
    }
  }

  #timed(event: VadEvent): HearingEvent {
    if (event.type === 'speech_start') {
      const { startSample } = event;
      this.#speaking = true;
      return { type: 'speech_start', startSample, startedAt: this.#receivedAt(startSample) };
    }
    const { endSample } = event;
    this.#speaking = false;
    this.#quietFrom = endSample;
    return { type: 'speech_end', endSample, endedAt: this.#receivedAt(endSample - 1) };
  }

  /** When a place on the time line was received; extrapolated at 8 a ms beyond what is remembered. */
  #receivedAt(sample: number): MonoMs {
    const frame = Math.floor(sample / FRAME_SAMPLES);
    const back = this.#lastFrame - frame;
    const known = back >= 0 && back < ARRIVALS ? this.#arrivals[frame % ARRIVALS] : undefined;
    return known === undefined || known === 0 ? addMs(this.#lastAt, -back * 20) : monoMs(known);
  }
}
