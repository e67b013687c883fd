import { randomBytes, randomUUID } from 'node:crypto';
import * as appointments from './aggregates/appointments.js';
import { addJob } from './aggregates/jobs.js';
import { NO_OVERLAP, releaseHold, takeSeat, vacate, type Claim } from './aggregates/occupancies.js';
import { matchingEntries, noteOffer } from './aggregates/waiting-list.js';
import { DatabaseError, toDatabaseError, type Database, type Queryable } from './db/database.js';
import { freedBy } from './freed.js';
import { CANCELLATION_JOB, CHANGE_JOB, CONFIRMATION_JOB, OFFER_JOB } from './job-types.js';
import { storableText, type JsonValue } from './journal-event.js';
import { REFERENCE_LENGTH, referenceFrom } from './matching.js';
import type {
  Appointment,
  BookingOutcome,
  BookingRequest,
  CancelOutcome,
  CancelRequest,
  ChangeOutcome,
  FreedSlot,
  HoldOutcome,
  HoldRequest,
  MoveOutcome,
  MoveRequest,
} from './types.js';

/** Runs of a transaction that another one was in the way of. */
const ATTEMPTS = 3;
/** References tried until one is free; a million booked appointments take four in a hundred of them. */
const REFERENCE_TRIES = 20;

export interface CalendarLedgerOptions {
  readonly db: Database;
  readonly wallNow: () => number;
}

/**
 * Changes of the calendar, each in one transaction with the job that follows from it. Keys are locked first and the
 * calendar second, so that two changes never wait for each other crosswise.
 */
export class CalendarLedger {
  constructor(private readonly o: CalendarLedgerOptions) {}

  /** @param deadlineAtMs - on the clock that all threads share; nothing is committed after it */
  async book(request: BookingRequest, deadlineAtMs: number): Promise<BookingOutcome> {
    return this.#transact(deadlineAtMs, (tx) => this.#book(tx, request));
  }

  /** @param deadlineAtMs - as for {@link book} */
  async move(request: MoveRequest, deadlineAtMs: number): Promise<MoveOutcome> {
    return this.#transact(deadlineAtMs, (tx) => this.#move(tx, request));
  }

  /** @param deadlineAtMs - as for {@link book} */
  async hold(request: HoldRequest, deadlineAtMs: number): Promise<HoldOutcome> {
    return this.#transact(deadlineAtMs, (tx) => this.#hold(tx, request));
  }

  /** @param deadlineAtMs - as for {@link book} */
  async cancel(request: CancelRequest, deadlineAtMs: number): Promise<CancelOutcome> {
    const outcome = await this.#transact(deadlineAtMs, (tx) => this.#cancel(tx, request));
    // A cancellation takes nothing; a conflict is one with another transaction.
    if (outcome.status === 'conflict') throw new DatabaseError('serialization', '');
    return outcome;
  }

  /** True when there was a hold that had not run out. @param deadlineAtMs - as for {@link book} */
  release(holdKey: string, deadlineAtMs: number): Promise<boolean> {
    const nowMs = this.o.wallNow();
    return this.o.db.transaction((tx) => releaseHold(tx, holdIdOf(holdKey), nowMs), { deadlineAtMs });
  }

  /** Repeats a transaction that met another one; what is taken after that is a conflict. */
  async #transact<T>(
    deadlineAtMs: number,
    run: (tx: Queryable) => Promise<T>,
    attempts = ATTEMPTS,
  ): Promise<T | { readonly status: 'conflict' }> {
    try {
      return await this.o.db.transaction(run, { deadlineAtMs });
    } catch (error) {
      const { kind, constraint } = toDatabaseError(error);
      const raced = kind === 'serialization' || constraint === NO_OVERLAP;
      if (raced && attempts > 1) return this.#transact(deadlineAtMs, run, attempts - 1);
      if (raced) return { status: 'conflict' };
      throw error;
    }
  }

  async #book(tx: Queryable, request: BookingRequest): Promise<BookingOutcome> {
    await appointments.lockKey(tx, request.idempotencyKey);
    const known = await appointments.findByKey(tx, request.idempotencyKey);
    if (known !== undefined) return { status: 'already_booked', appointment: known };
    await appointments.lockCalendar(tx);
    const nowMs = this.o.wallNow();
    const id = randomUUID();
    if (!(await takeSeat(tx, claimOf(request, id), nowMs))) return { status: 'conflict' };
    const reference = await freeReference(tx);
    const appointment = await appointments.insertAppointment(tx, request, { id, reference, nowMs });
    await this.#job(tx, CONFIRMATION_JOB, { appointmentId: id });
    return { status: 'booked', appointment };
  }

  async #move(tx: Queryable, request: MoveRequest): Promise<MoveOutcome> {
    const before = await this.#changeable(tx, request);
    if (before.status === 'not_found') return before;
    const { appointment: old } = before;
    if (before.status === 'moved') return { status: 'already_moved', appointment: old };
    if (old.status === 'cancelled') return { status: 'cancelled', appointment: old };
    if (old.version !== request.expectedVersion) return { status: 'stale', appointment: old };
    const nowMs = this.o.wallNow();
    const { id, callId, idempotencyKey } = request;
    if (!(await takeSeat(tx, claimOf(request, id), nowMs))) return { status: 'conflict' };
    const appointment = await appointments.moveAppointment(tx, request, nowMs);
    await appointments.recordChange(tx, { idempotencyKey, kind: 'moved', appointment, callId });
    await this.#job(tx, CHANGE_JOB, { appointmentId: id, sequence: appointment.sequence });
    for (const piece of freedBy(slotOf(old), appointment)) await this.#offer(tx, piece, nowMs);
    return { status: 'moved', appointment };
  }

  async #cancel(tx: Queryable, request: CancelRequest): Promise<CancelOutcome> {
    const before = await this.#changeable(tx, request);
    if (before.status === 'not_found') return before;
    const { appointment: old } = before;
    if (old.status === 'cancelled') return { status: 'already_cancelled', appointment: old };
    // A key that has moved it was meant for another change.
    if (before.status === 'moved' || old.version !== request.expectedVersion) {
      return { status: 'stale', appointment: old };
    }
    const nowMs = this.o.wallNow();
    const { id, callId, idempotencyKey } = request;
    await vacate(tx, id);
    const appointment = await appointments.cancelAppointment(tx, request, nowMs);
    await appointments.recordChange(tx, { idempotencyKey, kind: 'cancelled', appointment, callId });
    await this.#job(tx, CANCELLATION_JOB, { appointmentId: id, sequence: appointment.sequence });
    await this.#offer(tx, slotOf(old), nowMs);
    return { status: 'cancelled', appointment };
  }

  /** The appointment of a change, locked against others, and what its key has done to it before. */
  async #changeable(
    tx: Queryable,
    { idempotencyKey, id }: { readonly idempotencyKey: string; readonly id: string },
  ): Promise<
    | { readonly status: ChangeOutcome['status'] | 'unchanged'; readonly appointment: Appointment }
    | { readonly status: 'not_found' }
  > {
    await appointments.lockKey(tx, idempotencyKey);
    const done = await appointments.findChange(tx, idempotencyKey);
    if (done !== undefined) return done;
    await appointments.lockCalendar(tx);
    const appointment = await appointments.findAppointment(tx, id);
    return appointment === undefined ? { status: 'not_found' } : { status: 'unchanged', appointment };
  }

  async #hold(tx: Queryable, request: HoldRequest): Promise<HoldOutcome> {
    await appointments.lockCalendar(tx);
    const holdId = holdIdOf(request.holdKey);
    const { callId, expiresAtMs } = request;
    const claim = { ...claimOf({ ...request, callId, holdId }, holdId), expiresAtMs };
    return (await takeSeat(tx, claim, this.o.wallNow()))
      ? { status: 'held', holdId }
      : { status: 'conflict' };
  }

  /** Tells the first who waits for it that a time has become free. */
  async #offer(tx: Queryable, freed: FreedSlot, nowMs: number): Promise<void> {
    const [first] = await matchingEntries(tx, freed, nowMs);
    if (first === undefined) return;
    await noteOffer(tx, first, freed.resource, nowMs);
    const startsAt = new Date(first.startsAtMs).toISOString();
    await this.#job(tx, OFFER_JOB, { entryId: first.entry.id, resource: freed.resource, startsAt });
  }

  #job(tx: Queryable, type: string, payload: JsonValue): Promise<void> {
    return addJob(tx, { id: randomUUID(), type, payload }, this.o.wallNow());
  }
}

/** Holds share the ids of appointments, which have no colon. */
const holdIdOf = (holdKey: string): string => `hold:${storableText(holdKey)}`;

function claimOf(
  { resource, capacity, startsAtMs, occupiedUntilMs, callId, holdId }: Omit<Claim, 'id'>,
  id: string,
): Claim {
  return { id, resource: storableText(resource), capacity, startsAtMs, occupiedUntilMs, callId, holdId };
}

/** What an appointment leaves when it goes. */
function slotOf({ resource, serviceId, startsAtMs, occupiedUntilMs, timezone }: Appointment): FreedSlot {
  return {
    resource,
    startsAtMs,
    occupiedUntilMs,
    timezone,
    ...(serviceId === undefined ? {} : { serviceId }),
  };
}

/** A reference that no booked appointment has; call it under the calendar's lock. */
async function freeReference(tx: Queryable): Promise<string> {
  for (let tries = 1; ; tries++) {
    const reference = referenceFrom(randomBytes(REFERENCE_LENGTH));
    if (tries === REFERENCE_TRIES || !(await appointments.isReferenceTaken(tx, reference))) return reference;
  }
}
