import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AzureVoice } from '../../../src/speech/tts/providers/azure.js';
import { CartesiaVoice } from '../../../src/speech/tts/providers/cartesia.js';
import { ElevenLabsVoice } from '../../../src/speech/tts/providers/elevenlabs.js';
import { GeminiVoice } from '../../../src/speech/tts/providers/gemini.js';
import { OpenAiSpeech, type SpeechServer } from '../../../src/speech/tts/providers/openai-speech.js';
import { openSherpaVoice } from '../../../src/speech/tts/providers/sherpa.js';
import type { VoiceProvider } from '../../../src/speech/tts/providers/provider.js';
import { RemoteTts } from '../../../src/speech/tts/remote-tts.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { AzureStandIn } from '../../support/providers/tts/azure-stand-in.js';
import { CartesiaStandIn } from '../../support/providers/tts/cartesia-stand-in.js';
import { ElevenLabsStandIn } from '../../support/providers/tts/elevenlabs-stand-in.js';
import { GeminiVoiceStandIn } from '../../support/providers/tts/gemini-voice-stand-in.js';
import { OpenAiSpeechStandIn } from '../../support/providers/tts/openai-speech-stand-in.js';
import type { VoiceStandIn } from '../../support/providers/tts/voice-stand-in.js';
import { ttsContract } from './tts-suite.js';
import { faultsOf } from './tts-faults.js';

const KEY = 'right-key';

/** Engines over a stand-in of their provider. */
const ENGINES: Readonly<
  Record<string, { stand: () => VoiceStandIn; open: (url: string, key: string) => VoiceProvider }>
> = {
  'ElevenLabs, WebSocket': {
    stand: () => new ElevenLabsStandIn(KEY),
    open: (url, key) =>
      new ElevenLabsVoice({ url, key, model: 'flash', voice: 'rachel', transport: 'websocket' }),
  },
  'ElevenLabs, HTTP': {
    stand: () => new ElevenLabsStandIn(KEY),
    open: (url, key) => new ElevenLabsVoice({ url, key, model: 'flash', voice: 'rachel', transport: 'http' }),
  },
  Azure: {
    stand: () => new AzureStandIn(KEY),
    open: (url, key) => new AzureVoice({ url, key, region: 'nowhere', voice: 'en-US-JennyNeural' }),
  },
  Gemini: {
    stand: () => new GeminiVoiceStandIn(KEY),
    open: (url, key) => new GeminiVoice({ url, key, model: 'tts', voice: 'Kore' }),
  },
  Cartesia: {
    stand: () => new CartesiaStandIn(KEY),
    open: (url, key) => new CartesiaVoice({ url, key, model: 'sonic', voice: 'v1' }),
  },
  ...Object.fromEntries(
    (['openai', 'speaches', 'kokoro', 'coqui', 'bark'] as const satisfies readonly SpeechServer[]).map(
      (server) => [
        `${server} over the OpenAI interface`,
        {
          stand: () => Object.assign(new OpenAiSpeechStandIn(KEY), { captions: server === 'kokoro' }),
          open: (url: string, key: string) =>
            new OpenAiSpeech({ server, url, key, model: 'm', voice: 'af_bella', voices: ['bm_lewis'] }),
        },
      ],
    ),
  ),
};

for (const [name, { stand, open }] of Object.entries(ENGINES)) {
  let standIn: VoiceStandIn;
  describe(name, () => {
    beforeEach(async () => {
      standIn = await stand().listen();
    });
    afterEach(() => standIn.close());
    ttsContract(name, async () => new RemoteTts(open(standIn.url, KEY)));
    faultsOf(() => ({ standIn, open: (key = KEY) => open(standIn.url, key) }));
  });
}

describe('sherpa-onnx', () => {
  let dir: string;
  const module = pathToFileURL(join(projectRoot(), 'test/support/providers/tts/sherpa-tts-module.mjs')).href;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'voice-'));
    for (const file of ['en_US-some.onnx', 'tokens.txt']) writeFileSync(join(dir, file), '');
    mkdirSync(join(dir, 'espeak-ng-data'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  ttsContract('sherpa-onnx', async () => new RemoteTts(await openSherpaVoice({ dir, module })));

  test('what is missing is said in one sentence', async () => {
    await expect(openSherpaVoice({ dir, module: 'no-such-package' })).rejects.toThrow(
      'TTS_SHERPA_DIR is set although the package no-such-package cannot be loaded: run npm install no-such-package, or leave it unset.',
    );
    await expect(openSherpaVoice({ dir: '/nowhere', module })).rejects.toThrow(
      'the folder /nowhere cannot be read',
    );
    rmSync(join(dir, 'tokens.txt'));
    await expect(openSherpaVoice({ dir, module })).rejects.toThrow('has no tokens.txt');
    writeFileSync(join(dir, 'tokens.txt'), '');
    writeFileSync(join(dir, 'a-broken.onnx'), '');
    rmSync(join(dir, 'en_US-some.onnx'));
    await expect(openSherpaVoice({ dir, module })).rejects.toThrow('cannot load the voice');
  });
});
