import { choice, factor, flag, modelName, path, secretText, url, voices, word } from './kinds.js';
import { optional, required } from './setting.js';

const key = (of: string) =>
  optional(secretText, {
    group: 'Text to speech',
    description: `Key of ${of}.`,
    example: 'the key of your account',
    secret: true,
  });
const server = (description: string, example: string) =>
  optional(url(['http', 'https']), { group: 'Text to speech', description, example, secret: 'url' });
const voice = (of: string, fallback: string) =>
  required(voices, fallback, {
    group: 'Text to speech',
    description: `Voices of ${of} that personas may name; the first is the usual one.`,
  });

/** Engines that `TTS_PRIMARY_PROVIDER` may name, in the order in which they follow the first. */
export const TTS_ENGINES = [
  'elevenlabs',
  'cartesia',
  'azure',
  'gemini',
  'openai',
  'kokoro',
  'sherpa',
  'coqui',
  'bark',
  'zonos',
  'nari_dia',
  'tortoise',
] as const;

/** Voices from outside of the program. */
export const TTS_SETTINGS = {
  TTS_PRIMARY_PROVIDER: optional(choice(['flite', 'auto', ...TTS_ENGINES]), {
    group: 'Text to speech',
    description:
      'Voice that is asked first. After it come the others that have a key, an address or a folder here, and always last the embedded one, flite. `auto`: of those, each text is given to the first that is quick enough for it. Unset or `flite`: no text leaves this machine.',
    example: 'elevenlabs',
  }),
  ELEVENLABS_API_KEY: key('ElevenLabs'),
  ELEVENLABS_URL: required(url(['http', 'https']), 'https://api.elevenlabs.io', {
    group: 'Text to speech',
    description: 'Address of ElevenLabs; the one of the region that texts may go to.',
  }),
  ELEVENLABS_MODEL: required(modelName, 'eleven_flash_v2_5', {
    group: 'Text to speech',
    description: 'Model of ElevenLabs.',
  }),
  ELEVENLABS_VOICE: required(voices, '21m00Tcm4TlvDq8ikWAM', {
    group: 'Text to speech',
    description: 'Ids of voices of ElevenLabs that personas may name; the first is the usual one.',
  }),
  ELEVENLABS_TRANSPORT: required(choice(['websocket', 'http']), 'websocket', {
    group: 'Text to speech',
    description: 'How ElevenLabs is asked: one socket for many sentences, or a request for each.',
  }),
  CARTESIA_API_KEY: key('Cartesia'),
  CARTESIA_URL: required(url(['http', 'https']), 'https://api.cartesia.ai', {
    group: 'Text to speech',
    description: 'Address of Cartesia.',
  }),
  CARTESIA_MODEL: required(modelName, 'sonic-3', {
    group: 'Text to speech',
    description: 'Model of Cartesia.',
  }),
  CARTESIA_VOICE: optional(voices, {
    group: 'Text to speech',
    description: 'Ids of voices of Cartesia; needed with CARTESIA_API_KEY. The first is the usual one.',
    example: 'the id of a voice of your account',
  }),
  USE_AZURE: optional(flag, {
    group: 'Text to speech',
    description:
      'true: Azure is the first voice, unless TTS_PRIMARY_PROVIDER is set. false: it is not asked though its key is set.',
    example: 'true',
  }),
  AZURE_SPEECH_KEY: key('Azure AI Speech'),
  AZURE_REGION: optional(word, {
    group: 'Text to speech',
    description: 'Region of that key.',
    example: 'westeurope',
  }),
  AZURE_TTS_URL: server(
    'Address of Azure AI Speech, where it is not the one of the region.',
    'https://speech.example.org',
  ),
  AZURE_VOICE: voice('Azure', 'en-US-JennyNeural'),
  GEMINI_TTS_MODEL: required(modelName, 'gemini-3.8-flash-lite-tts', {
    group: 'Text to speech',
    description:
      'Model of Gemini that speaks (name of November 2026). Models come and go: `leibniz config validate --online` tells whether it is still there.',
  }),
  GEMINI_TTS_VOICE: required(word, 'Kore', {
    group: 'Text to speech',
    description: 'Usual voice of Gemini.',
  }),
  GEMINI_TTS_URL: required(url(['http', 'https']), 'https://generativelanguage.googleapis.com', {
    group: 'Text to speech',
    description: 'Address of the Gemini API.',
  }),
  TTS_OPENAI_URL: server(
    'Server with the speech interface of OpenAI. `/v1` is added to an address without a path.',
    'http://127.0.0.1:8000/v1',
  ),
  TTS_OPENAI_API_KEY: key('TTS_OPENAI_URL, where it asks for one'),
  TTS_OPENAI_MODEL: required(modelName, 'tts-1', {
    group: 'Text to speech',
    description: 'Model of TTS_OPENAI_URL.',
  }),
  TTS_OPENAI_VOICE: voice('TTS_OPENAI_URL', 'alloy'),
  TTS_OPENAI_FLAVOUR: required(choice(['openai', 'speaches']), 'openai', {
    group: 'Text to speech',
    description:
      'What TTS_OPENAI_URL understands beside the interface: words about the style (openai), or the rate of the samples (speaches).',
  }),
  KOKORO_URL: server('Server of Kokoro-FastAPI.', 'http://127.0.0.1:8880'),
  KOKORO_VOICE: voice('Kokoro: default, male, female, neutral, or names such as af_bella', 'default'),
  KOKORO_LANGUAGE: required(choice(['en', 'es', 'fr']), 'en', {
    group: 'Text to speech',
    description: 'Language that Kokoro speaks.',
  }),
  KOKORO_SPEED: required(factor(0.5, 2), '1.0', {
    group: 'Text to speech',
    description: 'How fast Kokoro speaks.',
  }),
  TTS_SHERPA_DIR: optional(path, {
    group: 'Text to speech',
    description:
      'Folder with a voice of Piper, Kokoro or Kitten for sherpa-onnx: *.onnx, tokens.txt, espeak-ng-data, and voices.bin for the last two. Needs the package sherpa-onnx-node.',
    example: './models/vits-piper-en_US-amy-low',
    isPath: true,
  }),
  USE_COQUI: optional(flag, {
    group: 'Text to speech',
    description:
      'true: Coqui is the first voice, unless TTS_PRIMARY_PROVIDER is set. false: it is not asked though its address is set.',
    example: 'false',
  }),
  COQUI_URL: server('Server of Coqui with the speech interface of OpenAI.', 'http://127.0.0.1:5002'),
  COQUI_MODEL: required(modelName, 'tts_models/en/ljspeech/tacotron2-DDC', {
    group: 'Text to speech',
    description: 'Model of Coqui.',
  }),
  BARK_URL: server(
    'Server of Bark with the speech interface of OpenAI. Too slow for calls: for rendering.',
    'http://127.0.0.1:8100',
  ),
  BARK_USE_SMALL_MODELS: required(flag, 'false', {
    group: 'Text to speech',
    description: 'Whether Bark takes its small models.',
  }),
  BARK_VOICE_PRESET: required(
    choice(['v2/en_speaker_0', 'v2/en_speaker_1', 'v2/en_speaker_2', 'v2/en_speaker_3', 'v2/en_speaker_6']),
    'v2/en_speaker_1',
    { group: 'Text to speech', description: 'Voice of Bark.' },
  ),
  ZONOS_URL: server(
    'Server of Zonos with the speech interface of OpenAI. Too slow for calls: for rendering.',
    'http://127.0.0.1:8101',
  ),
  NARI_DIA_URL: server(
    'Server of Nari Dia with the speech interface of OpenAI. Minutes a sentence: for rendering.',
    'http://127.0.0.1:8102',
  ),
  TORTOISE_URL: server(
    'Server of Tortoise with the speech interface of OpenAI. Minutes to an hour: for rendering.',
    'http://127.0.0.1:8103',
  ),
  TORTOISE_VOICE: voice(
    'Tortoise',
    'emma,angie,daniel,deniro,freeman,geralt,halle,jlaw,lj,mol,myself,pat,rainbow,tom,train_atkins,train_dotrice,train_kennard,weaver,william,snakes',
  ),
} as const;
