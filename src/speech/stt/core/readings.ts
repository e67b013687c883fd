import type { FailureKind } from '../../../kernel/failure.js';
import { jsonObject, numberAt, textAt, type Fields } from '../../../kernel/json.js';
import { linear16 } from './linear16.js';
import type { ProviderEvent, SttProtocol, TimedWord } from './protocol.js';

/** What most protocols have in common: raw audio as it comes, no messages but those that a protocol names. */
export const COMMON = {
  gated: false,
  finalizes: true,
  readyOnOpen: false,
  audio: linear16,
  opening: () => [],
  start: () => [],
  finalize: () => [],
  keepAlive: () => [],
  closing: () => [],
} as const satisfies Partial<SttProtocol>;

/** Reads messages by their `type`; others, and what is no JSON, give nothing. */
export const byType =
  (readers: Readonly<Record<string, (event: Fields) => readonly ProviderEvent[]>>): SttProtocol['parse'] =>
  (message) => {
    const event = jsonObject(message);
    const type = textAt(event, 'type') ?? '';
    return event === undefined || !Object.hasOwn(readers, type) ? [] : (readers[type]?.(event) ?? []);
  };

/** A member that is a text, trimmed; empty when it is none. */
export const trimmedAt = (value: unknown, name: string): string => (textAt(value, name) ?? '').trim();

/** The first of some members that holds a text, trimmed. */
const firstText = (value: unknown, names: readonly string[]): string =>
  names.map((name) => trimmedAt(value, name)).find((text) => text !== '') ?? '';

/** The confidence of a word or a passage; nothing where it is no probability. */
export function confidenceIn(value: unknown): { readonly confidence?: number } {
  const confidence = numberAt(value, 'confidence');
  return confidence !== undefined && confidence >= 0 && confidence <= 1 ? { confidence } : {};
}

/** Mean of the words' confidences; nothing where one has none, or where there are no words. */
export function meanConfidence(words: readonly Fields[]): { readonly confidence?: number } {
  let sum = 0;
  for (const word of words) {
    const { confidence } = confidenceIn(word);
    if (confidence === undefined) return {};
    sum += confidence;
  }
  return words.length === 0 ? {} : { confidence: sum / words.length };
}

/**
 * Words with `start` and `end`; those without times are left out.
 *
 * @param names - members that hold the text, the preferred one first
 * @param unitMs - length of the provider's unit of time
 */
export function timedWords(
  words: readonly Fields[],
  names: readonly string[],
  unitMs: number,
): readonly TimedWord[] {
  return words.flatMap((word) => {
    const text = firstText(word, names);
    const start = numberAt(word, 'start');
    const end = numberAt(word, 'end');
    if (text === '' || start === undefined || end === undefined) return [];
    return [{ text, startMs: unitMs * start, endMs: unitMs * end, ...confidenceIn(word) }];
  });
}

/** The error that a provider tells of. @param names - members that hold its words, the preferred one first */
export const failedWith = (
  kind: FailureKind,
  event: Fields,
  ...names: readonly string[]
): readonly ProviderEvent[] => [{ type: 'failed', kind, message: firstText(event, names).slice(0, 200) }];
