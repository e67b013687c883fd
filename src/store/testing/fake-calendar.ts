import { checkBooking, checkCancel, checkHold, checkMove } from '../check-requests.js';
import { freedBy } from '../freed.js';
import { CANCELLATION_JOB, CHANGE_JOB, CONFIRMATION_JOB, OFFER_JOB } from '../job-types.js';
import { matchCount, REFERENCE_ALPHABET, referenceFrom } from '../matching.js';
import { seatAll } from '../seats.js';
import type {
  Appointment,
  Appointments,
  BookingOutcome,
  BookingRequest,
  BusySpan,
  CancelOutcome,
  CancelRequest,
  ChangeOutcome,
  FindQuery,
  FreedSlot,
  HoldOutcome,
  HoldRequest,
  MoveOutcome,
  MoveRequest,
  Slot,
} from '../types.js';
import type { FakeLink } from './fake-link.js';
import { pageOf, type FakeWaitingList } from './fake-lists.js';

type Hold = HoldRequest & { readonly id: string };
type Claim = Pick<Slot, 'resource' | 'capacity' | 'startsAtMs' | 'occupiedUntilMs'> & {
  readonly callId?: string;
  readonly holdId?: string;
};
type Span = Pick<Slot, 'resource' | 'startsAtMs' | 'occupiedUntilMs'> & { readonly id: string };

/** The calendar in memory. It keeps the contract of {@link Appointments}. */
export class FakeCalendar implements Appointments {
  readonly #rows = new Map<string, Appointment>();
  readonly #holds = new Map<string, Hold>();
  readonly #changes = new Map<string, { readonly status: ChangeOutcome['status']; readonly id: string }>();

  constructor(
    private readonly link: FakeLink,
    private readonly waiting: FakeWaitingList,
  ) {}

  async book(request: BookingRequest): Promise<BookingOutcome> {
    checkBooking(request);
    return this.link.commit(() => this.#book(request), request.deadlineMs);
  }

  async move(request: MoveRequest): Promise<MoveOutcome> {
    checkMove(request);
    return this.link.commit(() => this.#move(request), request.deadlineMs);
  }

  async cancel(request: CancelRequest): Promise<CancelOutcome> {
    checkCancel(request);
    return this.link.commit(() => this.#cancel(request), request.deadlineMs);
  }

  async hold(request: HoldRequest): Promise<HoldOutcome> {
    checkHold(request, this.link.scheduler.wall());
    return this.link.answer(() => {
      const id = `hold:${request.holdKey}`;
      if (!this.#take({ ...request, holdId: id }, id)) return { status: 'conflict' };
      this.#holds.set(id, { ...request, id });
      return { status: 'held', holdId: id };
    });
  }

  release(holdKey: string): Promise<boolean> {
    const id = `hold:${holdKey}`;
    return this.link.answer(
      () => this.#livingHolds().some((hold) => hold.id === id) && this.#holds.delete(id),
    );
  }

  findByKey(key: string): Promise<Appointment | undefined> {
    return this.link.answer(() => this.#byKey(key));
  }

  changeByKey(key: string): Promise<ChangeOutcome | undefined> {
    return this.link.answer(() => this.#changeByKey(key));
  }

  get(id: string): Promise<Appointment | undefined> {
    return this.link.answer(() => this.#rows.get(id));
  }

  /** What stands now, without the delays of the others. */
  current(id: string): Appointment | undefined {
    return this.#rows.get(id);
  }

  /** Every booked one, in the manner of {@link current}. */
  get standing(): readonly Appointment[] {
    return this.#booked();
  }

  find(query: FindQuery): Promise<readonly Appointment[]> {
    const limit = Math.min(20, query.limit ?? 20);
    return this.link.answer(() =>
      [...this.#rows.values()]
        .filter((a) => a.status === 'booked' && a.endsAtMs > query.fromMs)
        .map((a) => ({ a, matches: matchCount({ reference: a.reference, ...a.pii }, query) }))
        .filter(({ matches }) => matches > 0)
        .sort((x, y) => y.matches - x.matches || x.a.startsAtMs - y.a.startsAtMs)
        .slice(0, limit)
        .map(({ a }) => a),
    );
  }

  list(query: Parameters<Appointments['list']>[0] = {}): ReturnType<Appointments['list']> {
    const { fromMs = -Infinity, toMs = Infinity, status, resource, serviceId, callId } = query;
    return this.link.answer(() => {
      const items = [...this.#rows.values()]
        .filter((a) => a.endsAtMs > fromMs && a.startsAtMs < toMs)
        .filter((a) => (status ?? a.status) === a.status && (callId ?? a.callId) === a.callId)
        .filter((a) => (resource ?? a.resource) === a.resource && (serviceId ?? a.serviceId) === a.serviceId)
        .sort((a, b) => a.startsAtMs - b.startsAtMs);
      return pageOf(items, query);
    });
  }

  busy(...[fromMs, toMs, exceptCallId]: Parameters<Appointments['busy']>): Promise<readonly BusySpan[]> {
    return this.link.answer(() =>
      [
        ...this.#booked(),
        ...this.#livingHolds().filter((hold) => exceptCallId === undefined || hold.callId !== exceptCallId),
      ]
        .filter((span) => span.startsAtMs < toMs && span.occupiedUntilMs > fromMs)
        .sort((a, b) => a.startsAtMs - b.startsAtMs || a.occupiedUntilMs - b.occupiedUntilMs)
        .map(({ resource, startsAtMs, occupiedUntilMs }) => ({
          resource,
          startsAtMs,
          endsAtMs: occupiedUntilMs,
        })),
    );
  }

  #book(request: BookingRequest): BookingOutcome {
    const known = this.#byKey(request.idempotencyKey);
    if (known !== undefined) return { status: 'already_booked', appointment: known };
    const id = this.link.id('appointment');
    if (!this.#take(request, id)) return { status: 'conflict' };
    const { deadlineMs: _deadlineMs, capacity: _capacity, holdId: _holdId, ...fields } = request;
    const nowMs = this.link.scheduler.wall();
    const appointment: Appointment = {
      ...fields,
      id,
      reference: nthReference(this.#rows.size),
      version: 1,
      sequence: 0,
      status: 'booked',
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    this.#rows.set(id, appointment);
    this.link.addJob(CONFIRMATION_JOB, { appointmentId: id });
    return { status: 'booked', appointment };
  }

  #move(request: MoveRequest): MoveOutcome {
    const done = this.#changeByKey(request.idempotencyKey);
    const old = done?.appointment ?? this.#rows.get(request.id);
    if (old === undefined) return { status: 'not_found' };
    if (done?.status === 'moved') return { status: 'already_moved', appointment: old };
    if (old.status === 'cancelled') return { status: 'cancelled', appointment: old };
    if (old.version !== request.expectedVersion) return { status: 'stale', appointment: old };
    if (!this.#take(request, old.id)) return { status: 'conflict' };
    const { startsAtMs, endsAtMs, occupiedUntilMs, resource, date, time, timezone } = request;
    const { serviceId = old.serviceId, purpose = old.purpose } = request;
    const appointment = this.#change(request.idempotencyKey, 'moved', old, {
      ...{ startsAtMs, endsAtMs, occupiedUntilMs, resource, date, time, timezone, purpose },
      ...(serviceId === undefined ? {} : { serviceId }),
      movedFromMs: old.startsAtMs,
    });
    this.link.addJob(CHANGE_JOB, { appointmentId: old.id, sequence: appointment.sequence });
    for (const piece of freedBy(old, appointment)) this.#offer(piece);
    return { status: 'moved', appointment };
  }

  #cancel(request: CancelRequest): CancelOutcome {
    const done = this.#changeByKey(request.idempotencyKey);
    const old = done?.appointment ?? this.#rows.get(request.id);
    if (old === undefined) return { status: 'not_found' };
    if (old.status === 'cancelled') return { status: 'already_cancelled', appointment: old };
    if (done?.status === 'moved' || old.version !== request.expectedVersion) {
      return { status: 'stale', appointment: old };
    }
    const { reason } = request;
    const appointment = this.#change(request.idempotencyKey, 'cancelled', old, {
      status: 'cancelled',
      cancelledAtMs: this.link.scheduler.wall(),
      ...(reason === undefined ? {} : { cancelReason: reason }),
    });
    this.link.addJob(CANCELLATION_JOB, { appointmentId: old.id, sequence: appointment.sequence });
    this.#offer(old);
    return { status: 'cancelled', appointment };
  }

  #change(
    key: string,
    status: ChangeOutcome['status'],
    old: Appointment,
    fields: Partial<Appointment>,
  ): Appointment {
    const updatedAtMs = this.link.scheduler.wall();
    const appointment: Appointment = {
      ...old,
      ...fields,
      version: old.version + 1,
      sequence: old.sequence + 1,
      updatedAtMs,
    };
    this.#rows.set(old.id, appointment);
    this.#changes.set(key, { status, id: old.id });
    return appointment;
  }

  #offer(freed: FreedSlot): void {
    const [first] = this.waiting.matching(freed);
    if (first === undefined) return;
    this.waiting.noteOffer(first, freed.resource);
    const startsAt = new Date(first.startsAtMs).toISOString();
    this.link.addJob(OFFER_JOB, { entryId: first.entry.id, resource: freed.resource, startsAt });
  }

  /** Ends own holds and answers true when there is a seat for the claim. */
  #take(claim: Claim, id: string): boolean {
    const overlaps = (span: Span): boolean =>
      span.resource === claim.resource &&
      span.startsAtMs < claim.occupiedUntilMs &&
      span.occupiedUntilMs > claim.startsAtMs;
    const isOwn = (hold: Hold): boolean =>
      hold.id === claim.holdId ||
      (claim.callId !== undefined && hold.callId === claim.callId && overlaps(hold));
    const holds = this.#livingHolds();
    const others: Span[] = [...this.#booked(), ...holds.filter((hold) => !isOwn(hold))];
    // Only what overlaps at some instant of the claim can be in its way.
    const inTheWay = others
      .filter((span) => overlaps(span) && span.id !== id)
      .map((span) => ({
        ...span,
        startsAtMs: Math.max(span.startsAtMs, claim.startsAtMs),
        occupiedUntilMs: Math.min(span.occupiedUntilMs, claim.occupiedUntilMs),
      }));
    if (seatAll([...inTheWay, { ...claim, id }], claim.capacity) === undefined) return false;
    for (const hold of holds.filter(isOwn)) this.#holds.delete(hold.id);
    return true;
  }

  #booked(): Appointment[] {
    return [...this.#rows.values()].filter((a) => a.status === 'booked');
  }

  #livingHolds(): Hold[] {
    const nowMs = this.link.scheduler.wall();
    return [...this.#holds.values()].filter((hold) => hold.expiresAtMs > nowMs);
  }

  #byKey(key: string): Appointment | undefined {
    return [...this.#rows.values()].find((a) => a.idempotencyKey === key);
  }

  #changeByKey(key: string): ChangeOutcome | undefined {
    const change = this.#changes.get(key);
    const appointment = change === undefined ? undefined : this.#rows.get(change.id);
    return change && appointment && { status: change.status, appointment };
  }
}

/** References without chance, so that a test can name them: `HHHHHH`, `KHHHHH`, … */
function nthReference(n: number): string {
  const base = REFERENCE_ALPHABET.length;
  return referenceFrom(Uint8Array.from({ length: 6 }, (_, i) => Math.floor(n / base ** i) % base));
}
