import type { UtteranceId } from '../kernel/ids.js';
import type { MonoMs } from '../kernel/time.js';
import type { TurnOutput } from './types.js';

/** The agent's voice was paused because the caller made a sound; nothing has confirmed it yet. */
export interface Overlap {
  readonly onsetAt: MonoMs;
  readonly pausedAt: MonoMs;
}

/** Why an interruption was confirmed. */
export type CutReason = 'duration' | 'words' | 'dtmf' | 'interrupt';

/** Why an interruption turned out to be none. */
export type ResumeReason = 'backchannel' | 'no_words' | 'timeout';

/**
 * The agent's side of the floor: what is queued or playing, and whether a sound of the caller has paused it.
 * Pause first, then cut or resume.
 */
export class AgentFloor {
  /** Utterances queued or playing, oldest first, with whether each may be interrupted. */
  readonly #utterances = new Map<UtteranceId, boolean>();
  #playing = false;
  #overlap: Overlap | undefined;

  constructor(private readonly emit: (output: TurnOutput) => void) {}

  /** The agent has something to say, playing or paused. */
  get busy(): boolean {
    return this.#utterances.size > 0;
  }

  /** The agent's voice has begun to be heard. */
  get playing(): boolean {
    return this.#playing;
  }

  /** An interruption that is not yet judged. */
  get overlap(): Overlap | undefined {
    return this.#overlap;
  }

  /** Queues an utterance. */
  add(id: UtteranceId, interruptible: boolean): void {
    this.#utterances.set(id, interruptible);
  }

  /** The first sample of an utterance was sent. Returns false for one that was cut meanwhile. */
  started(id: UtteranceId): boolean {
    if (!this.#utterances.has(id)) return false;
    this.#playing = true;
    return true;
  }

  /** The last sample of an utterance was sent. Returns true when nothing is left to say. */
  finished(id: UtteranceId): boolean {
    if (!this.#utterances.delete(id) || this.busy) return false;
    this.#playing = false;
    this.#overlap = undefined;
    return true;
  }

  /** Pauses the agent's voice, or keeps back a reply that has not begun, unless it must not be interrupted. */
  yield(now: MonoMs, onsetAt: MonoMs): void {
    if (this.#overlap !== undefined) return;
    const [interruptible] = this.#utterances.values();
    if (interruptible !== true) return;
    this.#overlap = { onsetAt, pausedAt: now };
    this.emit({ type: 'pause_playout' });
  }

  /** Drops all that is queued: the caller has the floor. */
  cut(now: MonoMs, reason: CutReason): void {
    const overlap = this.#overlap ?? { onsetAt: now, pausedAt: now };
    this.#overlap = undefined;
    this.#playing = false;
    if (!this.busy) return;
    this.#utterances.clear();
    this.emit({ type: 'cut_playout' });
    this.emit({ type: 'barge_in', outcome: 'cut', reason, ...overlap });
  }

  /** A false alarm: the agent goes on. */
  resume(reason: ResumeReason): void {
    const overlap = this.#overlap;
    if (overlap === undefined) return;
    this.#overlap = undefined;
    this.emit({ type: 'resume_playout' });
    this.emit({ type: 'barge_in', outcome: 'resumed', reason, ...overlap });
  }
}
