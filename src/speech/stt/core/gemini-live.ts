import { jsonObject, member, objectOf, textAt, type Fields } from '../../../kernel/json.js';
import { linear16 } from './linear16.js';
import type { ProviderEvent, SttProtocol } from './protocol.js';
import { COMMON, trimmedAt } from './readings.js';

/** What is asked of Gemini. */
export interface GeminiLiveOptions {
  /** Name of the model, without `models/`. */
  readonly model: string;
  /** BCP 47. */
  readonly language: string;
}

const LIVE_PATH = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent';

/** Address of the Live API below `wss://generativelanguage.googleapis.com`. It holds the key: it is never shown. */
export const geminiLivePath = (key: string): string => `${LIVE_PATH}?key=${encodeURIComponent(key)}`;

/** What a model that converses is told; its answers are not listened to. */
const SILENCE = 'You only transcribe what is said. Answer every turn with the single word "ok".';

/**
 * The Gemini Live API as a recogniser. Models for transcription write down what they hear; models that converse write
 * down what they heard beside an answer that is thrown away. Words carry neither times nor confidence, so audio goes
 * over utterance by utterance, as our own voice activity detection finds them.
 * Source: ai.google.dev/api/live, ai.google.dev/gemini-api/docs/live-api/live-transcribe.
 */
export function geminiLive({ model, language }: GeminiLiveOptions): SttProtocol {
  const transcribes = /transcribe/i.test(model);
  const input = (value: object): string => JSON.stringify({ realtimeInput: value });
  return {
    ...COMMON,
    engine: 'gemini-live',
    gated: true,
    chunkMs: [20, 250],
    replayMs: 0,
    quietMs: 400,
    opening: (handle) => [JSON.stringify({ setup: setupOf(model, language, transcribes, handle) })],
    parse: (message) => {
      const event = jsonObject(message);
      return event === undefined ? [] : events(event, transcribes);
    },
    audio: (pcm, sampleRateHz) =>
      input({ audio: { data: base64(linear16(pcm)), mimeType: `audio/pcm;rate=${sampleRateHz}` } }),
    start: () => (transcribes ? [] : [input({ activityStart: {} })]),
    finalize: () => [input(transcribes ? { audioStreamEnd: true } : { activityEnd: {} })],
  };
}

function setupOf(model: string, language: string, transcribes: boolean, handle: string | undefined): object {
  return {
    model: `models/${model}`,
    generationConfig: { responseModalities: [transcribes ? 'TEXT' : 'AUDIO'] },
    ...(transcribes ? {} : { systemInstruction: { parts: [{ text: SILENCE }], role: 'user' } }),
    ...(transcribes ? {} : { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } }),
    inputAudioTranscription: transcribes ? { languageCodes: [language] } : {},
    sessionResumption: handle === undefined ? {} : { handle },
    contextWindowCompression: { slidingWindow: {} },
  };
}

/** A message may hold several things at once. */
function events(event: Fields, transcribes: boolean): readonly ProviderEvent[] {
  const out: ProviderEvent[] = [];
  if (objectOf(event['setupComplete']) !== undefined) out.push({ type: 'ready' });
  const content = objectOf(event['serverContent']);
  // Texts keep their blanks: pieces are joined as they come.
  const interim = textAt(member(content, 'interimInputTranscription'), 'text') ?? '';
  const heard = member(content, 'inputTranscription');
  const text = textAt(heard, 'text') ?? '';
  if (interim.trim() !== '') out.push({ type: 'piece', append: false, text: interim });
  if (text !== '') out.push({ type: 'piece', append: true, text });
  // The end of the answer follows the transcription; the end of generation alone may come before it.
  const over =
    content?.['turnComplete'] === true || (transcribes && content?.['generationComplete'] === true);
  if (over || member(heard, 'finished') === true) out.push({ type: 'flushed' });
  const update = objectOf(event['sessionResumptionUpdate']);
  const handle = trimmedAt(update, 'newHandle');
  // While it generates there is no handle; the last good one stays.
  if (update?.['resumable'] === true && handle !== '') out.push({ type: 'handle', handle });
  if (objectOf(event['goAway']) !== undefined) out.push({ type: 'leaving' });
  return out;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
