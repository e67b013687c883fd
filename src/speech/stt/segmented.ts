import { requestId, type RequestId } from '../../kernel/ids.js';
import { err, type Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { StreamHistory } from '../core/stream-history.js';
import type {
  SttEngine,
  SttError,
  SttHint,
  SttStream,
  SttStreamOptions,
  SttStreamRequest,
  SttTranscript,
} from '../ports.js';
import { RedecodePacer } from './core/redecode.js';

/** The longest turn with its pads; older audio is not needed. */
export const HISTORY_MS = 36_000;

/** Audio before the start of speech that belongs to it. */
const PRE_PAD_MS = 240;

/** A stream of the engine's own, or segments cut out of recent audio where it has none. */
export function openSttStream(
  engine: SttEngine,
  options: SttStreamOptions,
  scheduler: Scheduler = realScheduler,
): SttStream {
  return engine.openStream?.(options) ?? new SegmentedStream(engine, options, scheduler);
}

/**
 * A stream over an engine that takes whole utterances: keeps recent audio and cuts out what is asked for. Where the
 * engine allows it, an utterance that goes on is decoded again and again for partial words while nobody waits.
 */
class SegmentedStream implements SttStream {
  readonly #history: StreamHistory;
  readonly #open = new Set<AbortController>();
  readonly #pacer = new RedecodePacer();
  /** Where the turn in progress begins. */
  #turnFrom: number | undefined;
  #look: AbortController | undefined;
  #looks = 0;
  #closed = false;

  constructor(
    private readonly engine: SttEngine,
    private readonly options: SttStreamOptions,
    private readonly scheduler: Scheduler,
  ) {
    const { sampleRateHz, historyMs = HISTORY_MS } = options;
    this.#history = new StreamHistory(Math.ceil((historyMs * sampleRateHz) / 1000));
  }

  push(pcm: Int16Array, startSample: number): void {
    if (this.#closed) return;
    this.#history.push(pcm, startSample);
    // Somebody waits: a look gives way within a frame.
    if (this.#look !== undefined && this.engine.stats().queued > 0) this.#look.abort();
    if (this.#turnFrom !== undefined && this.#look === undefined) void this.#maybeLook(this.#turnFrom);
  }

  hint(hint: SttHint): void {
    if (this.options.onPartial === undefined || this.engine.capabilities.partials !== true) return;
    if (hint.type === 'speech_start') {
      this.#turnFrom ??= hint.sample - (PRE_PAD_MS * this.options.sampleRateHz) / 1000;
      this.#pacer.speaking(this.scheduler.now());
      return;
    }
    // The words are asked for now: what was only a look must not keep them waiting.
    this.#pacer.paused();
    this.#look?.abort();
    if (hint.type === 'turn_over') this.#turnFrom = undefined;
  }

  async final(request: SttStreamRequest): Promise<Result<SttTranscript, SttError>> {
    if (this.#closed) return err({ code: 'aborted', message: 'the stream is closed' });
    const { fromSample, toSample, signal, ...rest } = request;
    const abort = new AbortController();
    const onAbort = (): void => abort.abort();
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#open.add(abort);
    const result = await this.engine.transcribe({
      ...rest,
      pcm: this.#history.slice(fromSample, toSample),
      sampleRateHz: this.options.sampleRateHz,
      signal: abort.signal,
    });
    signal?.removeEventListener('abort', onAbort);
    this.#open.delete(abort);
    return result;
  }

  promote(id: RequestId): void {
    this.engine.promote(id);
  }

  close(): void {
    this.#closed = true;
    this.#look?.abort();
    for (const abort of this.#open) abort.abort();
    this.#open.clear();
  }

  async #maybeLook(fromSample: number): Promise<void> {
    const { sampleRateHz, onPartial } = this.options;
    const toSample = this.#history.end;
    const utteranceMs = (1000 * (toSample - fromSample)) / sampleRateHz;
    const { queued, busy, workers } = this.engine.stats();
    const startedAt = this.scheduler.now();
    // One worker stays free for what is waited for.
    if (!this.#pacer.due(startedAt, utteranceMs, queued === 0 && busy + 1 < workers)) return;
    const look = new AbortController();
    this.#look = look;
    const result = await this.engine.transcribe({
      requestId: requestId(`partial ${++this.#looks}`),
      pcm: this.#history.slice(fromSample, toSample),
      sampleRateHz,
      kind: 'speculative',
      signal: look.signal,
    });
    this.#look = undefined;
    const endedAt = this.scheduler.now();
    this.#pacer.looked(endedAt, endedAt - startedAt);
    if (!this.#closed && result.ok && !look.signal.aborted && !result.value.noSpeech) {
      onPartial?.({ text: result.value.text, toSample });
    }
  }
}
