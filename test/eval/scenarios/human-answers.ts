import type { BenchMetrics } from '../../../bench/report.js';
import { dialogPort } from '../../../src/app/dialog-wiring.js';
import type { DialogContext } from '../../../src/dialog/core/context.js';
import type { DialogInput } from '../../../src/dialog/core/effects.js';
import { openQuestion } from '../../../src/dialog/core/machine/listening.js';
import type { DialogState } from '../../../src/dialog/core/machine/state.js';
import { requestId, turnId } from '../../../src/kernel/ids.js';
import { wallMs } from '../../../src/kernel/time.js';
import type { KnowledgePort } from '../../../src/session/ports.js';
import { openSpeech, type Speech } from '../../../src/speech/index.js';
import { defaultTurnOptions } from '../../../src/turn/options.js';
import { shippedContext } from '../../support/shipped-context.js';
import { Talk } from '../../support/talk.js';
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
  const context: DialogContext = { ...(await shippedContext()), wallMs: NOW };
  const asked = await atReadBack(context);
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

/** Takes every matter for a booking; nothing else is asked before the read-back. */
const BOOKS: KnowledgePort = {
  classify: () =>
    Promise.resolve({ intent: 'APPOINTMENT_SCHEDULING', confidence: 1, method: 'pattern', entities: {} }),
  query: () => Promise.resolve({ found: false, answer: '', sources: [], confidence: 0 }),
};

/** A dialog that has just read an appointment back, to its end. */
async function atReadBack(context: DialogContext): Promise<DialogState> {
  const talk = new Talk({ context, nowMs: NOW, knowledge: BOOKS });
  await talk.start();
  for (const text of BEFORE) await talk.say(text, 1);
  if (openQuestion(talk.state, context).id !== 'book.confirm') {
    throw new Error(`the dialog has not come to its read-back; it says: ${talk.last}`);
  }
  return talk.state;
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
    expected: dialogPort.expected(asked, context),
  });
  if (!heard.ok || heard.value.noSpeech) return { result: 'nothing_heard', heard: '' };
  const { text, confidence = 0, evidence } = heard.value;
  if (confidence < defaultTurnOptions.understanding.minConfidence) {
    return { result: 'nothing_heard', heard: text };
  }
  const input: DialogInput = {
    type: 'turn',
    turnId: turnId('answer'),
    text,
    confidence,
    ...(evidence === undefined ? {} : { evidence }),
  };
  const { state, effects } = dialogPort.step(asked, input, context);
  if (effects.some(({ type }) => type === 'book')) return { result: 'yes', heard: text };
  const isRefused = openQuestion(state, context).id === 'book.change';
  return { result: isRefused ? 'no' : 'asked_again', heard: text };
}
