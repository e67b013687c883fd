import type { RequestId, TurnId } from '../kernel/ids.js';
import type { MonoMs } from '../kernel/time.js';
import type { Transcript } from './types.js';

/** Sound of the caller that may become a turn. */
export interface OpenTurn {
  readonly id: TurnId;
  readonly fromSample: number;
  readonly startedAt: MonoMs;
  /** Speech so far, without the pauses. */
  speechMs: number;
  speakingSince: MonoMs | undefined;
  endedAt: MonoMs;
  endSample: number;
  vadEndAt: MonoMs | undefined;
  request: RequestId | undefined;
  promoted: boolean;
  transcript: Transcript | undefined;
  transcriptAt: MonoMs | undefined;
  /** Words for which a reply is being prepared while the caller still speaks. */
  foreseen: string | undefined;
}
