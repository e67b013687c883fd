import { jsonObject, numberAt, objectsAt } from '../../../kernel/json.js';
import type { ProviderEvent, SttProtocol } from './protocol.js';
import { COMMON, confidenceIn, trimmedAt } from './readings.js';

/** A message of the recogniser's thread about one stream. Times are ms of the stream's audio. */
export type SherpaMessage =
  | { readonly type: 'ready' }
  | {
      readonly type: 'heard';
      readonly segment: number;
      readonly final: boolean;
      readonly text: string;
      readonly startMs: number;
      readonly endMs: number;
      readonly words: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
      readonly confidence?: number;
    }
  | { readonly type: 'flushed' };

/** The streaming transducers of sherpa-onnx, in a thread of this machine, spoken to as if they were a provider. */
export const sherpa: SttProtocol = {
  ...COMMON,
  engine: 'sherpa-zipformer',
  chunkMs: [80, 1000],
  replayMs: 30_000,
  quietMs: 1000,
  parse: (message) => {
    const event = jsonObject(message);
    if (event === undefined) return [];
    if (event['type'] === 'ready' || event['type'] === 'flushed') return [{ type: event['type'] }];
    const segment = numberAt(event, 'segment');
    const startMs = numberAt(event, 'startMs');
    const endMs = numberAt(event, 'endMs');
    if (segment === undefined || startMs === undefined || endMs === undefined) return [];
    const heard: ProviderEvent = {
      type: 'heard',
      key: `segment ${segment}`,
      final: event['final'] === true,
      text: trimmedAt(event, 'text'),
      startMs,
      endMs,
      words: objectsAt(event, 'words').map((word) => ({
        text: trimmedAt(word, 'text'),
        startMs: numberAt(word, 'startMs') ?? startMs,
        endMs: numberAt(word, 'endMs') ?? endMs,
        ...confidenceIn(event),
      })),
      ...confidenceIn(event),
    };
    return [heard];
  },
  finalize: () => ['{"type":"finalize"}'],
};

/** A result of `OnlineRecognizer.getResult`. */
export interface SherpaResult {
  readonly text: string;
  readonly tokens?: readonly string[];
  /** Seconds from the start of the stream, one a token. */
  readonly timestamps?: readonly number[];
  /** Natural logarithms of the tokens' probabilities. */
  readonly ys_probs?: readonly number[];
}

/** A token lasts about so long where none follows. */
const TOKEN_MS = 160;

/** Words of a result: a token that begins with a blank (or the mark of one) begins a word. */
export function sherpaWords(
  { tokens = [], timestamps = [] }: SherpaResult,
  originMs: number,
): readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[] {
  const words: { text: string; startMs: number; endMs: number }[] = [];
  tokens.forEach((token, index) => {
    const startMs = originMs + 1000 * (timestamps[index] ?? 0);
    const next = timestamps[index + 1];
    const endMs = Math.min(startMs + TOKEN_MS, next === undefined ? Infinity : originMs + 1000 * next);
    const begins = /^[ \u2581]/.test(token);
    const piece = token.replace(/^[ \u2581]+/, '');
    const last = words.at(-1);
    if (last === undefined || begins) words.push({ text: piece, startMs, endMs });
    else Object.assign(last, { text: last.text + piece, endMs });
  });
  return words.filter(({ text }) => text !== '');
}

/** exp of the mean log probability; undefined where the model gives none. */
export function sherpaConfidence({ ys_probs: probs = [] }: SherpaResult): number | undefined {
  if (probs.length === 0 || probs.some((value) => !Number.isFinite(value) || value > 0)) return undefined;
  return Math.exp(probs.reduce((sum, value) => sum + value, 0) / probs.length);
}
