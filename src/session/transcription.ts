import { LeibnizError } from '../kernel/errors.js';
import { requestId } from '../kernel/ids.js';
import { addMs, type MonoMs, type Scheduler } from '../kernel/time.js';
import { StreamDownsampler } from '../speech/core/resample.js';
import { openSttStream, VadSegmenter } from '../speech/index.js';
import {
  VAD_WINDOW_SAMPLES,
  type SttEngine,
  type SttStream,
  type SttTranscript,
  type VadEngine,
  type VadStream,
} from '../speech/ports.js';

/** Words of a stream of speech. */
export interface TranscriptEvent {
  readonly transcript: string;
  readonly is_final: boolean;
  /** 0..1; `null` where the recogniser gives none, as for words that may still change. */
  readonly confidence: number | null;
  /** Place in the audio up to which it was heard, ms. */
  readonly timestamp_ms: number;
  /** Of a final one. */
  readonly language?: string;
  /** Length of the speech, of a final one. */
  readonly duration_ms?: number;
}

/** What transcriptions run on. */
export interface TranscriptionPorts {
  readonly vad: VadEngine;
  readonly stt: SttEngine;
  readonly scheduler: Scheduler;
}

const RATE_HZ = 16_000;
const PER_MS = RATE_HZ / 1000;
/** A pause of this length ends an utterance, ms. */
const PAUSE_MS = 600;
/** Audio after the end of speech that belongs to it, ms. */
const POST_PAD_MS = 120;
/** What was said last is waited for at most so long, ms. */
const LAST_MS = 8000;
/** The longest utterance; speech beyond it is one of its own, ms. */
const LONGEST_MS = 30_000;
/** Events that wait to be fetched; the oldest partial ones give way. */
const MAX_EVENTS = 256;
/** Longest wait of {@link TranscriptionDesk.next}, ms. */
const POLL_MS = 1000;
/** Streams at once: each has a voice activity stream and one of the recogniser. */
const MAX_STREAMS = 64;

/** Speech to text for programs: streams of speech, and single pieces of it. PCM16 at 16 kHz. */
export class TranscriptionDesk {
  readonly #streams = new Map<string, Transcription>();
  #pieces = 0;

  constructor(private readonly ports: TranscriptionPorts) {}

  /**
   * One piece of speech, as it stands.
   *
   * @throws LeibnizError TIMEOUT when there is no transcript
   */
  async piece(pcm: Int16Array): Promise<TranscriptEvent> {
    const result = await this.ports.stt.transcribe({
      requestId: requestId(`piece ${++this.#pieces}`),
      pcm,
      sampleRateHz: RATE_HZ,
      kind: 'final',
    });
    if (!result.ok) throw new LeibnizError('TIMEOUT', 'The recogniser did not answer; try again.');
    return finalEvent(this.ports.stt, result.value, pcm.length / PER_MS, pcm.length / PER_MS);
  }

  /**
   * Opens a stream.
   *
   * @param id - unique among open streams
   * @throws LeibnizError CAPACITY_FULL
   */
  async open(id: string): Promise<void> {
    if (this.#streams.size >= MAX_STREAMS) {
      throw new LeibnizError('CAPACITY_FULL', 'No more speech is transcribed at once.');
    }
    this.#streams.set(id, new Transcription(this.ports));
  }

  /** Appends audio. */
  async push(id: string, pcm: Int16Array): Promise<void> {
    this.#streams.get(id)?.push(pcm);
  }

  /** No more audio comes: what was said is written down. */
  async end(id: string): Promise<void> {
    this.#streams.get(id)?.end();
  }

  /** Events since the last call; waits a second for the first. `over` once nothing more comes. */
  async next(id: string): Promise<{ readonly events: readonly TranscriptEvent[]; readonly over: boolean }> {
    return (await this.#streams.get(id)?.next()) ?? { events: [], over: true };
  }

  async close(id: string): Promise<void> {
    this.#streams.get(id)?.close();
    this.#streams.delete(id);
  }
}

/** One stream of speech, cut into utterances by voice activity detection. */
class Transcription {
  readonly #stt: SttStream;
  readonly #vad: VadStream;
  readonly #segmenter: VadSegmenter;
  readonly #narrow = new StreamDownsampler();
  readonly #events: TranscriptEvent[] = [];
  #end = 0;
  #narrowEnd = 0;
  /** Start and end of the utterance in progress. */
  #from: number | undefined;
  #to: number | undefined;
  #asked = 0;
  #open = 0;
  #windowEnd = 0;
  /** When nothing more comes at the latest; set once no more audio does. */
  #overAt: MonoMs | undefined;
  #wake: () => void = () => undefined;

  constructor(private readonly ports: TranscriptionPorts) {
    const { vad, stt, scheduler } = ports;
    this.#segmenter = new VadSegmenter({ endLagMs: vad.capabilities.endLagMs });
    this.#vad = vad.open((probability, endSample) => this.#window(probability, 2 * endSample));
    const onPartial = ({ text, toSample }: { text: string; toSample: number }): void =>
      this.#tell({
        transcript: text,
        is_final: false,
        confidence: null,
        timestamp_ms: Math.round(toSample / PER_MS),
      });
    this.#stt = openSttStream(stt, { sampleRateHz: RATE_HZ, onPartial }, scheduler);
  }

  push(pcm: Int16Array): void {
    if (this.#overAt === undefined) this.#take(pcm);
  }

  /** Silence follows, so that the last utterance ends as every other does. */
  end(): void {
    if (this.#overAt !== undefined) return;
    const { scheduler } = this.ports;
    this.#overAt = addMs(scheduler.now(), LAST_MS);
    this.#take(new Int16Array(2 * PAUSE_MS * PER_MS));
    this.#wake();
  }

  #take(pcm: Int16Array): void {
    this.#stt.push(pcm, this.#end);
    this.#end += pcm.length;
    const narrow = this.#narrow.push(pcm);
    this.#vad.push(narrow, this.#narrowEnd);
    this.#narrowEnd += narrow.length;
  }

  async next(): Promise<{ readonly events: readonly TranscriptEvent[]; readonly over: boolean }> {
    if (this.#events.length === 0 && !this.#over) {
      const { scheduler } = this.ports;
      await new Promise<void>((resolve) => {
        const cancel = scheduler.at(addMs(scheduler.now(), POLL_MS), resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    return { events: this.#events.splice(0), over: this.#over };
  }

  close(): void {
    this.#overAt = this.ports.scheduler.now();
    this.#vad.close();
    this.#stt.close();
    this.#wake();
  }

  get #over(): boolean {
    if (this.#overAt === undefined || this.#events.length > 0) return false;
    const isIdle = this.#open === 0 && this.#from === undefined;
    const isLast = this.#windowEnd >= 2 * (this.#narrowEnd - VAD_WINDOW_SAMPLES);
    return (isIdle && isLast) || this.ports.scheduler.now() >= this.#overAt;
  }

  #window(probability: number, endSample: number): void {
    this.#windowEnd = endSample;
    if (this.#overAt !== undefined) this.#wake();
    for (const event of this.#segmenter.handle(probability, endSample / 2)) {
      if (event.type === 'speech_start') {
        this.#from ??= 2 * event.paddedStartSample;
        this.#to = undefined;
        this.#stt.hint?.({ type: 'speech_start', sample: 2 * event.startSample });
      } else {
        this.#to = 2 * event.endSample;
        this.#stt.hint?.({ type: 'speech_end', sample: this.#to });
      }
    }
    const from = this.#from;
    if (from === undefined) return;
    const isPause = this.#to !== undefined && endSample - this.#to >= PAUSE_MS * PER_MS;
    if (isPause) void this.#write(from, (this.#to ?? endSample) + POST_PAD_MS * PER_MS);
    else if (endSample - from >= LONGEST_MS * PER_MS) void this.#write(from, endSample);
  }

  async #write(fromSample: number, toSample: number): Promise<void> {
    this.#from = this.#segmenter.speaking ? toSample : undefined;
    this.#to = undefined;
    this.#open++;
    const id = requestId(`stream ${++this.#asked}`);
    const result = await this.#stt.final({ requestId: id, fromSample, toSample, kind: 'final' });
    this.#stt.hint?.({ type: 'turn_over', sample: toSample });
    this.#open--;
    if (result.ok && !result.value.noSpeech) {
      const durationMs = (toSample - fromSample) / PER_MS;
      this.#tell(finalEvent(this.ports.stt, result.value, toSample / PER_MS, durationMs));
    }
    this.#wake();
  }

  #tell(event: TranscriptEvent): void {
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) {
      const partial = this.#events.findIndex((one) => !one.is_final);
      this.#events.splice(Math.max(0, partial), 1);
    }
    this.#wake();
  }
}

function finalEvent(
  stt: SttEngine,
  { text, confidence }: SttTranscript,
  timestampMs: number,
  durationMs: number,
): TranscriptEvent {
  const [language = 'en'] = stt.capabilities.languages;
  return {
    transcript: text,
    is_final: true,
    confidence: confidence ?? null,
    timestamp_ms: Math.round(timestampMs),
    language: language === 'en' ? 'en-US' : language,
    duration_ms: Math.round(durationMs),
  };
}
