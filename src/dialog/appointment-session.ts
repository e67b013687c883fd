import type { WallMs } from '../kernel/time.js';
import type { Business } from './core/business.js';
import {
  withAvailability,
  type AppointmentContext,
  type AppointmentOutcome,
} from './core/appointment/advance.js';
import { answer, begin, bookingDone, cancel } from './core/appointment/machine.js';
import { retry } from './core/appointment/questions.js';
import { EMPTY_APPOINTMENT, filledSlots, type AppointmentState } from './core/appointment/state.js';
import { readCommand } from './core/language/commands.js';
import { MAX_TEXT_CHARS } from './core/language/tokens.js';
import { line, render, type Line } from './core/render.js';
import { clockMinute, spokenDate, spokenTime } from './core/spoken.js';
import {
  SLOT_NAMES,
  type AppointmentStateName,
  type Availability,
  type BookingDraft,
  type BookingResult,
  type PromptSet,
  type SlotName,
} from './core/types.js';

/** A booking in text, apart from a call. JSON-serialisable. */
export interface AppointmentSession {
  readonly version: 1;
  readonly sessionId: string;
  readonly appointment: AppointmentState;
  /** How often each prompt was said; its variants take turns. */
  readonly said: Readonly<Record<string, number>>;
  readonly nextPrompt: string;
}

/** A session as the appointment API answers it. */
export interface AppointmentView {
  readonly session_id: string;
  readonly current_state: AppointmentStateName;
  readonly next_prompt: string;
  readonly slots_filled: Partial<Record<SlotName, string>>;
  readonly slots_remaining: readonly SlotName[];
  readonly is_complete: boolean;
}

/** What a session needs to know and to reach. */
export interface AppointmentPorts {
  readonly business: Business;
  readonly prompts: PromptSet;
  wall(): WallMs;
  /** Which times are taken; `unavailable` when the store is down. Must not reject. */
  availability(fromMs: WallMs, toMs: WallMs): Promise<Availability>;
  /** Books under an idempotency key. Must not reject: an error is `unknown` or `unavailable`. */
  book(idempotencyKey: string, booking: BookingDraft): Promise<BookingResult>;
  /** Asks whether a booking was made under the key: `booked`, `not_found`, `unknown` or `unavailable`. */
  resolve(idempotencyKey: string): Promise<BookingResult>;
}

/** Starts a booking. */
export function createAppointmentSession(sessionId: string, ports: AppointmentPorts): AppointmentSession {
  const empty: AppointmentSession = {
    version: 1,
    sessionId,
    appointment: EMPTY_APPOINTMENT,
    said: {},
    nextPrompt: '',
  };
  return spoken(empty, EMPTY_APPOINTMENT, [line('appointment.start'), line('appointment.date.ask')], ports);
}

/**
 * Takes one sentence of the user and gives the next state of the session. Nothing is called booked before the
 * store has said so; an unknown outcome is resolved by its idempotency key first.
 *
 * @param userInput - longer texts are cut at 1000 characters
 */
export async function processAppointment(
  session: AppointmentSession,
  userInput: string,
  ports: AppointmentPorts,
): Promise<AppointmentSession> {
  const before = session.appointment;
  if (before.state === 'COMPLETED' || before.state === 'CANCELLED') return session;
  const ctx: AppointmentContext = { business: ports.business, wallMs: ports.wall() };
  const text = userInput.slice(0, MAX_TEXT_CHARS);
  const command = readCommand(text);
  if (command === 'stop') return spoken(session, cancel(before), [line('appointment.cancelled')], ports);
  if (command === 'repeat') return session;
  const outcome = before.state === 'INITIAL_GREETING' ? begin(text, 1, ctx) : answer(before, text, 1, ctx);
  if (outcome === undefined) return spoken(session, before, retry(before, ctx), ports);
  return settle(session, outcome, ctx, ports);
}

/** Most requests that one sentence can cause: a look into the calendar, a booking, a new look, and their repeats. */
const MAX_REQUESTS = 6;

async function settle(
  session: AppointmentSession,
  first: AppointmentOutcome,
  ctx: AppointmentContext,
  ports: AppointmentPorts,
): Promise<AppointmentSession> {
  let outcome = first;
  const lines: Line[] = [...first.lines];
  for (let request = 0; request < MAX_REQUESTS && outcome.need !== undefined; request++) {
    const { need, state } = outcome;
    if (need.kind === 'store_down') {
      return spoken(session, state, [...lines, line('booking.unavailable')], ports);
    }
    if (need.kind === 'availability') {
      outcome = withAvailability(state, await ports.availability(need.fromMs, need.toMs), ctx);
    } else {
      const result = await bookForSure(`${session.sessionId}:${need.attempt}`, need.booking, ports);
      if (result === 'unresolved') {
        return spoken(session, state, [...lines, line('booking.unresolved')], ports);
      }
      outcome = bookingDone(state, result, ctx);
      if (result === 'booked') lines.push(bookedLine(need.booking));
    }
    lines.push(...outcome.lines);
  }
  return spoken(session, outcome.state, lines, ports);
}

type Settled = Exclude<BookingResult, 'unknown' | 'not_found'> | 'unresolved';

/** Books, asks what became of it when the store does not say, and sends it once more when nothing was made. */
async function bookForSure(key: string, booking: BookingDraft, ports: AppointmentPorts): Promise<Settled> {
  const first = await ports.book(key, booking);
  if (first !== 'unknown' && first !== 'not_found') return first;
  const found = await ports.resolve(key);
  if (found === 'booked') return 'booked';
  if (found !== 'not_found') return 'unresolved';
  const second = await ports.book(key, booking);
  return second === 'booked' || second === 'conflict' ? second : 'unresolved';
}

const bookedLine = (booking: BookingDraft): Line =>
  line('booking.booked', {
    date: spokenDate(booking.date),
    time: spokenTime(clockMinute(booking.time)),
    name: booking.userName,
  });

function spoken(
  session: AppointmentSession,
  appointment: AppointmentState,
  lines: readonly Line[],
  ports: AppointmentPorts,
): AppointmentSession {
  const said: Record<string, number> = { ...session.said };
  const texts = lines.map((part) => {
    const count = said[part.promptId] ?? 0;
    said[part.promptId] = count + 1;
    return render(ports.prompts, part, count);
  });
  return { ...session, appointment, said, nextPrompt: texts.filter((text) => text !== '').join(' ') };
}

/** The session as the API answers it. */
export function viewAppointment(session: AppointmentSession): AppointmentView {
  const filled = filledSlots(session.appointment);
  return {
    session_id: session.sessionId,
    current_state: session.appointment.state,
    next_prompt: session.nextPrompt,
    slots_filled: filled,
    slots_remaining: SLOT_NAMES.filter((slot) => filled[slot] === undefined),
    is_complete: session.appointment.state === 'COMPLETED',
  };
}
