import { FakeStt } from '../../../../src/speech/testing/fake-stt.js';
import { realScheduler } from '../../../../src/threads/real-scheduler.js';
import { decoded } from './spoken-code.js';

/** An engine of whole utterances that understands the words of `spoken`. */
export const codedStt = (): FakeStt =>
  new FakeStt(realScheduler, ({ pcm, sampleRateHz }) => ({
    text: decoded(pcm, sampleRateHz)
      .map(({ text }) => text)
      .join(' '),
  }));
