import type { SttProviders } from '../../speech/index.js';
import { STT_NEEDS } from './check.js';
import type { SettingValues } from './settings.js';

/** The recogniser of the program itself. */
const EMBEDDED = 'moonshine';

/** Recognisers in the order in which they are asked, and what they are opened with. */
export function sttSettings(
  v: SettingValues,
  sherpaDir: string | undefined,
): { readonly stt: readonly string[]; readonly sttProviders: SttProviders } {
  const first = v.STT_PRIMARY_PROVIDER ?? EMBEDDED;
  const others = Object.entries(STT_NEEDS).flatMap(([name, key]) => (v[key] === undefined ? [] : [name]));
  // Whoever chooses the embedded one, or none, does not want audio to leave the machine.
  const stt = first === EMBEDDED ? [EMBEDDED] : [...new Set([first, ...others, EMBEDDED])];
  const key = v.STT_OPENAI_API_KEY;
  return {
    stt,
    sttProviders: {
      language: v.VAD_LANGUAGE,
      ...present('deepgram', v.DEEPGRAM_API_KEY, (given) => ({
        key: given,
        model: v.DEEPGRAM_MODEL,
        url: v.DEEPGRAM_URL,
      })),
      ...present('assemblyai', v.ASSEMBLYAI_API_KEY, (given) => ({
        key: given,
        model: v.ASSEMBLYAI_MODEL,
        url: v.ASSEMBLYAI_URL,
      })),
      ...present('gemini', v.GEMINI_API_KEY, (given) => ({
        key: given,
        model: v.VAD_MODEL_NAME,
        url: v.GEMINI_LIVE_URL,
      })),
      ...present('openai', v.STT_OPENAI_URL, (url) => ({
        url,
        model: v.WHISPER_MODEL,
        ...(key === undefined ? {} : { key }),
      })),
      ...present('sherpa', sherpaDir, (dir) => ({ dir })),
    },
  };
}

/** `{ [name]: settings }`, or nothing where what it needs is not given. */
function present<K extends string, T>(
  name: K,
  given: string | undefined,
  settings: (given: string) => T,
): Partial<Record<K, T>> {
  return given === undefined ? {} : ({ [name]: settings(given) } as Partial<Record<K, T>>);
}
