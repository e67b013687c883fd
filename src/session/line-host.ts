import type { AudioLine, LineHost } from '../call/core/line.js';
import { LINE_FRAME_SAMPLES } from '../call/core/line.js';
import type { CallId } from '../kernel/ids.js';
import type { RecordingPolicy, Termination } from '../kernel/vocab.js';
import { SAMPLES_PER_MS } from '../media/core/frame.js';
import type { Pacer } from '../media/pacer.js';
import { PcmMediaSession } from '../media/pcm-media-session.js';
import { CallSession } from './call-session.js';
import type { Supervision } from './live/open-call.js';
import type {
  SessionInfo,
  SessionLeg,
  SessionLegEvent,
  SessionObserver,
  SessionOptions,
  SessionPorts,
} from './ports.js';

/** What taking lines needs beyond a session's own ports. */
export interface LineHostInit {
  readonly ports: SessionPorts;
  readonly options: Partial<SessionOptions>;
  readonly pacer: Pacer;
  readonly observe: (id: CallId) => SessionObserver;
  readonly supervision?: Supervision;
  /** Whether a call is to be recorded; not unless told. */
  readonly recording?: (info: SessionInfo) => RecordingPolicy;
  /** Lines that may be taken beside those in progress, now. */
  readonly free: () => number;
  readonly rejected: (reason: Termination) => void;
}

/** Gives every call that an exchange hands over as audio its media and its session. */
export class SessionLineHost implements LineHost {
  readonly #lines = new Map<CallId, AudioLine>();
  #draining = false;

  constructor(private readonly init: LineHostInit) {}

  /** Calls in progress. */
  get active(): number {
    return this.#lines.size;
  }

  take(line: AudioLine): boolean {
    const { ports, options, pacer, observe, supervision, free, rejected } = this.init;
    if (this.#draining || free() <= 0) {
      rejected(this.#draining ? 'rejected_draining' : 'rejected_capacity');
      return false;
    }
    this.#lines.set(line.id, line);
    const media = new PcmMediaSession({
      scheduler: ports.scheduler,
      pacer,
      sampleRateHz: 8000,
      blockMs: LINE_FRAME_SAMPLES / SAMPLES_PER_MS,
      // Exchanges take silence for a dead peer, and start to play late after a pause.
      continuous: true,
      onOutput: (pcm) => line.send(pcm),
    });
    const leg = new LineLeg(line, ports.scheduler);
    const watch = observe(line.id);
    line.subscribe((event) => {
      if (event.type === 'audio') media.pushPcm(event.pcm);
      else if (event.type === 'ended') {
        this.#lines.delete(line.id);
        void media.close();
      }
    });
    const info: SessionInfo = { direction: 'inbound', pii: line.pii };
    new CallSession({
      callId: line.id,
      info,
      recording: this.init.recording?.(info) ?? 'off',
      leg,
      media,
      ports,
      options,
      supervision,
      observer: (event) => {
        watch(event);
        if (event.type === 'flush') line.flush();
      },
    });
    leg.confirm();
    return true;
  }

  /** Takes no further lines. */
  drain(): void {
    this.#draining = true;
  }

  /** Ends what is in progress. */
  close(): void {
    this.#draining = true;
    for (const line of [...this.#lines.values()]) line.hangup('server_shutdown');
  }
}

/** A line as its session sees it. */
class LineLeg implements SessionLeg {
  readonly #listeners = new Set<(event: SessionLegEvent) => void>();

  constructor(
    private readonly line: AudioLine,
    private readonly clock: SessionPorts['scheduler'],
  ) {
    line.subscribe((event) => {
      if (event.type !== 'audio') this.#emit({ ...event, at: clock.now() });
    });
  }

  subscribe(listener: (event: SessionLegEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The exchange has connected the caller before its audio came. */
  confirm(): void {
    this.#emit({ type: 'confirmed', at: this.clock.now() });
  }

  hangup(reason: Termination): void {
    this.line.hangup(reason);
  }

  transfer(target: string): void {
    this.line.transfer(target);
  }

  #emit(event: SessionLegEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
