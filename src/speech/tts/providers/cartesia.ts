import { listAt, member, numberAt, numbersAt, textAt } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure, FailureKind } from '../../../net/failure.js';
import type { AudioFormat } from '../../core/audio-decoder.js';
import type { TimedText } from '../../core/word-times.js';
import { ContextSocket, speakInContext } from './context-socket.js';
import { HttpVoice } from './http-voice.js';
import { CLOUD, stylesOf, type StyleWords, type VoiceJob, type VoiceSink } from './provider.js';

/** Settings of {@link CartesiaVoice}. */
export interface CartesiaOptions {
  readonly key: string;
  /** Default `https://api.cartesia.ai`. */
  readonly url?: string | undefined;
  readonly model: string;
  /** Id of a voice (a UUID). */
  readonly voice: string;
  /** Further voices that may be asked for. */
  readonly voices?: readonly string[];
  /** Language of the text. Default `en`. */
  readonly language?: string | undefined;
}

/** Revision of the interface that errors and fields are read by. */
const VERSION = '2026-03-01';
/** The service closes idle sockets after five minutes and knows no keep-alive. */
const IDLE_MS = 240_000;
const EMOTIONS: StyleWords = {
  happy: 'happy',
  sad: 'sad',
  empathetic: 'sympathetic',
  calm: 'calm',
  excited: 'excited',
  angry: 'angry',
  friendly: 'affectionate',
  service: 'content',
};

/** Cartesia over its WebSocket, with word times; at 8 kHz mu-law as the telephone has it. */
export class CartesiaVoice extends HttpVoice {
  readonly #socket: ContextSocket;

  constructor(private readonly options: CartesiaOptions) {
    const { key, url, model, voice, language } = options;
    const { origin } = new URL(url ?? 'https://api.cartesia.ai');
    const headers = { 'x-api-key': key, 'cartesia-version': VERSION };
    const descriptor = {
      ...CLOUD,
      name: 'cartesia',
      languages: [language ?? 'en'],
      marks: 'provider',
      firstAudioMs: 250,
      speedRange: [0.6, 1.5],
      styles: stylesOf(EMOTIONS),
      defaultVoice: voice,
      concurrency: 10,
      version: `cartesia ${model}`,
    } as const;
    super(descriptor, options, { origin, headers });
    this.#socket = new ContextSocket({
      target: () => ({ url: `${origin.replace(/^http/, 'ws')}/tts/websocket`, headers }),
      contextOf: (value) => textAt(value, 'context_id'),
      fatal: (value) => (textAt(value, 'type') === 'error' ? failureIn(value) : undefined),
      closed: () => ({ kind: 'truncated', message: 'the service closed the connection' }),
      idleMs: IDLE_MS,
    });
  }

  speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const narrow = job.sampleRateHz === 8000;
    const format: AudioFormat = { coding: narrow ? 'ulaw' : 'pcm_s16le', sampleRateHz: job.sampleRateHz };
    return speakInContext(this.#socket, job.signal, {
      begin: (id) => [
        {
          context_id: id,
          model_id: this.options.model,
          transcript: job.line,
          continue: false,
          voice: { mode: 'id', id: job.voice },
          language: this.options.language ?? 'en',
          output_format: {
            container: 'raw',
            encoding: narrow ? 'pcm_mulaw' : 'pcm_s16le',
            sample_rate: job.sampleRateHz,
          },
          add_timestamps: true,
          ...generationOf(job),
        },
      ],
      giveUp: (id) => ({ context_id: id, cancel: true }),
      take: (value, done) => {
        const type = textAt(value, 'type');
        const data = textAt(value, 'data');
        if (type === 'chunk' && data !== undefined) sink.audio(Buffer.from(data, 'base64'), format);
        else if (type === 'timestamps') sink.words(timedWords(member(value, 'word_timestamps')));
        // An error that does not end the context is a warning.
        else if (type === 'error' && member(value, 'done') !== false) done(err(failureIn(value)));
        else if (type === 'done') done(ok(undefined));
      },
    });
  }

  async probe(): Promise<Result<string, Failure>> {
    const path = `/voices/${encodeURIComponent(this.options.voice)}`;
    const voice = await this.read(path);
    return voice.ok ? ok('the key works, and there is the voice') : voice;
  }

  override async close(): Promise<void> {
    this.#socket.close();
    await super.close();
  }
}

function generationOf({ speed, style }: VoiceJob): object {
  const config = {
    ...(speed === 1 ? {} : { speed }),
    ...(style === 'neutral' ? {} : { emotion: EMOTIONS[style] }),
  };
  return Object.keys(config).length === 0 ? {} : { generation_config: config };
}

function timedWords(value: unknown): TimedText[] {
  const starts = numbersAt(value, 'start');
  const ends = numbersAt(value, 'end');
  return listAt(value, 'words').flatMap((text, index) => {
    const start = starts[index];
    const end = ends[index];
    if (typeof text !== 'string' || start === undefined || end === undefined) return [];
    return [{ text, startMs: 1000 * start, endMs: 1000 * end }];
  });
}

function failureIn(value: unknown): Failure {
  const status = numberAt(value, 'status_code');
  const code = textAt(value, 'error_code');
  const known = code !== undefined && /^[\w.-]{1,64}$/.test(code);
  return {
    kind: kindOf(status ?? 0, code ?? ''),
    message: 'the service refused the text',
    ...(status === undefined ? {} : { status }),
    ...(known ? { code } : {}),
  };
}

function kindOf(status: number, code: string): FailureKind {
  if (/concurrency|rate/.test(code) || status === 429) return 'rate_limit';
  if (/quota|credit|payment/.test(code) || status === 402) return 'quota_or_money';
  if (status === 401 || status === 403) return 'auth';
  return status >= 500 ? 'overloaded' : 'bad_request';
}
