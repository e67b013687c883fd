import { checkModels } from '../../../src/speech/models.js';
import type { VadEngine } from '../../../src/speech/ports.js';
import { Flite } from '../../../src/speech/tts/flite.js';
import { openSileroVad } from '../../../src/speech/vad/silero-vad.js';

const files = checkModels();
const WINDOW = 256;
/** Windows of one second. */
const SECOND = 8000;

/** Judgements of audio that comes window by window, as on a call. */
async function judge(engine: VadEngine, pcm: Int16Array): Promise<number[]> {
  const seen: number[] = [];
  const stream = engine.open((p) => seen.push(p));
  for (let at = 0; at + WINDOW <= pcm.length; at += WINDOW) {
    stream.push(pcm.subarray(at, at + WINDOW), at);
    for (let wait = 0; seen.length < at / WINDOW + 1 && wait < 200; wait++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  stream.close();
  return seen;
}

test('lasting digital silence costs the model nothing, and speech after it is found as soon as ever', async () => {
  const engine = await openSileroVad({ file: files.vad });
  try {
    const words = Flite.load(files.tts).speak({
      text: 'Good morning, how are you?',
      voice: 'rms',
      speed: 1,
      sampleRateHz: 8000,
    }).pcm;
    const after = (seconds: number): Int16Array => {
      const lead = Math.round((seconds * SECOND) / WINDOW) * WINDOW;
      const pcm = new Int16Array(lead + words.length);
      pcm.set(words, lead);
      return pcm;
    };
    const onset = (seen: readonly number[], seconds: number): number =>
      seen.findIndex((p) => p >= 0.5) - Math.round((seconds * SECOND) / WINDOW);
    const short = await judge(engine, after(0.5));
    const { batches, windows } = engine.stats();
    const long = await judge(engine, after(20));
    const spoken = Math.ceil(words.length / WINDOW);
    expect(onset(long, 20)).toBeLessThanOrEqual(onset(short, 0.5) + 1);
    expect(long.filter((p) => p >= 0.5).length).toBeGreaterThan(0.9 * short.filter((p) => p >= 0.5).length);
    expect(engine.stats().windows - windows).toBe(long.length);
    expect(engine.stats().batches - batches).toBeLessThan(spoken + 40);
  } finally {
    await engine.close();
  }
});
