import { rtpTs, type MonoMs } from '../kernel/time.js';
import type { DtmfDigit } from '../kernel/vocab.js';
import { FRAME_SAMPLES, frameSamplesAt, samplesToMs, type AudioRate } from './core/frame.js';
import { FrameAssembler } from './core/frame-assembler.js';
import { InactivityWatch } from './core/inactivity.js';
import { SilenceClock } from './core/silence-clock.js';
import { MediaSession, type MediaSessionOptions } from './media-session.js';
import { NO_MEDIA, type MediaStats } from './ports.js';

/** Longer input is worked off in pieces of this size, which bounds the working memory. */
const MAX_STEP_SAMPLES = 16_000;
/** A client that sends its audio in larger pieces than this has stopped when the next one is late. */
const MAX_COVER_MS = 500;

/** Options of {@link PcmMediaSession}. */
export interface PcmMediaSessionOptions extends MediaSessionOptions {
  /** Rate of the audio in both directions, Hz. Default 16000. */
  readonly sampleRateHz?: AudioRate;
  /** Length of an outgoing block, milliseconds. Default 50. */
  readonly blockMs?: number;
  /** Takes one block of PCM16; the array is fresh. Called in real time, while there is something to hear. */
  readonly onOutput: (pcm: Int16Array) => void;
  /** Also call `onOutput` with silence between utterances. Default false. */
  readonly continuous?: boolean;
  /** `inactive` is reported when no audio has come for that long, milliseconds; 0, the default, switches it off. */
  readonly inactivityMs?: number;
  /** With no audio for that long the clock feeds silence, milliseconds. Default 60. */
  readonly silenceAfterMs?: number;
}

/** Audio that no RTP carries: PCM16 in both directions, with the same playout as a phone call. */
export class PcmMediaSession extends MediaSession {
  readonly #o: PcmMediaSessionOptions;
  readonly #assembler: FrameAssembler;
  readonly #clock: SilenceClock;
  readonly #inactivity: InactivityWatch;
  readonly #rate: AudioRate;
  readonly #frame: Int16Array;
  readonly #block: Int16Array;
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
    this.#rate = o.sampleRateHz ?? 16_000;
    this.#frame = new Int16Array(frameSamplesAt(this.#rate));
    this.#block = new Int16Array((this.#rate / 1000) * (o.blockMs ?? 50));
    this.playout.setRate(this.#rate);
    this.monitors.setRate(this.#rate);
    this.#inactivity = new InactivityWatch(o.inactivityMs ?? 0);
    this.#assembler = new FrameAssembler((pcm, startSample, source, at) =>
      this.emit({ type: 'audio', pcm, startSample, source, at }),
    );
    this.#clock = new SilenceClock(o.silenceAfterMs ?? 60);
    this.#startedAt = o.scheduler.now();
    this.#assembler.setRate(this.#rate, this.#startedAt);
    this.#clock.touch(this.#startedAt, 0);
    this.#leavePacer = o.pacer.add((now) => this.#tick(now));
  }

  /** Takes audio from the peer: PCM16 at the session's rate, any length. */
  pushPcm(pcm: Int16Array): void {
    if (this.closed || pcm.length === 0) return;
    const at = this.#o.scheduler.now();
    if (this.#lastAt === undefined) this.emit({ type: 'first_rtp', at });
    this.#lastAt = at;
    for (let from = 0; from < pcm.length; from += MAX_STEP_SAMPLES - 2) {
      this.#push(pcm.subarray(from, from + MAX_STEP_SAMPLES - 2), at);
    }
    this.#clock.touch(at, Math.min(MAX_COVER_MS, (pcm.length * 1000) / this.#rate));
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
      codec: undefined,
      received: {
        ...NO_MEDIA.received,
        packets: Math.floor(this.#receivedSamples / this.#frame.length),
        silenceMs: samplesToMs(this.#silenceSamples),
      },
      sent: { ...NO_MEDIA.sent, packets: this.#blocks, octets: this.#blocks * this.#block.length * 2 },
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

  #push(pcm: Int16Array, at: MonoMs): void {
    const whole = this.#rate === 8000 ? pcm : this.#paired(pcm);
    this.monitors.samples(at, rtpTs(this.#assembler.end), 0, 1, whole, whole.length);
    this.#assembler.write(whole, whole.length, 'received', at);
    this.#receivedSamples += whole.length;
  }

  /** The time line counts pairs of samples at 16 kHz: an odd one waits for the next piece. */
  #paired(pcm: Int16Array): Int16Array {
    let length = 0;
    if (this.#carry !== undefined) this.#step[length++] = this.#carry;
    this.#step.set(pcm, length);
    length += pcm.length;
    this.#carry = length % 2 === 0 ? undefined : this.#step[length - 1];
    return this.#step.subarray(0, length - (length % 2));
  }

  #tick(now: MonoMs): void {
    const silence = this.#clock.take(now) * FRAME_SAMPLES;
    if (silence > 0) {
      this.#silenceSamples += silence;
      this.#assembler.writeSilence(silence, now);
    }
    const isActive = this.playout.active;
    this.playout.pull(now, this.#frame);
    const audible = this.mix?.(this.#frame, this.#rate) === true || isActive;
    this.monitors.frame(now, this.#frame);
    if (audible || this.#o.continuous === true) this.#output();
    else this.#flush();
    const silentMs = this.#inactivity.check(now, this.#lastAt ?? this.#startedAt);
    if (silentMs !== undefined) this.emit({ type: 'inactive', silentMs, at: now });
  }

  #output(): void {
    for (let from = 0; from < this.#frame.length;) {
      const take = Math.min(this.#block.length - this.#blockFilled, this.#frame.length - from);
      this.#block.set(this.#frame.subarray(from, from + take), this.#blockFilled);
      this.#blockFilled += take;
      from += take;
      if (this.#blockFilled === this.#block.length) this.#sendBlock();
    }
  }

  /** Fills up the last block of an utterance with silence. */
  #flush(): void {
    if (this.#blockFilled === 0) return;
    this.#block.fill(0, this.#blockFilled);
    this.#sendBlock();
  }

  #sendBlock(): void {
    this.#blockFilled = 0;
    this.#blocks++;
    this.#o.onOutput(this.#block.slice());
  }
}
