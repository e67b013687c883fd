import { PeakBook, type Peaks } from './core/peaks.js';
import {
  RECORDING_HEADER_BYTES,
  recordingHeader,
  STEREO_BYTES,
  type RecordingAbout,
} from './core/wav-file.js';

/** Where a recording goes: a file that grows. */
export interface RecordingFile {
  write(at: number, bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** What a finished recording is. */
export interface Written {
  readonly durationMs: number;
  /** Of the whole file. */
  readonly bytes: number;
  readonly peaks: Peaks;
}

/** Audio that waits for a slow disk, at most: 8 s at 16 kHz. A disk that is further behind ends the recording. */
export const MAX_QUEUED_BYTES = 512 * 1024;
/** Silence is put over what was written in pieces of this size; they are the same bytes and take no memory. */
const BLANK = new Uint8Array(32 * 1024);

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** What of the bound it takes. */
  readonly cost: number;
}

/**
 * Writes one recording as it is made: pieces wait in a bounded queue, one write is under way at a time, and nothing is kept in
 * memory that is on the disk. Whoever pushes never waits. The length stands in the head at the end only; a file that is cut short
 * is still read as far as it goes.
 */
export class RecordingWriter {
  readonly #peaks: PeakBook;
  readonly #opened: Promise<void>;
  #queue: Piece[] = [];
  #queuedBytes = 0;
  #dataBytes = 0;
  #file: RecordingFile | undefined;
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #isOver = false;

  /**
   * @param opening - the file, which may take a moment
   * @param failed - called once when the disk takes no more; what is there stays
   */
  constructor(
    private readonly about: RecordingAbout,
    private readonly rate: number,
    opening: Promise<RecordingFile>,
    private readonly failed: (cause: unknown) => void,
  ) {
    this.#peaks = new PeakBook(rate);
    this.#put(0, recordingHeader(about, rate, 0));
    opening.then(
      (file) => {
        this.#file = file;
        this.#drain();
      },
      (cause: unknown) => this.#fail(cause),
    );
    this.#opened = opening.then(
      () => undefined,
      () => undefined,
    );
  }

  /** Bytes that wait to be written. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Takes samples of both channels side by side; the array belongs to the writer. */
  push(stereo: Int16Array): void {
    if (this.#failure !== undefined || this.#isOver) return;
    this.#peaks.push(stereo);
    const bytes = littleEndian(stereo);
    this.#put(RECORDING_HEADER_BYTES + this.#dataBytes, bytes);
    this.#dataBytes += bytes.length;
  }

  /** Puts silence over a stretch that may have been written. */
  blank(fromMs: number, toMs: number): void {
    if (this.#failure !== undefined || this.#isOver) return;
    this.#peaks.blank(fromMs, toMs);
    const perMs = (this.rate / 1000) * STEREO_BYTES;
    const align = (ms: number, round: (value: number) => number): number =>
      round((ms * perMs) / STEREO_BYTES) * STEREO_BYTES;
    const to = Math.min(this.#dataBytes, align(toMs, Math.ceil));
    for (let at = Math.max(0, align(fromMs, Math.floor)); at < to; at += BLANK.length) {
      this.#enqueue(RECORDING_HEADER_BYTES + at, BLANK.subarray(0, Math.min(BLANK.length, to - at)), 0);
    }
  }

  /** Ends the recording and keeps it. @returns what it is, or nothing when there is no file of it */
  async finish(): Promise<Written | undefined> {
    this.#isOver = true;
    await this.#settled();
    const file = this.#file;
    if (file === undefined) return undefined;
    try {
      const dataBytes = this.#dataBytes - this.#lostBytes();
      await file.write(0, recordingHeader(this.about, this.rate, dataBytes));
      await file.finish();
      return {
        durationMs: dataBytes / STEREO_BYTES / (this.rate / 1000),
        bytes: RECORDING_HEADER_BYTES + dataBytes,
        peaks: this.#peaks.peaks,
      };
    } catch (cause) {
      // What was written is found again at the next start.
      this.#fail(cause);
      return undefined;
    }
  }

  /** Ends the recording and keeps nothing of it. */
  async discard(): Promise<void> {
    this.#isOver = true;
    this.#clear();
    await this.#settled();
    await this.#file?.discard();
  }

  #put(at: number, bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    if (this.#queuedBytes + bytes.length > MAX_QUEUED_BYTES) {
      this.#fail(new Error('the disk is too slow'));
      return;
    }
    this.#enqueue(at, bytes, bytes.length);
  }

  #enqueue(at: number, bytes: Uint8Array, cost: number): void {
    this.#queue.push({ at, bytes, cost });
    this.#queuedBytes += cost;
    this.#drain();
  }

  #drain(): void {
    if (this.#writing !== undefined || this.#file === undefined) return;
    const piece = this.#queue[0];
    if (piece === undefined || this.#failure !== undefined) return;
    this.#writing = this.#file.write(piece.at, piece.bytes).then(
      () => {
        this.#writing = undefined;
        // It may have been cleared meanwhile.
        if (this.#queue[0] === piece) {
          this.#queue.shift();
          this.#queuedBytes -= piece.cost;
        }
        this.#drain();
      },
      (cause: unknown) => {
        this.#writing = undefined;
        this.#fail(cause);
      },
    );
  }

  /** Everything that waited has been written, or never will be. */
  async #settled(): Promise<void> {
    await this.#opened;
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Bytes at the end that never came to the disk. */
  #lostBytes(): number {
    const first = this.#queue.find(({ at, cost }) => at >= RECORDING_HEADER_BYTES && cost > 0);
    if (this.#failure === undefined || first === undefined) return 0;
    return Math.max(0, this.#dataBytes - (first.at - RECORDING_HEADER_BYTES));
  }

  #clear(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = cause;
    this.failed(cause);
  }
}

/** Samples as a WAV file has them. Machines that this runs on have them so in memory, too. */
function littleEndian(stereo: Int16Array): Uint8Array {
  return new Uint8Array(stereo.buffer, stereo.byteOffset, stereo.byteLength);
}
