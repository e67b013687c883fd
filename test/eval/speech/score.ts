import { expectedSentences } from '../../../src/kernel/expected-sentences.js';
import type { ExpectedSpeech } from '../../../src/kernel/vocab.js';
import { requestId } from '../../../src/kernel/ids.js';
import type { SttEngine, SttTranscript } from '../../../src/speech/ports.js';
import { readAudio, to16k, type Recording } from './dataset.js';
import type { Degrade } from './degrade.js';
import type { Scored } from './statistics.js';
import { editDistance, normalisedWords } from './words.js';

/** A way to the recogniser: as recorded at 16 kHz, or over a line. */
export interface Condition {
  readonly name: string;
  readonly degrade: Degrade | undefined;
  /** Rate of what `degrade` gives, Hz. Default 8000. */
  readonly rate?: 8000 | 16_000;
}

/** One recording as it was understood. */
export interface Understood extends Scored {
  readonly recording: Recording;
  readonly transcript: SttTranscript;
}

/** Recordings as they reach the recogniser, and how many could not be read. */
export interface Prepared {
  readonly clips: readonly {
    readonly recording: Recording;
    readonly pcm16k: Int16Array;
    readonly seed: number;
  }[];
  readonly skipped: number;
}

/** Reads recordings; the seed of a clip depends on its place alone. */
export function prepare(recordings: readonly Recording[]): Prepared {
  const clips = recordings.flatMap((recording, index) => {
    const audio = readAudio(recording.file);
    return audio === undefined ? [] : [{ recording, pcm16k: to16k(audio), seed: index + 1 }];
  });
  return { clips, skipped: recordings.length - clips.length };
}

/**
 * Has every clip written down and compares it with what was said.
 *
 * @throws Error when the recogniser fails, because a missing transcript would make every figure wrong
 */
export async function understand(
  stt: SttEngine,
  { clips }: Prepared,
  condition: Condition,
  expected: ExpectedSpeech = [],
): Promise<Understood[]> {
  const understood: Understood[] = [];
  for (const { recording, pcm16k, seed } of clips) {
    const result = await stt.transcribe({
      requestId: requestId(recording.file),
      pcm: condition.degrade === undefined ? pcm16k : condition.degrade(pcm16k, seed),
      sampleRateHz: condition.degrade === undefined ? 16_000 : (condition.rate ?? 8000),
      kind: 'final',
      expected: expectedSentences(expected),
    });
    if (!result.ok) throw new Error(`no transcript of ${recording.file}: ${result.error.message}`);
    const reference = normalisedWords(recording.transcript);
    understood.push({
      recording,
      transcript: result.value,
      speaker: recording.speaker,
      errors: editDistance(reference, normalisedWords(result.value.text)),
      words: reference.length,
    });
  }
  return understood;
}

/** Share of clips for which `right` holds. */
export function share(rows: readonly Understood[], right: (row: Understood) => boolean): number {
  return rows.length === 0 ? 0 : rows.filter(right).length / rows.length;
}

/** How far confidence is from the share of right words, over five bins (expected calibration error). */
export function calibrationError(rows: readonly Understood[]): number {
  let sum = 0;
  for (let bin = 0; bin < 5; bin++) {
    const within = rows.filter(
      ({ transcript }) => Math.min(4, Math.floor((transcript.confidence ?? 0) * 5)) === bin,
    );
    sum += Math.abs(
      within.reduce((total, row) => total + (row.transcript.confidence ?? 0) - rightShare(row), 0),
    );
  }
  return rows.length === 0 ? 0 : sum / rows.length;
}

function rightShare({ errors, words }: Scored): number {
  return words === 0 ? 0 : Math.max(0, 1 - errors / words);
}
