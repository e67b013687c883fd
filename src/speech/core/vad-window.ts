/** Samples of the previous window that the model must see before each window; without them it is nearly deaf. */
export const VAD_CONTEXT_SAMPLES = 32;
/** Samples of one window: 32 ms at 8 kHz. */
export const VAD_WINDOW_SAMPLES = 256;
/** What the model is fed per window. */
export const VAD_INPUT_SAMPLES = VAD_CONTEXT_SAMPLES + VAD_WINDOW_SAMPLES;
/** A gap of up to this many samples is filled with silence. */
const MAX_FILL_SAMPLES = 8000;
/** Loudest sample of digital silence: what A-law has for zero (ITU-T G.711). */
const SILENT_LEVEL = 8 / 32768;

/**
 * Cuts one stream into windows for the model and keeps those that wait, at most `capacity`; the oldest gives way.
 * Writing and reading allocate nothing.
 */
export class VadWindower {
  readonly #windows: Float32Array;
  readonly #ends: Float64Array;
  /** 1 for a window that is digital silence together with its context. */
  readonly #silent: Uint8Array;
  readonly #context = new Float32Array(VAD_CONTEXT_SAMPLES);
  readonly #partial = new Float32Array(VAD_WINDOW_SAMPLES);
  #filled = 0;
  #position: number | undefined;
  #head = 0;
  #size = 0;
  #dropped = 0;
  #skippedWindow = false;
  #sound = false;
  #soundBefore = false;

  /** @param capacity - windows that may wait */
  constructor(readonly capacity: number) {
    this.#windows = new Float32Array(capacity * VAD_INPUT_SAMPLES);
    this.#ends = new Float64Array(capacity);
    this.#silent = new Uint8Array(capacity);
  }

  /** Windows that wait. */
  get pending(): number {
    return this.#size;
  }

  /** True when the oldest window is digital silence: a muted peer, one that sends nothing, or silence suppression. */
  get silent(): boolean {
    return this.#size > 0 && this.#silent[this.#head] === 1;
  }

  /** Windows that gave way. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Appends audio; see `VadStream.push` for gaps and overlaps.
   *
   * @returns true when the stream starts afresh, so that the model's state must be cleared
   */
  push(pcm: Int16Array, startSample: number): boolean {
    let fresh = false;
    this.#position ??= startSample;
    const gap = startSample - this.#position;
    if (gap > MAX_FILL_SAMPLES) {
      this.#restart(startSample);
      fresh = true;
    } else {
      for (let i = 0; i < gap; i++) this.#append(0);
    }
    for (let i = Math.max(0, -gap); i < pcm.length; i++) this.#append((pcm[i] ?? 0) / 32768);
    return fresh;
  }

  /**
   * Moves the oldest window into `target`.
   *
   * @param target - receives {@link VAD_INPUT_SAMPLES} values
   * @param offset - where in `target`
   * @returns absolute index one past the window's last sample; undefined when none waits
   */
  take(target: Float32Array, offset: number): number | undefined {
    if (this.#size === 0) return undefined;
    const from = this.#head * VAD_INPUT_SAMPLES;
    for (let i = 0; i < VAD_INPUT_SAMPLES; i++) target[offset + i] = this.#windows[from + i] ?? 0;
    return this.drop();
  }

  /** Takes the oldest window away unseen. @returns as {@link take} */
  drop(): number | undefined {
    if (this.#size === 0) return undefined;
    const end = this.#ends[this.#head];
    this.#head = (this.#head + 1) % this.capacity;
    this.#size--;
    return end;
  }

  /** True once after windows were lost, so that the model's state no longer fits. */
  takeSkipped(): boolean {
    const skipped = this.#skippedWindow;
    this.#skippedWindow = false;
    return skipped;
  }

  #restart(startSample: number): void {
    this.#position = startSample;
    this.#filled = 0;
    this.#sound = this.#soundBefore = false;
    this.#context.fill(0);
    this.#dropped += this.#size;
    this.#size = 0;
  }

  #append(value: number): void {
    this.#partial[this.#filled++] = value;
    if (value > SILENT_LEVEL || value < -SILENT_LEVEL) this.#sound = true;
    this.#position = (this.#position ?? 0) + 1;
    if (this.#filled === VAD_WINDOW_SAMPLES) this.#complete();
  }

  #complete(): void {
    if (this.#size === this.capacity) {
      this.#head = (this.#head + 1) % this.capacity;
      this.#size--;
      this.#dropped++;
      this.#skippedWindow = true;
    }
    const slot = (this.#head + this.#size) % this.capacity;
    const at = slot * VAD_INPUT_SAMPLES;
    this.#windows.set(this.#context, at);
    this.#windows.set(this.#partial, at + VAD_CONTEXT_SAMPLES);
    this.#ends[slot] = this.#position ?? 0;
    this.#silent[slot] = this.#sound || this.#soundBefore ? 0 : 1;
    this.#soundBefore = this.#sound;
    this.#sound = false;
    this.#size++;
    this.#context.set(this.#partial.subarray(VAD_WINDOW_SAMPLES - VAD_CONTEXT_SAMPLES));
    this.#filled = 0;
  }
}
