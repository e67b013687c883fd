import type { MonoMs, RtpTs } from '../../kernel/time.js';
import { MAX_DECODED_SAMPLES, type Codec, type CodecFactory, type CodecName } from './codec.js';
import { DejitterBuffer } from './dejitter-buffer.js';
import { FRAME_SAMPLES } from './frame.js';
import type { FrameSource } from './frame-assembler.js';
import { Listeners } from './listeners.js';

/** 20 ms of a call as a person hears it: both directions on one clock. */
export interface MonitorFrame {
  /** From the peer, de-jittered and concealed: 160 samples at 8 kHz, valid during the callback only. */
  readonly received: Int16Array;
  /** To the peer: 160 samples at 8 kHz, valid during the callback only. */
  readonly sent: Int16Array;
  readonly source: FrameSource;
  readonly at: MonoMs;
}

/** Feeds recorders and people who listen in. Costs nothing while nobody does. */
export class Monitor {
  readonly #listeners: Listeners<MonitorFrame>;
  readonly #decoders = new Map<CodecName, Codec>();
  readonly #decoded = new Int16Array(MAX_DECODED_SAMPLES);
  readonly #received = new Int16Array(FRAME_SAMPLES);
  #buffer: DejitterBuffer | undefined;
  #ssrc = -1;

  /** @param factories - its own decoders come from here: one with memory cannot be shared with the recogniser */
  constructor(
    private readonly factories: readonly CodecFactory[],
    onListenerError?: (error: unknown) => void,
  ) {
    this.#listeners = new Listeners(onListenerError);
  }

  /** True while somebody listens. */
  get active(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds a listener. Returns a function that removes it. */
  add(listener: (frame: MonitorFrame) => void): () => void {
    this.#buffer ??= new DejitterBuffer();
    const remove = this.#listeners.add(listener);
    return () => {
      remove();
      if (!this.active) this.#buffer = undefined;
    };
  }

  /** Takes a received packet as it came. */
  packet(at: MonoMs, timestamp: RtpTs, ssrc: number, codec: Codec, payload: Uint8Array): void {
    if (this.#buffer === undefined) return;
    const decoder = this.#decoder(codec.spec.name);
    const length = decoder?.decode(payload, this.#decoded) ?? -1;
    this.samples(at, timestamp, ssrc, codec.ticksPerSample, this.#decoded, length);
  }

  /** Takes received samples that need no decoding. */
  samples(
    at: MonoMs,
    timestamp: RtpTs,
    ssrc: number,
    ticksPerSample: number,
    pcm: Int16Array,
    length: number,
  ): void {
    if (this.#buffer === undefined) return;
    if (ssrc !== this.#ssrc) this.#buffer.restart();
    this.#ssrc = ssrc;
    this.#buffer.put(at, timestamp, ticksPerSample, pcm, length);
  }

  /** Ends a stretch of the received stream (hold). */
  restart(): void {
    this.#buffer?.restart();
  }

  /** Hands out the frame of this tick. */
  frame(now: MonoMs, sent: Int16Array): void {
    if (this.#buffer === undefined) return;
    const source = this.#buffer.pull(now, this.#received);
    this.#listeners.emit({ received: this.#received, sent, source, at: now });
  }

  #decoder(name: CodecName): Codec | undefined {
    let decoder = this.#decoders.get(name);
    if (decoder === undefined) {
      decoder = this.factories.find((factory) => factory.spec.name === name)?.create();
      if (decoder !== undefined) this.#decoders.set(name, decoder);
    }
    return decoder;
  }
}
