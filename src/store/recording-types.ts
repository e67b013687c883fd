import type { WallMs } from '../kernel/time.js';
import type { AuditEntry } from './account-types.js';

/** A stretch of a recording that holds silence in place of what was said, ms from its beginning. */
export interface BlankedStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly why: 'paused' | 'secret';
}

/** The recording of a call: what is known of it beside its file. */
export interface RecordingRecord {
  readonly id: string;
  readonly callId: string;
  /** `failed`: it ends before the call does, because it could not be written. A deleted one keeps its row and nothing else. */
  readonly state: 'recording' | 'saved' | 'failed' | 'deleted';
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly startedAtMs: WallMs;
  /** Its beginning on the clock of the call, ms. */
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  /** Name of its file; absent once it is deleted. */
  readonly blobKey?: string;
  /** `announced` or `given`, and how it ended: `withdrawn`. */
  readonly consent: string;
  readonly intervals: readonly BlankedStretch[];
  /** Packets of the caller that came too late to be kept. */
  readonly latePackets: number;
  /** From this instant on it is deleted without being asked; absent while it is made. */
  readonly deleteAfterMs?: WallMs;
  readonly deletedAtMs?: WallMs;
}

/** The shape of a recording for drawing: base64 of four signed bytes a bucket. */
export interface StoredPeaks {
  readonly bucketMs: number;
  readonly base64: string;
}

/** Recordings of calls; their files lie elsewhere. */
export interface Recordings {
  /** Writes a recording down, in place of what was known of it. One that is deleted stays deleted. */
  save(record: RecordingRecord, peaks?: StoredPeaks): Promise<void>;
  /** The last one of a call. */
  ofCall(callId: string): Promise<RecordingRecord | undefined>;
  peaks(id: string): Promise<StoredPeaks | undefined>;
  /** Those that are to be deleted by now, the oldest first. */
  due(nowMs: number, limit: number): Promise<readonly RecordingRecord[]>;
  /** Their states, by id; those that are not known are missing. */
  states(ids: readonly string[]): Promise<Readonly<Record<string, RecordingRecord['state']>>>;
  /**
   * Notes that a recording's file is gone, together with a receipt in the trail.
   *
   * @returns false when there is none, or it was deleted before: then there is no receipt either
   */
  deleted(id: string, receipt: AuditEntry): Promise<boolean>;
}

/** Names of the methods of {@link Recordings}; the compiler misses one that is forgotten. */
export const RECORDING_METHODS = Object.keys({
  save: 0,
  ofCall: 0,
  peaks: 0,
  due: 0,
  states: 0,
  deleted: 0,
} satisfies Record<keyof Recordings, 0>) as readonly (keyof Recordings)[];
