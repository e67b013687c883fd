import { checkModels } from '../src/speech/models.js';
import { openFliteTts } from '../src/speech/tts/flite-tts.js';
import { openSileroVad, type SileroVad } from '../src/speech/vad/silero-vad.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { cpuMs, round, spokenAudio } from './speech-audio.js';

const STREAMS = [1, 4, 8, 16, 32] as const;
const SECONDS = 8;
const FRAME_SAMPLES = 160;

/** Cost of voice activity detection per window of 32 ms, for one stream alone and for several in one batch. */
export async function run(): Promise<BenchReport> {
  const files = checkModels();
  const tts = await openFliteTts({ file: files.tts });
  const audio = await spokenAudio(tts, SECONDS);
  await tts.close();
  const metrics: Record<string, BenchMetrics> = {};
  let windows = 0;
  for (const streams of STREAMS) {
    // Every stream has its window before the batch starts, so no window has to wait for others.
    const vad = await openSileroVad({ file: files.vad, batchWaitMs: 0 });
    await feed(vad, audio.subarray(0, 8000), streams);
    const before = vad.stats();
    const spent = await cpuMs(() => feed(vad, audio, streams));
    const after = vad.stats();
    const done = after.windows - before.windows;
    metrics[`streams_${streams}`] = {
      cpu_us_per_window: round((1000 * spent) / done),
      windows_per_batch: round(done / (after.batches - before.batches)),
      cpu_percent_per_stream: round((spent / (SECONDS * 1000) / streams) * 100),
    };
    windows += done;
    await vad.close();
  }
  return { name: 'speech-vad', n: windows, metrics };
}

/** Pushes the audio into `count` new streams, frame by frame, all of them in the same turn of the loop. */
async function feed(vad: SileroVad, audio: Int16Array, count: number): Promise<void> {
  const streams = Array.from({ length: count }, () => vad.open(() => undefined));
  const before = vad.stats().windows;
  for (let at = 0; at + FRAME_SAMPLES <= audio.length; at += FRAME_SAMPLES) {
    for (const stream of streams) stream.push(audio.subarray(at, at + FRAME_SAMPLES), at);
    const due = count * Math.floor((at + FRAME_SAMPLES) / 256);
    while (vad.stats().windows - before < due) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const stream of streams) stream.close();
}
