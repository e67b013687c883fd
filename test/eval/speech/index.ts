import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { checkModels } from '../../../src/speech/models.js';
import type { SttEngine, VadEngine } from '../../../src/speech/ports.js';
import { openMoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { openSileroVad } from '../../../src/speech/vad/silero-vad.js';
import { readRecordings, type Recording } from './dataset.js';
import { telephoneLine, type Degrade } from './degrade.js';
import { findSpeech } from './listen.js';
import {
  calibrationError,
  prepare,
  share,
  understand,
  type Condition,
  type Prepared,
  type Understood,
} from './score.js';
import { pairedBootstrap, round, speakerBootstrap } from './statistics.js';
import { normalisedWords, spokenDigits } from './words.js';

/** Settings of the speech evaluation. */
export interface SpeechEvalOptions {
  /** Nothing but the report; without it progress goes to standard error. */
  readonly json: boolean;
  /** `LEIBNIZ_DATA_DIR`; without it the run fails with one clear sentence. */
  readonly dataDir: string | undefined;
  /** The way through the media path with the given share of lost packets; {@link telephoneLine} unless given. */
  readonly line?: (loss: number) => Degrade;
  /** Use every n-th recording only. Default 1. */
  readonly every?: number;
}

/** What the evaluation needs of the engines. */
interface Speech {
  readonly stt: SttEngine;
  readonly vad: VadEngine;
  close(): Promise<void>;
}

/** A transcript that comes late is a right one here, however slow the machine. */
const TIMEOUT_MS = 300_000;
const LOSS = 0.03;
const YES_NO_WORDS = ['yes', 'no', 'yeah', 'yes please', 'no thank you', 'correct'];

/** Recognition of human speech: word error rates with intervals, short answers, digits, names, silence, confidence. */
export async function run(options: SpeechEvalOptions): Promise<BenchReport> {
  const { every = 1, line = telephoneLine } = options;
  const recordings = readRecordings(options.dataDir).filter((_, index) => index % every === 0);
  const conditions: readonly Condition[] = [
    { name: 'wide_16k', degrade: undefined },
    { name: 'g711', degrade: line(0) },
    { name: 'g711_loss_3', degrade: line(LOSS) },
  ];
  const progress = options.json ? (): void => undefined : (text: string): void => console.error(text);
  const speech = await openEngines();
  try {
    const spoken = prepare(recordings.filter((row) => row.kind === 'utt' && row.language === 'en'));
    const digits = prepare(recordings.filter((row) => row.kind === 'digit'));
    const noise = prepare(recordings.filter(isNoise));
    const metrics: Record<string, number | BenchMetrics> = {
      skipped_recordings: spoken.skipped + digits.skipped + noise.skipped,
    };
    let wide: Understood[] | undefined;
    for (const condition of conditions) {
      progress(`speech: ${condition.name}`);
      const rows = await understand(speech.stt, spoken, condition);
      metrics[condition.name] = {
        ...utteranceMetrics(rows),
        ...(await answerMetrics(speech, spoken, condition)),
      };
      if (wide !== undefined) metrics[`${condition.name}_minus_wide`] = { ...pairedBootstrap(wide, rows) };
      wide ??= rows;
    }
    progress('speech: digits');
    metrics['isolated_digits_g711'] = await digitMetrics(speech, digits, conditions[1] as Condition);
    progress('speech: noise and voice activity');
    metrics['noise'] = await noiseMetrics(speech, noise, line(0));
    metrics['voice_activity_g711'] = await activityMetrics(speech, spoken, line(0));
    return { name: 'speech', n: spoken.clips.length + digits.clips.length + noise.clips.length, metrics };
  } finally {
    await speech.close();
  }
}

async function openEngines(): Promise<Speech> {
  const { vad: file, sttEncoder: encoderFile, sttDecoder: decoderFile } = checkModels();
  const vad = await openSileroVad({ file });
  const stt = await openMoonshineStt({ encoderFile, decoderFile, timeoutMs: TIMEOUT_MS });
  return {
    vad,
    stt,
    close: async () => {
      await Promise.all([vad.close(), stt.close()]);
    },
  };
}

function utteranceMetrics(rows: readonly Understood[]): BenchMetrics {
  const names = rows.filter(({ recording }) => isSpelled(recording));
  return {
    wer: { ...speakerBootstrap(rows) },
    words: rows.reduce((sum, row) => sum + row.words, 0),
    empty: rows.filter(({ transcript }) => transcript.noSpeech).length,
    wer_spelled_names: { ...speakerBootstrap(names) },
    confidence_calibration_error: round(calibrationError(rows)),
    decode_ms_per_audio_s: round(
      rows.reduce((sum, { transcript }) => sum + transcript.decodeMs, 0) /
        rows.reduce((sum, { transcript }) => sum + transcript.audioMs / 1000, 0),
    ),
  };
}

/** Answers of one or two words; yes and no once more with the words that a question makes likely. */
async function answerMetrics(speech: Speech, spoken: Prepared, condition: Condition): Promise<BenchMetrics> {
  const only = (wanted: (recording: Recording) => boolean): Prepared => ({
    clips: spoken.clips.filter(({ recording }) => wanted(recording)),
    skipped: 0,
  });
  const short = await understand(
    speech.stt,
    only((row) => normalisedWords(row.transcript).length <= 2),
    condition,
  );
  const yesNo = only((row) => yesOrNo(row.transcript) !== undefined);
  const understoodRight = (row: Understood): boolean =>
    yesOrNo(row.transcript.text) === yesOrNo(row.recording.transcript);
  return {
    short_answers: { right: round(share(short, (row) => row.errors === 0)), n: short.length },
    yes_no: {
      right: round(share(await understand(speech.stt, yesNo, condition), understoodRight)),
      right_when_expected: round(
        share(await understand(speech.stt, yesNo, condition, [[YES_NO_WORDS]]), understoodRight),
      ),
      n: yesNo.clips.length,
    },
  };
}

async function digitMetrics(speech: Speech, digits: Prepared, condition: Condition): Promise<BenchMetrics> {
  const right = (row: Understood): boolean =>
    spokenDigits(row.transcript.text) === spokenDigits(row.recording.transcript);
  return {
    right: round(share(await understand(speech.stt, digits, condition), right)),
    n: digits.clips.length,
  };
}

/** Noise in pieces of 1.5 s, with and without voice activity detection in front. */
async function noiseMetrics(speech: Speech, noise: Prepared, line: Degrade): Promise<BenchMetrics> {
  const pieceSamples = 24_000;
  const clips = noise.clips.flatMap((clip) =>
    Array.from({ length: Math.min(8, Math.floor(clip.pcm16k.length / pieceSamples)) }, (_, i) => ({
      ...clip,
      pcm16k: clip.pcm16k.slice(i * pieceSamples, (i + 1) * pieceSamples),
    })),
  );
  const rows = await understand(speech.stt, { clips, skipped: 0 }, { name: 'noise', degrade: line });
  let starts = 0;
  let minutes = 0;
  for (const { pcm16k, seed } of noise.clips) {
    starts += (await findSpeech(speech.vad, line(pcm16k, seed))).length;
    minutes += pcm16k.length / 16_000 / 60;
  }
  return {
    pieces: rows.length,
    no_speech: round(share(rows, ({ transcript }) => transcript.noSpeech)),
    words_with_confidence_above_half: round(
      share(rows, ({ transcript }) => (transcript.confidence ?? 0) > 0.5),
    ),
    voice_starts_per_minute: round(minutes === 0 ? 0 : starts / minutes),
    minutes: round(minutes),
  };
}

/** How many utterances voice activity detection finds, and where it puts their ends against their loudness. */
async function activityMetrics(speech: Speech, spoken: Prepared, line: Degrade): Promise<BenchMetrics> {
  const offsetsMs: number[] = [];
  let found = 0;
  for (const { pcm16k, seed } of spoken.clips) {
    const pcm = line(pcm16k, seed);
    const last = (await findSpeech(speech.vad, pcm)).at(-1);
    if (last === undefined) continue;
    found++;
    offsetsMs.push((last.end - loudEnd(pcm)) / 8);
  }
  const sorted = offsetsMs.toSorted((a, b) => a - b);
  const quantile = (q: number): number => round(sorted[Math.floor(q * (sorted.length - 1))] ?? 0);
  return {
    found: round(spoken.clips.length === 0 ? 0 : found / spoken.clips.length),
    end_offset_ms: { p10: quantile(0.1), p50: quantile(0.5), p90: quantile(0.9) },
  };
}

/** End of the last 20 ms that are within 35 dB of the loudest. */
function loudEnd(pcm: Int16Array): number {
  const energies = Array.from({ length: Math.floor(pcm.length / 160) }, (_, frame) =>
    pcm.subarray(frame * 160, (frame + 1) * 160).reduce((sum, sample) => sum + sample * sample, 0),
  );
  const threshold = Math.max(...energies) / 10 ** 3.5;
  return (energies.findLastIndex((energy) => energy > threshold) + 1) * 160;
}

function isNoise(recording: Recording): boolean {
  return ['noise', 'music on hold', 'dtmf'].includes(recording.kind);
}

/** A name or word that is spelled letter by letter. */
function isSpelled({ transcript }: Recording): boolean {
  const words = transcript.split(' ');
  return words.length >= 3 && words.filter((word) => word.length === 1).length > words.length / 2;
}

function yesOrNo(text: string): 'yes' | 'no' | undefined {
  const words = normalisedWords(text);
  if (words.length > 3) return undefined;
  const yes = words.some((word) => ['yes', 'yeah', 'yep', 'yup', 'correct'].includes(word));
  const no = words.some((word) => ['no', 'nope', 'nah'].includes(word));
  if (yes === no) return undefined;
  return yes ? 'yes' : 'no';
}
