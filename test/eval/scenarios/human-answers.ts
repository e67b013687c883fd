import type { BenchMetrics } from '../../../bench/report.js';
import { dialogPort } from '../../../src/app/dialog-wiring.js';
import { loadConfig, readEnvironment } from '../../../src/app/config/index.js';
import { loadOffice } from '../../../src/app/engines.js';
import type { DialogState } from '../../../src/dialog/core/state.js';
import type { DialogContext, DialogEffect, DialogInput } from '../../../src/dialog/core/types.js';
import { callId, requestId, turnId } from '../../../src/kernel/ids.js';
import { wallMs } from '../../../src/kernel/time.js';
import { openSpeech, type Speech } from '../../../src/speech/index.js';
import { defaultTurnOptions } from '../../../src/turn/options.js';
import { readAudio, readRecordings, to16k, type Recording } from '../speech/dataset.js';
import { telephoneLine } from '../speech/degrade.js';
import { findSpeech } from '../speech/listen.js';

const SAMPLES_PER_MS = 8;
const LOSS = [0, 0.03] as const;
/** A Friday at noon in New York: the next open day is Monday. */
const NOW = wallMs(Date.UTC(2026, 10, 20, 17));
/** What a caller says until the read-back. */
const BEFORE = [
  'I would like to book an appointment.',
  'On Monday.',
  'At ten thirty.',
  'It is about course registration.',
  'Mary Johnson.',
];

type Understood = 'yes' | 'no' | 'asked_again' | 'nothing_heard';

/**
 * Recordings of people who say "yes" or "no", played at a read-back: through a telephone line, voice activity detection,
 * the recogniser and the dialog. "Yes" must book, "no" must ask what to change.
 *
 * @param dataDir - `LEIBNIZ_DATA_DIR`
 */
export async function humanAnswers(dataDir: string, progress: (text: string) => void): Promise<BenchMetrics> {
  const clips = readRecordings(dataDir).filter(({ transcript }) => /^(?:yes|no)$/i.test(transcript.trim()));
  const { business, prompts, persona } = await loadOffice(loadConfig(readEnvironment()));
  const context: DialogContext = { wallMs: NOW, business, prompts, persona };
  const asked = atReadBack(context);
  const speech = await openSpeech({ sttWorkers: 1, ttsWorkers: 1 });
  try {
    const metrics: Record<string, BenchMetrics> = {};
    for (const loss of LOSS) {
      const counts = { n: 0, understood: 0, asked_again: 0, nothing_heard: 0, taken_for_the_other: 0 };
      for (const [seed, clip] of clips.entries()) {
        const { result, heard } = await answer(speech, clip, seed + 1, loss, asked, context);
        counts.n++;
        if (result === clip.transcript.trim().toLowerCase()) counts.understood++;
        else if (result === 'asked_again' || result === 'nothing_heard') counts[result]++;
        else counts.taken_for_the_other++;
        if (result !== clip.transcript.trim().toLowerCase()) {
          progress(
            `  ${clip.file} "${clip.transcript}" at ${100 * loss} % loss: ${result}, heard "${heard}"`,
          );
        }
      }
      const share = Number((counts.understood / Math.max(1, counts.n)).toFixed(3));
      metrics[`loss_${Math.round(100 * loss)}`] = { ...counts, understood_share: share };
    }
    return metrics;
  } finally {
    await speech.close();
  }
}

/** A dialog that has just read an appointment back. */
function atReadBack(context: DialogContext): DialogState {
  let state = dialogPort.initial({ callId: callId('eval') });
  const tell = (input: DialogInput): void => {
    const step = dialogPort.step(state, input, context);
    state = step.state;
    for (const effect of step.effects) answerEffect(effect);
  };
  const answerEffect = (effect: DialogEffect): void => {
    if (effect.type === 'check_availability') {
      const { requestId: id } = effect;
      tell({ type: 'availability', requestId: id, result: { status: 'ok', busy: [] } });
    } else if (effect.type === 'classify') {
      const { requestId: id } = effect;
      const result = { confidence: 1, method: 'pattern', entities: {} } as const;
      tell({ type: 'intent', requestId: id, result: { ...result, intent: 'APPOINTMENT_SCHEDULING' } });
    }
  };
  tell({ type: 'start' });
  for (const [n, text] of BEFORE.entries()) {
    tell({ type: 'turn', turnId: turnId(`t${n}`), text, confidence: 1 });
  }
  if (state.appointment?.ask !== 'confirm') throw new Error('the dialog has not come to its read-back');
  return state;
}

async function answer(
  speech: Speech,
  clip: Recording,
  seed: number,
  loss: number,
  asked: DialogState,
  context: DialogContext,
): Promise<{ readonly result: Understood; readonly heard: string }> {
  const audio = readAudio(clip.file);
  if (audio === undefined) throw new Error(`${clip.file} cannot be read`);
  const pcm = telephoneLine(loss)(to16k(audio), seed);
  const found = await findSpeech(speech.vad, pcm);
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) return { result: 'nothing_heard', heard: '' };
  const { prePadMs, postPadMs } = defaultTurnOptions.endpointing;
  const from = Math.max(0, first.start - prePadMs * SAMPLES_PER_MS);
  const heard = await speech.stt.transcribe({
    requestId: requestId('eval'),
    pcm: pcm.slice(from, last.end + postPadMs * SAMPLES_PER_MS),
    sampleRateHz: 8000,
    kind: 'final',
    expected: dialogPort.expectedSpeech({ kind: 'yes_no', decision: true, keypad: {} }, context),
  });
  if (!heard.ok || heard.value.noSpeech) return { result: 'nothing_heard', heard: '' };
  const { text, confidence } = heard.value;
  if (confidence < defaultTurnOptions.understanding.minConfidence) {
    return { result: 'nothing_heard', heard: text };
  }
  const input: DialogInput = { type: 'turn', turnId: turnId('answer'), text, confidence };
  const { state, effects } = dialogPort.step(asked, input, context);
  if (effects.some(({ type }) => type === 'book')) return { result: 'yes', heard: text };
  return { result: state.appointment?.ask === 'change' ? 'no' : 'asked_again', heard: text };
}
