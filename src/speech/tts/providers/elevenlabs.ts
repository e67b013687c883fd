import { member, textAt } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { wordsOfAlignment } from '../../core/alignment.js';
import type { AudioFormat } from '../../core/audio-decoder.js';
import type { SpeechStyle } from '../../ports.js';
import { ContextSocket, speakInContext } from './context-socket.js';
import { HttpVoice, jsonValues } from './http-voice.js';
import { CLOUD, type VoiceJob, type VoiceSink } from './provider.js';

/** Settings of {@link ElevenLabsVoice}. */
export interface ElevenLabsOptions {
  readonly key: string;
  /** Default `https://api.elevenlabs.io`. */
  readonly url?: string | undefined;
  readonly model: string;
  /** Id of a voice, not its name. */
  readonly voice: string;
  /** Further voices that may be asked for. */
  readonly voices?: readonly string[];
  readonly transport: 'websocket' | 'http';
}

const URL_DEFAULT = 'https://api.elevenlabs.io';
/**
 * A socket carries five contexts at most, and is closed with all of them by a sixth. Contexts that are over count for a
 * while yet, so fewer are used.
 */
const CONTEXTS_PER_SOCKET = 3;
const MAX_CONTEXTS = 12;
/** The service closes a socket after twenty seconds without a context. */
const IDLE_MS = 15_000;
/** Expressiveness (`style`, 0 to 1) and steadiness by what is asked for; the model finds the emotion in the text. */
const SETTINGS: Readonly<Record<SpeechStyle, { readonly stability: number; readonly style: number }>> = {
  neutral: { stability: 0.5, style: 0 },
  service: { stability: 0.6, style: 0.1 },
  calm: { stability: 0.8, style: 0 },
  friendly: { stability: 0.45, style: 0.3 },
  happy: { stability: 0.4, style: 0.5 },
  sad: { stability: 0.5, style: 0.4 },
  empathetic: { stability: 0.55, style: 0.3 },
  excited: { stability: 0.3, style: 0.7 },
  angry: { stability: 0.35, style: 0.6 },
};

/**
 * ElevenLabs, over its multi-context WebSocket (one handshake for many sentences) or over HTTP. Both give the times of
 * every character. At 8 kHz the telephone's own mu-law is asked for: half the bytes of PCM, a sixth of 24 kHz.
 */
export class ElevenLabsVoice extends HttpVoice {
  /** By voice and format, which stand in the address. */
  readonly #sockets = new Map<string, ContextSocket[]>();
  readonly #origin: string;

  constructor(private readonly options: ElevenLabsOptions) {
    const { key, url, model, voice } = options;
    const { origin } = new URL(url ?? URL_DEFAULT);
    const descriptor = {
      ...CLOUD,
      name: 'elevenlabs',
      languages: ['en'],
      marks: 'provider',
      firstAudioMs: 300,
      speedRange: [0.7, 1.2],
      styles: (Object.keys(SETTINGS) as SpeechStyle[]).filter((style) => style !== 'neutral'),
      defaultVoice: voice,
      concurrency: MAX_CONTEXTS,
      version: `elevenlabs ${model}`,
    } as const;
    super(descriptor, options, { origin, headers: { 'xi-api-key': key } });
    this.#origin = origin;
  }

  speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    return this.options.transport === 'http' ? this.#overHttp(job, sink) : this.#overSocket(job, sink);
  }

  async probe(): Promise<Result<string, Failure>> {
    const voice = await this.read(`/v1/voices/${encodeURIComponent(this.options.voice)}`);
    if (!voice.ok) return voice;
    const models = await this.read('/v1/models');
    if (!models.ok) return models;
    const list = Array.isArray(models.value) ? (models.value as readonly unknown[]) : [];
    const ids = list.map((one) => textAt(one, 'model_id'));
    const { model } = this.options;
    if (ids.includes(model)) return ok(`the key works, and there are the voice and the model ${model}`);
    return err({ kind: 'bad_request', message: `the key works, but there is no model ${model}` });
  }

  override async close(): Promise<void> {
    for (const socket of [...this.#sockets.values()].flat()) socket.close();
    await super.close();
  }

  #overHttp(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const { output, format } = formatOf(job);
    const path = `/v1/text-to-speech/${encodeURIComponent(job.voice)}/stream/with-timestamps?output_format=${output}`;
    const body = {
      text: job.line,
      model_id: this.options.model,
      voice_settings: settingsOf(job),
      apply_text_normalization: 'off',
    };
    return this.stream({ path, body }, job, async (chunks) => {
      for await (const value of jsonValues(chunks)) {
        sink.words(wordsOfAlignment(member(value, 'alignment'), 0));
        const audio = textAt(value, 'audio_base64');
        if (audio !== undefined) sink.audio(Buffer.from(audio, 'base64'), format);
      }
    });
  }

  #overSocket(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const { output, format } = formatOf(job);
    const bytesPerMs = (format.sampleRateHz * (format.coding === 'pcm_s16le' ? 2 : 1)) / 1000;
    let bytes = 0;
    return speakInContext(this.#socket(job.voice, output), job.signal, {
      begin: (id) => [
        { text: ' ', voice_settings: settingsOf(job), context_id: id },
        { text: `${job.line} `, context_id: id, flush: true },
        { context_id: id, close_context: true },
      ],
      giveUp: (id) => ({ context_id: id, close_context: true }),
      take: (value, done) => {
        const failure = failureIn(value);
        if (failure !== undefined) {
          done(err(failure));
          return;
        }
        // Times count from the start of the chunk that they come with.
        sink.words(wordsOfAlignment(member(value, 'alignment'), bytes / bytesPerMs));
        const audio = textAt(value, 'audio');
        if (audio !== undefined && audio !== '') {
          const samples = Buffer.from(audio, 'base64');
          bytes += samples.length;
          sink.audio(samples, format);
        }
        if (member(value, 'isFinal') === true || member(value, 'is_final') === true) done(ok(undefined));
      },
    });
  }

  #socket(voice: string, output: string): ContextSocket {
    const key = `${voice} ${output}`;
    const sockets = this.#sockets.get(key) ?? [];
    this.#sockets.set(key, sockets);
    const free = sockets.find(({ size }) => size < CONTEXTS_PER_SOCKET);
    if (free !== undefined) return free;
    const query = new URLSearchParams({
      model_id: this.options.model,
      output_format: output,
      auto_mode: 'true',
      inactivity_timeout: '20',
      apply_text_normalization: 'off',
    });
    const url = `${this.#origin.replace(/^http/, 'ws')}/v1/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input?${query.toString()}`;
    const socket = new ContextSocket({
      target: () => ({ url, headers: { 'xi-api-key': this.options.key } }),
      contextOf: (value) => textAt(value, 'contextId') ?? textAt(value, 'context_id'),
      fatal: failureIn,
      closed: (code, reason) =>
        failureOfWord(reason) ?? {
          kind: code === 1008 ? 'bad_request' : 'truncated',
          message: 'the service closed the connection',
        },
      idleMs: IDLE_MS,
    });
    sockets.push(socket);
    return socket;
  }
}

function formatOf({ sampleRateHz }: VoiceJob): { readonly output: string; readonly format: AudioFormat } {
  return sampleRateHz === 8000
    ? { output: 'ulaw_8000', format: { coding: 'ulaw', sampleRateHz } }
    : { output: 'pcm_16000', format: { coding: 'pcm_s16le', sampleRateHz } };
}

function settingsOf({ speed, style }: VoiceJob): Readonly<Record<string, number>> {
  return { ...SETTINGS[style], similarity_boost: 0.8, speed };
}

/** An error message: `{message, error, code}`. */
function failureIn(value: unknown): Failure | undefined {
  const error = textAt(value, 'error');
  if (error === undefined) return undefined;
  return (
    failureOfWord(error) ?? {
      kind: 'bad_request',
      message: 'the service refused the text',
      code: wordOf(error),
    }
  );
}

function failureOfWord(text: string): Failure | undefined {
  const message = 'the service closed the connection';
  if (/quota|credit/.test(text)) return { kind: 'quota_or_money', message, code: wordOf(text) };
  if (/api_key|unauthori|forbidden/.test(text)) return { kind: 'auth', message, code: wordOf(text) };
  if (/concurrent|max_active|busy|rate/.test(text)) {
    return { kind: 'rate_limit', message, code: wordOf(text) };
  }
  if (/timeout/.test(text)) return { kind: 'overloaded', message, code: wordOf(text) };
  return undefined;
}

const wordOf = (text: string): string => /[\w.-]{1,64}/.exec(text)?.[0] ?? 'unknown';
