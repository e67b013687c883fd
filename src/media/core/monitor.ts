import type { MonoMs, RtpTs } from '../../kernel/time.js';
import { MAX_DECODED_SAMPLES, type Codec, type CodecFactory, type CodecName } from './codec.js';
import { DejitterBuffer } from './dejitter-buffer.js';
import { frameSamplesAt, type AudioRate } from './frame.js';
import type { FrameSource } from './frame-assembler.js';
import { Listeners } from './listeners.js';
import { RateMatcher } from './resample.js';

/** 20 ms of a call as a person hears it: both directions on one clock. */
export interface MonitorFrame {
  /** From the peer, de-jittered and concealed, at the rate the listener asked for; valid during the callback only. */
  readonly received: Int16Array;
  /** To the peer, at the same rate; valid during the callback only. */
  readonly sent: Int16Array;
  readonly source: FrameSource;
  readonly at: MonoMs;
}

/**
 * Takes both directions as they come, for whoever puts them on a line of their own, such as a recorder. Samples are at the rate
 * it asked for, and valid during the call only.
 */
export interface TrackTaker {
  /**
   * A packet of the peer, in the order of arrival.
   *
   * @param stream - names the sender's clock
   * @param ticksPerSample - ticks of that clock in 1/8000 s
   */
  received(at: MonoMs, timestamp: RtpTs, stream: number, ticksPerSample: number, pcm: Int16Array): void;
  /** 20 ms of what is sent, silence too. */
  sent(at: MonoMs, pcm: Int16Array): void;
}

/** One {@link TrackTaker} with what brings the audio to its rate. */
interface Track {
  readonly taker: TrackTaker;
  readonly received: RateMatcher;
  readonly sent: RateMatcher;
}

/** The listeners of one rate, and what brings the audio to it. */
class Tap {
  readonly listeners: Listeners<MonitorFrame>;
  readonly #received: RateMatcher;
  readonly #sent: RateMatcher;

  constructor(rate: AudioRate, onListenerError?: (error: unknown) => void) {
    this.listeners = new Listeners(onListenerError);
    this.#received = new RateMatcher(rate);
    this.#sent = new RateMatcher(rate);
  }

  emit(frame: MonitorFrame, rate: AudioRate): void {
    if (this.listeners.size === 0) return;
    this.listeners.emit({
      ...frame,
      received: this.#received.match(frame.received, rate),
      sent: this.#sent.match(frame.sent, rate),
    });
  }
}

/** Feeds recorders and people who listen in. Costs nothing while nobody does. */
export class Monitor {
  readonly #taps: Readonly<Record<AudioRate, Tap>>;
  readonly #decoders = new Map<CodecName, Codec>();
  readonly #decoded = new Int16Array(MAX_DECODED_SAMPLES);
  #received = new Int16Array(frameSamplesAt(8000));
  #matcher = new RateMatcher(8000);
  #buffer: DejitterBuffer | undefined;
  #tracks: readonly Track[] = [];
  #ssrc = -1;

  /** @param factories - its own decoders come from here: one with memory cannot be shared with the recogniser */
  constructor(
    private readonly factories: readonly CodecFactory[],
    onListenerError?: (error: unknown) => void,
  ) {
    this.#taps = { 8000: new Tap(8000, onListenerError), 16000: new Tap(16_000, onListenerError) };
  }

  /** True while somebody listens. */
  get active(): boolean {
    return this.#listened || this.#tracks.length > 0;
  }

  /** Adds a listener. Returns a function that removes it. */
  add(listener: (frame: MonitorFrame) => void, rate: AudioRate = 8000): () => void {
    this.#buffer ??= new DejitterBuffer({}, this.#matcher.rate);
    const remove = this.#taps[rate].listeners.add(listener);
    return () => {
      remove();
      if (!this.#listened) this.#buffer = undefined;
    };
  }

  /** Adds somebody who takes the tracks themselves. Returns a function that removes it. */
  track(taker: TrackTaker, rate: AudioRate): () => void {
    const track = { taker, received: new RateMatcher(rate), sent: new RateMatcher(rate) };
    this.#tracks = [...this.#tracks, track];
    return () => {
      this.#tracks = this.#tracks.filter((one) => one !== track);
    };
  }

  /** Changes the rate of the call: another codec was agreed. */
  setRate(rate: AudioRate): void {
    if (rate === this.#matcher.rate) return;
    this.#matcher = new RateMatcher(rate);
    this.#received = new Int16Array(frameSamplesAt(rate));
    if (this.#buffer !== undefined) this.#buffer = new DejitterBuffer({}, rate);
  }

  /** Takes a received packet as it came. */
  packet(at: MonoMs, timestamp: RtpTs, ssrc: number, codec: Codec, payload: Uint8Array): void {
    if (!this.active) return;
    const decoder = this.#decoder(codec.spec.name);
    const length = decoder?.decode(payload, this.#decoded) ?? -1;
    if (length <= 0) return;
    const pcm = this.#matcher.match(this.#decoded.subarray(0, length), codec.sampleRateHz);
    this.samples(at, timestamp, ssrc, codec.ticksPerSample, pcm, pcm.length);
  }

  /** Takes received samples that need no decoding, at the rate of the call. */
  samples(
    at: MonoMs,
    timestamp: RtpTs,
    ssrc: number,
    ticksPerSample: number,
    pcm: Int16Array,
    length: number,
  ): void {
    for (const { taker, received } of this.#tracks) {
      const matched = received.match(pcm.subarray(0, length), this.#matcher.rate);
      taker.received(at, timestamp, ssrc, ticksPerSample, matched);
    }
    if (this.#buffer === undefined) return;
    if (ssrc !== this.#ssrc) this.#buffer.restart();
    this.#ssrc = ssrc;
    this.#buffer.put(at, timestamp, ticksPerSample, pcm, length);
  }

  /** Ends a stretch of the received stream (hold). */
  restart(): void {
    this.#buffer?.restart();
  }

  /** Hands out the frame of this tick. `sent` has the rate of the call. */
  frame(now: MonoMs, sent: Int16Array): void {
    for (const { taker, sent: matcher } of this.#tracks) {
      taker.sent(now, matcher.match(sent, this.#matcher.rate));
    }
    if (this.#buffer === undefined) return;
    const source = this.#buffer.pull(now, this.#received);
    const frame = { received: this.#received, sent, source, at: now };
    this.#taps[8000].emit(frame, this.#matcher.rate);
    this.#taps[16_000].emit(frame, this.#matcher.rate);
  }

  get #listened(): boolean {
    return this.#taps[8000].listeners.size + this.#taps[16_000].listeners.size > 0;
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
