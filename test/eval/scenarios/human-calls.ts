import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchMetrics } from '../../../bench/report.js';
import { writeWav } from '../../../src/media/wav.js';
import { readAudio, readRecordings, to16k } from '../speech/dataset.js';
import { inParallel } from './in-parallel.js';
import type { Office } from './office.js';

/** Recordings of each word that are played in whole calls; all of them are in `human_yes_no`. */
const PER_WORD = 2;

/** Whole bookings whose read-back is answered by a person's recorded "yes" or "no". */
export async function humanCalls(
  office: Office,
  dataDir: string,
  parallel: number,
  progress: (text: string) => void,
): Promise<BenchMetrics> {
  const folder = mkdtempSync(join(tmpdir(), 'leibniz-eval-human-'));
  try {
    const all = readRecordings(dataDir);
    const clips = ['yes', 'no'].flatMap((word) =>
      all.filter(({ transcript }) => transcript.trim().toLowerCase() === word).slice(0, PER_WORD),
    );
    const results = await inParallel(parallel, clips, async (clip) => {
      const word = clip.transcript.trim().toLowerCase();
      const audio = readAudio(clip.file);
      if (audio === undefined) throw new Error(`${clip.file} cannot be read`);
      const index = clips.indexOf(clip);
      const wav = join(folder, `${index}.wav`);
      await writeWav(wav, { sampleRateHz: 16_000, channels: [to16k(audio)] });
      const { appointments, heard, report } = await office.call({
        script: 'human.yaml',
        voice: 'rms',
        lossPercent: 0,
        seed: 700 + index,
        vars: { clip: wav, word },
      });
      const asked = report.lines.some(({ text }) => text === `[${wav}]`);
      const isRight = asked && appointments.length === (word === 'yes' ? 1 : 0);
      progress(
        `  human call, "${word}": ${appointments.length} appointments, heard "${heard.at(-1) ?? ''}", ${report.ended}`,
      );
      return { asked, isRight };
    });
    return {
      n: results.length,
      // The others did not come as far as the read-back.
      came_to_the_read_back: results.filter(({ asked }) => asked).length,
      right: results.filter(({ isRight }) => isRight).length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
