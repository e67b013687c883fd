import { member, numberAt, objectsAt, type Fields } from '../../../kernel/json.js';
import type { ProviderEvent, SttProtocol } from './protocol.js';
import { byType, COMMON, confidenceIn, failedWith, timedWords, trimmedAt } from './readings.js';

/** Members of a word that hold its text. */
export const DEEPGRAM_WORD = ['punctuated_word', 'word'];

/** What is asked of Deepgram. */
export interface DeepgramOptions {
  readonly model: string;
  /** BCP 47. */
  readonly language: string;
}

/** Address of a version 1 stream below `wss://api.deepgram.com`. */
export function deepgramPath({ model, language }: DeepgramOptions, sampleRateHz: 8000 | 16000): string {
  const query = new URLSearchParams({
    model,
    language,
    encoding: 'linear16',
    sample_rate: String(sampleRateHz),
    channels: '1',
    interim_results: 'true',
    punctuate: 'true',
    // Our own turn-taking decides when a turn is over; segments end where Finalize says so.
    endpointing: '300',
  });
  return `/v1/listen?${query.toString()}`;
}

/**
 * Deepgram's live transcription, version 1: `Results` with interim and final segments, `Finalize`, `KeepAlive`.
 * Source: deepgram-api-specs asyncapi.yml; developers.deepgram.com/docs/audio-keep-alive.
 */
export const deepgram: SttProtocol = {
  ...COMMON,
  engine: 'deepgram',
  chunkMs: [20, 250],
  replayMs: 30_000,
  quietMs: 700,
  // The stream is closed after 10 s without audio or KeepAlive.
  keepAliveMs: 4000,
  readyOnOpen: true,
  parse: byType({
    Results: results,
    Error: (event) => failedWith('bad_request', event, 'description', 'message'),
  }),
  finalize: () => ['{"type":"Finalize"}'],
  keepAlive: () => ['{"type":"KeepAlive"}'],
  closing: () => ['{"type":"CloseStream"}'],
};

function results(event: Fields): readonly ProviderEvent[] {
  const start = numberAt(event, 'start');
  const duration = numberAt(event, 'duration');
  const flushed: readonly ProviderEvent[] = event['from_finalize'] === true ? [{ type: 'flushed' }] : [];
  // A result of no length covers nothing: it says only that all is said.
  if (start === undefined || duration === undefined || start < 0 || duration <= 0) return flushed;
  const [best] = objectsAt(member(event, 'channel'), 'alternatives');
  const startMs = 1000 * start;
  return [
    {
      type: 'heard',
      key: String(Math.round(startMs)),
      final: event['is_final'] === true,
      text: trimmedAt(best, 'transcript'),
      startMs,
      endMs: startMs + 1000 * duration,
      words: timedWords(objectsAt(best, 'words'), DEEPGRAM_WORD, 1000),
      ...confidenceIn(best),
    },
    ...flushed,
  ];
}
