import { loadConfig } from '../../../src/app/config/index.js';

const speech = (env: Record<string, string>) => loadConfig(env).speech;
const sentence = (env: Record<string, string>): string => {
  try {
    loadConfig(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test('nothing set: the embedded voice, and no text leaves the machine', () => {
  expect(speech({})).toMatchObject({ tts: ['flite'], ttsAuto: false });
  expect(speech({ GEMINI_API_KEY: 'k', ELEVENLABS_API_KEY: 'k' }).tts).toEqual(['flite']);
  expect(loadConfig({ ELEVENLABS_API_KEY: 'k' }).warnings.join()).toContain(
    'ELEVENLABS_API_KEY is set although TTS_PRIMARY_PROVIDER is not',
  );
});

test('the named one first, then those with a key, the embedded one last', () => {
  const env = {
    ...{ ELEVENLABS_API_KEY: 'k', GEMINI_API_KEY: 'k', AZURE_SPEECH_KEY: 'k', AZURE_REGION: 'westeurope' },
    KOKORO_URL: 'http://127.0.0.1:8880',
  };
  expect(speech({ ...env, TTS_PRIMARY_PROVIDER: 'gemini' }).tts).toEqual([
    'gemini',
    'elevenlabs',
    'azure',
    'kokoro',
    'flite',
  ]);
  expect(speech({ ...env, TTS_PRIMARY_PROVIDER: 'auto' })).toMatchObject({
    tts: ['elevenlabs', 'azure', 'gemini', 'kokoro', 'flite'],
    ttsAuto: true,
  });
  expect(speech({ ...env, USE_AZURE: 'true' }).tts[0]).toBe('azure');
  expect(speech({ ...env, USE_AZURE: 'false', TTS_PRIMARY_PROVIDER: 'elevenlabs' }).tts).not.toContain(
    'azure',
  );
  expect(speech({ ...env, TTS_PRIMARY_PROVIDER: 'flite' }).tts).toEqual(['flite']);
});

test.each([
  [
    { TTS_PRIMARY_PROVIDER: 'espeak' },
    /^TTS_PRIMARY_PROVIDER is "espeak": it must be one of flite, auto, elevenlabs/,
  ],
  [
    { TTS_PRIMARY_PROVIDER: 'elevenlabs' },
    /^ELEVENLABS_API_KEY is not set although TTS_PRIMARY_PROVIDER is "elevenlabs", which needs it/,
  ],
  [{ USE_AZURE: 'true' }, /^AZURE_SPEECH_KEY is not set although USE_AZURE is true, which needs it/],
  [
    { USE_AZURE: 'true', USE_COQUI: 'true' },
    /^USE_COQUI is true although USE_AZURE is true: only one voice can be the first/,
  ],
  [
    { USE_AZURE: 'true', TTS_PRIMARY_PROVIDER: 'gemini' },
    /^USE_AZURE is true although TTS_PRIMARY_PROVIDER is "gemini": only one voice/,
  ],
  [{ AZURE_SPEECH_KEY: 'k' }, /^AZURE_REGION is not set although AZURE_SPEECH_KEY is/],
  [{ TTS_OPENAI_API_KEY: 'k' }, /^TTS_OPENAI_URL is not set although TTS_OPENAI_API_KEY is/],
  [{ KOKORO_SPEED: '3' }, /^KOKORO_SPEED is "3": it must be a number from 0.5 to 2/],
])('%j is one sentence', (env, expected) => {
  expect(sentence(env as Record<string, string>)).toMatch(expected);
});

test('words for voices of Kokoro', () => {
  const { ttsProviders } = speech({
    KOKORO_URL: 'http://k:1',
    KOKORO_VOICE: 'male,af_sky',
    KOKORO_LANGUAGE: 'fr',
  });
  expect(ttsProviders.servers?.kokoro).toMatchObject({
    voice: 'am_adam',
    voices: ['af_sky'],
    extra: { lang_code: 'f' },
  });
});
