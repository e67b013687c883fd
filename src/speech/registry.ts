import { LeibnizError } from '../kernel/errors.js';
import type { Scheduler } from '../kernel/time.js';
import type { ResolvedModels } from './models.js';
import type { SttEngine, TtsEngine } from './ports.js';
import { openMoonshineStt } from './stt/moonshine-stt.js';
import { needed, PROVIDER_OPENERS, type SttProviders } from './stt/providers.js';
import { openSherpaStt } from './stt/sherpa-stt.js';
import type { Pronunciation } from './core/pronunciations.js';
import { openFliteTts } from './tts/flite-tts.js';
import { VOICE_OPENERS, type TtsProviders } from './tts/providers.js';

/** What an engine is opened with. */
export interface EngineSettings {
  readonly files: ResolvedModels;
  /** Worker threads of engines that have some. */
  readonly workers: number;
  readonly scheduler?: Scheduler;
  /** Keys and addresses of recognisers outside of the program. */
  readonly sttProviders?: SttProviders | undefined;
}

/** What a synthesiser is opened with. */
export interface TtsEngineSettings extends EngineSettings {
  readonly pronunciations?: readonly Pronunciation[];
  /** Keys and addresses of voices outside of the program. */
  readonly ttsProviders?: TtsProviders | undefined;
}

type SttOpener = (settings: EngineSettings) => Promise<SttEngine>;
type TtsOpener = (settings: TtsEngineSettings) => Promise<TtsEngine>;

/** Recognisers by name. */
const STT: Readonly<Record<string, SttOpener>> = {
  moonshine: ({ files, ...rest }) =>
    openMoonshineStt({ encoderFile: files.sttEncoder, decoderFile: files.sttDecoder, ...rest }),
  sherpa: ({ sttProviders, scheduler }) => {
    const { dir } = needed(sttProviders?.sherpa, 'sherpa', 'SHERPA_STT_DIR');
    const language = sttProviders?.language ?? 'en';
    return openSherpaStt({ dir, language, ...(scheduler === undefined ? {} : { scheduler }) });
  },
  ...Object.fromEntries(
    Object.entries(PROVIDER_OPENERS).map(([name, open]): [string, SttOpener] => [
      name,
      async ({ sttProviders, scheduler }) => open(sttProviders, scheduler),
    ]),
  ),
};

/** Synthesisers by name. */
const TTS: Readonly<Record<string, TtsOpener>> = {
  flite: ({ files, ...rest }) => openFliteTts({ file: files.tts, ...rest }),
  ...Object.fromEntries(
    Object.entries(VOICE_OPENERS).map(([name, open]): [string, TtsOpener] => [
      name,
      ({ ttsProviders = {}, pronunciations, scheduler }) =>
        open(ttsProviders, {
          ...(pronunciations === undefined ? {} : { pronunciations }),
          ...(scheduler === undefined ? {} : { scheduler }),
        }),
    ]),
  ),
};

/**
 * Finds a recogniser by name.
 *
 * @throws LeibnizError CONFIG_INVALID with the names that there are
 */
export const sttEngine = (name: string): SttOpener => named('speech-to-text', 'stt', STT, name);

/** As {@link sttEngine}, for synthesisers. */
export const ttsEngine = (name: string): TtsOpener => named('text-to-speech', 'tts', TTS, name);

function named<T>(what: string, field: string, engines: Readonly<Record<string, T>>, name: string): T {
  const engine = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (engine !== undefined) return engine;
  const known = Object.keys(engines).join(', ');
  throw new LeibnizError('CONFIG_INVALID', `There is no ${what} engine "${name}"; known: ${known}.`, {
    field,
  });
}

/** @throws LeibnizError CONFIG_INVALID with the voices that there are, when this one is not among them */
export function checkVoice(tts: TtsEngine, voice: string): void {
  const voices = tts.voices().map(({ id }) => id);
  if (voices.includes(voice)) return;
  const { engine } = tts.capabilities;
  throw new LeibnizError(
    'CONFIG_INVALID',
    `There is no voice "${voice}"; ${engine} has ${voices.join(', ')}.`,
    { field: 'voice' },
  );
}
