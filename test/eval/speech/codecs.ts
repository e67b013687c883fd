import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { availableCodecs } from '../../../src/media/codecs.js';
import { checkModels } from '../../../src/speech/models.js';
import { openMoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { readAudio, readRecordings, type Recording } from './dataset.js';
import { codecLine } from './degrade.js';
import { prepare, understand, type Condition, type Understood } from './score.js';
import { pairedBootstrap, round, speakerBootstrap } from './statistics.js';

/** Settings of the comparison of codecs. */
export interface CodecEvalOptions {
  readonly json: boolean;
  /** `LEIBNIZ_DATA_DIR`. */
  readonly dataDir: string | undefined;
  /** Use every n-th recording only. Default 1. */
  readonly every?: number;
}

const LOSSES = [0, 0.03, 0.1];

/** English utterances that were recorded wideband: others cannot gain by a wideband codec. */
export function widebandUtterances(dataDir: string | undefined, every = 1): Recording[] {
  return readRecordings(dataDir)
    .filter((row) => row.kind === 'utt' && row.language === 'en')
    .filter(({ file }) => (readAudio(file)?.sampleRateHz ?? 0) >= 16_000)
    .filter((_, index) => index % every === 0);
}

/** Word error rate over each codec and share of lost packets, against G.711 on the same recordings. */
export async function run({ json, dataDir, every = 1 }: CodecEvalOptions): Promise<BenchReport> {
  const spoken = prepare(widebandUtterances(dataDir, every));
  const { codecs } = await availableCodecs(['pcmu', 'g722', 'opus']);
  const { sttEncoder: encoderFile, sttDecoder: decoderFile } = checkModels();
  const stt = await openMoonshineStt({ encoderFile, decoderFile, timeoutMs: 300_000 });
  const metrics: Record<string, number | BenchMetrics> = { skipped_recordings: spoken.skipped };
  try {
    const original = await understand(stt, spoken, { name: 'original', degrade: undefined });
    metrics['original_16k'] = { wer: { ...speakerBootstrap(original) } };
    for (const loss of LOSSES) {
      let narrow: Understood[] | undefined;
      for (const codec of codecs) {
        const name = `${codec.spec.name.toLowerCase()}_loss_${Math.round(loss * 100)}`;
        if (!json) console.error(`codecs: ${name}`);
        const condition: Condition = {
          name,
          degrade: codecLine(codec, loss),
          rate: codec.create().sampleRateHz,
        };
        const rows = await understand(stt, spoken, condition);
        metrics[name] = {
          wer: { ...speakerBootstrap(rows) },
          right: round(rows.filter(({ errors }) => errors === 0).length / rows.length),
          ...(narrow === undefined ? {} : { wer_minus_g711: { ...pairedBootstrap(narrow, rows) } }),
        };
        narrow ??= rows;
      }
    }
    return { name: 'codecs', n: spoken.clips.length, metrics };
  } finally {
    await stt.close();
  }
}
