import { LeibnizError } from '../kernel/errors.js';
import { callId } from '../kernel/ids.js';
import { addMs, wallMs, type MonoMs } from '../kernel/time.js';
import type { DtmfDigit, Termination } from '../kernel/vocab.js';
import type { Pacer } from '../media/pacer.js';
import { PcmMediaSession } from '../media/pcm-media-session.js';
import { CallSession } from './call-session.js';
import { ConversationLeg } from './conversation-leg.js';
import { ConversationRecord, type ConversationTurn } from './conversation-record.js';
import type { Supervision } from './live/open-call.js';
import type { SessionEvent, SessionObserver, SessionOptions, SessionPorts } from './ports.js';

/** Where a conversation's output goes. No call blocks or throws. */
export interface ConversationOutput {
  /** 50 ms of PCM16 at 16 kHz. */
  audio(pcm: Int16Array): void;
  event(event: SessionEvent): void;
  closed(reason: Termination): void;
}

/** What an attached client can do. */
export interface AttachedConversation {
  readonly resumed: boolean;
  /** PCM16 at 16 kHz, any length. */
  audio(pcm: Int16Array): void;
  start(): void;
  text(text: string): void;
  dtmf(digits: readonly DtmfDigit[]): void;
  interrupt(): void;
  end(): void;
  /** The client is gone; the conversation can be taken up again until it expires. */
  detach(): void;
}

/** Settings of {@link ConversationHub}. */
export interface ConversationHubOptions {
  readonly ports: SessionPorts;
  readonly pacer: Pacer;
  /** Time to live after the last step, ms. */
  readonly ttlMs: number;
  /** Conversations kept at once. */
  readonly maxSessions: number;
  /** Conversations kept at once for one client; of those that nobody has begun the oldest gives way. */
  readonly maxPerClient: number;
  /** Conversations with a client at once; they cost as much as calls. */
  readonly maxAttached: number;
  readonly session: Partial<SessionOptions>;
  readonly newId: () => string;
  readonly observe: (id: string) => SessionObserver;
  readonly supervision?: Supervision;
}

/** A client that has attached and sent nothing is greeted after this time, milliseconds. */
const BEGIN_WITHIN_MS = 30_000;

interface Live {
  readonly session: CallSession;
  readonly media: PcmMediaSession;
  readonly leg: ConversationLeg;
  readonly output: ConversationOutput;
}

interface Entry {
  readonly record: ConversationRecord;
  /** Who made it; empty for somebody trusted, or before a restart. */
  readonly client: string;
  expiresAt: MonoMs;
  live: Live | undefined;
}

/**
 * Conversations over sockets and as text: the same session code as a phone call. What a conversation needs to go on
 * is saved at every step, so a client can come back to it until it expires, also after a restart.
 */
export class ConversationHub {
  readonly #entries = new Map<string, Entry>();
  #cancelSweep: () => void;

  constructor(private readonly options: ConversationHubOptions) {
    this.#cancelSweep = this.#scheduleSweep();
  }

  /** Conversations with a client. */
  get attached(): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.live !== undefined) count++;
    return count;
  }

  /** Ids of the conversations kept, with whether a client is attached. */
  list(): { readonly id: string; readonly createdAt: number; readonly attached: boolean }[] {
    return [...this.#entries.values()].map(({ record, live }) => ({
      id: record.id,
      createdAt: record.createdAt,
      attached: live !== undefined,
    }));
  }

  /**
   * Makes a conversation.
   *
   * @param client - who asks; empty for somebody trusted, whose conversations only count among all
   * @throws LeibnizError CAPACITY_FULL when too many are kept, in all or for this client
   */
  create(client = '', id: string = this.options.newId()): ConversationRecord {
    if (!this.#hasRoomFor(client) || this.#entries.size >= this.options.maxSessions) {
      throw new LeibnizError('CAPACITY_FULL', 'too many conversations are open; end one or try again later');
    }
    const record = new ConversationRecord(id, this.options.ports.scheduler.wall());
    this.#entries.set(id, { record, client, expiresAt: this.#expiry(), live: undefined });
    this.#save(record);
    return record;
  }

  /**
   * What was said.
   *
   * @throws LeibnizError NOT_FOUND
   */
  async history(id: string): Promise<readonly ConversationTurn[]> {
    return (await this.#entry(id)).record.turns;
  }

  /**
   * Ends a conversation for good.
   *
   * @throws LeibnizError NOT_FOUND
   */
  async end(id: string, reason: Termination = 'caller_hangup'): Promise<void> {
    const entry = await this.#entry(id);
    this.#finish(entry, reason);
  }

  /**
   * Attaches a client; an earlier one is let go.
   *
   * @throws LeibnizError NOT_FOUND when the conversation is unknown or has expired, CAPACITY_FULL when all lines are busy
   */
  async open(id: string, output: ConversationOutput): Promise<AttachedConversation> {
    const entry = await this.#entry(id);
    if (entry.live !== undefined) this.#suspend(entry);
    if (this.attached >= this.options.maxAttached) {
      throw new LeibnizError('CAPACITY_FULL', 'all lines are busy; try again in a moment');
    }
    const resumed = entry.record.snapshot;
    const live = this.#attach(entry, output);
    const current = (): boolean => entry.live === live;
    const begun = (act: () => void): void => {
      if (!current()) return;
      live.leg.confirm();
      act();
    };
    return {
      resumed: resumed !== undefined,
      audio: (pcm) => begun(() => live.media.pushPcm(pcm)),
      start: () => begun(() => live.session.start()),
      text: (text) => begun(() => live.session.text(text)),
      dtmf: (digits) => begun(() => digits.forEach((digit) => live.session.dtmf(digit))),
      interrupt: () => (current() ? live.session.interrupt() : undefined),
      end: () => (current() ? this.#finish(entry, 'caller_hangup') : undefined),
      detach: () => (current() ? this.#suspend(entry) : undefined),
    };
  }

  /** Saves and lets go of every conversation. */
  close(): void {
    this.#cancelSweep();
    for (const entry of this.#entries.values()) this.#suspend(entry);
  }

  /** Whether a client may have one more; what it made and nobody began gives way, oldest first. */
  #hasRoomFor(client: string): boolean {
    if (client === '') return true;
    const own = [...this.#entries.values()].filter((entry) => entry.client === client);
    if (own.length < this.options.maxPerClient) return true;
    const idle = own.find(({ live, record }) => live === undefined && record.snapshot === undefined);
    if (idle !== undefined) this.#forget(idle);
    return idle !== undefined;
  }

  #attach(entry: Entry, output: ConversationOutput): Live {
    const { ports, pacer, session: options, observe, supervision } = this.options;
    const { record } = entry;
    const media = new PcmMediaSession({
      scheduler: ports.scheduler,
      pacer,
      onOutput: (pcm) => output.audio(pcm),
    });
    const leg = new ConversationLeg(ports.scheduler);
    const watch = observe(record.id);
    const session = new CallSession({
      callId: callId(record.id),
      info: { direction: 'conversation', pii: {} },
      leg,
      media,
      ports,
      options,
      supervision,
      observer: (event) => {
        watch(event);
        record.follow(event, ports.scheduler.wall());
        output.event(event);
        if (event.type === 'step') this.#stepped(entry);
      },
      ...(record.snapshot === undefined ? {} : { resumed: record.snapshot }),
    });
    const live: Live = { session, media, leg, output };
    entry.live = live;
    leg.subscribe((event) => {
      if (event.type !== 'ended' || entry.live !== live) return;
      entry.live = undefined;
      void media.close();
      this.#forget(entry);
      output.closed(event.reason);
    });
    // Nothing is said before the client begins; one that never does is greeted, and so comes to an end.
    const { scheduler } = ports;
    const cancel = scheduler.at(addMs(scheduler.now(), BEGIN_WITHIN_MS), () => {
      if (entry.live === live) leg.confirm();
    });
    leg.subscribe(cancel);
    return live;
  }

  #stepped(entry: Entry): void {
    const { live } = entry;
    if (live === undefined) return;
    entry.record.snapshot = live.session.snapshot;
    entry.expiresAt = this.#expiry();
    this.#save(entry.record);
  }

  #suspend(entry: Entry): void {
    const { live } = entry;
    if (live === undefined) return;
    entry.live = undefined;
    live.session.suspend();
    entry.record.snapshot = live.session.snapshot;
    void live.media.close();
    this.#save(entry.record);
  }

  #finish(entry: Entry, reason: Termination): void {
    if (entry.live !== undefined) {
      entry.live.leg.hangup(reason);
      return;
    }
    const { journal, scheduler } = this.options.ports;
    if (entry.record.snapshot !== undefined) {
      journal.append({ kind: 'call_ended', callId: entry.record.id, reason, endedAt: scheduler.wall() });
    }
    this.#forget(entry);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.record.id);
    void this.options.ports.conversations.delete(entry.record.id).catch(() => undefined);
  }

  async #entry(id: string): Promise<Entry> {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const saved = await this.options.ports.conversations.load(id).catch(() => undefined);
    const record = ConversationRecord.revive(id, saved);
    if (record === undefined) {
      throw new LeibnizError('NOT_FOUND', 'there is no such conversation; create one first');
    }
    const again = this.#entries.get(id);
    if (again !== undefined) return again;
    const entry: Entry = { record, client: '', expiresAt: this.#expiry(), live: undefined };
    this.#entries.set(id, entry);
    return entry;
  }

  #save(record: ConversationRecord): void {
    const expiresAt = wallMs(this.options.ports.scheduler.wall() + this.options.ttlMs);
    void this.options.ports.conversations.save(record.id, record.toJson(), expiresAt).catch(() => undefined);
  }

  #expiry(): MonoMs {
    return addMs(this.options.ports.scheduler.now(), this.options.ttlMs);
  }

  #scheduleSweep(): () => void {
    const { scheduler } = this.options.ports;
    return scheduler.at(addMs(scheduler.now(), 30_000), () => {
      const now = scheduler.now();
      for (const entry of this.#entries.values()) {
        if (entry.live === undefined && now >= entry.expiresAt) this.#finish(entry, 'silence');
      }
      this.#cancelSweep = this.#scheduleSweep();
    });
  }
}
