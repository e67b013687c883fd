import { expectedSentences } from '../../../src/kernel/expected-sentences.js';
import { requestId } from '../../../src/kernel/ids.js';
import { openStt } from '../../../src/speech/index.js';
import { voices } from '../expected/voices.js';
import { telephoneLine } from '../speech/degrade.js';

/** Texts as the recogniser hears them from a voice over G.711, in order. */
export async function heardOverTelephone(texts: readonly string[]): Promise<readonly string[]> {
  const speakers = voices('report');
  const line = telephoneLine(0);
  const stt = await openStt();
  try {
    const heard: string[] = [];
    for (const [k, text] of texts.entries()) {
      const pcm = line(speakers[k % speakers.length]?.speak(text) ?? new Int16Array(0), k);
      const result = await stt.transcribe({
        ...{ requestId: requestId(`spoken${k}`), pcm, sampleRateHz: 8000, kind: 'final' },
        expected: expectedSentences([]),
      });
      heard.push(result.ok ? result.value.text : '');
    }
    return heard;
  } finally {
    await stt.close();
  }
}
