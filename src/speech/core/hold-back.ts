import type { SpeechMark } from '../../kernel/vocab.js';

/** Audio of whole words, ready to be heard. */
export interface WholeWords {
  readonly pcm: Int16Array;
  /** Times and offsets as the engine gave them. */
  readonly marks: readonly SpeechMark[];
  readonly last: boolean;
}

/**
 * Keeps back the beginning of a word whose end has not come, so that another engine can say that word whole when this one
 * breaks off.
 */
export class HoldBack {
  readonly #held: Int16Array[] = [];
  #marks: SpeechMark[] = [];
  #heldFrom = 0;
  #samples = 0;

  constructor(private readonly sampleRateHz: number) {}

  /** @returns what is whole now; undefined when nothing new is */
  push(chunk: WholeWords): WholeWords | undefined {
    this.#held.push(chunk.pcm);
    this.#samples += chunk.pcm.length;
    this.#marks.push(...chunk.marks);
    if (chunk.last) return { pcm: this.#take(this.#samples), marks: this.#takeMarks(Infinity), last: true };
    const audioMs = (1000 * this.#samples) / this.sampleRateHz;
    const endMs = this.#marks.reduce(
      (end, mark) => (mark.endMs <= audioMs ? Math.max(end, mark.endMs) : end),
      0,
    );
    const upTo = Math.min(this.#samples, Math.round((endMs * this.sampleRateHz) / 1000));
    if (upTo <= this.#heldFrom) return undefined;
    return { pcm: this.#take(upTo), marks: this.#takeMarks(endMs), last: false };
  }

  #take(upTo: number): Int16Array {
    const pcm = new Int16Array(upTo - this.#heldFrom);
    let at = 0;
    while (at < pcm.length) {
      const [part] = this.#held;
      if (part === undefined) break;
      const share = part.subarray(0, pcm.length - at);
      pcm.set(share, at);
      at += share.length;
      if (share.length === part.length) this.#held.shift();
      else this.#held[0] = part.subarray(share.length);
    }
    this.#heldFrom = upTo;
    return pcm;
  }

  #takeMarks(endMs: number): SpeechMark[] {
    const taken = this.#marks.filter((mark) => mark.endMs <= endMs);
    this.#marks = this.#marks.filter((mark) => mark.endMs > endMs);
    return taken;
  }
}
