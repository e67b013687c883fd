import type { MonoMs } from '../kernel/time.js';
import { turnLatency, type OverlappedWork, type TurnLatency } from '../turn/latency.js';
import type { TurnStamps } from '../turn/types.js';
import type { Utterance } from './voice.js';

/** Joins the stamps of the last turn with those of its reply. */
export class LatencyBook {
  #turn: { readonly id: string; readonly stamps: TurnStamps; answered: boolean } | undefined;
  #stt: OverlappedWork = {};
  #last: { readonly utterance: string; readonly latency: TurnLatency } | undefined;

  /** The turn that is being answered. */
  get current(): string | undefined {
    return this.#turn?.id;
  }

  /** Recogniser times of the latest transcript. */
  transcribed(work: OverlappedWork): void {
    this.#stt = work;
  }

  turnEnded(id: string, stamps: TurnStamps): void {
    this.#turn = { id, stamps, answered: false };
  }

  /**
   * The first audible sample of an utterance was sent.
   *
   * @returns the response gap if these are the first words that answer the turn; fillers do not count
   */
  audible(utterance: Utterance, at: MonoMs): TurnLatency | undefined {
    const turn = this.#turn;
    if (turn === undefined || turn.answered || utterance.filler || utterance.answers !== turn.id) {
      return undefined;
    }
    turn.answered = true;
    const latency = turnLatency(
      turn.stamps,
      {
        plannedAt: utterance.plannedAt,
        audioReadyAt: utterance.audioReadyAt ?? utterance.plannedAt,
        audibleAt: at,
      },
      { ...this.#stt, ttsMs: utterance.cacheHit ? 0 : utterance.ttsMs },
    );
    if (latency !== undefined) this.#last = { utterance: utterance.id, latency };
    return latency;
  }

  /** Flat milliseconds for the transcript; `undefined` for words that answered no spoken turn. */
  timingsOf(utterance: Utterance): Record<string, number> | undefined {
    if (this.#last?.utterance !== utterance.id) return undefined;
    const { responseGapMs, segments, overlapped } = this.#last.latency;
    const timings: Record<string, number> = { response_gap_ms: round(responseGapMs) };
    for (const [name, value] of Object.entries({ ...segments, ...overlapped })) {
      if (typeof value === 'number') timings[snake(name)] = round(value);
    }
    return timings;
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
