import type { Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import type { AudioFormat } from '../../core/audio-decoder.js';
import type { TimedText } from '../../core/word-times.js';
import type { LatencyClass, SpeechStyle, Voice } from '../../ports.js';

/** One sentence for a provider. */
export interface VoiceJob {
  /** As it is to be said: numbers and signs are words already. */
  readonly line: string;
  /** The provider's own id of a voice. */
  readonly voice: string;
  /** Within the provider's range. */
  readonly speed: number;
  readonly style: SpeechStyle;
  readonly sampleRateHz: 8000 | 16000;
  readonly signal: AbortSignal;
}

/** Takes what a provider sends, in order, while {@link VoiceProvider.speak} runs. */
export interface VoiceSink {
  /** Audio as it came; `format` counts with the first piece, and a WAV header before it. */
  audio(bytes: Uint8Array, format: AudioFormat): void;
  /** When words are said, in the provider's audio. */
  words(words: readonly TimedText[]): void;
}

/** What a provider can do, and how it is to be asked. */
export interface ProviderDescriptor {
  /** Short name, also in metrics and settings. */
  readonly name: string;
  readonly languages: readonly string[];
  readonly marks: 'provider' | 'estimated';
  readonly latency: LatencyClass;
  /** Usual time to the first audio; what `auto` and the fail-over go by. */
  readonly firstAudioMs: number;
  /** Longest wait for the first audio of a sentence. */
  readonly firstAudioLimitMs: number;
  /** Longest pause between two pieces of audio. */
  readonly idleLimitMs: number;
  readonly speedRange: readonly [number, number];
  readonly styles: readonly SpeechStyle[];
  readonly defaultVoice: string;
  /** Sentences at once; further ones wait. */
  readonly concurrency: number;
  /** Belongs to the key of cached audio beside the name: the model. */
  readonly version: string;
}

/** What most services in the cloud have in common. */
export const CLOUD = {
  marks: 'estimated',
  latency: 'fast',
  firstAudioLimitMs: 2000,
  idleLimitMs: 1500,
} as const satisfies Partial<ProviderDescriptor>;

/** How each style is asked for. */
export type StyleWords = Readonly<Record<Exclude<SpeechStyle, 'neutral'>, string>>;

/** The styles that there are words for. */
export const stylesOf = (words: StyleWords): readonly SpeechStyle[] => Object.keys(words) as SpeechStyle[];

/** A foreign service that speaks. */
export interface VoiceProvider {
  readonly descriptor: ProviderDescriptor;
  /** Voices that are known; the default one is among them. */
  voices(): readonly Voice[];
  /** Speaks one sentence. Never rejects; resolves after the last call of the sink. */
  speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>>;
  /** Asks the service whether key, model and voice would do, without paying for audio: one sentence of what was found. */
  probe(): Promise<Result<string, Failure>>;
  close(): Promise<void>;
}

/** A voice of which only the id is known. */
export const namedVoice = (id: string, language = 'en-US', description = ''): Voice => ({
  id,
  language,
  gender: 'female',
  description,
});

/** The default voice and the others that are known by id, each once. */
export const voicesOf = ({
  voice,
  voices = [],
}: {
  readonly voice: string;
  readonly voices?: readonly string[];
}): Voice[] => [...new Set([voice, ...voices])].map((id) => namedVoice(id));
