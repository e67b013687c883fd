import { LeibnizError } from '../../kernel/errors.js';
import type { TtsEngine } from '../ports.js';
import { AzureVoice, type AzureOptions } from './providers/azure.js';
import { CartesiaVoice, type CartesiaOptions } from './providers/cartesia.js';
import { ElevenLabsVoice, type ElevenLabsOptions } from './providers/elevenlabs.js';
import { GeminiVoice, type GeminiVoiceOptions } from './providers/gemini.js';
import { OpenAiSpeech, type OpenAiSpeechOptions } from './providers/openai-speech.js';
import { openSherpaVoice, type SherpaVoiceOptions } from './providers/sherpa.js';
import { RemoteTts, type RemoteTtsOptions } from './remote-tts.js';

/** Servers with the speech interface of OpenAI, by the names of their settings. */
export const SERVER_NAMES = ['openai', 'kokoro', 'coqui', 'bark', 'zonos', 'nari_dia', 'tortoise'] as const;

/** Keys, models and addresses of voices outside of the program; one that is missing cannot be opened. */
export interface TtsProviders {
  readonly elevenlabs?: ElevenLabsOptions;
  readonly cartesia?: CartesiaOptions;
  readonly azure?: AzureOptions;
  readonly gemini?: GeminiVoiceOptions;
  readonly sherpa?: SherpaVoiceOptions;
  readonly servers?: Partial<Readonly<Record<(typeof SERVER_NAMES)[number], OpenAiSpeechOptions>>>;
}

type Opener = (providers: TtsProviders, options: RemoteTtsOptions) => Promise<TtsEngine>;

/** Openers by name. Nothing is connected before the first sentence; sherpa-onnx loads its voice. */
export const VOICE_OPENERS: Readonly<Record<string, Opener>> = {
  elevenlabs: async ({ elevenlabs }, options) =>
    new RemoteTts(new ElevenLabsVoice(needed(elevenlabs, 'elevenlabs')), options),
  cartesia: async ({ cartesia }, options) =>
    new RemoteTts(new CartesiaVoice(needed(cartesia, 'cartesia')), options),
  azure: async ({ azure }, options) => new RemoteTts(new AzureVoice(needed(azure, 'azure')), options),
  gemini: async ({ gemini }, options) => new RemoteTts(new GeminiVoice(needed(gemini, 'gemini')), options),
  sherpa: async ({ sherpa }, options) =>
    new RemoteTts(await openSherpaVoice(needed(sherpa, 'sherpa')), options),
  ...Object.fromEntries(
    SERVER_NAMES.map((name): [string, Opener] => [
      name,
      async ({ servers = {} }, options) =>
        new RemoteTts(new OpenAiSpeech(needed(servers[name], name)), options),
    ]),
  ),
};

/** @throws LeibnizError CONFIG_INVALID when the settings of an engine are not there */
function needed<T>(settings: T | undefined, name: string): T {
  if (settings !== undefined) return settings;
  throw new LeibnizError(
    'CONFIG_INVALID',
    `The voice "${name}" has no settings; docs/providers.md lists them.`,
    {
      field: 'tts',
    },
  );
}
