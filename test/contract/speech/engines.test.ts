import { checkModels } from '../../../src/speech/models.js';
import { openMoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { Flite } from '../../../src/speech/tts/flite.js';
import { openFliteTts } from '../../../src/speech/tts/flite-tts.js';
import { openSileroVad } from '../../../src/speech/vad/silero-vad.js';
import { sttContract } from './stt-suite.js';
import { ttsContract } from './tts-suite.js';
import { vadContract } from './vad-suite.js';

const files = checkModels();
const flite = Flite.load(files.tts);
const say = (text: string): Int16Array =>
  flite.speak({ text, voice: 'rms', speed: 1, sampleRateHz: 8000 }).pcm;

vadContract(
  'Silero v6',
  () => openSileroVad({ file: files.vad }),
  async () => say('Good morning everyone, how are you?'),
);

sttContract('Moonshine tiny', async () => ({
  engine: await openMoonshineStt({ encoderFile: files.sttEncoder, decoderFile: files.sttDecoder }),
  speech: say('Yes, please.'),
  expected: /^yes,? please/i,
  silence: new Int16Array(12_000),
}));

ttsContract('flite', () => openFliteTts({ file: files.tts }));
