import { isLeibnizError } from '../kernel/errors.js';
import type { Scheduler, WallMs } from '../kernel/time.js';
import type { Availability, BookingDraft, BookingResult } from '../dialog/core/types.js';
import type { Appointments } from '../store/types.js';
import { withTimeout } from './with-timeout.js';

/** Time limits of {@link BookingDesk}. */
export interface BookingDeskOptions {
  /** Answer of the store on free times after which it counts as down, ms. */
  readonly availabilityTimeoutMs: number;
  /** Wait for a booking's commit, ms. */
  readonly bookingDeadlineMs: number;
}

/** How much longer than the store's own deadline its thread is waited for, ms. */
const THREAD_GRACE_MS = 250;

/** The store's appointments in the words of the dialog. Nothing rejects; every answer comes in time. */
export class BookingDesk {
  constructor(
    private readonly appointments: Pick<Appointments, 'book' | 'findByKey' | 'busy'>,
    private readonly scheduler: Scheduler,
    private readonly options: BookingDeskOptions,
  ) {}

  /** Which times are taken. */
  availability(fromMs: WallMs, toMs: WallMs): Promise<Availability> {
    const busy = this.appointments.busy(fromMs, toMs).then((intervals): Availability => ({
      status: 'ok',
      busy: intervals.map(({ startsAtMs, endsAtMs }) => ({ startMs: startsAtMs, endMs: endsAtMs })),
    }));
    return withTimeout(this.scheduler, busy, this.options.availabilityTimeoutMs, { status: 'unavailable' });
  }

  /** Books under a key. An error that leaves the outcome open is `unknown`. */
  book(idempotencyKey: string, booking: BookingDraft, callId?: string): Promise<BookingResult> {
    const { startsAtMs, endsAtMs, date, time, timezone, purpose, userName, callerNumber } = booking;
    const { bookingDeadlineMs } = this.options;
    const committed = this.appointments
      .book({
        idempotencyKey,
        startsAtMs,
        endsAtMs,
        date,
        time,
        timezone,
        purpose,
        deadlineMs: bookingDeadlineMs,
        pii: { userName, ...(callerNumber === undefined ? {} : { callerNumber }) },
        ...(callId === undefined ? {} : { callId }),
      })
      .then(
        ({ status }): BookingResult => (status === 'conflict' ? 'conflict' : 'booked'),
        (error: unknown): BookingResult =>
          isLeibnizError(error) && error.code === 'STORE_UNAVAILABLE' ? 'unavailable' : 'unknown',
      );
    // The store keeps the deadline itself; this one holds if even its thread does not answer.
    return withTimeout(this.scheduler, committed, bookingDeadlineMs + THREAD_GRACE_MS, 'unknown');
  }

  /** Whether a booking was made under a key. */
  resolve(idempotencyKey: string): Promise<BookingResult> {
    const found = this.appointments.findByKey(idempotencyKey).then(
      (appointment): BookingResult => (appointment === undefined ? 'not_found' : 'booked'),
      (): BookingResult => 'unknown',
    );
    return withTimeout(this.scheduler, found, this.options.bookingDeadlineMs, 'unknown');
  }
}
