import { readFileSync } from 'node:fs';
import type { SpeechMark } from '../../kernel/vocab.js';
import { alignTokens, parsePhonemes } from '../core/marks.js';
import { downsample, upsample } from '../core/resample.js';
import { lexiconOf, type Lexicon, type Pronunciation } from '../core/pronunciations.js';
import { speakable, spokenLine, type SpokenToken } from '../core/speakable.js';
import { speechRange } from '../core/trim.js';
import { parseWav } from '../core/wav.js';
import { brokenModelFile } from '../models.js';
import { runCommand } from './wasi.js';

/** Silence before the first sound of a sentence. */
export const LEAD_MS = 20;
/** Silence after the last sound of a sentence; the engine adds the pause between sentences. */
export const TAIL_MS = 40;

const OUTPUT = 'out.wav';

/** One sentence to be spoken. */
export interface FliteSentence {
  readonly text: string;
  readonly voice: string;
  readonly speed: number;
  readonly sampleRateHz: 8000 | 16000;
}

/** A spoken sentence: trimmed, with marks whose offsets and times are those of the sentence. */
export interface FliteAudio {
  readonly pcm: Int16Array<ArrayBuffer>;
  readonly marks: readonly SpeechMark[];
}

/** flite, compiled once; each sentence runs in an instance of its own. */
export class Flite {
  private constructor(
    private readonly module: WebAssembly.Module,
    private readonly lexicon: Lexicon,
  ) {}

  /** @throws LeibnizError MODEL_BROKEN when the file is no WebAssembly */
  static load(file: string, pronunciations: readonly Pronunciation[] = []): Flite {
    try {
      return new Flite(new WebAssembly.Module(readFileSync(file)), lexiconOf(pronunciations));
    } catch (error) {
      throw brokenModelFile('tts', file, error);
    }
  }

  /** Speaks one sentence. A sentence without words gives empty audio. */
  speak(sentence: FliteSentence): FliteAudio {
    const tokens = speakable(sentence.text, this.lexicon);
    if (tokens.length === 0) return { pcm: new Int16Array(0), marks: [] };
    const stretch = String(1 / sentence.speed);
    const { file, printed, exitCode } = runCommand(
      this.module,
      [
        'flite',
        ...['-voice', sentence.voice, '--setf', `duration_stretch=${stretch}`],
        ...['-psdur', '-t', spokenLine(tokens), '-o', `/${OUTPUT}`],
      ],
      OUTPUT,
    );
    const audio = parseWav(file);
    if (audio === undefined) throw new Error(`flite wrote no audio (exit ${exitCode})`);
    const pcm = convert(audio.pcm, audio.sampleRateHz, sentence.sampleRateHz);
    const { start, end } = speechRange(pcm, sentence.sampleRateHz, LEAD_MS, TAIL_MS);
    const trimmedMs = (1000 * start) / sentence.sampleRateHz;
    const marks = marksOf(
      sentence.text,
      tokens,
      printed,
      trimmedMs,
      (1000 * (end - start)) / sentence.sampleRateHz,
    );
    return { pcm: pcm.slice(start, end), marks };
  }
}

function marksOf(
  text: string,
  tokens: readonly SpokenToken[],
  printed: string,
  trimmedMs: number,
  durationMs: number,
): SpeechMark[] {
  const clamp = (ms: number): number => Math.min(durationMs, Math.max(0, ms - trimmedMs));
  return alignTokens(tokens, parsePhonemes(printed)).map((time, index) => {
    const { charStart, charEnd } = tokens[index] as SpokenToken;
    return {
      text: text.slice(charStart, charEnd),
      charStart,
      charEnd,
      startMs: clamp(time.startMs),
      endMs: clamp(time.endMs),
    };
  });
}

function convert(pcm: Int16Array, fromHz: number, toHz: 8000 | 16000): Int16Array {
  if (fromHz === toHz) return pcm;
  if (fromHz === 16_000) return downsample(pcm);
  if (fromHz === 8000) return upsample(pcm);
  throw new Error(`flite wrote ${fromHz} Hz`);
}
