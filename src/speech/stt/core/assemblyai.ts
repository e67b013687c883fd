import { numberAt, objectsAt, type Fields } from '../../../kernel/json.js';
import type { ProviderEvent, SttProtocol } from './protocol.js';
import { byType, COMMON, failedWith, meanConfidence, timedWords, trimmedAt } from './readings.js';

/** Address of a version 3 stream below `wss://streaming.assemblyai.com`. */
export function assemblyAiPath(model: string, sampleRateHz: 8000 | 16000): string {
  const query = new URLSearchParams({
    sample_rate: String(sampleRateHz),
    encoding: 'pcm_s16le',
    speech_model: model,
    // A formatted turn comes later than the plain one and says the same.
    format_turns: 'false',
  });
  return `/v3/ws?${query.toString()}`;
}

/**
 * AssemblyAI's streaming interface, version 3: one `Turn` per turn, repeated as it grows and once more when formatted,
 * `ForceEndpoint`, chunks of 50 to 1000 ms, audio not much faster than real time (close code 3007 otherwise).
 * Source: assemblyai-api-spec; assemblyai.com/docs/api-reference/streaming-api.
 */
export const assemblyAi: SttProtocol = {
  ...COMMON,
  engine: 'assemblyai',
  chunkMs: [60, 500],
  pace: { burstMs: 2000, speed: 1.5 },
  replayMs: 2000,
  quietMs: 900,
  parse: byType({
    Begin: () => [{ type: 'ready' }],
    Turn: turn,
    Error: (event) => failedWith('bad_request', event, 'error'),
  }),
  finalize: () => ['{"type":"ForceEndpoint"}'],
  closing: () => ['{"type":"Terminate"}'],
};

function turn(event: Fields): readonly ProviderEvent[] {
  const order = numberAt(event, 'turn_order');
  if (order === undefined) return [];
  const final = event['end_of_turn'] === true;
  const flushed: readonly ProviderEvent[] = final ? [{ type: 'flushed' }] : [];
  const given = objectsAt(event, 'words');
  const words = timedWords(given, ['text'], 1);
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined) return flushed;
  return [
    {
      type: 'heard',
      key: `turn ${order}`,
      final,
      // A plain transcript holds the words that are settled only; the list holds all of them.
      text: final ? trimmedAt(event, 'transcript') : words.map((word) => word.text).join(' '),
      startMs: first.startMs,
      endMs: last.endMs,
      words,
      ...meanConfidence(given),
    },
    ...flushed,
  ];
}
