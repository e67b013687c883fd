import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWav } from '../../../src/speech/core/wav.js';
import { Flite } from '../../../src/speech/tts/flite.js';
import { checkModels } from '../../../src/speech/models.js';
import { to16k } from '../speech/dataset.js';

/** A voice that speaks a text as PCM16 at 16 kHz. */
export interface EvalVoice {
  readonly name: string;
  speak(text: string): Int16Array;
}

/** What is tuned on and what is reported are never spoken by the same voice. */
export type Part = 'tune' | 'report';

const FLITE: Readonly<Record<Part, readonly string[]>> = { tune: ['rms', 'kal16'], report: ['slt', 'awb'] };
const ESPEAK: Readonly<Record<Part, readonly string[]>> = {
  tune: ['en-gb+m3'],
  report: ['en-us'],
};
const FESTIVAL: Readonly<Record<Part, readonly string[]>> = { tune: [], report: ['ked_diphone'] };

/** Voices of one part: flite's always, those of espeak-ng and Festival where they are installed. */
export function voices(part: Part): EvalVoice[] {
  const flite = Flite.load(checkModels().tts);
  return [
    ...FLITE[part].map((voice) => ({
      name: `flite ${voice}`,
      speak: (text: string) => flite.speak({ text, voice, speed: 1, sampleRateHz: 16_000 }).pcm,
    })),
    ...(installed('espeak-ng', ['--version']) ? ESPEAK[part].map(espeak) : []),
    ...(installed('text2wave', ['-h']) ? FESTIVAL[part].map(festival) : []),
  ];
}

const espeak = (voice: string): EvalVoice => ({
  name: `espeak-ng ${voice}`,
  speak: (text) =>
    wide(execFileSync('espeak-ng', ['-v', voice, '-s', '150', '--stdout', text], { maxBuffer: 1 << 26 })),
});

const festival = (voice: string): EvalVoice => ({
  name: `festival ${voice}`,
  speak: (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'leibniz-voice-'));
    try {
      const input = join(folder, 'text');
      const output = join(folder, 'out.wav');
      writeFileSync(input, text);
      execFileSync('text2wave', ['-eval', `(voice_${voice})`, '-o', output, input]);
      return wide(readFileSync(output));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

function wide(file: Uint8Array): Int16Array {
  const audio = parseWav(file);
  if (audio === undefined) throw new Error('the synthesiser gave no audio');
  return to16k(audio);
}

function installed(command: string, probe: readonly string[]): boolean {
  try {
    execFileSync(command, probe, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
