import { LeibnizError } from '../kernel/errors.js';
import type { BookingRequest } from './types.js';

/** Longest appointment. */
const MAX_DURATION_MS = 24 * 3600 * 1000;

/**
 * Refuses a booking that makes no sense, before it costs a round trip.
 *
 * @throws LeibnizError BAD_REQUEST - naming the field
 */
export function checkBooking(request: BookingRequest): void {
  const { idempotencyKey, startsAtMs, endsAtMs, date, time, timezone, pii } = request;
  if (idempotencyKey === '' || idempotencyKey.length > 200) {
    throw bad('idempotencyKey', 'have 1 to 200 characters');
  }
  if (!Number.isInteger(startsAtMs)) throw bad('startsAtMs', 'be whole milliseconds since 1970');
  const durationMs = endsAtMs - startsAtMs;
  if (!Number.isInteger(endsAtMs) || durationMs <= 0 || durationMs > MAX_DURATION_MS) {
    throw bad('endsAtMs', 'lie after startsAtMs, by a day at most');
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw bad('date', 'be YYYY-MM-DD');
  if (!/^\d{2}:\d{2}$/.test(time)) throw bad('time', 'be HH:MM');
  if (!isTimezone(timezone)) throw bad('timezone', 'be an IANA time zone');
  if (request.purpose.length > 500) throw bad('purpose', 'have at most 500 characters');
  if (pii.userName.trim() === '' || pii.userName.length > 200) {
    throw bad('pii.userName', 'have 1 to 200 characters');
  }
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function bad(field: string, requirement: string): LeibnizError {
  return new LeibnizError('BAD_REQUEST', `A booking's ${field} must ${requirement}.`, { field });
}
