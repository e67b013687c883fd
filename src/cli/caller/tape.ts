/** Growing PCM16 track addressed by absolute sample; bounded. */
export class Track {
  #pcm = new Int16Array(8000 * 30);
  #length = 0;

  /** @param maxSamples - audio beyond it is dropped */
  constructor(private readonly maxSamples: number) {}

  /** Samples written so far, gaps included. */
  get length(): number {
    return this.#length;
  }

  /** Writes samples at a position; what lies between stays silent. */
  write(at: number, pcm: Int16Array): void {
    const start = Math.max(0, Math.round(at));
    const end = Math.min(start + pcm.length, this.maxSamples);
    if (end <= start) return;
    if (end > this.#pcm.length) {
      const grown = new Int16Array(Math.min(this.maxSamples, Math.max(end, this.#pcm.length * 2)));
      grown.set(this.#pcm);
      this.#pcm = grown;
    }
    this.#pcm.set(pcm.subarray(0, end - start), start);
    this.#length = Math.max(this.#length, end);
  }

  /** Copy of `[from, to)`. */
  slice(from: number, to: number): Int16Array {
    return this.#pcm.slice(Math.max(0, from), Math.min(this.#length, to));
  }
}

/** Index of the first sample louder than `threshold`, or -1. */
export function firstAudible(pcm: Int16Array, threshold = AUDIBLE): number {
  for (let i = 0; i < pcm.length; i++) if (Math.abs(pcm[i] ?? 0) > threshold) return i;
  return -1;
}

/** One past the last sample louder than `threshold`; 0 for silence. */
export function lastAudible(pcm: Int16Array, threshold = AUDIBLE): number {
  for (let i = pcm.length - 1; i >= 0; i--) if (Math.abs(pcm[i] ?? 0) > threshold) return i + 1;
  return 0;
}

/** About -44 dBFS: above G.711 idle noise, below the quietest phoneme onset that a listener notices. */
export const AUDIBLE = 200;
