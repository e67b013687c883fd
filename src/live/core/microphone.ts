import { SampleQueue } from './sample-queue.js';

/** Samples a millisecond at 16 kHz. */
const PER_MS = 16;
/** What is kept of a talker who is ahead, ms. */
const RING_MS = 200;
/** What must be there before a talker is heard, so that small gaps do not show, ms. */
const START_MS = 60;

/** One talker's audio on its way into a call: 16 kHz in pieces of any size in, 20 ms at a time out. */
export class Microphone {
  readonly #queue = new SampleQueue(RING_MS * PER_MS);
  #running = false;
  /** Samples that gave way because they came faster than real time. */
  dropped = 0;

  push(pcm: Int16Array): void {
    this.dropped += this.#queue.push(pcm);
  }

  /** Forgets what has not been heard: the microphone was switched off. */
  clear(): void {
    this.#queue.clear();
    this.#running = false;
  }

  /** Fills `out`, with silence where nothing is there. @returns whether there was something */
  pull(out: Int16Array): boolean {
    out.fill(0);
    if (!this.#running && this.#queue.size < START_MS * PER_MS) return false;
    this.#running = this.#queue.size >= out.length;
    if (!this.#running) {
      this.#queue.pull(out);
      return true;
    }
    return this.#queue.pull(out) > 0;
  }
}
