import type { UtteranceId } from '../kernel/ids.js';
import type { Scheduler } from '../kernel/time.js';
import type { CodecFactory } from './core/codec.js';
import type { AudioRate } from './core/frame.js';
import { Listeners } from './core/listeners.js';
import { Monitor, type MonitorFrame, type TrackTaker } from './core/monitor.js';
import { Playout, type PlayoutItem, type PlayoutOptions } from './core/playout.js';
import type { Pacer } from './pacer.js';
import type { MediaEvent, MediaPort, MediaStats, Overlay } from './ports.js';

/** Options of every session. */
export interface MediaSessionOptions {
  readonly pacer: Pacer;
  readonly scheduler: Scheduler;
  readonly playout?: PlayoutOptions;
  /** Told about a subscriber that threw. */
  readonly onListenerError?: (error: unknown) => void;
}

/** The side of a {@link MediaPort} that is the same whatever carries the audio: who listens, and what is to be said. */
export abstract class MediaSession implements MediaPort {
  protected readonly listeners: Listeners<MediaEvent>;
  protected readonly monitors: Monitor;
  protected readonly playout: Playout;
  protected mix: Overlay | undefined;
  protected closed = false;

  /** @param codecs - those the audio may come in */
  protected constructor(
    private readonly options: MediaSessionOptions,
    codecs: readonly CodecFactory[],
  ) {
    this.listeners = new Listeners(options.onListenerError);
    this.monitors = new Monitor(codecs, options.onListenerError);
    this.playout = new Playout((event) => this.emit({ type: 'playout', ...event }), options.playout);
  }

  get sampleRateHz(): AudioRate {
    return this.playout.rate;
  }

  subscribe(listener: (event: MediaEvent) => void): () => void {
    return this.listeners.add(listener);
  }

  monitor(listener: (frame: MonitorFrame) => void, rate: AudioRate = 8000): () => void {
    return this.monitors.add(listener, rate);
  }

  track(taker: TrackTaker, rate: AudioRate): () => void {
    return this.monitors.track(taker, rate);
  }

  overlay(mix: Overlay | undefined): void {
    this.mix = mix;
  }

  enqueue(item: PlayoutItem): void {
    if (!this.closed) this.playout.enqueue(item);
  }

  pause(): void {
    this.playout.pause();
  }

  resume(o: { readonly rewindToMs?: number } = {}): void {
    this.playout.resume(o.rewindToMs);
  }

  cut(): void {
    this.playout.cut(this.options.scheduler.now());
  }

  playedMs(utteranceId: UtteranceId): number {
    return this.playout.playedMs(utteranceId);
  }

  queuedMs(): number {
    return this.playout.queuedMs();
  }

  abstract sendDtmf(digits: string): void;
  abstract stats(): MediaStats;
  abstract close(): Promise<void>;

  protected emit(event: MediaEvent): void {
    this.listeners.emit(event);
  }
}
