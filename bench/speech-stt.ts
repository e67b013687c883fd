import { requestId } from '../src/kernel/ids.js';
import { openSpeech, type SttEngine } from '../src/speech/index.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { cpuMs, quantile, round, spokenAudio } from './speech-audio.js';

const SECONDS = [0.5, 1, 2, 4, 8, 15] as const;
const ROUNDS = 5;

/** Cost of speech to text by length of audio, alone, and what several utterances at once do to each other. */
export async function run(): Promise<BenchReport> {
  const speech = await openSpeech({ sttWorkers: 2 });
  try {
    const audio = await spokenAudio(speech.tts, 16);
    const metrics: Record<string, number | BenchMetrics> = {};
    for (const seconds of SECONDS) {
      metrics[`audio_${String(seconds).replace('.', '_')}_s`] = await alone(
        speech.stt,
        audio.slice(0, seconds * 8000),
      );
    }
    const clip = audio.slice(0, 4 * 8000);
    const begin = performance.now();
    const waits = await Promise.all(Array.from({ length: 8 }, () => decode(speech.stt, clip)));
    metrics['eight_at_once_4_s'] = {
      utterances_per_s: round(8000 / (performance.now() - begin)),
      wall_ms_p50: quantile(waits, 0.5),
      wall_ms_max: quantile(waits, 1),
    };
    metrics['rss_mb'] = round(process.memoryUsage.rss() / 1e6);
    return { name: 'speech-stt', n: SECONDS.length * ROUNDS + 8, metrics };
  } finally {
    await speech.close();
  }
}

async function alone(stt: SttEngine, pcm: Int16Array): Promise<BenchMetrics> {
  const walls: number[] = [];
  const spent = await cpuMs(async () => {
    for (let i = 0; i < ROUNDS; i++) walls.push(await decode(stt, pcm));
  });
  return {
    cpu_ms: round(spent / ROUNDS),
    wall_ms_p50: quantile(walls, 0.5),
    wall_ms_max: quantile(walls, 1),
  };
}

async function decode(stt: SttEngine, pcm: Int16Array): Promise<number> {
  const begin = performance.now();
  const result = await stt.transcribe({
    requestId: requestId('bench'),
    pcm,
    sampleRateHz: 8000,
    kind: 'final',
  });
  if (!result.ok) throw new Error(result.error.message);
  return performance.now() - begin;
}
