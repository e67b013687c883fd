import { addInto, consoleView, type Spoken } from '../../live/core/mixer.js';
import { Microphone } from '../../live/core/microphone.js';
import { RateMatcher } from '../../media/core/resample.js';
import type { AudioRate } from '../../media/core/frame.js';
import { WIDE_FRAME_SAMPLES } from '../../media/core/frame.js';
import type { MonitorFrame } from '../../media/core/monitor.js';
import type { MediaPort } from '../../media/ports.js';

/** Samples of what a console gets at a time: 50 ms of two sides at 16 kHz. */
export const CONSOLE_CHUNK = 2 * 800;

/** One line on which a console hears the call, and may speak in it. */
class Line {
  readonly microphone = new Microphone();
  readonly down = new RateMatcher(8000);
  readonly pcm = new Int16Array(WIDE_FRAME_SAMPLES);
  isTalking = false;
  #chunk = new Int16Array(CONSOLE_CHUNK);
  #filled = 0;

  constructor(private readonly sink: (stereo: Int16Array) => void) {}

  hear(stereo: Int16Array): void {
    for (let from = 0; from < stereo.length;) {
      const take = Math.min(CONSOLE_CHUNK - this.#filled, stereo.length - from);
      this.#chunk.set(stereo.subarray(from, from + take), this.#filled);
      this.#filled += take;
      from += take;
      if (this.#filled < CONSOLE_CHUNK) continue;
      this.sink(this.#chunk);
      // The receiver keeps what it was given.
      this.#chunk = new Int16Array(CONSOLE_CHUNK);
      this.#filled = 0;
    }
  }
}

/** What a {@link CallAudio} asks and tells. */
export interface CallAudioHooks {
  /** True while what is said must not be heard by others: a secret is asked for. */
  isSecret(): boolean;
  /** 20 ms of what a line said to the caller, at 16 kHz; valid during the call only. */
  spoken(line: string, pcm: Int16Array): void;
}

/** The audio of one call with the lines of consoles on it. It costs nothing as long as there is none. */
export class CallAudio {
  readonly #lines = new Map<string, Line>();
  readonly #up = new RateMatcher(16_000);
  readonly #agent = new Int16Array(WIDE_FRAME_SAMPLES);
  readonly #view = new Int16Array(2 * WIDE_FRAME_SAMPLES);
  readonly #silence = new Int16Array(2 * WIDE_FRAME_SAMPLES);
  #spoken: Spoken[] = [];
  #leave: (() => void) | undefined;

  constructor(
    private readonly media: MediaPort,
    private readonly hooks: CallAudioHooks,
  ) {}

  /** Lines on the call. */
  get size(): number {
    return this.#lines.size;
  }

  /** Adds a line, silent at first. */
  add(id: string, sink: (stereo: Int16Array) => void): void {
    this.#lines.set(id, new Line(sink));
    if (this.#leave !== undefined) return;
    this.media.overlay((frame, rate) => this.#mix(frame, rate));
    this.#leave = this.media.monitor((frame) => this.#hear(frame), 16_000);
  }

  remove(id: string): void {
    this.#lines.delete(id);
    if (this.#lines.size > 0) return;
    this.media.overlay(undefined);
    this.#leave?.();
    this.#leave = undefined;
  }

  /** Whether a line is heard by the caller. */
  talk(id: string, on: boolean): void {
    const line = this.#lines.get(id);
    if (line === undefined) return;
    line.isTalking = on;
    line.microphone.clear();
  }

  /** Takes what is said on a line: PCM16 at 16 kHz. */
  push(id: string, pcm: Int16Array): void {
    const line = this.#lines.get(id);
    if (line?.isTalking === true) line.microphone.push(pcm);
  }

  /** Adds to what the agent says what talkers do. */
  #mix(frame: Int16Array, rate: AudioRate): boolean {
    this.#agent.set(this.#up.match(frame, rate));
    this.#spoken = [];
    let isHeard = false;
    for (const [id, line] of this.#lines) {
      if (!line.isTalking) continue;
      isHeard = line.microphone.pull(line.pcm) || isHeard;
      this.#spoken.push({ id, pcm: line.pcm });
      addInto(frame, rate === 16_000 ? line.pcm : line.down.match(line.pcm, 16_000));
      this.hooks.spoken(id, line.pcm);
    }
    return isHeard;
  }

  #hear({ received }: MonitorFrame): void {
    const isSecret = this.hooks.isSecret();
    if (!isSecret) consoleView(this.#view, received, this.#agent, this.#spoken, '');
    for (const [id, line] of this.#lines) {
      if (isSecret) {
        line.hear(this.#silence);
      } else if (line.isTalking) {
        const own = new Int16Array(2 * WIDE_FRAME_SAMPLES);
        consoleView(own, received, this.#agent, this.#spoken, id);
        line.hear(own);
      } else {
        line.hear(this.#view);
      }
    }
    // What is not sent, as during hold, is not heard again.
    this.#agent.fill(0);
    this.#spoken = [];
  }
}
