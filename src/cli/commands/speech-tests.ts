import { Command } from 'commander';
import { LeibnizError } from '../../kernel/errors.js';
import { requestId } from '../../kernel/ids.js';
import { writeWav } from '../../media/wav.js';
import { readTelephoneWav } from '../audio-file.js';
import { openSpeech, type SttEngine } from '../../speech/index.js';
import { CliFailure, print, printJson } from '../output.js';
import { piecesOf } from '../pieces.js';

/** `leibniz stt-test <wav>`: what the recogniser makes of a recording. */
export function sttTestCommand(): Command {
  return new Command('stt-test')
    .description('transcribe a WAV file with the built-in recogniser')
    .argument('<wav>')
    .option('--json', 'one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const pcm = await readTelephoneWav(file);
      const speech = await openSpeech();
      try {
        const { text, confidence, noSpeech, audioMs, decodeMs } = await transcript(speech.stt, pcm);
        if (options.json === true) {
          const known = confidence === undefined ? {} : { confidence };
          const metrics = { ...known, audio_ms: audioMs, decode_ms: decodeMs, no_speech: noSpeech ? 1 : 0 };
          printJson({ name: 'stt-test', n: 1, metrics, text });
        } else {
          print(
            noSpeech
              ? '(no speech)'
              : `${text}\nconfidence ${confidence?.toFixed(2) ?? 'unknown'}, ${Math.round(decodeMs)} ms for ${Math.round(audioMs)} ms of audio`,
          );
        }
      } finally {
        await speech.close();
      }
    });
}

interface Transcript {
  readonly text: string;
  /** Of the piece that was least surely heard. */
  readonly confidence: number | undefined;
  readonly noSpeech: boolean;
  readonly audioMs: number;
  readonly decodeMs: number;
}

/** A recording of any length; the recogniser takes a minute at most. */
async function transcript(stt: SttEngine, pcm: Int16Array): Promise<Transcript> {
  const heard = [];
  for (const [n, piece] of piecesOf(pcm, 8000).entries()) {
    const request = { requestId: requestId(`r${n}`), pcm: piece, sampleRateHz: 8000, kind: 'final' } as const;
    const result = await stt.transcribe(request);
    if (!result.ok) throw new CliFailure(`leibniz: the recogniser failed: ${result.error.message}`);
    heard.push(result.value);
  }
  const spoken = heard.filter(({ noSpeech }) => !noSpeech);
  const known = spoken.flatMap(({ confidence }) => confidence ?? []);
  return {
    text: spoken.map(({ text }) => text).join(' '),
    confidence: known.length === 0 ? undefined : Math.min(...known),
    noSpeech: spoken.length === 0,
    audioMs: heard.reduce((sum, { audioMs }) => sum + audioMs, 0),
    decodeMs: heard.reduce((sum, { decodeMs }) => sum + decodeMs, 0),
  };
}

/** `leibniz tts-test <text>`: a text spoken into a WAV file. */
export function ttsTestCommand(): Command {
  return new Command('tts-test')
    .description('speak a text into a WAV file')
    .argument('<text>')
    .option('--voice <id>', 'voice of the built-in synthesiser')
    .option('--out <file>', 'file to write', 'speech.wav')
    .option('--json', 'one JSON object')
    .action(async (text: string, options: { voice?: string; out: string; json?: boolean }) => {
      const speech = await openSpeech();
      try {
        const result = await speech.tts.synthesize({
          requestId: requestId('r1'),
          text,
          sampleRateHz: 8000,
          ...(options.voice === undefined ? {} : { voice: options.voice }),
        });
        if (!result.ok) {
          throw new LeibnizError('TTS_FAILED', `the text could not be spoken: ${result.error.message}`);
        }
        await writeWav(options.out, { sampleRateHz: 8000, channels: [result.value.pcm] });
        const { durationMs, marks } = result.value;
        if (options.json === true) {
          printJson({
            name: 'tts-test',
            n: 1,
            metrics: { duration_ms: Math.round(durationMs), words: marks.length },
            file: options.out,
          });
        } else {
          print(`${options.out}: ${(durationMs / 1000).toFixed(2)} s, ${marks.length} words`);
        }
      } finally {
        await speech.close();
      }
    });
}
