import { isLeibnizError } from '../kernel/errors.js';
import type { CallId } from '../kernel/ids.js';
import { wallMs, type WallMs } from '../kernel/time.js';
import type {
  BookingDraft,
  ChangeStatus,
  DialogRequest,
  DialogResult,
  IntentContext,
  KnownAppointment,
  SlotRequest,
} from '../dialog/core/effects.js';
import type { Appointment } from '../store/types.js';
import { askModel } from './model-desk.js';
import type { SessionOptions, SessionPorts } from './ports.js';
import { withTimeout } from './with-timeout.js';

/** How much longer than the store's own deadline its thread is waited for, ms. */
const THREAD_GRACE_MS = 250;

type Desk = Pick<
  SessionPorts,
  | 'scheduler'
  | 'knowledge'
  | 'appointments'
  | 'callbacks'
  | 'waitingList'
  | 'doNotCall'
  | 'tools'
  | 'model'
  | 'guard'
>;

type Request<T extends DialogRequest['type']> = Extract<DialogRequest, { type: T }>;

const change = (status: ChangeStatus, appointment?: Appointment): DialogResult => ({
  type: 'change',
  status,
  ...(appointment === undefined ? {} : { appointment: knownAppointment(appointment) }),
});

/** Call-backs and messages that one call can leave. */
const MAX_CALLBACKS = 5;
/** Changes of them, the second attempts counted. */
const MAX_CALLBACK_CHANGES = 20;

const FAILED: DialogResult = { type: 'failed', why: 'timeout' };

/**
 * Carries out what the dialog requests, in its own words. Nothing rejects; every answer comes within its time limit,
 * and a change whose outcome is not known says so.
 */
export class RequestDesk {
  /** Slots that are held for the caller. */
  readonly #held = new Set<string>();
  /** Changes under way. */
  readonly #commits = new Set<Promise<unknown>>();
  #callbacks = 0;
  #callbackChanges = 0;

  constructor(
    private readonly callId: CallId,
    private readonly ports: Desk,
    private readonly options: SessionOptions,
  ) {}

  /** The answer to a request. A transfer is the leg's to answer, the words of a model come one by one. */
  run(request: Exclude<DialogRequest, { type: 'transfer' | 'model_open' }>): Promise<DialogResult> {
    switch (request.type) {
      case 'classify': {
        return this.#classify(request.text, request.context);
      }
      case 'query_knowledge': {
        return this.#query(request);
      }
      case 'ask_model': {
        return askModel(this.ports.model, request);
      }
      case 'check_availability':
      case 'find_appointments': {
        return this.#look(request);
      }
      case 'hold': {
        return this.#hold(request);
      }
      case 'tool_call':
      case 'disclose':
      case 'change':
      case 'charge': {
        const { name, args } = request;
        return this.#within(this.ports.tools.call(name, args), this.options.toolTimeoutMs, FAILED);
      }
      case 'book':
      case 'resolve_booking':
      case 'move':
      case 'cancel':
      case 'resolve_change':
      case 'request_callback':
      case 'change_callback':
      case 'withdraw_callback':
      case 'stop_calls':
      case 'join_waiting_list': {
        // The store keeps the deadline itself; this one holds if even its thread does not answer.
        const limitMs = this.options.bookingDeadlineMs + THREAD_GRACE_MS;
        const outcome = this.#commit(request).catch(outcomeOf);
        this.#commits.add(outcome);
        void outcome.then(() => this.#commits.delete(outcome));
        return this.#within(outcome, limitMs, change('unknown'));
      }
    }
  }

  /** Gives a held slot back. It would end by itself; a store that does not answer is no matter. */
  release(holdKey: string): void {
    this.#held.delete(holdKey);
    void this.ports.appointments.release(holdKey).catch(() => undefined);
  }

  /**
   * The caller has gone: what is still held for them is free for the next one. A change under way is waited for, so that nobody
   * takes the slot before it.
   */
  async close(): Promise<void> {
    await Promise.all(this.#commits);
    for (const holdKey of this.#held) this.release(holdKey);
  }

  #classify(text: string, context: IntentContext): Promise<DialogResult> {
    const known = Promise.all([this.ports.knowledge.classify(text, context), this.#judged(text)]).then(
      ([intent, guard]): DialogResult => ({ type: 'intent', intent, ...guard }),
    );
    return this.#within(known, this.options.knowledgeTimeoutMs, FAILED);
  }

  /** What a guard elsewhere holds against the words; a guard that fails holds nothing: that of this process has judged. */
  async #judged(text: string): Promise<Pick<Extract<DialogResult, { type: 'intent' }>, 'guard'>> {
    const { guard } = this.ports;
    const verdict = await guard?.input(text).catch(() => undefined);
    return verdict?.action === 'block' ? { guard: verdict } : {};
  }

  #query({ text, before }: Request<'query_knowledge'>): Promise<DialogResult> {
    const context = { session_id: this.callId, ...(before === undefined ? {} : { before }) };
    const known = this.ports.knowledge
      .query(text, context)
      .then((answer): DialogResult => ({ type: 'knowledge', answer }));
    return this.#within(known, this.options.knowledgeTimeoutMs, FAILED);
  }

  #look(request: Request<'check_availability' | 'find_appointments'>): Promise<DialogResult> {
    const { appointments } = this.ports;
    const found: Promise<DialogResult> =
      request.type === 'check_availability'
        ? appointments.busy(request.fromMs, request.toMs, this.callId).then((spans) => ({
            type: 'availability',
            busy: spans.map(({ resource, startsAtMs, endsAtMs }) => ({
              resource,
              startMs: startsAtMs,
              endMs: endsAtMs,
            })),
          }))
        : appointments.find({ ...request.pii, fromMs: this.#wall() }).then((list) => ({
            type: 'found',
            appointments: list.map(knownAppointment),
          }));
    return this.#within(found, this.options.availabilityTimeoutMs, { type: 'failed', why: 'unavailable' });
  }

  #hold({ holdKey, slot }: Request<'hold'>): Promise<DialogResult> {
    const { resource, capacity, startsAtMs, occupiedUntilMs } = slot;
    const { appointments } = this.ports;
    this.#held.add(holdKey);
    const expiresAtMs = wallMs(this.#wall() + this.options.holdMs);
    const held = appointments
      .hold({ holdKey, resource, capacity, startsAtMs, occupiedUntilMs, expiresAtMs, callId: this.callId })
      .then(({ status }): DialogResult => ({ type: 'held', held: status === 'held' }));
    return this.#within(held, this.options.availabilityTimeoutMs, FAILED);
  }

  async #commit(
    request: Request<
      | 'book'
      | 'resolve_booking'
      | 'move'
      | 'cancel'
      | 'resolve_change'
      | 'request_callback'
      | 'change_callback'
      | 'withdraw_callback'
      | 'stop_calls'
      | 'join_waiting_list'
    >,
  ): Promise<DialogResult> {
    const { appointments, callbacks, waitingList } = this.ports;
    const { callId } = this;
    const deadlineMs = this.options.bookingDeadlineMs;
    switch (request.type) {
      case 'book': {
        const outcome = await appointments.book({
          ...bookingOf(request.booking),
          idempotencyKey: request.idempotencyKey,
          consentedAtMs: this.#wall(),
          callId,
          deadlineMs,
        });
        return outcome.status === 'conflict' ? change('conflict') : change('done', outcome.appointment);
      }
      case 'resolve_booking': {
        const made = await appointments.findByKey(request.idempotencyKey);
        return made === undefined ? change('not_found') : change('done', made);
      }
      case 'move': {
        const { idempotencyKey, appointmentId: id, expectedVersion, slot, serviceId, purpose } = request;
        const outcome = await appointments.move({
          ...slot,
          idempotencyKey,
          id,
          expectedVersion,
          callId,
          deadlineMs,
          ...(serviceId === undefined ? {} : { serviceId }),
          ...(purpose === undefined ? {} : { purpose }),
        });
        return outcome.status === 'cancelled' ? change('gone') : changeOf(outcome);
      }
      case 'cancel': {
        const { idempotencyKey, appointmentId: id, expectedVersion } = request;
        return changeOf(
          await appointments.cancel({ idempotencyKey, id, expectedVersion, callId, deadlineMs }),
        );
      }
      case 'resolve_change': {
        const made = await appointments.changeByKey(request.idempotencyKey);
        return made === undefined ? change('not_found') : change('done', made.appointment);
      }
      case 'request_callback': {
        // Whoever wants more than these wants something else; no promise is made that the office could not keep.
        if (++this.#callbacks > MAX_CALLBACKS) return change('unavailable');
        const { idempotencyKey, kind, reason, pii } = request;
        await callbacks.request({ idempotencyKey, kind, reason, callId, deadlineMs, pii });
        return change('done');
      }
      case 'change_callback':
      case 'withdraw_callback': {
        if (++this.#callbackChanges > MAX_CALLBACK_CHANGES) return change('unavailable');
        const { idempotencyKey } = request;
        const isWithdrawn = request.type === 'withdraw_callback';
        const to = isWithdrawn ? {} : { to: { kind: request.kind, pii: request.pii } };
        const now = await callbacks.change({ idempotencyKey, deadlineMs, ...to });
        const isAsWanted = isWithdrawn ? now?.outcome === 'withdrawn' : now?.status === 'open';
        return change(isAsWanted ? 'done' : 'gone');
      }
      case 'stop_calls': {
        const { doNotCall } = this.ports;
        if (doNotCall === undefined) return change('unavailable');
        const source = request.consent.by === 'key' ? ('key' as const) : ('words' as const);
        await doNotCall.stopCalls({ source, callId, pii: request.pii });
        return change('done');
      }
      case 'join_waiting_list': {
        const { type: _type, consent: _consent, ...entry } = request;
        await waitingList.join({ ...entry, callId, deadlineMs });
        return change('done');
      }
    }
  }

  /** Whole milliseconds, as the store keeps them. */
  #wall(): WallMs {
    return wallMs(Math.floor(this.ports.scheduler.wall()));
  }

  #within(work: Promise<DialogResult>, limitMs: number, late: DialogResult): Promise<DialogResult> {
    return withTimeout(this.ports.scheduler, work, limitMs, late);
  }
}

/** A refusal of the store that leaves no doubt, or an outcome that must be asked for. */
const outcomeOf = (error: unknown): DialogResult =>
  isLeibnizError(error) && (error.code === 'STORE_UNAVAILABLE' || error.code === 'BAD_REQUEST')
    ? change('unavailable')
    : change('unknown');

function changeOf(outcome: { readonly status: string; readonly appointment?: Appointment }): DialogResult {
  switch (outcome.status) {
    case 'conflict':
    case 'stale': {
      return change(outcome.status, outcome.appointment);
    }
    case 'moved':
    case 'already_moved':
    case 'cancelled':
    case 'already_cancelled': {
      return change('done', outcome.appointment);
    }
    default: {
      return change('gone');
    }
  }
}

function bookingOf({
  holdKey: _holdKey,
  ...booking
}: BookingDraft): SlotRequest & Omit<BookingDraft, 'holdKey'> {
  return booking;
}

/** A stored appointment as the dialog sees it. */
export function knownAppointment(stored: Appointment): KnownAppointment {
  const { id, reference, version, startsAtMs, endsAtMs, date, time, resource, serviceId, purpose, pii } =
    stored;
  const { userName, callerNumber, birthDate } = pii;
  return {
    id,
    reference,
    version,
    startsAtMs,
    endsAtMs,
    date: date,
    time,
    resource,
    purpose,
    ...(serviceId === undefined ? {} : { serviceId }),
    pii: {
      userName,
      ...(callerNumber === undefined ? {} : { callerNumber }),
      ...(birthDate === undefined ? {} : { birthDate }),
    },
  };
}
