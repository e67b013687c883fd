import { addMs, rtpDiff, type MonoMs, type RtpTs } from '../../kernel/time.js';
import { MAX_DECODED_SAMPLES, type Codec } from './codec.js';
import { Concealer } from './concealment.js';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, SAMPLES_PER_MS, type AudioRate } from './frame.js';
import { FrameAssembler, type FrameSink } from './frame-assembler.js';
import { JitterTarget, type JitterTargetOptions } from './jitter-target.js';
import { RateMatcher } from './resample.js';
import { SequenceUnwrapper } from './seq.js';
import { SilenceClock } from './silence-clock.js';

/** Packets held at a gap at most; a power of two. More than 1 s of 20 ms packets. */
const CAPACITY = 64;
/** Longest hole in the timestamps that is filled; a longer one is a new time line. */
const MAX_FILL_SAMPLES = SAMPLE_RATE_HZ;
/** Samples that are made up at a loss before silence takes over. */
const MAX_CONCEALED_SAMPLES = 60 * SAMPLES_PER_MS;
/** Sequence jump that means a restarted sender (RFC 3550 appendix A.1 uses 3000 forward, 100 back). */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;

/** A packet whose samples all stay below may be left out unheard: about -40 dB of full scale. */
const QUIET_PEAK = 300;
/** How far the index may run ahead of real time, beyond one packet: ordinary jitter. */
const TRIM_MARGIN_SAMPLES = 60 * SAMPLES_PER_MS;

/** Options of {@link ReceiveStream}. */
export interface ReceiveStreamOptions {
  /** With no packet for that long the clock feeds silence, milliseconds. Default 60. */
  readonly silenceAfterMs?: number;
  /** Bounds of the wait at a gap. */
  readonly jitter?: JitterTargetOptions;
}

/** Counters of a stream since its creation. */
export interface ReceiveStreamStats {
  released: number;
  /** Came after their place had been given up; not fed to the recogniser. */
  late: number;
  duplicates: number;
  /** Packets that the codec could not read. */
  unreadable: number;
  concealedSamples: number;
  silenceSamples: number;
  /** Time line jumps: restarted senders, timestamp steps, clocks that ran ahead. */
  reanchored: number;
  /** Places in the sequence that were given up. */
  missing: number;
  /** Quiet samples left out to bring the index back to real time. */
  trimmedSamples: number;
}

interface Slot {
  extended: number;
  timestamp: RtpTs;
  at: MonoMs;
  codec: Codec | undefined;
  payload: Uint8Array | undefined;
}

/**
 * One received audio stream as the recogniser wants it: in-order packets at once, a wait only at a gap, and a
 * sample index that never stops and never goes back.
 *
 * Silence by the clock: when no packet has come for `silenceAfterMs`, {@link tick} fills in frames, so that time
 * goes on for everything that listens. Real packets after it are put where their timestamp says, or right behind
 * the silence when that place has passed.
 */
export class ReceiveStream {
  readonly stats: ReceiveStreamStats = {
    released: 0,
    late: 0,
    duplicates: 0,
    unreadable: 0,
    concealedSamples: 0,
    silenceSamples: 0,
    reanchored: 0,
    missing: 0,
    trimmedSamples: 0,
  };
  readonly jitter: JitterTarget;
  readonly #clock: SilenceClock;
  readonly #assembler: FrameAssembler;
  #concealer = new Concealer();
  #matcher = new RateMatcher(8000);
  /** Samples per unit of the time line. */
  #scale = 1;
  readonly #unwrapper = new SequenceUnwrapper();
  readonly #slots: Slot[] = Array.from({ length: CAPACITY }, emptySlot);
  readonly #released = new Float64Array(CAPACITY).fill(-1);
  readonly #decoded = new Int16Array(MAX_DECODED_SAMPLES);
  readonly #made = new Int16Array(MAX_DECODED_SAMPLES);
  #held = 0;
  #next = -1;
  #gapSince: MonoMs | undefined;
  #lossBefore = false;
  #anchorTimestamp: RtpTs | undefined;
  #anchorSample = 0;
  #suspect = -1;
  #active = false;
  /** Index and time at the last re-anchoring: what the index should be by the clock. */
  #baseSample = 0;
  #baseAt: MonoMs | undefined;

  constructor(sink: FrameSink, o: ReceiveStreamOptions = {}) {
    this.#clock = new SilenceClock(o.silenceAfterMs ?? 60);
    this.jitter = new JitterTarget(o.jitter);
    this.#assembler = new FrameAssembler(sink);
  }

  /** Rate of the frames that are fed; audio of other codecs is brought to it. */
  get rate(): AudioRate {
    return this.#matcher.rate;
  }

  /** Changes the rate of the frames: another codec was agreed. The time line goes on. */
  setRate(rate: AudioRate, now: MonoMs): void {
    if (rate === this.rate) return;
    this.#matcher = new RateMatcher(rate);
    this.#scale = rate / SAMPLE_RATE_HZ;
    this.#concealer = new Concealer(rate);
    this.#assembler.setRate(rate, now);
  }

  /** Place one past the newest sample on the time line, whole frames or not. */
  get end(): number {
    return this.#assembler.end;
  }

  /** Packets that wait at a gap. */
  get held(): number {
    return this.#held;
  }

  /** Starts or stops the flow (hold). While stopped nothing is fed; the sample index stands still. */
  setActive(active: boolean, now: MonoMs): void {
    if (active && !this.#active) this.#clock.touch(now, FRAME_MS);
    this.#active = active;
    if (!active) this.restart();
  }

  /** Forgets the sender's numbering, for a new SSRC. The sample index goes on. */
  restart(): void {
    for (const slot of this.#slots) clearSlot(slot);
    this.#held = 0;
    this.#next = -1;
    this.#suspect = -1;
    this.#gapSince = undefined;
    this.#anchorTimestamp = undefined;
    this.#unwrapper.reset();
    this.jitter.restart();
  }

  /**
   * Takes one packet.
   *
   * @param codec - what reads the payload; `undefined` for packets that only take a place in the sequence (DTMF)
   * @param payload - kept by reference while the packet waits at a gap
   */
  packet(
    at: MonoMs,
    sequence: number,
    timestamp: RtpTs,
    codec: Codec | undefined,
    payload: Uint8Array,
  ): void {
    if (!this.#active) return;
    if (this.#restarted(sequence)) return;
    const extended = this.#unwrapper.unwrap(sequence);
    if (this.#next < 0) this.#next = extended;
    if (codec !== undefined) this.jitter.arrival(at, timestamp, codec.ticksPerSample);
    if (extended < this.#next) {
      if (this.#released[extended % CAPACITY] === extended) this.stats.duplicates++;
      else this.stats.late++;
      return;
    }
    while (extended - this.#next >= CAPACITY) if (!this.#releaseHeld()) this.#giveUp();
    if (extended === this.#next) {
      this.#release(at, timestamp, codec, payload);
    } else {
      this.#hold(extended, at, timestamp, codec, payload);
    }
    this.#drain(at);
  }

  /** Lets time pass: gives up gaps that have waited long enough and feeds silence by the clock. */
  tick(now: MonoMs): void {
    if (!this.#active) return;
    this.#drain(now);
    const idle = this.#clock.running;
    const frames = this.#clock.take(now);
    if (frames === 0) return;
    if (!idle) this.#concealer.reset();
    this.#silence(frames * FRAME_SAMPLES, now);
  }

  /** When {@link tick} has something to do at a gap; `undefined` when nothing waits. */
  nextDeadline(): MonoMs | undefined {
    return this.#gapSince === undefined ? undefined : addMs(this.#gapSince, this.jitter.targetMs);
  }

  /** RFC 3550 appendix A.1: a far-off number counts as a restart only when its successor follows. */
  #restarted(sequence: number): boolean {
    const highest = this.#unwrapper.highest;
    if (highest < 0) return false;
    const distance = ((sequence - highest) << 16) >> 16;
    if (distance < MAX_DROPOUT && distance > -MAX_MISORDER) {
      this.#suspect = -1;
      return false;
    }
    if (sequence === this.#suspect) {
      this.stats.reanchored++;
      this.restart();
      return false;
    }
    this.#suspect = (sequence + 1) & 0xffff;
    return true;
  }

  #hold(extended: number, at: MonoMs, timestamp: RtpTs, codec: Codec | undefined, payload: Uint8Array): void {
    const slot = this.#slots[extended % CAPACITY] as Slot;
    if (slot.extended === extended) {
      this.stats.duplicates++;
      return;
    }
    slot.extended = extended;
    slot.at = at;
    slot.timestamp = timestamp;
    slot.codec = codec;
    slot.payload = payload;
    this.#held++;
    this.#gapSince ??= at;
    this.#clock.touch(at, FRAME_MS);
  }

  #drain(now: MonoMs): void {
    while (this.#held > 0) {
      if (this.#releaseHeld()) {
        // A further gap has been waiting since the packet behind it came.
        this.#gapSince = this.#held === 0 ? undefined : this.#firstHeldAt();
        continue;
      }
      if (this.#gapSince === undefined || now - this.#gapSince < this.jitter.targetMs) return;
      this.#giveUp();
    }
    this.#gapSince = undefined;
  }

  #firstHeldAt(): MonoMs | undefined {
    for (let i = 0; i < CAPACITY; i++) {
      const slot = this.#slots[(this.#next + i) % CAPACITY] as Slot;
      if (slot.extended === this.#next + i) return slot.at;
    }
    return undefined;
  }

  /** Releases the next packet if it is held. */
  #releaseHeld(): boolean {
    const slot = this.#slots[this.#next % CAPACITY] as Slot;
    if (slot.extended !== this.#next) return false;
    const { at, timestamp, codec, payload } = slot;
    clearSlot(slot);
    this.#held--;
    this.#release(at, timestamp, codec, payload as Uint8Array);
    return true;
  }

  /** Gives up the place of the next packet. */
  #giveUp(): void {
    this.stats.missing++;
    this.#lossBefore = true;
    this.#next++;
  }

  #release(at: MonoMs, timestamp: RtpTs, codec: Codec | undefined, payload: Uint8Array): void {
    this.#released[this.#next % CAPACITY] = this.#next;
    this.#next++;
    this.stats.released++;
    if (codec === undefined) return;
    if (payload.length === 0 || codec.readable?.(payload) === false) {
      this.stats.unreadable++;
      return;
    }
    this.#place(timestamp, codec, at);
    const samples = codec.decode(payload, this.#decoded);
    if (samples <= 0) {
      this.stats.unreadable++;
      return;
    }
    const pcm = this.#matcher.match(this.#decoded.subarray(0, samples), codec.sampleRateHz);
    const length = pcm.length / this.#scale;
    this.#concealer.good(pcm, pcm.length);
    if (this.#isSurplus(pcm, at)) this.stats.trimmedSamples += length;
    else this.#assembler.write(pcm, pcm.length, 'received', at);
    this.#anchorTimestamp = ((timestamp + length * codec.ticksPerSample) >>> 0) as RtpTs;
    this.#anchorSample = this.#assembler.end;
    this.#clock.touch(at, length / SAMPLES_PER_MS);
    this.#lossBefore = false;
  }

  /** Fills the hole before a packet, or re-anchors where there is no sensible hole. */
  #place(timestamp: RtpTs, codec: Codec, at: MonoMs): void {
    if (this.#anchorTimestamp === undefined) {
      this.#rebase(at);
      return;
    }
    const distance = Math.round(rtpDiff(timestamp, this.#anchorTimestamp) / codec.ticksPerSample);
    const hole = this.#anchorSample + distance - this.#assembler.end;
    if (hole === 0) return;
    if (hole < 0 || hole > MAX_FILL_SAMPLES) {
      this.stats.reanchored++;
      this.#rebase(at);
      return;
    }
    let left = hole;
    if (this.#lossBefore && !this.#clock.running) {
      left -= this.#conceal(codec, Math.min(hole, MAX_CONCEALED_SAMPLES), at);
    }
    if (left > 0) this.#silence(left, at);
  }

  #rebase(at: MonoMs): void {
    this.#baseSample = this.#assembler.end;
    this.#baseAt = at;
  }

  /**
   * After a stall the clock has fed silence and then the delayed packets all come at once, which leaves the index
   * ahead of real time. Quiet packets are left out until it is back.
   */
  #isSurplus(pcm: Int16Array, at: MonoMs): boolean {
    const length = pcm.length / this.#scale;
    const elapsed = (at - (this.#baseAt ?? at)) * SAMPLES_PER_MS;
    const ahead = this.#assembler.end + length - this.#baseSample - elapsed;
    if (ahead < length + TRIM_MARGIN_SAMPLES) return false;
    return pcm.every((sample) => Math.abs(sample) <= QUIET_PEAK);
  }

  /** Makes up audio for lost packets: in the codec's own way where it has one, else from the last pitch period. */
  #conceal(codec: Codec, samples: number, at: MonoMs): number {
    for (let done = 0; done < samples;) {
      const left = (samples - done) * this.#scale;
      const made = this.#made.subarray(0, codec.conceal?.(this.#made) ?? 0);
      let pcm = this.#matcher.match(made, codec.sampleRateHz);
      if (pcm.length === 0) {
        pcm = this.#made.subarray(0, Math.min(FRAME_SAMPLES * this.#scale, left));
        this.#concealer.conceal(pcm, pcm.length);
      }
      const part = Math.min(pcm.length, left);
      this.#assembler.write(pcm, part, 'concealed', at);
      done += part / this.#scale;
    }
    this.stats.concealedSamples += samples;
    return samples;
  }

  #silence(samples: number, at: MonoMs): void {
    this.#assembler.writeSilence(samples, at);
    this.stats.silenceSamples += samples;
  }
}

function emptySlot(): Slot {
  return { extended: -1, timestamp: 0 as RtpTs, at: 0 as MonoMs, codec: undefined, payload: undefined };
}

function clearSlot(slot: Slot): void {
  slot.extended = -1;
  slot.codec = undefined;
  slot.payload = undefined;
}
