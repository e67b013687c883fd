import { rtpTs, type MonoMs } from '../kernel/time.js';
import type { DtmfDigit } from '../kernel/vocab.js';
import { FRAME_SAMPLES, SAMPLES_PER_MS, samplesToMs } from './core/frame.js';
import { FrameAssembler } from './core/frame-assembler.js';
import { InactivityWatch } from './core/inactivity.js';
import { createResampler } from './core/resample.js';
import { SilenceClock } from './core/silence-clock.js';
import { MediaSession, type MediaSessionOptions } from './media-session.js';
import { NO_MEDIA, type MediaStats } from './ports.js';

/** Samples of one outgoing block: 50 ms at 16 kHz. */
export const PCM_BLOCK_SAMPLES = 800;
/** Longer input is worked off in pieces of this size, which bounds the working memory. */
const MAX_STEP_SAMPLES = 16_000;
/** A client that sends its audio in larger pieces than this has stopped when the next one is late. */
const MAX_COVER_MS = 500;

/** Options of {@link PcmMediaSession}. */
export interface PcmMediaSessionOptions extends MediaSessionOptions {
  /** Takes 50 ms of PCM16 at 16 kHz; the array is fresh. Called in real time, while there is something to hear. */
  readonly onOutput: (pcm: Int16Array) => void;
  /** Also call `onOutput` with silence between utterances. Default false. */
  readonly continuous?: boolean;
  /** `inactive` is reported when no audio has come for that long, milliseconds; 0, the default, switches it off. */
  readonly inactivityMs?: number;
  /** With no audio for that long the clock feeds silence, milliseconds. Default 60. */
  readonly silenceAfterMs?: number;
}

/** Audio of a conversation socket: PCM16 at 16 kHz in both directions, with the same playout as a phone call. */
export class PcmMediaSession extends MediaSession {
  readonly #o: PcmMediaSessionOptions;
  readonly #assembler: FrameAssembler;
  readonly #clock: SilenceClock;
  readonly #inactivity: InactivityWatch;
  readonly #down = createResampler(16_000, 8000);
  readonly #up = createResampler(8000, 16_000);
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #wide = new Int16Array(2 * FRAME_SAMPLES);
  readonly #block = new Int16Array(PCM_BLOCK_SAMPLES);
  readonly #step = new Int16Array(MAX_STEP_SAMPLES);
  readonly #leavePacer: () => void;
  readonly #startedAt: MonoMs;
  #carry: number | undefined;
  #blockFilled = 0;
  #lastAt: MonoMs | undefined;
  #receivedSamples = 0;
  #silenceSamples = 0;
  #blocks = 0;

  constructor(o: PcmMediaSessionOptions) {
    super(o, []);
    this.#o = o;
    this.#inactivity = new InactivityWatch(o.inactivityMs ?? 0);
    this.#assembler = new FrameAssembler((pcm, startSample, source, at) =>
      this.emit({ type: 'audio', pcm, startSample, source, at }),
    );
    this.#clock = new SilenceClock(o.silenceAfterMs ?? 60);
    this.#startedAt = o.scheduler.now();
    this.#clock.touch(this.#startedAt, 0);
    this.#leavePacer = o.pacer.add((now) => this.#tick(now));
  }

  /** Takes audio from the peer: PCM16 at 16 kHz, any length. */
  pushPcm16k(pcm: Int16Array): void {
    if (this.closed || pcm.length === 0) return;
    const at = this.#o.scheduler.now();
    if (this.#lastAt === undefined) this.emit({ type: 'first_rtp', at });
    this.#lastAt = at;
    for (let from = 0; from < pcm.length; from += MAX_STEP_SAMPLES - 2) {
      this.#push(pcm.subarray(from, from + MAX_STEP_SAMPLES - 2), at);
    }
    this.#clock.touch(at, Math.min(MAX_COVER_MS, pcm.length / (2 * SAMPLES_PER_MS)));
  }

  /** Takes a key press that came beside the audio. */
  pushDtmf(digit: DtmfDigit, durationMs = 100): void {
    if (this.closed) return;
    this.emit({ type: 'dtmf', digit, durationMs, at: this.#o.scheduler.now() });
  }

  /** A conversation socket has no keys to press at: does nothing. */
  sendDtmf(_digits: string): void {
    return;
  }

  stats(): MediaStats {
    return {
      received: {
        ...NO_MEDIA.received,
        packets: Math.floor(this.#receivedSamples / FRAME_SAMPLES),
        silenceMs: samplesToMs(this.#silenceSamples),
      },
      sent: { ...NO_MEDIA.sent, packets: this.#blocks, octets: this.#blocks * PCM_BLOCK_SAMPLES * 2 },
      playout: { ...this.playout.stats },
    };
  }

  close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      this.#leavePacer();
      this.listeners.clear();
    }
    return Promise.resolve();
  }

  /** Halving needs pairs of samples: an odd one waits for the next piece. */
  #push(pcm: Int16Array, at: MonoMs): void {
    let length = 0;
    if (this.#carry !== undefined) this.#step[length++] = this.#carry;
    this.#step.set(pcm, length);
    length += pcm.length;
    this.#carry = length % 2 === 0 ? undefined : this.#step[length - 1];
    const narrow = this.#down.process(this.#step.subarray(0, length - (length % 2)));
    this.monitors.samples(at, rtpTs(this.#assembler.end), 0, 1, narrow, narrow.length);
    this.#assembler.write(narrow, narrow.length, 'received', at);
    this.#receivedSamples += narrow.length;
  }

  #tick(now: MonoMs): void {
    const silence = this.#clock.take(now) * FRAME_SAMPLES;
    if (silence > 0) {
      this.#silenceSamples += silence;
      this.#assembler.writeSilence(silence, now);
    }
    const audible = this.playout.active;
    this.playout.pull(now, this.#frame);
    this.monitors.frame(now, this.#frame);
    if (audible || this.#o.continuous === true) this.#output();
    else this.#flush();
    const silentMs = this.#inactivity.check(now, this.#lastAt ?? this.#startedAt);
    if (silentMs !== undefined) this.emit({ type: 'inactive', silentMs, at: now });
  }

  #output(): void {
    this.#up.process(this.#frame, this.#wide);
    for (let from = 0; from < this.#wide.length;) {
      const take = Math.min(PCM_BLOCK_SAMPLES - this.#blockFilled, this.#wide.length - from);
      this.#block.set(this.#wide.subarray(from, from + take), this.#blockFilled);
      this.#blockFilled += take;
      from += take;
      if (this.#blockFilled === PCM_BLOCK_SAMPLES) this.#sendBlock();
    }
  }

  /** Fills up the last block of an utterance with silence. */
  #flush(): void {
    if (this.#blockFilled === 0) return;
    this.#block.fill(0, this.#blockFilled);
    this.#sendBlock();
    this.#up.reset();
  }

  #sendBlock(): void {
    this.#blockFilled = 0;
    this.#blocks++;
    this.#o.onOutput(this.#block.slice());
  }
}
