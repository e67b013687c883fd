import { PeakBook } from './core/peaks.js';
import {
  readRecordingHeader,
  RECORDING_HEADER_BYTES,
  recordingHeader,
  STEREO_BYTES,
  type RecordingAbout,
} from './core/wav-file.js';
import type { RecordingFile, Written } from './writer.js';

/** Bytes that are looked at in one go. */
const PIECE_BYTES = 512 * 1024;

/** A file that a process has left unfinished. */
export interface Unfinished {
  readonly size: number;
  readonly read: (from: number, length: number) => Promise<Uint8Array | undefined>;
  readonly file: RecordingFile;
}

/** A recording that was found. */
export interface Recovered extends Written {
  readonly about: RecordingAbout;
  readonly rate: number;
}

/**
 * Ends a recording whose process is gone: the length in its head, and its shape. A file that holds nothing, or is no recording,
 * is removed.
 */
export async function recover({ size, read, file }: Unfinished): Promise<Recovered | undefined> {
  const found = await describe(size, read);
  if (found === undefined || found.bytes === RECORDING_HEADER_BYTES) {
    await file.discard();
    return undefined;
  }
  await file.write(0, recordingHeader(found.about, found.rate, found.bytes - RECORDING_HEADER_BYTES));
  await file.finish();
  return found;
}

/** What a file tells of itself; `undefined` for one that is no recording. */
export async function describe(size: number, read: Unfinished['read']): Promise<Recovered | undefined> {
  const head = readRecordingHeader((await read(0, RECORDING_HEADER_BYTES)) ?? new Uint8Array(0));
  if (head === undefined) return undefined;
  const data = size - RECORDING_HEADER_BYTES;
  const dataBytes = data - (data % STEREO_BYTES);
  const book = new PeakBook(head.rate);
  for (let at = 0; at < dataBytes; at += PIECE_BYTES) {
    const bytes = await read(RECORDING_HEADER_BYTES + at, Math.min(PIECE_BYTES, dataBytes - at));
    if (bytes === undefined || bytes.length === 0) break;
    book.push(new Int16Array(bytes.slice().buffer, 0, bytes.length >> 1));
  }
  const durationMs = dataBytes / STEREO_BYTES / (head.rate / 1000);
  return { ...head, durationMs, bytes: RECORDING_HEADER_BYTES + dataBytes, peaks: book.peaks };
}
