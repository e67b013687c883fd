import { jsonObject } from '../../kernel/json.js';
import { wavHeader } from '../../kernel/wav.js';

/** What a recording tells of itself, so that a file that a crash left behind can be put where it belongs. */
export interface RecordingAbout {
  readonly id: string;
  readonly callId: string;
  /** Wall clock at its beginning, ms. */
  readonly startedAtMs: number;
  /** Its beginning on the clock of the call, ms. */
  readonly offsetMs: number;
  readonly consent: string;
}

/** Bytes before the samples of a recording. */
export const RECORDING_HEADER_BYTES = 512;
/** Bytes of one moment: two channels of 16 bit. */
export const STEREO_BYTES = 4;
/** Name of the chunk that holds {@link RecordingAbout}. */
const CHUNK = 'lbnz';
const ABOUT_AT = 44;
const ABOUT_BYTES = RECORDING_HEADER_BYTES - ABOUT_AT - 8;
const RATE_AT = 24;

/** The head of a recording's file. While it is being written the length of its samples is not known: 0. */
export function recordingHeader(about: RecordingAbout, rate: number, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(about));
  if (text.length > ABOUT_BYTES) throw new RangeError('the description of a recording is too long');
  const bytes = new Uint8Array(ABOUT_BYTES).fill(0x20);
  bytes.set(text);
  return wavHeader({ sampleRateHz: rate, channels: 2, dataBytes, extra: { id: CHUNK, bytes } });
}

/** Reads the head of a recording's file back; `undefined` for anything else. */
export function readRecordingHeader(
  bytes: Uint8Array,
): { readonly about: RecordingAbout; readonly rate: number } | undefined {
  if (bytes.length < RECORDING_HEADER_BYTES) return undefined;
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, ABOUT_AT));
  if (!head.startsWith('RIFF') || head.slice(36, 40) !== CHUNK) return undefined;
  const about = jsonObject(
    new TextDecoder().decode(bytes.subarray(ABOUT_AT, ABOUT_AT + ABOUT_BYTES)).trimEnd(),
  );
  const { id, callId, startedAtMs, offsetMs, consent } = about ?? {};
  const isWhole =
    typeof id === 'string' &&
    typeof callId === 'string' &&
    typeof startedAtMs === 'number' &&
    typeof offsetMs === 'number' &&
    typeof consent === 'string';
  if (!isWhole) return undefined;
  const rate = new DataView(bytes.buffer, bytes.byteOffset).getUint32(RATE_AT, true);
  return rate < 1000 ? undefined : { about: { id, callId, startedAtMs, offsetMs, consent }, rate };
}
