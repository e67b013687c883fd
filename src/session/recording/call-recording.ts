import { randomUUID } from 'node:crypto';
import type { MonoMs, Scheduler } from '../../kernel/time.js';
import { wallMs } from '../../kernel/time.js';
import type { RecordingConsent, RecordingPolicy, RecordingState } from '../../kernel/vocab.js';
import { Recording, type RecordingAction, type RecordingOutput } from '../../recording/core/recording.js';
import { StereoTimeline } from '../../recording/core/timeline.js';
import { RecordingWriter } from '../../recording/writer.js';
import type { StreamStore } from '../../store/blobs/types.js';
import type { AuditEntry, RecordingRecord } from '../../store/types.js';
import type { OpenCall } from '../live/open-call.js';
import type { SessionEvent } from '../ports.js';
import { fileOf, type RecordingKeeper } from './recording-keeper.js';
import { SYSTEM, withFacts } from './receipts.js';

/** What is said of a secret reaches this far beyond what was measured, ms. */
const SECRET_PAD_MS = 250;

/** What a {@link CallRecording} needs beside its call. */
export interface CallRecordingOptions {
  readonly scheduler: Scheduler;
  readonly files: StreamStore;
  readonly keeper: RecordingKeeper;
  /** State or consent is another. */
  readonly changed: (state: RecordingState, consent: RecordingConsent | undefined) => void;
  /** Packets that came too late to be kept. */
  readonly late: (packets: number) => void;
  /** The disk takes no more. */
  readonly failed: (cause: unknown) => void;
}

/** A recording that is being made. */
interface Running {
  readonly record: RecordingRecord;
  readonly startedAt: MonoMs;
  readonly timeline: StereoTimeline;
  readonly writer: RecordingWriter;
  readonly leave: () => void;
}

/** The recording of one call: what may be recorded comes from the call's media, and goes to a file of its own. */
export class CallRecording {
  readonly #machine: Recording;
  readonly #openedAt: MonoMs;
  readonly #unsubscribe: () => void;
  #running: Running | undefined;
  /** What was made, once it is over; nothing when nothing of it is left. */
  #made: Promise<RecordingRecord | undefined> = Promise.resolve(undefined);
  /** Who has it deleted; the caller unless told. */
  #deletedBy: AuditEntry | undefined;
  #hasFailed = false;

  constructor(
    private readonly call: OpenCall,
    private readonly policy: RecordingPolicy,
    private readonly o: CallRecordingOptions,
  ) {
    this.#machine = new Recording(policy);
    this.#openedAt = o.scheduler.now();
    this.#unsubscribe = call.leg.subscribe((event) => {
      if (event.type === 'confirmed') this.#handle({ type: 'connected' });
    });
  }

  get state(): RecordingState {
    return this.#machine.state;
  }

  /** Follows the session. */
  event(event: SessionEvent): void {
    if (event.type === 'recording_consent') {
      this.#handle({ type: 'consent', state: event.state });
    } else if (event.type === 'step') {
      this.call.act(({ listening }) => this.#handle({ type: 'secret', on: listening.secret === true }));
    } else if (event.type === 'secret_words') {
      this.#blank(event.startedAt, event.endedAt);
    }
  }

  /** Does what somebody of the office wants. @returns false when it cannot be done now */
  command(action: RecordingAction, receipt: AuditEntry): boolean {
    if (!this.#machine.allows(action)) return false;
    if (action === 'delete') this.#deletedBy = receipt;
    this.#handle({ type: 'command', action });
    return true;
  }

  /** The call is over. Resolves when what there is of it is on the disk. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#handle({ type: 'ended' });
    await this.#made;
  }

  #handle(input: Parameters<Recording['handle']>[1]): void {
    for (const output of this.#machine.handle(this.o.scheduler.now(), input)) this.#output(output);
  }

  #output(output: RecordingOutput): void {
    switch (output.type) {
      case 'start': {
        this.#start();
        return;
      }
      case 'finish': {
        this.#finish(output.why);
        return;
      }
      case 'discard': {
        this.#discard(output.why);
        return;
      }
      case 'changed': {
        const { state, consent } = this.#machine;
        this.call.act(({ recorder }) => recorder.event('recording', { state }));
        this.o.changed(state, consent);
        return;
      }
    }
  }

  #start(): void {
    const { scheduler, files, keeper, failed } = this.o;
    const { media, id: callId } = this.call;
    const startedAt = scheduler.now();
    const rate = media.sampleRateHz;
    const id = randomUUID();
    const startedAtMs = wallMs(Math.round(scheduler.wall()));
    const offsetMs = Math.round(startedAt - this.#openedAt);
    const consent = this.policy === 'announce' ? 'announced' : 'given';
    const record: RecordingRecord = {
      ...{ id, callId, state: 'recording', channels: 2, sampleRateHz: rate, startedAtMs, offsetMs },
      ...{ durationMs: 0, bytes: 0, blobKey: fileOf(id), consent, intervals: [], latePackets: 0 },
    };
    const about = { id, callId, startedAtMs, offsetMs, consent };
    const writer = new RecordingWriter(about, rate, files.create(fileOf(id)), (cause) => {
      this.#hasFailed = true;
      failed(cause);
      this.#handle({ type: 'failed' });
    });
    const timeline = new StereoTimeline(rate, startedAt, this.#machine.intervals, (piece) =>
      writer.push(piece),
    );
    const leave = media.track(
      {
        received: (at, timestamp, stream, ticksPerSample, pcm) =>
          timeline.received(at, { timestamp, stream, ticksPerSample }, pcm),
        sent: (at, pcm) => timeline.sent(at, pcm),
      },
      rate,
    );
    this.#running = { record, startedAt, timeline, writer, leave };
    keeper.save(record);
  }

  #finish(why: 'ended' | 'stopped' | 'failed'): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const { record, timeline, writer, leave } = running;
    const { keeper, scheduler } = this.o;
    leave();
    const endMs = timeline.finish(scheduler.now());
    const intervals = this.#machine.intervals.until(endMs);
    const { late } = timeline.stats;
    if (late > 0) this.o.late(late);
    this.#made = writer.finish().then((written) => {
      const made: RecordingRecord = {
        ...record,
        state: written === undefined || why === 'failed' || this.#hasFailed ? 'failed' : 'saved',
        durationMs: written?.durationMs ?? 0,
        bytes: written?.bytes ?? 0,
        intervals,
        latePackets: late,
      };
      keeper.made(made, written?.peaks);
      return made;
    });
  }

  #discard(why: 'withdrawn' | 'deleted'): void {
    const { keeper } = this.o;
    const running = this.#running;
    this.#running = undefined;
    running?.leave();
    const before = this.#made;
    const receipt = this.#deletedBy ?? SYSTEM;
    this.#made = (async () => {
      const record = running?.record ?? (await before);
      await running?.writer.discard();
      if (record !== undefined) await keeper.remove(record, withFacts(receipt, record, why));
      return undefined;
    })();
    // What is left on the disk is looked for at the next start.
    this.#made.catch(() => undefined);
  }

  /** Words that hold a secret were written before anybody knew. */
  #blank(from: MonoMs, to: MonoMs): void {
    const running = this.#running;
    if (running === undefined) return;
    const fromMs = Math.max(0, from - running.startedAt - SECRET_PAD_MS);
    const toMs = to - running.startedAt + SECRET_PAD_MS;
    if (toMs <= 0) return;
    this.#machine.intervals.add({ fromMs, toMs, why: 'secret' });
    if (fromMs < running.timeline.writtenMs) running.writer.blank(fromMs, toMs);
  }
}
