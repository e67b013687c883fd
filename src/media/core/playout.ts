import type { UtteranceId } from '../../kernel/ids.js';
import type { MonoMs } from '../../kernel/time.js';
import { FRAME_MS, frameSamplesAt, type AudioRate } from './frame.js';
import { RateMatcher } from './resample.js';

/** A piece of one utterance. Pieces of an utterance play without a seam. */
export interface PlayoutItem {
  readonly utteranceId: UtteranceId;
  /** PCM16, any length, empty allowed; kept by reference, so the giver must not write to it again. */
  readonly pcm?: Int16Array;
  /** Rate of `pcm`, Hz; audio of another rate than the peer hears is converted. Default 8000. */
  readonly sampleRateHz?: AudioRate;
  /** True on the last piece. An item of another utterance ends this one as well. */
  readonly last: boolean;
}

/** What happened to an utterance on its way out. */
export interface PlayoutEvent {
  readonly event: 'started' | 'finished' | 'cut' | 'paused' | 'resumed';
  readonly utteranceId: UtteranceId;
  /** When the packet with the first (`started`, `resumed`) or last (otherwise) audible sample was sent. */
  readonly at: MonoMs;
  /** How far into the utterance the caller has heard it, milliseconds; exact, by samples sent. */
  readonly playedMs: number;
}

/** Options of {@link Playout}. */
export interface PlayoutOptions {
  /** Audio held at most, played parts of the current utterance included, milliseconds. Default 120,000. */
  readonly maxQueuedMs?: number;
  /** Fade out at a pause or cut, milliseconds, at most 20. Default 10. */
  readonly fadeOutMs?: number;
}

/** Counters of a playout since its creation. */
export interface PlayoutStats {
  /** Pieces dropped because their utterance had ended or been cut. */
  stale: number;
  /** Pieces dropped because the queue was full. */
  overflowed: number;
  /** Frames padded with silence because the next piece had not come yet. */
  underruns: number;
}

interface Chunk {
  pcm: Int16Array;
  start: number;
}

interface Utterance {
  readonly id: UtteranceId;
  readonly chunks: Chunk[];
  total: number;
  position: number;
  /** Furthest position sent: a rewind does not make the caller forget. */
  heard: number;
  complete: boolean;
  started: boolean;
  /** Chunk that holds `position`; kept so that no frame searches from the start. */
  chunkIndex: number;
}

const MAX_CHUNKS = 4096;
const MAX_UTTERANCES = 256;
const MAX_REMEMBERED = 64;
/** Quieter samples do not make an utterance audible: about -50 dB of full scale. */
const AUDIBLE = 100;
const FADE_IN_MS = 5;
const EMPTY = new Int16Array(0);

/**
 * What the caller hears, by utterance: pieces come in faster than they play, one frame of 20 ms goes out per tick,
 * and the ledger knows to the sample what has been sent.
 */
export class Playout {
  readonly stats: PlayoutStats = { stale: 0, overflowed: 0, underruns: 0 };
  readonly #maxMs: number;
  readonly #fadeMs: number;
  readonly #queue: Utterance[] = [];
  /** How far utterances that have ended were heard, milliseconds. */
  readonly #ended = new Map<UtteranceId, number>();
  #rate: AudioRate = 8000;
  #tail: Int16Array = new Int16Array(frameSamplesAt(8000));
  readonly #afterTail: PlayoutEvent[] = [];
  readonly #outbox: PlayoutEvent[] = [];
  #tailPending = false;
  /** Where the fade of the last pause began. */
  #fadeFrom = 0;
  #heldSamples = 0;
  #heldChunks = 0;
  #paused = false;
  #pausing = false;
  #resuming = false;

  constructor(
    private readonly sink: (event: PlayoutEvent) => void,
    o: PlayoutOptions = {},
  ) {
    this.#maxMs = o.maxQueuedMs ?? 120_000;
    this.#fadeMs = Math.min(FRAME_MS, o.fadeOutMs ?? 10);
  }

  /** Rate of the frames that {@link pull} makes. */
  get rate(): AudioRate {
    return this.#rate;
  }

  /** Changes the rate: another codec was agreed. What is queued is converted and goes on where it was. */
  setRate(rate: AudioRate): void {
    if (rate === this.#rate) return;
    const from = this.#rate;
    this.#rate = rate;
    const scale = rate / from;
    this.#tail = converted(this.#tail, from, rate);
    this.#fadeFrom = Math.floor(this.#fadeFrom * scale);
    this.#heldSamples = 0;
    for (const utterance of this.#queue) {
      utterance.total = 0;
      for (const chunk of utterance.chunks) {
        chunk.pcm = converted(chunk.pcm, from, rate);
        chunk.start = utterance.total;
        utterance.total += chunk.pcm.length;
      }
      this.#heldSamples += utterance.total;
      utterance.heard = Math.min(utterance.total, Math.floor(utterance.heard * scale));
      this.#seek(utterance, Math.floor(utterance.position * scale));
    }
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** True when there is something to send but silence: speech that plays, or a fade that is still to be sent. */
  get active(): boolean {
    if (this.settling) return true;
    const current = this.#queue[0];
    return !this.#paused && current !== undefined && current.position < current.total;
  }

  /** True while a fade is still to be sent, with the event that follows it; {@link pull} then sends nothing else. */
  get settling(): boolean {
    return this.#tailPending || this.#pausing;
  }

  /** The utterance that plays or will play next. */
  get current(): UtteranceId | undefined {
    return this.#queue[0]?.id;
  }

  /** Milliseconds of audio still to be sent. */
  queuedMs(): number {
    return this.#ms(this.#queue.reduce((sum, { total, position }) => sum + total - position, 0));
  }

  /** How far the caller has heard an utterance, milliseconds; 0 for one that is unknown or long gone. */
  playedMs(id: UtteranceId): number {
    const open = this.#queue.find((utterance) => utterance.id === id);
    return open === undefined ? (this.#ended.get(id) ?? 0) : this.#ms(open.heard);
  }

  /** Appends a piece. Pieces of utterances that have ended or been cut are dropped and counted. */
  enqueue(item: PlayoutItem): void {
    const utterance = this.#open(item.utteranceId);
    if (utterance === undefined) return;
    const pcm = converted(item.pcm ?? EMPTY, item.sampleRateHz ?? 8000, this.#rate);
    if (pcm.length > 0) {
      if (this.#heldSamples + pcm.length > this.#samples(this.#maxMs) || this.#heldChunks >= MAX_CHUNKS) {
        this.stats.overflowed++;
      } else {
        utterance.chunks.push({ pcm, start: utterance.total });
        utterance.total += pcm.length;
        this.#heldSamples += pcm.length;
        this.#heldChunks++;
      }
    }
    if (item.last) utterance.complete = true;
  }

  /** Fades out in the next frame and then sends silence; queued audio stays. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#resuming = false;
    this.#pausing = this.#queue[0]?.started === true;
  }

  /**
   * Goes on after {@link pause}.
   *
   * @param rewindToMs - offset into the current utterance; default: where the fade began
   */
  resume(rewindToMs?: number): void {
    if (!this.#paused) return;
    this.#paused = false;
    const current = this.#queue[0];
    if (current === undefined) return;
    if (rewindToMs !== undefined) this.#seek(current, this.#samples(rewindToMs));
    else if (current.started && !this.#pausing) this.#seek(current, this.#fadeFrom);
    // A resume in the same tick as the pause leaves no trace.
    this.#resuming = current.started && !this.#pausing;
    this.#pausing = false;
  }

  /** Drops everything queued. A started utterance fades out in the next frame, which also sends the events. */
  cut(now: MonoMs): void {
    const silent = this.#paused && !this.#pausing;
    this.#paused = false;
    this.#pausing = false;
    this.#resuming = false;
    const current = this.#queue[0];
    if (current === undefined) return;
    const audible = current.started && !silent && current.position < current.total;
    if (audible) {
      this.#tail.fill(0);
      this.#read(current, this.#tail, this.#fadeSamples);
      fadeOut(this.#tail, this.#fadeSamples);
      this.#tailPending = true;
    }
    for (const utterance of this.#queue) {
      const event: PlayoutEvent = this.#event('cut', utterance, now);
      this.#end(utterance);
      if (audible) this.#afterTail.push(event);
      else this.#outbox.push(event);
    }
    this.#queue.length = 0;
    this.#flush();
  }

  /**
   * Makes the next frame of 20 ms at the rate of the playout and reports what it starts or ends.
   *
   * @returns true when the frame begins a talk spurt, for the marker bit (RFC 3551 section 4.1)
   */
  pull(now: MonoMs, out: Int16Array): boolean {
    const begins = this.#pull(now, out);
    this.#flush();
    return begins;
  }

  #pull(now: MonoMs, out: Int16Array): boolean {
    out.fill(0);
    if (this.#tailPending) {
      this.#sendTail(now, out);
      return false;
    }
    if (this.#pausing) {
      this.#sendPause(now, out);
      return false;
    }
    if (this.#paused) return false;
    for (let current = this.#queue[0]; current !== undefined; current = this.#queue[0]) {
      const played = this.#read(current, out, out.length);
      const begins = this.#announce(now, current, out, played);
      const over = current.position === current.total && this.#isComplete(current);
      if (over) {
        this.#queue.shift();
        this.#end(current);
        this.#outbox.push(this.#event('finished', current, now));
      }
      if (played > 0) {
        if (!over && played < out.length) this.stats.underruns++;
        return begins;
      }
      if (!over) return false;
    }
    return false;
  }

  /** Events leave when the machine is at rest, so that a listener may call back into it. */
  #flush(): void {
    for (let event = this.#outbox.shift(); event !== undefined; event = this.#outbox.shift()) {
      this.sink(event);
    }
  }

  #sendTail(now: MonoMs, out: Int16Array): void {
    out.set(this.#tail);
    this.#tailPending = false;
    for (const event of this.#afterTail.splice(0)) this.#outbox.push({ ...event, at: now });
  }

  #sendPause(now: MonoMs, out: Int16Array): void {
    const current = this.#queue[0] as Utterance;
    this.#pausing = false;
    this.#fadeFrom = current.position;
    this.#read(current, out, this.#fadeSamples);
    fadeOut(out, this.#fadeSamples);
    this.#outbox.push(this.#event('paused', current, now));
  }

  /** Reports the start of an utterance with its first audible frame, and the first frame after a pause. */
  #announce(now: MonoMs, current: Utterance, out: Int16Array, played: number): boolean {
    if (this.#resuming && played > 0) {
      this.#resuming = false;
      const ramp = this.#samples(FADE_IN_MS);
      for (let i = 0; i < ramp; i++) out[i] = ((out[i] as number) * i) / ramp;
      this.#outbox.push(this.#event('resumed', current, now));
      return true;
    }
    if (current.started || played === 0 || !isAudible(out, played)) return false;
    current.started = true;
    this.#outbox.push(this.#event('started', current, now));
    return true;
  }

  /** Copies up to `length` samples from the position on and moves it. Returns how many there were. */
  #read(utterance: Utterance, out: Int16Array, length: number): number {
    let done = 0;
    while (done < length) {
      const chunk = utterance.chunks[utterance.chunkIndex];
      if (chunk === undefined) break;
      const from = utterance.position - chunk.start;
      const take = Math.min(length - done, chunk.pcm.length - from);
      out.set(chunk.pcm.subarray(from, from + take), done);
      done += take;
      utterance.position += take;
      if (from + take === chunk.pcm.length) utterance.chunkIndex++;
    }
    utterance.heard = Math.max(utterance.heard, utterance.position);
    return done;
  }

  #seek(utterance: Utterance, samples: number): void {
    utterance.position = Math.max(0, Math.min(samples, utterance.heard));
    const index = utterance.chunks.findIndex((chunk) => utterance.position < chunk.start + chunk.pcm.length);
    utterance.chunkIndex = index < 0 ? utterance.chunks.length : index;
  }

  #open(id: UtteranceId): Utterance | undefined {
    const newest = this.#queue.at(-1);
    if (newest?.id === id && !newest.complete) return newest;
    if (this.#ended.has(id) || this.#queue.some((utterance) => utterance.id === id)) {
      this.stats.stale++;
      return undefined;
    }
    if (this.#queue.length >= MAX_UTTERANCES) {
      this.stats.overflowed++;
      return undefined;
    }
    const utterance: Utterance = {
      id,
      chunks: [],
      total: 0,
      position: 0,
      heard: 0,
      complete: false,
      started: false,
      chunkIndex: 0,
    };
    this.#queue.push(utterance);
    return utterance;
  }

  #isComplete(utterance: Utterance): boolean {
    return utterance.complete || this.#queue.length > 1;
  }

  #end(utterance: Utterance): void {
    this.#heldSamples -= utterance.total;
    this.#heldChunks -= utterance.chunks.length;
    this.#ended.set(utterance.id, this.#ms(utterance.heard));
    if (this.#ended.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest);
      return;
    }
  }

  #event(event: PlayoutEvent['event'], utterance: Utterance, at: MonoMs): PlayoutEvent {
    return { event, utteranceId: utterance.id, at, playedMs: this.#ms(utterance.heard) };
  }

  get #fadeSamples(): number {
    return this.#samples(this.#fadeMs);
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.#rate;
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#rate) / 1000);
  }
}

/** A piece at another rate; pieces begin and end in silence, so that each is converted by itself. */
function converted(pcm: Int16Array, from: AudioRate, to: AudioRate): Int16Array {
  return from === to ? pcm : new RateMatcher(to).match(pcm, from);
}

function fadeOut(frame: Int16Array, samples: number): void {
  for (let i = 0; i < samples; i++) frame[i] = ((frame[i] as number) * (samples - i)) / samples;
}

function isAudible(frame: Int16Array, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const sample = frame[i] as number;
    if (sample > AUDIBLE || sample < -AUDIBLE) return true;
  }
  return false;
}
