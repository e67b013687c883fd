import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '../../kernel/result.js';
import { formatWav } from '../../kernel/wav.js';
import type { Scheduler } from '../../kernel/time.js';
import type { Failure } from '../../net/failure.js';
import { HttpClient } from '../../net/http-client.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { isSilent } from '../core/stream-history.js';
import type { SttEngine, SttError, SttRequest, SttStats, SttTranscript } from '../ports.js';
import { multipart, whisperText, type WhisperText } from './core/whisper.js';

/** Settings of an {@link OpenAiStt}. */
export interface OpenAiSttOptions {
  /** Address of the server, with the path before `/audio/transcriptions`; `/v1` when it has none. */
  readonly url: string;
  readonly key?: string;
  readonly model: string;
  /** BCP 47; servers take the language without its region. */
  readonly language: string;
  /** Longest time from a request to its transcript. Default 5 s. */
  readonly timeoutMs?: number;
  /** Requests at once; more are refused. Default 32. */
  readonly maxRequests?: number;
  readonly scheduler?: Scheduler;
}

const ENGINE = 'openai';
const MAX_ANSWER_BYTES = 1_000_000;

/** A server with OpenAI's transcription interface: whole utterances by HTTP, each as a WAV file. */
export class OpenAiStt implements SttEngine {
  readonly capabilities: SttEngine['capabilities'];
  readonly #client: HttpClient;
  readonly #path: string;
  readonly #scheduler: Scheduler;
  readonly #closing = new AbortController();
  readonly #counts = { completed: 0, failed: 0, aborted: 0, overloaded: 0, timeouts: 0 };
  #busy = 0;
  #isRefused = false;

  constructor(private readonly options: OpenAiSttOptions) {
    const { origin, pathname } = new URL(options.url);
    const path = pathname.replace(/\/+$/, '');
    this.#path = path === '' ? '/v1' : path;
    this.#scheduler = options.scheduler ?? realScheduler;
    this.#client = new HttpClient({
      origin,
      ...(options.key === undefined ? {} : { headers: { authorization: `Bearer ${options.key}` } }),
    });
    this.capabilities = {
      engine: ENGINE,
      languages: [options.language],
      streaming: false,
      confidence: true,
      expectedSpeech: false,
      maxSegmentMs: 60_000,
    };
  }

  async transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    const result = await this.#transcribe(request);
    if (result.ok) this.#counts.completed++;
    else this.#counts[result.error.code === 'timeout' ? 'timeouts' : result.error.code]++;
    return result;
  }

  promote(): void {
    // Requests do not wait here.
  }

  stats(): SttStats {
    return {
      workers: this.#isRefused ? 0 : 1,
      busy: this.#busy,
      queued: 0,
      ...this.#counts,
      workerRestarts: 0,
    };
  }

  /** Asks for the list of models. */
  async probe(): Promise<Result<string, Failure>> {
    const reply = await this.#client.request({
      method: 'GET',
      path: `${this.#path}/models`,
      headersMs: 5000,
      totalMs: 5000,
      maxBytes: MAX_ANSWER_BYTES,
    });
    if (!reply.ok) return reply;
    const isListed = new TextDecoder().decode(reply.value.body).includes(JSON.stringify(this.options.model));
    return ok(
      isListed
        ? `the transcription server has ${this.options.model}`
        : `the transcription server answers; ${this.options.model} is not in its list and would be loaded on use, or is unknown`,
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.close();
  }

  async #transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    const { pcm, sampleRateHz, requestId } = request;
    const { timeoutMs = 5000, maxRequests = 32 } = this.options;
    const signal = AbortSignal.any([
      this.#closing.signal,
      ...(request.signal === undefined ? [] : [request.signal]),
    ]);
    if (signal.aborted) return err({ code: 'aborted', message: 'the request was given up' });
    const audioMs = (1000 * pcm.length) / sampleRateHz;
    const transcript = ({ text, confidence }: WhisperText, decodeMs: number): SttTranscript => {
      const known = text === '' ? 0 : confidence;
      const words = { text, ...(known === undefined ? {} : { confidence: known }), noSpeech: text === '' };
      return { requestId, ...words, audioMs, queueMs: 0, decodeMs, engine: ENGINE };
    };
    if (isSilent(pcm, sampleRateHz)) return ok(transcript({ text: '' }, 0));
    if (this.#busy >= maxRequests) {
      return err({ code: 'overloaded', message: 'too many utterances are being recognised' });
    }
    this.#busy++;
    const startedAt = this.#scheduler.now();
    const reply = await this.#post(pcm, sampleRateHz, signal, timeoutMs);
    this.#busy--;
    if (!reply.ok) return err(this.#errorOf(reply.error));
    this.#isRefused = false;
    const heard = whisperText(reply.value, (startS, endS) =>
      isSilent(pcm.subarray(Math.floor(startS * sampleRateHz), Math.ceil(endS * sampleRateHz)), sampleRateHz),
    );
    if (heard === undefined) return err({ code: 'failed', message: 'the answer is no transcription' });
    return ok(transcript(heard, this.#scheduler.now() - startedAt));
  }

  async #post(
    pcm: Int16Array,
    sampleRateHz: number,
    signal: AbortSignal,
    totalMs: number,
  ): Promise<Result<string, Failure>> {
    const { model, language } = this.options;
    const boundary = `leibniz-${randomUUID()}`;
    const form = {
      model,
      language: language.split('-')[0] ?? language,
      response_format: 'verbose_json',
      temperature: '0',
    };
    const file = {
      name: 'speech.wav',
      type: 'audio/wav',
      bytes: formatWav({ sampleRateHz, channels: [pcm] }),
    };
    const reply = await this.#client.request({
      method: 'POST',
      path: `${this.#path}/audio/transcriptions`,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: multipart(form, file, boundary),
      signal,
      headersMs: totalMs,
      totalMs,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return reply.ok ? ok(new TextDecoder().decode(reply.value.body)) : reply;
  }

  #errorOf({ kind, message }: Failure): SttError {
    if (kind === 'auth' || kind === 'quota_or_money') this.#isRefused = true;
    if (kind === 'caller_abort') return { code: 'aborted', message };
    if (kind === 'stalled') return { code: 'timeout', message };
    return { code: kind === 'rate_limit' ? 'overloaded' : 'failed', message };
  }
}
