/** Quieter samples are silence, PCM16 units: above the noise of a codec, below the breath of a voice. */
const SILENCE = 60;
const LEAD_MS = 20;
const TAIL_MS = 40;

/** Cuts silence before and after speech that comes piece by piece; pauses within it stay. */
export class SpeechGate {
  readonly #leadSamples: number;
  readonly #tailSamples: number;
  /** Last samples before the first sound, or silence that the end may cut. */
  #held = new Int16Array(0);
  #droppedSamples = 0;
  #open = false;

  constructor(private readonly sampleRateHz: number) {
    this.#leadSamples = Math.round((LEAD_MS * sampleRateHz) / 1000);
    this.#tailSamples = Math.round((TAIL_MS * sampleRateHz) / 1000);
  }

  /** Silence that was cut before the first sound, ms. */
  get leadMs(): number {
    return (1000 * this.#droppedSamples) / this.sampleRateHz;
  }

  /** True once there was a sound. */
  get open(): boolean {
    return this.#open;
  }

  /** What may be heard by now. */
  push(pcm: Int16Array): Int16Array {
    const all = new Int16Array(this.#held.length + pcm.length);
    all.set(this.#held);
    all.set(pcm, this.#held.length);
    if (!this.#open) {
      const first = all.findIndex(isSound);
      const from = Math.max(0, (first < 0 ? all.length : first) - this.#leadSamples);
      this.#droppedSamples += from;
      if (first < 0) {
        this.#held = all.slice(from);
        return new Int16Array(0);
      }
      this.#open = true;
      return this.#upToLastSound(all.subarray(from));
    }
    return this.#upToLastSound(all);
  }

  /** A short tail; nothing when there was no sound at all. */
  end(): Int16Array {
    if (!this.#open) return new Int16Array(0);
    const tail = new Int16Array(this.#tailSamples);
    tail.set(this.#held.subarray(0, this.#tailSamples));
    this.#held = new Int16Array(0);
    return tail;
  }

  #upToLastSound(pcm: Int16Array): Int16Array {
    const end = pcm.findLastIndex(isSound) + 1;
    this.#held = pcm.slice(end);
    return pcm.subarray(0, end);
  }
}

const isSound = (sample: number): boolean => Math.abs(sample) > SILENCE;
