import type { TtsProviders } from '../../speech/index.js';
import type { ConfigProblem } from './problem.js';
import type { SettingKey, SettingValues } from './settings.js';
import { TTS_ENGINES } from './settings-tts.js';

type Engine = (typeof TTS_ENGINES)[number];

/** What each voice from outside needs. */
const NEEDS: Readonly<Record<Engine, readonly SettingKey[]>> = {
  elevenlabs: ['ELEVENLABS_API_KEY'],
  cartesia: ['CARTESIA_API_KEY', 'CARTESIA_VOICE'],
  azure: ['AZURE_SPEECH_KEY'],
  gemini: ['GEMINI_API_KEY'],
  openai: ['TTS_OPENAI_URL'],
  kokoro: ['KOKORO_URL'],
  sherpa: ['TTS_SHERPA_DIR'],
  coqui: ['COQUI_URL'],
  bark: ['BARK_URL'],
  zonos: ['ZONOS_URL'],
  nari_dia: ['NARI_DIA_URL'],
  tortoise: ['TORTOISE_URL'],
};

const EMBEDDED = 'flite';
/** Kokoro's voices behind the words that people use for them. */
const KOKORO_VOICES: Readonly<Record<string, string>> = {
  default: 'af_bella',
  female: 'af_bella',
  male: 'am_adam',
  neutral: 'af_sky',
};
const KOKORO_LANGUAGES = { en: 'a', es: 'e', fr: 'f' } as const;

type Values = Partial<SettingValues>;

/** The first choice; `undefined` when nothing is chosen. */
function chosen(v: Values): 'flite' | 'auto' | Engine | undefined {
  return (
    v.TTS_PRIMARY_PROVIDER ?? (v.USE_AZURE === true ? 'azure' : v.USE_COQUI === true ? 'coqui' : undefined)
  );
}

/** Whether an engine has all it needs and is not switched off. */
function isReady(engine: Engine, v: Values): boolean {
  if (engine === 'azure' && v.USE_AZURE === false) return false;
  if (engine === 'coqui' && v.USE_COQUI === false) return false;
  return NEEDS[engine].every((key) => v[key] !== undefined);
}

/** The first thing that is wrong with the choice of voices. */
export function ttsProblem(v: Values): ConfigProblem | undefined {
  const first = chosen(v);
  const wanted = [
    ...(v.USE_AZURE === true ? (['azure'] as const) : []),
    ...(v.USE_COQUI === true ? (['coqui'] as const) : []),
  ];
  const other = wanted.find((engine) => engine !== first && first !== 'auto');
  if (other !== undefined) {
    const key = other === 'azure' ? 'USE_AZURE' : 'USE_COQUI';
    const rival =
      v.TTS_PRIMARY_PROVIDER === undefined ? 'USE_AZURE is true' : `TTS_PRIMARY_PROVIDER is "${first}"`;
    return {
      keys: [key, v.TTS_PRIMARY_PROVIDER === undefined ? 'USE_AZURE' : 'TTS_PRIMARY_PROVIDER'],
      message: `${key} is true although ${rival}: only one voice can be the first; leave one of them out`,
    };
  }
  if (first !== undefined && first !== 'flite' && first !== 'auto') {
    const missing = NEEDS[first].find((key) => v[key] === undefined);
    const why =
      v.TTS_PRIMARY_PROVIDER === undefined
        ? `USE_${first.toUpperCase()} is true`
        : `TTS_PRIMARY_PROVIDER is "${first}"`;
    if (missing !== undefined) {
      return {
        keys: [
          missing,
          v.TTS_PRIMARY_PROVIDER === undefined
            ? first === 'azure'
              ? 'USE_AZURE'
              : 'USE_COQUI'
            : 'TTS_PRIMARY_PROVIDER',
        ],
        message: `${missing} is not set although ${why}, which needs it: set ${missing}, or choose another voice`,
      };
    }
  }
  return keyWithoutPlace(v);
}

/** Keys that cannot be used because it is not said where. */
function keyWithoutPlace(v: Values): ConfigProblem | undefined {
  const pairs: readonly (readonly [SettingKey, SettingKey, boolean])[] = [
    ['AZURE_SPEECH_KEY', 'AZURE_REGION', v.AZURE_TTS_URL === undefined],
    ['TTS_OPENAI_API_KEY', 'TTS_OPENAI_URL', true],
    ['CARTESIA_API_KEY', 'CARTESIA_VOICE', true],
  ];
  const found = pairs.find(
    ([key, place, matters]) => matters && v[key] !== undefined && v[place] === undefined,
  );
  if (found === undefined) return undefined;
  const [key, place] = found;
  return { keys: [place, key], message: `${place} is not set although ${key} is: set both or neither` };
}

/** Keys that are set and not used. A key of Gemini serves language models and recognisers too. */
export function ttsWarnings(v: SettingValues): string[] {
  if (chosen(v) !== undefined) return [];
  return TTS_ENGINES.filter((engine) => engine !== 'gemini' && isReady(engine, v)).map(
    (engine) =>
      `${NEEDS[engine][0]} is set although TTS_PRIMARY_PROVIDER is not: texts are spoken on this machine; set TTS_PRIMARY_PROVIDER=${engine} to use it`,
  );
}

/** Voices in the order in which they are asked, and what they are opened with. */
export function ttsSettings(
  v: SettingValues,
  sherpaDir: string | undefined,
): { readonly tts: readonly string[]; readonly ttsAuto: boolean; readonly ttsProviders: TtsProviders } {
  const first = chosen(v) ?? EMBEDDED;
  const ready = TTS_ENGINES.filter((engine) => isReady(engine, v));
  const named = first === 'auto' ? ready : [first, ...ready];
  // Whoever chooses the embedded one, or none, does not want texts to leave the machine.
  const tts = first === EMBEDDED ? [EMBEDDED] : [...new Set([...named, EMBEDDED])];
  return { tts, ttsAuto: first === 'auto', ttsProviders: providersOf(v, sherpaDir) };
}

function providersOf(v: SettingValues, sherpaDir: string | undefined): TtsProviders {
  const {
    ELEVENLABS_API_KEY: eleven,
    CARTESIA_API_KEY: cartesia,
    AZURE_SPEECH_KEY: azure,
    GEMINI_API_KEY: gemini,
  } = v;
  return {
    ...(eleven === undefined
      ? {}
      : {
          elevenlabs: {
            ...{
              key: eleven,
              url: v.ELEVENLABS_URL,
              model: v.ELEVENLABS_MODEL,
              transport: v.ELEVENLABS_TRANSPORT,
            },
            ...voicesOf(v.ELEVENLABS_VOICE),
          },
        }),
    ...(cartesia === undefined
      ? {}
      : {
          cartesia: {
            key: cartesia,
            url: v.CARTESIA_URL,
            model: v.CARTESIA_MODEL,
            ...voicesOf(v.CARTESIA_VOICE ?? []),
          },
        }),
    ...(azure === undefined
      ? {}
      : {
          azure: {
            key: azure,
            region: v.AZURE_REGION ?? '',
            url: v.AZURE_TTS_URL,
            ...voicesOf(v.AZURE_VOICE),
          },
        }),
    ...(gemini === undefined
      ? {}
      : {
          gemini: {
            key: gemini,
            url: v.GEMINI_TTS_URL,
            model: v.GEMINI_TTS_MODEL,
            voice: v.GEMINI_TTS_VOICE,
          },
        }),
    ...(sherpaDir === undefined ? {} : { sherpa: { dir: sherpaDir } }),
    servers: serversOf(v),
  };
}

function serversOf(v: SettingValues): NonNullable<TtsProviders['servers']> {
  const bark = v.BARK_USE_SMALL_MODELS ? 'bark-small' : 'bark';
  const kokoro = v.KOKORO_VOICE.map((name) => KOKORO_VOICES[name] ?? name);
  return {
    ...at(v.TTS_OPENAI_URL, (url) => ({
      openai: {
        ...{ server: v.TTS_OPENAI_FLAVOUR, url, key: v.TTS_OPENAI_API_KEY, model: v.TTS_OPENAI_MODEL },
        ...voicesOf(v.TTS_OPENAI_VOICE),
      },
    })),
    ...at(v.KOKORO_URL, (url) => ({
      kokoro: {
        ...{ server: 'kokoro' as const, url, model: 'kokoro', speed: v.KOKORO_SPEED, ...voicesOf(kokoro) },
        extra: { lang_code: KOKORO_LANGUAGES[v.KOKORO_LANGUAGE] },
      },
    })),
    ...at(v.COQUI_URL, (url) => ({
      coqui: { server: 'coqui' as const, url, model: v.COQUI_MODEL, voice: 'default' },
    })),
    ...at(v.BARK_URL, (url) => ({
      bark: { server: 'bark' as const, url, model: bark, voice: v.BARK_VOICE_PRESET },
    })),
    ...at(v.ZONOS_URL, (url) => ({
      zonos: { server: 'zonos' as const, url, model: 'zonos', voice: 'default' },
    })),
    ...at(v.NARI_DIA_URL, (url) => ({
      nari_dia: { server: 'nari_dia' as const, url, model: 'dia', voice: 'default' },
    })),
    ...at(v.TORTOISE_URL, (url) => ({
      tortoise: { server: 'tortoise' as const, url, model: 'tortoise', ...voicesOf(v.TORTOISE_VOICE) },
    })),
  };
}

const voicesOf = ([voice = '', ...voices]: readonly string[]): {
  readonly voice: string;
  readonly voices: readonly string[];
} => ({
  voice,
  voices,
});

const at = <T extends object>(url: string | undefined, settings: (url: string) => T): T | object =>
  url === undefined ? {} : settings(url);
