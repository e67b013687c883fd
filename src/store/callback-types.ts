import type { WallMs } from '../kernel/time.js';
import type { Deadline } from './appointment-types.js';
import type { Page, Paging } from './paging.js';

// ---- call-backs -----------------------------------------------------------------------------------------------

export const CALLBACK_KINDS = ['callback', 'message', 'escalation', 'emergency'] as const;
/** What a caller was promised: to be called, that a message is passed on, that somebody looks into it, help. */
export type CallbackKind = (typeof CALLBACK_KINDS)[number];

export const CALLBACK_OUTCOMES = ['done', 'unreachable', 'withdrawn'] as const;
export type CallbackOutcome = (typeof CALLBACK_OUTCOMES)[number];

/** A promise to a caller. */
export interface CallbackRequest extends Deadline {
  /** The same key is written once. */
  readonly idempotencyKey: string;
  readonly kind: CallbackKind;
  readonly callId?: string;
  /** Constant words without personal data, such as `no_answer_found`; 200 characters at most. */
  readonly reason: string;
  /** By when it was promised. */
  readonly dueAtMs?: WallMs;
  readonly pii: {
    readonly name?: string;
    readonly number?: string;
    readonly message?: string;
    /** When the caller would like to be called, in their words. */
    readonly when?: string;
  };
}

/** What a promise is to be from now on, or that it is taken back. */
export interface CallbackChange extends Deadline {
  /** Key of the promise. */
  readonly idempotencyKey: string;
  /** Takes the place of what was written; a note stays. Absent: the promise is withdrawn. */
  readonly to?: Pick<CallbackRequest, 'kind' | 'pii'>;
}

/** A stored promise. */
export interface Callback extends Omit<CallbackRequest, 'deadlineMs'> {
  readonly id: string;
  readonly status: 'open' | 'completed';
  readonly createdAtMs: WallMs;
  readonly completedAtMs?: WallMs;
  /** How it ended; set when `status` is `completed`. */
  readonly outcome?: CallbackOutcome;
  readonly pii: CallbackRequest['pii'] & {
    /** What the person who dealt with it wrote down. */
    readonly note?: string;
  };
}

/** Filter of {@link Callbacks.list}; every given field must match. */
export interface CallbackQuery extends Paging {
  readonly status?: Callback['status'];
  readonly kind?: CallbackKind;
  readonly callId?: string;
}

/** Call-backs, messages and alarms: promised to a caller only when they have been committed. */
export interface Callbacks {
  /**
   * Writes the row and the outbox row of its follow-up job in one transaction.
   *
   * @throws LeibnizError STORE_UNAVAILABLE - nothing was written
   * @throws LeibnizError STORE_TIMEOUT - the outcome is unknown: ask {@link findByKey} before saying anything
   * @throws LeibnizError BAD_REQUEST - naming the field
   */
  request(
    request: CallbackRequest,
  ): Promise<{ readonly status: 'committed' | 'already_committed'; readonly callback: Callback }>;
  /**
   * Changes or withdraws an open promise, with the outbox row of a follow-up job in the same transaction. Done again it changes
   * nothing.
   *
   * @returns the call-back as it is now; `undefined` when there is none with this key. One that has ended stays as it is
   * @throws LeibnizError as {@link request}
   */
  change(change: CallbackChange): Promise<Callback | undefined>;
  /** Final, as the one of appointments. */
  findByKey(idempotencyKey: string): Promise<Callback | undefined>;
  get(id: string): Promise<Callback | undefined>;
  /** Open ones first; emergencies before others, then the oldest first. Completed ones newest first. */
  list(query?: CallbackQuery): Promise<Page<Callback>>;
  /**
   * Records how it ended. The first outcome stays.
   *
   * @returns the call-back as it is now, or `undefined` when there is none with this id
   */
  complete(
    id: string,
    result: { readonly outcome: CallbackOutcome; readonly note?: string },
  ): Promise<Callback | undefined>;
}

/** Whether a change would change an open promise. */
export function differsFrom({ status, kind, pii }: Callback, to: CallbackChange['to']): boolean {
  if (status !== 'open') return false;
  if (to === undefined || to.kind !== kind) return true;
  return (['name', 'number', 'message', 'when'] as const).some((key) => pii[key] !== to.pii[key]);
}

// ---- waiting list ---------------------------------------------------------------------------------------------

/** What somebody waits for. */
export interface WaitingRequest extends Deadline {
  /** The same key is written once. */
  readonly idempotencyKey: string;
  readonly serviceId?: string;
  /** Absent: whoever offers the service. */
  readonly resource?: string;
  /** First and last local day that would do, `YYYY-MM-DD`; a year apart at most. */
  readonly from: string;
  readonly to: string;
  /** Minutes of the local day: begins no earlier than `fromMin` and ends no later than `toMin`. */
  readonly fromMin?: number;
  readonly toMin?: number;
  /** Length with its buffer, minutes, 1-1440. */
  readonly durationMin: number;
  readonly callId?: string;
  readonly pii: { readonly name: string; readonly number?: string };
}

/** A place in the queue. */
export interface WaitingEntry extends Omit<WaitingRequest, 'deadlineMs'> {
  readonly id: string;
  readonly createdAtMs: WallMs;
  /** The last time that was offered; the entry is passed over for a day after an offer. */
  readonly offer?: {
    readonly resource: string;
    readonly startsAtMs: WallMs;
    readonly offeredAtMs: WallMs;
  };
}

/** A stretch of a resource that has become free. */
export interface FreedSlot {
  readonly resource: string;
  /** Service that it was booked for. */
  readonly serviceId?: string;
  readonly startsAtMs: WallMs;
  readonly occupiedUntilMs: WallMs;
  /** IANA zone of the days and minutes that people wait for. */
  readonly timezone: string;
}

/** Who fits a freed stretch, and from when. */
export interface WaitingMatch {
  readonly entry: WaitingEntry;
  readonly startsAtMs: WallMs;
}

/** Filter of {@link WaitingList.list}. */
export interface WaitingQuery extends Paging {
  /** Only entries that still wait on this local day or later, `YYYY-MM-DD`. */
  readonly onOrAfter?: string;
  readonly serviceId?: string;
  readonly callId?: string;
}

/** People who wait for a time to become free. A cancelled or moved appointment is offered to the first that fits. */
export interface WaitingList {
  /** @throws LeibnizError as {@link Callbacks.request} */
  join(
    request: WaitingRequest,
  ): Promise<{ readonly status: 'committed' | 'already_committed'; readonly entry: WaitingEntry }>;
  /** Final, as the one of appointments. */
  findByKey(idempotencyKey: string): Promise<WaitingEntry | undefined>;
  /** In order of arrival. */
  list(query?: WaitingQuery): Promise<Page<WaitingEntry>>;
  /** Takes an entry off the list; true when there was one. */
  leave(id: string): Promise<boolean>;
  /** Entries that fit and have no offer of the last day, in order of arrival; 100 at most. */
  matches(freed: FreedSlot): Promise<readonly WaitingMatch[]>;
}
