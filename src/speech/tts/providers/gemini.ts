import { listAt, member, parsedJson, textAt } from '../../../kernel/json.js';
import { ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { sseEvents } from '../../../net/sse.js';
import { rateOfMime } from '../../core/audio-decoder.js';
import { HttpVoice, ReadFailed } from './http-voice.js';
import { CLOUD, stylesOf, type StyleWords, type VoiceJob, type VoiceSink } from './provider.js';

/** Settings of {@link GeminiVoice}. */
export interface GeminiVoiceOptions {
  readonly key: string;
  /** Default `https://generativelanguage.googleapis.com`. */
  readonly url?: string | undefined;
  readonly model: string;
  readonly voice: string;
}

/** Gemini has styles in words only: an instruction before the text. */
const STYLES: StyleWords = {
  happy: 'cheerfully',
  sad: 'sadly',
  empathetic: 'with empathy',
  calm: 'calmly',
  excited: 'with excitement',
  angry: 'angrily',
  friendly: 'in a friendly way',
  service: 'like a friendly, professional telephone agent',
};
const USUAL_RATE_HZ = 24_000;
/** Longest event of the stream: about half a minute of audio. */
const MAX_EVENT_BYTES = 4_000_000;
const VOICES =
  'Kore Puck Zephyr Charon Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel Algieba'.split(
    ' ',
  );

/** Speech of Gemini (`streamGenerateContent`, v1beta): whole sentences in, `audio/L16` in base64 out. */
export class GeminiVoice extends HttpVoice {
  readonly #path: string;

  constructor({ key, url, model, voice }: GeminiVoiceOptions) {
    const descriptor = {
      ...CLOUD,
      name: 'gemini',
      languages: ['en', 'de', 'es', 'fr', 'it', 'pt'],
      firstAudioMs: 900,
      firstAudioLimitMs: 3000,
      idleLimitMs: 2000,
      speedRange: [1, 1],
      styles: stylesOf(STYLES),
      defaultVoice: voice,
      concurrency: 8,
      version: `gemini ${model}`,
    } as const;
    const origin = url ?? 'https://generativelanguage.googleapis.com';
    super(descriptor, { voice, voices: VOICES }, { origin, headers: { 'x-goog-api-key': key } });
    this.#path = `/v1beta/models/${encodeURIComponent(model)}`;
  }

  speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const text = job.style === 'neutral' ? job.line : `Say ${STYLES[job.style]}: ${job.line}`;
    const body = {
      contents: [{ role: 'user', parts: [{ text }] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: job.voice } } },
      },
    };
    return this.stream({ path: `${this.#path}:streamGenerateContent?alt=sse`, body }, job, async (chunks) => {
      let finished = false;
      for await (const { data } of sseEvents(chunks, MAX_EVENT_BYTES)) {
        finished = takeEvent(data, sink) || finished;
      }
      // A stream that ends without a reason was cut, however friendly its end.
      if (!finished) throw new ReadFailed({ kind: 'truncated', message: 'the answer broke off' });
    });
  }

  async probe(): Promise<Result<string, Failure>> {
    const model = await this.read(this.#path);
    return model.ok ? ok('the key works, and there is the model') : model;
  }
}

/** @returns true at the event that tells why the answer ended */
function takeEvent(data: string, sink: VoiceSink): boolean {
  const event = parsedJson(data);
  const error = member(event, 'error');
  if (error !== undefined) {
    const kind = textAt(error, 'status') === 'RESOURCE_EXHAUSTED' ? 'rate_limit' : 'overloaded';
    throw new ReadFailed({ kind, message: 'the service broke off with an error' });
  }
  if (member(member(event, 'promptFeedback'), 'blockReason') !== undefined) {
    throw new ReadFailed({ kind: 'refused', message: 'the service refuses the text' });
  }
  const [candidate] = listAt(event, 'candidates');
  for (const part of listAt(member(candidate, 'content'), 'parts')) {
    const inline = member(part, 'inlineData');
    const encoded = textAt(inline, 'data');
    if (encoded === undefined) continue;
    const sampleRateHz = rateOfMime(textAt(inline, 'mimeType') ?? '') ?? USUAL_RATE_HZ;
    sink.audio(Buffer.from(encoded, 'base64'), { coding: 'pcm_s16le', sampleRateHz });
  }
  const reason = textAt(candidate, 'finishReason');
  if (reason !== undefined && reason !== 'STOP') {
    throw new ReadFailed({
      kind: reason === 'MAX_TOKENS' || reason === 'OTHER' ? 'truncated' : 'refused',
      message: 'the service ended the answer before its end',
    });
  }
  return reason === 'STOP';
}
