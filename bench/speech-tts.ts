import { requestId } from '../src/kernel/ids.js';
import { checkModels } from '../src/speech/models.js';
import { openFliteTts, type FliteTts } from '../src/speech/tts/flite-tts.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { cpuMs, quantile, round } from './speech-audio.js';

const ROUNDS = 8;
const TEXTS: Readonly<Record<string, string>> = {
  one_word: 'Hello.',
  three_words: 'One moment please.',
  sentence: 'Your appointment is on Thursday at half past two in the afternoon.',
  two_sentences: 'The office is open from nine until five. Would you like to book an appointment there?',
};

/** Cost of speech synthesis by text and voice, and the time to the first sentence. */
export async function run(): Promise<BenchReport> {
  const tts = await openFliteTts({ file: checkModels().tts, cacheItems: 1 });
  try {
    const metrics: Record<string, number | BenchMetrics> = {};
    for (const [name, text] of Object.entries(TEXTS)) metrics[name] = await measure(tts, text, 'rms');
    const { sentence = '' } = TEXTS;
    for (const { id } of tts.voices()) metrics[`voice_${id}`] = await measure(tts, sentence, id);
    metrics['rss_mb'] = round(process.memoryUsage.rss() / 1e6);
    return { name: 'speech-tts', n: (Object.keys(TEXTS).length + tts.voices().length) * ROUNDS, metrics };
  } finally {
    await tts.close();
  }
}

async function measure(tts: FliteTts, text: string, voice: string): Promise<BenchMetrics> {
  const walls: number[] = [];
  const firsts: number[] = [];
  let audioMs = 0;
  const spent = await cpuMs(async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const begin = performance.now();
      let first: number | undefined;
      const result = await tts.synthesize({
        requestId: requestId('bench'),
        text,
        voice,
        // A speed of its own per round keeps the cache out of it.
        speed: 1 + i / 1000,
        sampleRateHz: 8000,
        onChunk: () => {
          first ??= performance.now() - begin;
        },
      });
      if (!result.ok) throw new Error(result.error.message);
      walls.push(performance.now() - begin);
      firsts.push(first ?? 0);
      audioMs += result.value.durationMs;
    }
  });
  return {
    cpu_ms: round(spent / ROUNDS),
    wall_ms_p50: quantile(walls, 0.5),
    first_sentence_ms_p50: quantile(firsts, 0.5),
    audio_ms: round(audioMs / ROUNDS),
    cpu_s_per_audio_s: round(spent / audioMs),
  };
}
