import { z } from 'zod';
import { synthesisHeader, type SynthesizeBody } from '../../api/services/wire.js';
import { compact } from '../../api/compact.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Failure } from '../../net/failure.js';
import { FrameBroken, FrameReader, samplesOf, type Frame } from '../../net/frames.js';
import { StreamBroken } from '../../net/http-client.js';
import type { TtsEngine, TtsError, TtsRequest, TtsSpeech, TtsStats, Voice } from '../../speech/ports.js';
import type { ServiceEndpoint } from './endpoint.js';

const SYNTHESIZE_MS = 2000;
const ASK_MS = 2000;
/** One sentence of speech: two minutes at 16 kHz. */
const MAX_FRAME_BYTES = 4_000_000;
/** One synthesis: 20 minutes at 16 kHz. */
const MAX_SPEECH_SAMPLES = 20_000_000;

const described = z.looseObject({
  engine: z.string(),
  defaultVoice: z.string(),
  maxTextChars: z.number(),
  voices: z.array(z.looseObject({ id: z.string() })),
});

/** What is taken for granted of a synthesiser until it has been asked. */
const ASSUMED: TtsEngine['capabilities'] = {
  engine: 'service',
  languages: ['en'],
  streaming: false,
  marks: 'phoneme',
  defaultVoice: '',
  maxTextChars: 10_000,
};

/** The synthesiser of a role `tts`, at one address. */
export class TtsService implements TtsEngine {
  #capabilities = ASSUMED;
  #voices: readonly Voice[] = [];
  readonly #counts = { busy: 0, completed: 0, failed: 0, cacheHits: 0, cacheMisses: 0 };

  constructor(private readonly endpoint: ServiceEndpoint) {}

  get capabilities(): TtsEngine['capabilities'] {
    return this.#capabilities;
  }

  /** Asks for voices and bounds; a role that does not answer keeps what is taken for granted. */
  async describe(): Promise<void> {
    const reply = await this.endpoint.ask({ path: '/tts', totalMs: ASK_MS });
    if (!reply.ok || !described.safeParse(reply.value).success) return;
    const { voices, ...capabilities } = reply.value as TtsEngine['capabilities'] & { voices: Voice[] };
    this.#voices = voices;
    this.#capabilities = { ...capabilities, streaming: false };
  }

  voices(): readonly Voice[] {
    return this.#voices;
  }

  async synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    this.#counts.busy++;
    const result = await this.#ask(request);
    this.#counts.busy--;
    if (result.ok) {
      this.#counts.completed++;
      this.#counts[result.value.cacheHit ? 'cacheHits' : 'cacheMisses']++;
    } else if (result.error.code !== 'aborted') this.#counts.failed++;
    return result;
  }

  stats(): TtsStats {
    return { workers: 1, queued: 0, workerRestarts: 0, cacheBytes: 0, ...this.#counts };
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  async #ask(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    const { requestId: id, text, sampleRateHz, voice, speed, style, rendering, signal } = request;
    const body: SynthesizeBody = {
      id,
      text,
      sample_rate_hz: sampleRateHz,
      ...compact({ voice, speed, style, rendering }),
    };
    const reply = await this.endpoint.stream({
      ...{ path: '/tts/synthesize', body, totalMs: SYNTHESIZE_MS },
      ...compact({ signal }),
    });
    if (!reply.ok) return err(ttsErrorOf(reply.error));
    const speech = new Speech(request);
    const frames = new FrameReader(MAX_FRAME_BYTES);
    try {
      for await (const chunk of reply.value.chunks) {
        for (const frame of frames.push(chunk)) {
          const outcome = speech.take(frame);
          if (outcome !== undefined) return outcome;
        }
      }
      return err({ code: 'failed', message: 'the speech broke off' });
    } catch (error) {
      if (error instanceof StreamBroken) return err(ttsErrorOf(error.failure));
      if (error instanceof FrameBroken) return err({ code: 'failed', message: error.message });
      throw error;
    }
  }
}

/** Puts a synthesis together from its frames. */
class Speech {
  readonly #pieces: Int16Array[] = [];
  #samples = 0;

  constructor(private readonly request: TtsRequest) {}

  /**
   * Takes the next frame; gives the outcome with the last one.
   *
   * @throws FrameBroken
   */
  take({ header, bytes }: Frame): Result<TtsSpeech, TtsError> | undefined {
    const parsed = synthesisHeader.safeParse(header);
    if (!parsed.success) throw new FrameBroken('the service speaks another language');
    const { data } = parsed;
    if (data.type === 'failed') return err({ code: data.code, message: data.message });
    const pcm = samplesOf(bytes);
    this.#samples += pcm.length;
    if (this.#samples > MAX_SPEECH_SAMPLES) throw new FrameBroken('the speech is too long');
    if (data.type === 'chunk') {
      this.#pieces.push(pcm);
      this.request.onChunk?.({ pcm, startMs: data.start_ms, marks: data.marks, last: data.last });
      return undefined;
    }
    const { requestId, sampleRateHz } = this.request;
    return ok({
      ...{
        requestId,
        engine: data.engine,
        sampleRateHz,
        pcm: data.in_chunks ? joined(this.#pieces, this.#samples) : pcm,
      },
      ...{ durationMs: data.duration_ms, marks: data.marks, cacheHit: data.cache_hit },
    });
  }
}

function joined(pieces: readonly Int16Array[], samples: number): Int16Array {
  const whole = new Int16Array(samples);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function ttsErrorOf({ kind, message, code, status }: Failure): TtsError {
  if (kind === 'caller_abort') return { code: 'aborted', message };
  if (kind === 'stalled' || code === 'TIMEOUT') return { code: 'timeout', message };
  if (status === 400) return { code: 'invalid', message };
  return { code: code === 'CAPACITY_FULL' ? 'overloaded' : 'failed', message };
}
