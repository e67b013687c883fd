import { numberAt, objectsAt, type Fields } from '../../../kernel/json.js';
import { DEEPGRAM_WORD, type DeepgramOptions } from './deepgram.js';
import type { ProviderEvent, SttProtocol } from './protocol.js';
import { byType, COMMON, failedWith, meanConfidence, timedWords, trimmedAt } from './readings.js';

/** Address of a Flux stream below `wss://api.deepgram.com`; the language is the model's own. */
export function deepgramFluxPath({ model }: DeepgramOptions, sampleRateHz: 8000 | 16000): string {
  const query = new URLSearchParams({ model, encoding: 'linear16', sample_rate: String(sampleRateHz) });
  return `/v2/listen?${query.toString()}`;
}

/**
 * Deepgram Flux: one `TurnInfo` per turn, repeated as it grows. Its ends of turns are hints only: an eager one may be
 * taken back (`TurnResumed`), and our own turn-taking decides. There is no message that asks for finals, so a turn is
 * read as it stands once its audio window covers what was asked.
 * Source: deepgram-api-specs asyncapi.yml.
 */
export const deepgramFlux: SttProtocol = {
  ...COMMON,
  engine: 'deepgram-flux',
  finalizes: false,
  // 80 ms chunks are what the provider recommends.
  chunkMs: [80, 240],
  replayMs: 30_000,
  quietMs: 700,
  parse: byType({
    Connected: () => [{ type: 'ready' }],
    TurnInfo: turn,
    Error: (event) => failedWith('overloaded', event, 'code'),
  }),
  closing: () => ['{"type":"CloseStream"}'],
};

function turn(event: Fields): readonly ProviderEvent[] {
  const index = numberAt(event, 'turn_index');
  const start = numberAt(event, 'audio_window_start');
  const end = numberAt(event, 'audio_window_end');
  if (index === undefined || start === undefined || end === undefined || end < start) return [];
  const words = objectsAt(event, 'words');
  return [
    {
      type: 'heard',
      key: `turn ${index}`,
      final: event['event'] === 'EndOfTurn',
      text: trimmedAt(event, 'transcript'),
      startMs: 1000 * start,
      endMs: 1000 * end,
      words: timedWords(words, DEEPGRAM_WORD, 1000),
      ...meanConfidence(words),
    },
  ];
}
