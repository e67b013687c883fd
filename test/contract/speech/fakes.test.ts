import { SttFailover } from '../../../src/speech/stt/failover.js';
import { EnergyVad } from '../../../src/speech/testing/energy-vad.js';
import { FakeStt } from '../../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../../src/speech/testing/fake-tts.js';
import { TtsFailover } from '../../../src/speech/tts/failover.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { sttContract } from './stt-suite.js';
import { ttsContract } from './tts-suite.js';
import { vadContract } from './vad-suite.js';

const tone = Int16Array.from({ length: 8000 }, (_, i) => 8000 * Math.sin(i / 3));

vadContract(
  'EnergyVad',
  async () => new EnergyVad(),
  async () => tone,
);
sttContract('FakeStt', async () => ({
  engine: new FakeStt(realScheduler),
  speech: tone,
  expected: /hello/,
  silence: new Int16Array(8000),
}));
ttsContract('FakeTts', async () => new FakeTts(realScheduler));

sttContract('SttFailover, the first fails', async () => ({
  engine: new SttFailover([
    new FakeStt(realScheduler, () => ({ error: 'failed' })),
    new FakeStt(realScheduler),
  ]),
  speech: tone,
  expected: /hello/,
  silence: new Int16Array(8000),
}));
ttsContract(
  'TtsFailover, the first fails',
  async () =>
    new TtsFailover([new FakeTts(realScheduler, { failWith: () => 'failed' }), new FakeTts(realScheduler)]),
);
