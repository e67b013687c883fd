import type { MonoMs } from '../kernel/time.js';
import type { TurnEndSource, TurnStamps } from './types.js';

/** Stamps of the reply to one turn. */
export interface ReplyStamps {
  /** The dialog named the first words of the reply. */
  readonly plannedAt: MonoMs;
  /** Their first audio was ready. */
  readonly audioReadyAt: MonoMs;
  /** The first audible sample was sent. */
  readonly audibleAt: MonoMs;
}

/** Work that ran beside the critical path; never part of the sum. */
export interface OverlappedWork {
  /** Recogniser time of the transcript used, ms. */
  readonly sttDecodeMs?: number;
  /** Time it waited for a worker, ms. */
  readonly sttQueueMs?: number;
  /** Synthesis of the reply's first sentence, ms; 0 when it came from a cache. */
  readonly ttsMs?: number;
  /** Silence at the start of the reply's audio, ms. */
  readonly leadingSilenceMs?: number;
}

/** The response gap of one turn, split along its critical path. All values in ms. */
export interface TurnLatency {
  /** Last speech sample received to first audible sample sent: the sum of `segments`. */
  readonly responseGapMs: number;
  readonly source: TurnEndSource;
  readonly segments: {
    /** True end of speech to the VAD's decision. */
    readonly vadHangoverMs: number;
    /** VAD's decision to the end of the turn. */
    readonly endpointWaitMs: number;
    /** End of the turn to the first words of the reply. */
    readonly planMs: number;
    /** First words to their audio. */
    readonly audioMs: number;
    /** Audio ready to the first audible sample on the wire. */
    readonly playoutMs: number;
  };
  readonly overlapped: OverlappedWork & {
    /** Transcript minus true end of speech; negative when it was ready before speech ended. */
    readonly sttLagMs?: number;
  };
}

/**
 * Splits the gap between a turn and its reply into segments that sum to it.
 * Milestones that came early (a reply prepared while the caller paused) count as reached at the milestone before
 * them, so no segment is negative.
 *
 * @returns `undefined` for turns without speech (keypad, typed text)
 */
export function turnLatency(
  turn: TurnStamps,
  reply: ReplyStamps,
  overlapped: OverlappedWork = {},
): TurnLatency | undefined {
  if (turn.speechEndedAt === undefined) return undefined;
  const start = turn.speechEndedAt;
  const vadEnd = Math.max(start, turn.vadEndAt ?? start);
  const committed = Math.max(vadEnd, turn.committedAt);
  const planned = Math.max(committed, reply.plannedAt);
  const audio = Math.max(planned, reply.audioReadyAt);
  const audible = Math.max(audio, reply.audibleAt);
  return {
    responseGapMs: audible - start,
    source: turn.source,
    segments: {
      vadHangoverMs: vadEnd - start,
      endpointWaitMs: committed - vadEnd,
      planMs: planned - committed,
      audioMs: audio - planned,
      playoutMs: audible - audio,
    },
    overlapped: {
      ...overlapped,
      ...(turn.transcriptAt === undefined ? {} : { sttLagMs: turn.transcriptAt - start }),
    },
  };
}
