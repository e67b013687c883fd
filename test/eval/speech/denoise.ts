import { basename } from 'node:path';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { PCMU } from '../../../src/media/core/codec.js';
import { openRnnoise } from '../../../src/speech/denoise/rnnoise-denoiser.js';
import { checkModels } from '../../../src/speech/models.js';
import type { Denoiser } from '../../../src/speech/ports.js';
import { openMoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { widebandUtterances } from './codecs.js';
import { readAudio, readRecordings, to16k } from './dataset.js';
import { codecLine, type Degrade } from './degrade.js';
import { prepare, understand } from './score.js';
import { pairedBootstrap, speakerBootstrap } from './statistics.js';

/** Settings of the evaluation in noise. */
export interface DenoiseEvalOptions {
  readonly json: boolean;
  /** `LEIBNIZ_DATA_DIR`. */
  readonly dataDir: string | undefined;
  /** Use every n-th recording only. Default 2. */
  readonly every?: number;
}

const SNRS_DB = [0, 5, 10, 20];
/** Shorter noises would repeat within one sentence. */
const MIN_NOISE_S = 10;

/** Word error rate in noise over G.711 and as wideband, with and without the denoiser, by kind of noise and distance. */
export async function run({ json, dataDir, every = 2 }: DenoiseEvalOptions): Promise<BenchReport> {
  const spoken = prepare(widebandUtterances(dataDir, every));
  const noises = readRecordings(dataDir)
    .filter(({ kind }) => kind === 'noise')
    .flatMap(({ file }) => {
      const audio = readAudio(file);
      if (audio === undefined) return [];
      const pcm = to16k(audio);
      return pcm.length < MIN_NOISE_S * 16_000 ? [] : [{ name: basename(file).replace(/\..*$/, ''), pcm }];
    });
  const denoiser = await openRnnoise();
  const { sttEncoder: encoderFile, sttDecoder: decoderFile } = checkModels();
  const stt = await openMoonshineStt({ encoderFile, decoderFile, timeoutMs: 300_000 });
  const metrics: Record<string, number | BenchMetrics> = { noises: noises.length };
  const compare = async (name: string, noisy: Degrade, rate: 8000 | 16_000): Promise<void> => {
    if (!json) console.error(`denoise: ${name}`);
    const clean: Degrade = (pcm, seed) => denoised(denoiser, noisy(pcm, seed), rate);
    const without = await understand(stt, spoken, { name, degrade: noisy, rate });
    const with_ = await understand(stt, spoken, { name, degrade: clean, rate });
    metrics[name] = {
      wer: { ...speakerBootstrap(without) },
      wer_denoised: { ...speakerBootstrap(with_) },
      difference: { ...pairedBootstrap(without, with_) },
    };
  };
  try {
    const line = codecLine(PCMU, 0);
    await compare('clean_g711', line, 8000);
    for (const noise of noises) {
      for (const snrDb of SNRS_DB) {
        const mixed: Degrade = (pcm, seed) => line(mix(pcm, noise.pcm, snrDb, seed), seed);
        await compare(`${noise.name}_${snrDb}_db`, mixed, 8000);
      }
    }
    return { name: 'denoise', n: spoken.clips.length, metrics };
  } finally {
    await stt.close();
  }
}

/** Speech with noise at a distance in dB, from a place in the noise that the seed decides. */
function mix(speech: Int16Array, noise: Int16Array, snrDb: number, seed: number): Int16Array {
  const power = (pcm: Int16Array): number => pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length;
  const gain = Math.sqrt(power(speech) / (power(noise) * 10 ** (snrDb / 10)));
  const from = (seed * 7919) % noise.length;
  return speech.map((sample, i) => {
    const value = sample + gain * (noise[(from + i) % noise.length] ?? 0);
    return Math.max(-32_768, Math.min(32_767, Math.round(value)));
  });
}

/** What the denoiser makes of a recording, at the same place in time. */
function denoised(denoiser: Denoiser, pcm: Int16Array, rate: 8000 | 16_000): Int16Array {
  const stream = denoiser.open(rate);
  const block = rate / 100;
  const padded = new Int16Array(Math.ceil((pcm.length + stream.delaySamples) / block) * block);
  padded.set(pcm);
  const out = stream.process(padded);
  stream.close();
  return out.slice(stream.delaySamples, stream.delaySamples + pcm.length);
}
