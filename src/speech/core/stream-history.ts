import { SampleHistory } from '../../kernel/ring.js';

/** Recent audio of a stream by absolute sample: gaps are filled with silence, what was given before is skipped. */
export class StreamHistory {
  readonly #samples: SampleHistory;
  /** Index of the first sample that was given: the ring counts from its own first sample. */
  #offset: number | undefined;

  /** @param capacity - samples kept */
  constructor(capacity: number) {
    this.#samples = new SampleHistory(capacity);
  }

  /** Index of the oldest sample held. */
  get start(): number {
    return (this.#offset ?? 0) + this.#samples.start;
  }

  /** Index one past the newest sample. */
  get end(): number {
    return (this.#offset ?? 0) + this.#samples.end;
  }

  /** Appends audio whose first sample has the index `startSample`; the first call sets the origin. */
  push(pcm: Int16Array, startSample: number): void {
    this.#offset ??= startSample;
    const gap = startSample - this.end;
    if (gap > 0) this.#fill(gap);
    this.#samples.append(gap < 0 ? pcm.subarray(-gap) : pcm);
  }

  /** Copies `[from, to)`, clamped to what is held. */
  slice(from: number, to: number): Int16Array {
    const offset = this.#offset ?? 0;
    return this.#samples.slice(from - offset, to - offset);
  }

  /** A gap as silence; what is older than the ring would be overwritten anyway, its length counts. */
  #fill(gap: number): void {
    const { capacity } = this.#samples;
    if (gap <= capacity) {
      this.#samples.append(new Int16Array(gap));
      return;
    }
    this.#samples.append(new Int16Array(capacity));
    this.#offset = (this.#offset ?? 0) + gap - capacity;
  }
}

const FRAME_MS = 20;
/** About -58 dB of full scale: below the noise of a quiet line. */
const SILENT_RMS = 40;

/** True when no 20 ms of the audio are louder than line noise: there is nothing to recognise. */
export function isSilent(pcm: Int16Array, sampleRateHz: number): boolean {
  const frame = Math.max(1, Math.round((FRAME_MS * sampleRateHz) / 1000));
  for (let at = 0; at < pcm.length; at += frame) {
    const end = Math.min(pcm.length, at + frame);
    let sum = 0;
    for (let i = at; i < end; i++) sum += (pcm[i] ?? 0) ** 2;
    if (Math.sqrt(sum / (end - at)) > SILENT_RMS) return false;
  }
  return true;
}
