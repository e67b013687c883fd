import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SessionObserver } from '../../session/ports.js';

/** One look at how the machine keeps up; see `LoadSample` of the call ring. */
interface Sample {
  readonly recogniserQueueMs: number;
  readonly eventLoopLagMs: number;
  readonly pacerLatenessMs: number;
}

const EVERY_MS = 1000;
const RESOLUTION_MS = 20;
/** The worst but few: one late packet in a hundred is no sign of load. */
const SHARE = 0.99;

/** Collects what tells load, and reports it once a second. */
export class LoadWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #lateness: number[] = [];
  #queueMs = 0;

  constructor(report: (sample: Sample) => void) {
    this.#delay.enable();
    this.#timer = setInterval(() => report(this.#sample()), EVERY_MS).unref();
  }

  /** Lateness of a packet, ms. */
  readonly packet = (latenessMs: number): void => {
    this.#lateness.push(latenessMs);
  };

  /** An observer that also notes how long speech waits for a recogniser. */
  watching(observer: SessionObserver): SessionObserver {
    return (event) => {
      if (event.type === 'stt') this.#queueMs = Math.max(this.#queueMs, event.queueMs);
      observer(event);
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #sample(): Sample {
    const sorted = this.#lateness.sort((a, b) => a - b);
    const sample = {
      recogniserQueueMs: this.#queueMs,
      eventLoopLagMs: Math.max(0, this.#delay.percentile(SHARE * 100) / 1e6 - RESOLUTION_MS),
      pacerLatenessMs: sorted[Math.floor((sorted.length - 1) * SHARE)] ?? 0,
    };
    this.#lateness = [];
    this.#queueMs = 0;
    this.#delay.reset();
    return sample;
  }
}
