import { basename } from 'node:path';
import { seededRng } from '../../../src/kernel/rng.js';
import { readAudio, readRecordings, to16k, type Recording } from '../speech/dataset.js';
import { telephoneLine, type Degrade } from '../speech/degrade.js';
import { phrases, type PhraseKind, type PhraseSources, type QuestionKind } from './phrases.js';
import { voices, type Part } from './voices.js';

/** Something to be heard at some questions. */
export interface Clip {
  readonly kind: PhraseKind | 'human' | 'digit' | 'noise';
  /** What is said; empty for noise. */
  readonly text: string;
  /** Voice or speaker; clips of one are not independent. */
  readonly speaker: string;
  readonly at: readonly QuestionKind[];
  /** PCM16 at 8 kHz as it comes off the line; made when it is asked for. */
  readonly pcm: () => Int16Array;
}

const EVERYWHERE: readonly QuestionKind[] = ['confirm', 'date', 'name', 'purpose'];
const SHORT: readonly QuestionKind[] = ['confirm', 'date', 'time'];
const NOISES = ['noise', 'music on hold', 'dtmf', 'phone ring', 'office babble'];
const SEED = 20261121;
const LOSS = 0.03;
const RATE_HZ = 16_000;
const PIECE_SAMPLES = 1.5 * RATE_HZ;
const MAX_PIECES = 8;

/** Which half a speaker belongs to: a hash of the name, so that new recordings move nobody. */
function partOf(speaker: string): Part {
  let hash = SEED;
  for (const unit of speaker) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 8) % 2 === 0 ? 'tune' : 'report';
}

/**
 * Everything that is heard in one half of the evaluation: phrases in synthetic voices, human recordings and noise.
 * Phrases, voices and speakers of one half are not in the other.
 *
 * @param dataDir - `LEIBNIZ_DATA_DIR`
 */
export function* clips(part: Part, dataDir: string, sources: PhraseSources): Generator<Clip> {
  const lines: readonly Degrade[] = [telephoneLine(0), telephoneLine(LOSS)];
  const half = phrases(sources, seededRng(SEED)).filter(
    (_, index) => (index % 2 === 0) === (part === 'tune'),
  );
  let seed = 1;
  for (const voice of voices(part)) {
    for (const { kind, text, at } of half) {
      // Consent is what must not go wrong: it is tried over both lines.
      const both = part === 'report' && (kind === 'refusal' || kind === 'hedge');
      for (const line of both ? lines : [lines[seed % 2] as Degrade]) {
        const clipSeed = seed++;
        yield { kind, text, speaker: voice.name, at, pcm: () => line(voice.speak(text), clipSeed) };
      }
    }
  }
  yield* recorded(part, dataDir, lines);
}

/** Recordings of people, whose words answer none of the questions, and noise in pieces of a second and a half. */
function* recorded(part: Part, dataDir: string, lines: readonly Degrade[]): Generator<Clip> {
  let seed = 1;
  for (const row of readRecordings(dataDir)) {
    const { file, transcript: text, speaker } = row;
    const kind = kindOf(row);
    if (kind === undefined || partOf(kind === 'noise' ? basename(file) : speaker) !== part) continue;
    seed++;
    // Digits are many and alike.
    if (kind === 'digit' && seed % 2 === 0) continue;
    const line = lines[seed % 2] as Degrade;
    const clipSeed = seed;
    const at = kind === 'digit' ? SHORT : EVERYWHERE;
    if (kind !== 'noise') {
      yield { kind, text, speaker, at, pcm: () => line(wide(file), clipSeed) };
      continue;
    }
    const pieces = Math.min(MAX_PIECES, Math.max(1, Math.floor(wide(file).length / PIECE_SAMPLES)));
    for (let piece = 0; piece < pieces; piece++) {
      const pcm = (): Int16Array =>
        line(wide(file).slice(piece * PIECE_SAMPLES, (piece + 1) * PIECE_SAMPLES), clipSeed);
      yield { kind, text: '', speaker: basename(file), at, pcm };
    }
  }
}

/** A recording at 16 kHz; nothing for a file that cannot be decoded. */
function wide(file: string): Int16Array {
  const audio = readAudio(file);
  return audio === undefined ? new Int16Array(0) : to16k(audio);
}

function kindOf({ kind, language }: Recording): 'human' | 'digit' | 'noise' | undefined {
  if (kind === 'utt' && language === 'en') return 'human';
  if (kind === 'digit') return 'digit';
  return NOISES.includes(kind) ? 'noise' : undefined;
}
