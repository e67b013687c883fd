import { listAt, numberAt, textAt } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import type { AudioFormat } from '../../core/audio-decoder.js';
import type { TimedText } from '../../core/word-times.js';
import type { LatencyClass } from '../../ports.js';
import { HttpVoice, jsonValues } from './http-voice.js';
import { stylesOf, type StyleWords, type VoiceJob, type VoiceSink } from './provider.js';

/** Where servers of this interface differ. */
export interface SpeechProfile {
  readonly latency: LatencyClass;
  readonly firstAudioMs: number;
  readonly firstAudioLimitMs: number;
  /** Rate of raw PCM answers; a WAV header in them counts before it. */
  readonly pcmRateHz: number;
  readonly format: 'pcm' | 'wav';
  /** Where it differs from `/v1/audio/speech`: Kokoro-FastAPI gives word times there. */
  readonly captioned?: boolean;
  /** Whether the telephone's own rate may be asked for (`sample_rate`). */
  readonly asksRate?: boolean;
  /** Whether a style may be asked for in words (`instructions`). */
  readonly instructions?: boolean;
  readonly speedRange: readonly [number, number];
  /** Path that lists voices, where there is one. */
  readonly voicesPath?: string;
}

const QUICK = {
  latency: 'fast',
  firstAudioMs: 600,
  firstAudioLimitMs: 2000,
  pcmRateHz: 24_000,
  format: 'pcm',
  speedRange: [0.5, 2],
} as const satisfies SpeechProfile;

const HEAVY = { ...QUICK, format: 'wav', speedRange: [1, 1] } as const;

/** Servers by what they are; classes of latency as measured by their makers (docs/providers.md). */
export const SPEECH_PROFILES = {
  openai: { ...QUICK, instructions: true },
  speaches: { ...QUICK, asksRate: true },
  kokoro: { ...QUICK, firstAudioMs: 800, captioned: true, voicesPath: '/v1/audio/voices' },
  coqui: { ...QUICK, format: 'wav', firstAudioMs: 700 },
  bark: { ...HEAVY, latency: 'slow', firstAudioMs: 5000, firstAudioLimitMs: 30_000 },
  zonos: { ...HEAVY, latency: 'slow', firstAudioMs: 3500, firstAudioLimitMs: 20_000 },
  nari_dia: { ...HEAVY, latency: 'batch', firstAudioMs: 180_000, firstAudioLimitMs: 600_000 },
  tortoise: { ...HEAVY, latency: 'batch', firstAudioMs: 300_000, firstAudioLimitMs: 3_600_000 },
} as const satisfies Readonly<Record<string, SpeechProfile>>;

/** One of {@link SPEECH_PROFILES}. */
export type SpeechServer = keyof typeof SPEECH_PROFILES;

/** Settings of {@link OpenAiSpeech}. */
export interface OpenAiSpeechOptions {
  readonly server: SpeechServer;
  /** `/v1` is added to an address without a path. */
  readonly url: string;
  readonly key?: string | undefined;
  readonly model: string;
  readonly voice: string;
  /** Further voices that may be asked for. */
  readonly voices?: readonly string[];
  /** Further fields of each request, such as `lang_code`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Rate of speech on top of what a request asks for. Default 1. */
  readonly speed?: number | undefined;
}

const STYLES: StyleWords = {
  happy: 'Speak cheerfully.',
  sad: 'Speak sadly.',
  empathetic: 'Speak with empathy.',
  calm: 'Speak calmly.',
  excited: 'Speak with excitement.',
  angry: 'Speak angrily.',
  friendly: 'Speak in a friendly way.',
  service: 'Speak like a friendly, professional telephone agent.',
};

/** Any server with the speech interface of OpenAI (`POST /v1/audio/speech`). */
export class OpenAiSpeech extends HttpVoice {
  readonly #profile: SpeechProfile;
  readonly #base: string;
  #captioned: boolean;

  constructor(private readonly options: OpenAiSpeechOptions) {
    const { server, url, key, model, voice, speed = 1 } = options;
    const profile: SpeechProfile = SPEECH_PROFILES[server];
    const { latency, firstAudioMs, firstAudioLimitMs, speedRange, captioned = false } = profile;
    const { origin, pathname } = new URL(url);
    const descriptor = {
      ...{ name: server, languages: ['en'], latency, firstAudioMs, firstAudioLimitMs, speedRange },
      marks: captioned ? ('provider' as const) : ('estimated' as const),
      idleLimitMs: latency === 'fast' ? 2000 : firstAudioLimitMs,
      styles: profile.instructions === true ? stylesOf(STYLES) : [],
      defaultVoice: voice,
      concurrency: latency === 'fast' ? 8 : 1,
      version: `${server} ${model} ${speed}`,
    };
    super(descriptor, options, {
      origin,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    });
    this.#profile = profile;
    this.#captioned = captioned;
    this.#base = pathname === '/' ? '/v1' : pathname.replace(/\/$/, '');
  }

  async speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    if (!this.#captioned) return this.#plain(job, sink);
    const result = await this.#withWords(job, sink);
    // The path with word times is for developers and may be switched off.
    if (result.ok || (result.error.status !== 404 && result.error.status !== 405)) return result;
    this.#captioned = false;
    return this.#plain(job, sink);
  }

  async probe(): Promise<Result<string, Failure>> {
    const { voicesPath } = this.#profile;
    const path = voicesPath ?? `${this.#base}/models`;
    const reply = await this.read(path);
    if (!reply.ok) {
      // Small servers have no list; that they answer at all is as much as can be known without speaking.
      return reply.error.status === 404 ? ok('the server answers') : reply;
    }
    if (voicesPath === undefined) {
      const models = listAt(reply.value, 'data').map((model) => textAt(model, 'id'));
      if (models.length === 0 || models.includes(this.options.model)) return ok('the server answers');
      return err({ kind: 'bad_request', message: `the server has no model ${this.options.model}` });
    }
    const voices = listAt(reply.value, 'voices').map((voice) =>
      typeof voice === 'string' ? voice : textAt(voice, 'id'),
    );
    if (voices.includes(this.options.voice)) {
      return ok(`the server answers, and has the voice ${this.options.voice}`);
    }
    return err({ kind: 'bad_request', message: `the server has no voice ${this.options.voice}` });
  }

  get #format(): AudioFormat {
    return { coding: 'pcm_s16le', sampleRateHz: this.#profile.pcmRateHz };
  }

  #body(job: VoiceJob): Record<string, unknown> {
    const [slowest, fastest] = this.#profile.speedRange;
    const { model, extra = {}, speed = 1 } = this.options;
    const rate = Math.min(fastest, Math.max(slowest, job.speed * speed));
    return {
      model,
      input: job.line,
      voice: job.voice,
      response_format: this.#profile.format,
      ...(rate === 1 ? {} : { speed: rate }),
      ...(this.#profile.asksRate === true ? { sample_rate: job.sampleRateHz } : {}),
      ...(this.#profile.instructions === true && job.style !== 'neutral'
        ? { instructions: STYLES[job.style] }
        : {}),
      ...extra,
    };
  }

  #plain(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const format: AudioFormat =
      this.#profile.asksRate === true
        ? { coding: 'pcm_s16le', sampleRateHz: job.sampleRateHz }
        : this.#format;
    return this.stream({ path: `${this.#base}/audio/speech`, body: this.#body(job) }, job, async (chunks) => {
      for await (const chunk of chunks) sink.audio(chunk, format);
    });
  }

  #withWords(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const body = { ...this.#body(job), stream: true, return_timestamps: true };
    return this.stream({ path: '/dev/captioned_speech', body }, job, async (chunks) => {
      for await (const value of jsonValues(chunks)) {
        sink.words(listAt(value, 'timestamps').flatMap(timedWord));
        const audio = textAt(value, 'audio');
        if (audio !== undefined) sink.audio(Buffer.from(audio, 'base64'), this.#format);
      }
    });
  }
}

function timedWord(value: unknown): TimedText[] {
  const text = textAt(value, 'word');
  const start = numberAt(value, 'start_time');
  const end = numberAt(value, 'end_time');
  if (text === undefined || start === undefined || end === undefined) return [];
  return [{ text, startMs: 1000 * start, endMs: 1000 * end }];
}
