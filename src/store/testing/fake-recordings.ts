import { wallMs } from '../../kernel/time.js';
import type { AuditEntry } from '../account-types.js';
import type { RecordingRecord, Recordings, StoredPeaks } from '../recording-types.js';

/** Recordings in memory; receipts go to the given trail. */
export class FakeRecordings implements Recordings {
  readonly #kept = new Map<string, RecordingRecord>();
  readonly #peaks = new Map<string, StoredPeaks>();

  constructor(
    private readonly wall: () => number,
    private readonly audit: (entry: AuditEntry) => Promise<void>,
  ) {}

  async save(record: RecordingRecord, peaks?: StoredPeaks): Promise<void> {
    if (this.#kept.get(record.id)?.state === 'deleted') return;
    this.#kept.set(record.id, record);
    if (peaks === undefined) this.#peaks.delete(record.id);
    else this.#peaks.set(record.id, peaks);
  }

  async ofCall(callId: string): Promise<RecordingRecord | undefined> {
    return this.lastOf(callId);
  }

  /** The last one of a call, at once. */
  lastOf(callId: string): RecordingRecord | undefined {
    return [...this.#kept.values()]
      .filter((record) => record.callId === callId)
      .sort((a, b) => b.startedAtMs - a.startedAtMs)[0];
  }

  async peaks(id: string): Promise<StoredPeaks | undefined> {
    return this.#peaks.get(id);
  }

  async due(nowMs: number, limit: number): Promise<readonly RecordingRecord[]> {
    return [...this.#kept.values()]
      .filter(({ state, deleteAfterMs }) => state !== 'deleted' && (deleteAfterMs ?? Infinity) <= nowMs)
      .sort((a, b) => (a.deleteAfterMs ?? 0) - (b.deleteAfterMs ?? 0))
      .slice(0, limit);
  }

  async states(ids: readonly string[]): Promise<Readonly<Record<string, RecordingRecord['state']>>> {
    const known = ids.flatMap((id) => {
      const state = this.#kept.get(id)?.state;
      return state === undefined ? [] : [[id, state] as const];
    });
    return Object.fromEntries(known);
  }

  async deleted(id: string, receipt: AuditEntry): Promise<boolean> {
    const known = this.#kept.get(id);
    if (known === undefined || known.state === 'deleted') return false;
    const { blobKey: _gone, ...rest } = known;
    this.#kept.set(id, { ...rest, state: 'deleted', intervals: [], deletedAtMs: wallMs(this.wall()) });
    this.#peaks.delete(id);
    await this.audit(receipt);
    return true;
  }
}
