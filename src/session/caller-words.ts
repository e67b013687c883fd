import type { DialogInput } from '../dialog/core/effects.js';
import type { RequestId } from '../kernel/ids.js';
import type { Completeness, DtmfDigit, Listening } from '../kernel/vocab.js';
import type { SttTranscript } from '../speech/ports.js';
import { defaultTurnOptions } from '../turn/options.js';
import type { TurnInput, TurnOutput } from '../turn/types.js';

/** Words of the caller as the turn machine gives them. */
export type Words = Extract<TurnOutput, { type: 'turn_ended' | 'speculation' }>;

/** The words as the dialog takes them. */
export function turnInput(words: Words): Extract<DialogInput, { type: 'turn' }> {
  const { turnId, text, evidence } = words;
  const { confidence = defaultTurnOptions.understanding.assumedConfidence } = words;
  const isTyped = words.type === 'turn_ended' && words.stamps.source === 'text';
  return {
    type: 'turn',
    turnId,
    text,
    confidence,
    ...(evidence === undefined ? {} : { evidence }),
    ...(isTyped ? { typed: true as const } : {}),
  };
}

/** A transcript as the turn machine takes it. */
export function transcriptInput(
  requestId: RequestId,
  { text, confidence, noSpeech, evidence }: SttTranscript,
  completeness: Completeness,
): Extract<TurnInput, { type: 'transcript' }> {
  return {
    type: 'transcript',
    requestId,
    text,
    noSpeech,
    completeness,
    ...known(confidence),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** `{ confidence }`, or nothing where the recogniser gives none. */
export const known = (confidence: number | undefined): { readonly confidence?: number } =>
  confidence === undefined ? {} : { confidence };

/** True when the caller's next words belong to another turn. */
export const isTurnOver = ({ type }: TurnOutput): boolean =>
  type === 'turn_ended' || type === 'not_understood' || type === 'turn_dropped';

/** A key as the transcript shows it: one of a secret without its digit. */
export const keyText = (digit: DtmfDigit, { secret }: Listening): string =>
  secret === true ? '[secret key]' : `[key ${digit}]`;
