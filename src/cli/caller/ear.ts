import type { MonoMs } from '../../kernel/time.js';
import type { Track } from './tape.js';
import { firstAudible } from './tape.js';

/** A stretch of the agent's speech, positions in samples since the media began. */
export interface AgentSpeech {
  readonly fromSample: number;
  readonly toSample: number;
  /** When the packets with the first and the last audible sample arrived. */
  readonly startedAt: MonoMs;
  readonly lastAudibleAt: MonoMs;
}

/** What the caller's ear notices. */
export type EarEvent =
  | { readonly type: 'agent_started'; readonly at: MonoMs }
  | { readonly type: 'agent_stopped'; readonly speech: AgentSpeech };

/** Silence after which the agent counts as done: longer than its pauses between sentences. */
const DONE_MS = 700;
const PAD_SAMPLES = 1600;

/** Listens to the agent by loudness: a synthetic voice over an idle line needs no more. */
export class Ear {
  #speech: { fromSample: number; toSample: number; startedAt: MonoMs; lastAudibleAt: MonoMs } | undefined;

  constructor(
    private readonly track: Track,
    private readonly onEvent: (event: EarEvent) => void,
  ) {}

  /** The agent is speaking, or has paused within its speech. */
  get hearing(): boolean {
    return this.#speech !== undefined;
  }

  /** Arrival of the last audible packet so far. */
  get lastAudibleAt(): MonoMs | undefined {
    return this.#speech?.lastAudibleAt;
  }

  /** Takes the next frame from the agent. */
  push(pcm: Int16Array, startSample: number, at: MonoMs): void {
    this.track.write(startSample, pcm);
    const first = firstAudible(pcm);
    if (first >= 0) {
      if (this.#speech === undefined) {
        this.#speech = { fromSample: startSample + first, toSample: 0, startedAt: at, lastAudibleAt: at };
        this.onEvent({ type: 'agent_started', at });
      }
      this.#speech.toSample = startSample + pcm.length;
      this.#speech.lastAudibleAt = at;
      return;
    }
    if (this.#speech !== undefined && startSample - this.#speech.toSample >= DONE_MS * 8) this.finish();
  }

  /** Ends the stretch that is open, if any. */
  finish(): void {
    const speech = this.#speech;
    if (speech === undefined) return;
    this.#speech = undefined;
    this.onEvent({
      type: 'agent_stopped',
      speech: {
        ...speech,
        fromSample: Math.max(0, speech.fromSample - PAD_SAMPLES),
        toSample: speech.toSample + PAD_SAMPLES,
      },
    });
  }
}
