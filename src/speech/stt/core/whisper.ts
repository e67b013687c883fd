import { jsonObject, numberAt, objectsAt } from '../../../kernel/json.js';
import { trimmedAt } from './readings.js';

/** What a transcription server wrote down. */
export interface WhisperText {
  readonly text: string;
  /** 0..1; missing when the server gives no segments with probabilities. */
  readonly confidence?: number;
}

/** Silence and loops are taken for words under these bounds of the reference decoder. */
const NO_SPEECH = 0.6;
const UNLIKELY = -1;
const LOOPING = 2.4;

/**
 * Reads the answer of `POST /v1/audio/transcriptions` (`verbose_json`, or `json` of servers that know no other).
 * Whisper invents words where there are none ("Thank you."), so segments are left out that the model itself doubts, that
 * repeat themselves, or that lie where the audio is silent.
 *
 * @param isSilent - tells whether the audio between two times, in seconds, holds no sound
 * @returns undefined when it is no such answer
 */
export function whisperText(
  body: string,
  isSilent: (startS: number, endS: number) => boolean,
): WhisperText | undefined {
  const answer = jsonObject(body);
  if (answer === undefined || typeof answer['text'] !== 'string') return undefined;
  if (!Array.isArray(answer['segments'])) return { text: trimmedAt(answer, 'text') };
  const texts: string[] = [];
  let weighted = 0;
  let weight = 0;
  let isKnown = true;
  for (const segment of objectsAt(answer, 'segments')) {
    const text = trimmedAt(segment, 'text');
    const start = numberAt(segment, 'start') ?? 0;
    const end = numberAt(segment, 'end') ?? start;
    const logprob = numberAt(segment, 'avg_logprob');
    const noSpeech = numberAt(segment, 'no_speech_prob') ?? 0;
    const isDoubted = noSpeech > NO_SPEECH && (logprob === undefined || logprob < UNLIKELY);
    const isLooping = (numberAt(segment, 'compression_ratio') ?? 0) > LOOPING;
    if (text === '' || isDoubted || isLooping || isSilent(start, end)) continue;
    texts.push(text);
    if (logprob === undefined) isKnown = false;
    else {
      weighted += text.length * Math.exp(Math.min(0, logprob)) * (1 - Math.min(1, Math.max(0, noSpeech)));
      weight += text.length;
    }
  }
  const text = texts.join(' ');
  return isKnown && weight > 0 ? { text, confidence: weighted / weight } : { text };
}

/** A form as `multipart/form-data` (RFC 7578) with one file. */
export function multipart(
  fields: Readonly<Record<string, string>>,
  file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
  boundary: string,
): Uint8Array {
  const text = Object.entries(fields)
    .map(
      ([name, value]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    .join('');
  const head = new TextEncoder().encode(
    `${text}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: ${file.type}\r\n\r\n`,
  );
  const tail = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);
  const body = new Uint8Array(head.length + file.bytes.length + tail.length);
  body.set(head);
  body.set(file.bytes, head.length);
  body.set(tail, head.length + file.bytes.length);
  return body;
}
