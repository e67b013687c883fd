import { choice, language, modelName, path, seconds, secretText, url } from './kinds.js';
import { optional, required } from './setting.js';

/** Recognisers, and how long silence is waited in. */
export const STT_SETTINGS = {
  STT_PRIMARY_PROVIDER: optional(
    choice(['moonshine', 'deepgram', 'assemblyai', 'gemini', 'openai', 'sherpa']),
    {
      group: 'Speech to text',
      description:
        'Recogniser that is asked first. After it come the others that have a key, an address or a folder here, and always last the embedded one, moonshine. Unset or `moonshine`: audio does not leave this machine.',
      example: 'deepgram',
    },
  ),
  DEEPGRAM_API_KEY: optional(secretText, {
    group: 'Speech to text',
    description: 'Key of Deepgram.',
    example: 'the key of your project',
    secret: true,
  }),
  DEEPGRAM_MODEL: required(modelName, 'nova-3', {
    group: 'Speech to text',
    description: 'Model of Deepgram; `flux-*` models speak version 2 of its interface.',
  }),
  DEEPGRAM_URL: required(url(['wss', 'ws']), 'wss://api.deepgram.com', {
    group: 'Speech to text',
    description: 'Address of Deepgram, or of its server in your own network.',
  }),
  ASSEMBLYAI_API_KEY: optional(secretText, {
    group: 'Speech to text',
    description: 'Key of AssemblyAI.',
    example: 'the key of your account',
    secret: true,
  }),
  ASSEMBLYAI_MODEL: required(modelName, 'universal-streaming-english', {
    group: 'Speech to text',
    description: 'Streaming model of AssemblyAI.',
  }),
  ASSEMBLYAI_URL: required(url(['wss', 'ws']), 'wss://streaming.assemblyai.com', {
    group: 'Speech to text',
    description: 'Address of AssemblyAI; the one of the region that audio may go to.',
  }),
  VAD_MODEL_NAME: required(modelName, 'gemini-2.0-flash-exp', {
    group: 'Speech to text',
    description:
      'Model of the Gemini Live API that writes down what callers say. Models come and go: `leibniz config validate --online` tells whether it is still there.',
  }),
  GEMINI_LIVE_URL: required(url(['wss', 'ws']), 'wss://generativelanguage.googleapis.com', {
    group: 'Speech to text',
    description: 'Address of the Gemini Live API.',
  }),
  STT_OPENAI_URL: optional(url(['http', 'https']), {
    group: 'Speech to text',
    description:
      'Server with the transcription interface of OpenAI: Speaches, vLLM, faster-whisper, or OpenAI itself. `/v1` is added to an address without a path.',
    example: 'http://127.0.0.1:8000/v1',
  }),
  STT_OPENAI_API_KEY: optional(secretText, {
    group: 'Speech to text',
    description: 'Key of that server, where it asks for one.',
    example: 'sk-...',
    secret: true,
  }),
  WHISPER_MODEL: required(modelName, 'base.en', {
    group: 'Speech to text',
    description: 'Model of that server: tiny, base, small, medium, large, base.en, or its own name for one.',
  }),
  SHERPA_STT_DIR: optional(path, {
    group: 'Speech to text',
    description:
      'Folder with a streaming transducer of sherpa-onnx: encoder*.onnx, decoder*.onnx, joiner*.onnx, tokens.txt. Needs the package sherpa-onnx-node.',
    example: './models/sherpa-onnx-streaming-zipformer-en',
    isPath: true,
  }),
  VAD_LANGUAGE: required(language, 'en-US', {
    group: 'Speech to text',
    description: 'Language of the callers, for recognisers that know more than one.',
  }),
  VAD_TIMEOUT_INITIAL: required(seconds(1, 120), '10.0', {
    group: 'Conversation',
    description: 'Silence of the caller after which the agent speaks again.',
    unit: 's',
  }),
  VAD_TIMEOUT_GREETING: required(seconds(1, 120), '12.0', {
    group: 'Conversation',
    description: 'The same after the greeting.',
    unit: 's',
  }),
  VAD_TIMEOUT_DECISION: required(seconds(1, 120), '15.0', {
    group: 'Conversation',
    description: 'The same at a question that decides something, such as a confirmation.',
    unit: 's',
  }),
} as const;
