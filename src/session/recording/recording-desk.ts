import { LeibnizError } from '../../kernel/errors.js';
import type { Scheduler } from '../../kernel/time.js';
import type { RecordingConsent, RecordingPolicy, RecordingState } from '../../kernel/vocab.js';
import { policyOf, type LinePolicies } from '../../recording/core/policy.js';
import type { RecordingAction } from '../../recording/core/recording.js';
import type { StreamStore } from '../../store/blobs/types.js';
import type { AuditEntry, RecordingRecord, Recordings, StoredPeaks } from '../../store/types.js';
import type { OpenCall, Supervision } from '../live/open-call.js';
import type { SessionInfo, SessionObserver } from '../ports.js';
import { CallRecording } from './call-recording.js';
import { fileOf, RecordingKeeper, type KeeperOptions } from './recording-keeper.js';
import { SYSTEM, withFacts } from './receipts.js';

/** Most of a file that is read in one go, bytes. */
export const MAX_READ_BYTES = 512 * 1024;

/** What a {@link RecordingDesk} is made from. */
export interface RecordingDeskOptions {
  readonly scheduler: Scheduler;
  readonly policies: LinePolicies;
  readonly files: StreamStore;
  readonly recordings: Recordings;
  readonly keepDays: number;
  readonly counted: KeeperOptions['counted'];
  /** Packets that came too late to be kept. */
  readonly late: (packets: number) => void;
  /** Tells supervisors. */
  readonly show: (callId: string, state: RecordingState, consent: RecordingConsent | undefined) => void;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** How recording is doing. */
export interface RecordingHealth {
  /** False after a recording could not be written, until another one was. */
  readonly isWell: boolean;
  readonly active: number;
  /** Rows that the store has not taken. */
  readonly waiting: number;
  readonly failed: number;
}

/** Records calls of the telephone, each as the policy of its line and its caller want it. */
export class RecordingDesk implements Supervision {
  readonly #calls = new Map<string, CallRecording>();
  readonly #closing = new Set<Promise<void>>();
  readonly #keeper: RecordingKeeper;
  #failed = 0;
  #isWell = true;

  constructor(private readonly o: RecordingDeskOptions) {
    const { recordings, files, scheduler, keepDays, log } = o;
    this.#keeper = new RecordingKeeper({
      ...{ recordings, files, scheduler, keepDays, log },
      counted: (outcome) => {
        if (outcome === 'saved') this.#isWell = true;
        o.counted(outcome);
      },
    });
  }

  /** Takes up what earlier runs have left. */
  open(): Promise<void> {
    return this.#keeper.open();
  }

  /** Whether a call is to be recorded; conversations of the console and of sockets never are. */
  policyFor({ direction, pii }: SessionInfo): RecordingPolicy {
    return direction === 'conversation' ? 'off' : policyOf(this.o.policies, pii.to);
  }

  opened(call: OpenCall): () => void {
    const policy = this.policyFor(call.info);
    if (policy === 'off') return () => undefined;
    const { scheduler, files, show, log } = this.o;
    const recording = new CallRecording(call, policy, {
      ...{ scheduler, files, keeper: this.#keeper },
      changed: (state, consent) => show(call.id, state, consent),
      late: this.o.late,
      failed: (cause) => {
        this.#failed++;
        this.#isWell = false;
        log({ callId: call.id, err: cause }, 'a recording ends early: it cannot be written');
      },
    });
    this.#calls.set(call.id, recording);
    return () => {
      if (this.#calls.get(call.id) === recording) this.#calls.delete(call.id);
      const closing: Promise<void> = recording
        .close()
        .catch(() => undefined)
        .finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    };
  }

  /** Follows one session. */
  observer(id: string): SessionObserver {
    return (event) => this.#calls.get(id)?.event(event);
  }

  /**
   * Pauses, resumes, stops or deletes the recording of a call in progress. Nobody can begin one.
   *
   * @throws LeibnizError NOT_ALLOWED_NOW
   */
  command(callId: string, action: RecordingAction, by: AuditEntry): RecordingState {
    const recording = this.#calls.get(callId);
    if (recording?.command(action, { ...by, action: SYSTEM.action }) !== true) {
      const state = recording?.state ?? 'off';
      throw new LeibnizError(
        'NOT_ALLOWED_NOW',
        `The recording is ${state.replace('_', ' ')}: there is nothing to ${action}.`,
      );
    }
    return recording.state;
  }

  /** The recording of a call with its shape. */
  async find(
    callId: string,
  ): Promise<{ readonly record: RecordingRecord; readonly peaks?: StoredPeaks } | undefined> {
    const record = await this.o.recordings.ofCall(callId);
    if (record === undefined) return undefined;
    const peaks = await this.o.recordings.peaks(record.id);
    return { record, ...(peaks === undefined ? {} : { peaks }) };
  }

  /** A piece of the file of a recording that is over; nothing when it is not here. */
  async read(id: string, from: number, length: number): Promise<Uint8Array | undefined> {
    return this.o.files.read(fileOf(id), from, Math.min(length, MAX_READ_BYTES));
  }

  /** Length of that file. */
  size(id: string): Promise<number | undefined> {
    return this.o.files.size(fileOf(id));
  }

  /** Deletes the recording of a call, also one in progress. @returns false when there is none */
  async remove(callId: string, by: AuditEntry): Promise<boolean> {
    if (this.#calls.get(callId)?.command('delete', by) === true) return true;
    const record = await this.o.recordings.ofCall(callId);
    if (record === undefined || record.state === 'deleted') return false;
    await this.#keeper.remove(record, withFacts(by, record, 'deleted'));
    return true;
  }

  health(): RecordingHealth {
    let active = 0;
    for (const { state } of this.#calls.values()) if (state === 'recording' || state === 'paused') active++;
    return { isWell: this.#isWell, active, waiting: this.#keeper.waiting, failed: this.#failed };
  }

  /** Waits until what is being made is on the disk. */
  async close(): Promise<void> {
    await Promise.all(this.#closing);
    await this.#keeper.close();
  }
}
