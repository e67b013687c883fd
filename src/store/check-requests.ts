import { LeibnizError } from '../kernel/errors.js';
import {
  CALLBACK_KINDS,
  CALLBACK_OUTCOMES,
  type BookingRequest,
  type CallbackChange,
  type CallbackOutcome,
  type CallbackRequest,
  type CancelRequest,
  type HoldRequest,
  type MoveRequest,
  type Slot,
  type WaitingRequest,
} from './types.js';

/**
 * Refuses requests that make no sense, before they cost a round trip.
 *
 * All functions throw LeibnizError BAD_REQUEST naming the field.
 */

const DAY_MS = 24 * 3600_000;
/** Longest appointment, its buffer included. */
const MAX_OCCUPIED_MS = DAY_MS;
/** Longest hold, from the clock of who asks. */
export const MAX_HOLD_MS = 3600_000;
const MAX_NOTES = 50;
const MAX_CAPACITY = 1000;

type Rule = readonly [field: string, holds: boolean, requirement: string];

/** The first rule that does not hold is the error. */
function demand(what: string, rules: readonly Rule[]): void {
  const broken = rules.find(([, holds]) => !holds);
  if (broken === undefined) return;
  const [field, , requirement] = broken;
  throw new LeibnizError('BAD_REQUEST', `${what} ${field} must ${requirement}.`, { field });
}

const isText = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'string' && value.trim().length >= min && value.length <= max;
const isOptional = (value: unknown, max: number): boolean => value === undefined || isText(value, 1, max);
const isWhole = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

function keyRule(key: string, field = 'idempotencyKey'): Rule {
  return [field, isText(key, 1, 200), 'have 1 to 200 characters'];
}

/** A new appointment. */
export function checkBooking(request: BookingRequest): void {
  const { idempotencyKey, pii, serviceId, callId, holdId, consentedAtMs } = request;
  demand("A booking's", [
    keyRule(idempotencyKey),
    ...slotRules(request),
    ['serviceId', isOptional(serviceId, 200), 'have 1 to 200 characters'],
    ['purpose', isText(request.purpose, 0, 500), 'have at most 500 characters'],
    ['callId', isOptional(callId, 200), 'have 1 to 200 characters'],
    ['holdId', isOptional(holdId, 300), 'be one that a hold has given'],
    [
      'consentedAtMs',
      consentedAtMs === undefined || Number.isInteger(consentedAtMs),
      'be whole milliseconds since 1970',
    ],
    ['pii.userName', isText(pii.userName, 1, 200), 'have 1 to 200 characters'],
    ['pii.callerNumber', isOptional(pii.callerNumber, 200), 'have 1 to 200 characters'],
    ['pii.birthDate', pii.birthDate === undefined || isDate(pii.birthDate), 'be YYYY-MM-DD'],
    ['pii.email', isOptional(pii.email, 320), 'have 1 to 320 characters'],
    [
      'pii.notes',
      areNotes(pii.notes),
      `be at most ${MAX_NOTES} answers of at most 2000 characters, by question`,
    ],
  ]);
}

/** A new time of an appointment. */
export function checkMove(request: MoveRequest): void {
  const { idempotencyKey, id, expectedVersion, serviceId, purpose } = request;
  demand("A move's", [
    keyRule(idempotencyKey),
    keyRule(id, 'id'),
    ['expectedVersion', isWhole(expectedVersion, 1, 2 ** 31 - 1), 'be a whole number from 1'],
    ...slotRules(request),
    ['serviceId', isOptional(serviceId, 200), 'have 1 to 200 characters'],
    ['purpose', purpose === undefined || isText(purpose, 0, 500), 'have at most 500 characters'],
  ]);
}

/** The end of an appointment. */
export function checkCancel({ idempotencyKey, id, expectedVersion, reason }: CancelRequest): void {
  demand("A cancellation's", [
    keyRule(idempotencyKey),
    keyRule(id, 'id'),
    ['expectedVersion', isWhole(expectedVersion, 1, 2 ** 31 - 1), 'be a whole number from 1'],
    ['reason', isOptional(reason, 200), 'have 1 to 200 characters'],
  ]);
}

/** A hold. */
export function checkHold(request: HoldRequest, nowMs: number): void {
  const { holdKey, expiresAtMs } = request;
  demand("A hold's", [
    keyRule(holdKey, 'holdKey'),
    ...occupancyRules(request),
    [
      'expiresAtMs',
      isWhole(expiresAtMs, nowMs - DAY_MS, nowMs + MAX_HOLD_MS),
      'be whole milliseconds, an hour ahead at most',
    ],
  ]);
}

/** A promise to call back. */
export function checkCallback({ idempotencyKey, kind, reason, callId, dueAtMs, pii }: CallbackRequest): void {
  demand("A call-back's", [
    keyRule(idempotencyKey),
    ['kind', CALLBACK_KINDS.includes(kind), `be one of ${CALLBACK_KINDS.join(', ')}`],
    ['reason', isText(reason, 1, 200), 'have 1 to 200 characters'],
    ['callId', isOptional(callId, 200), 'have 1 to 200 characters'],
    ['dueAtMs', dueAtMs === undefined || Number.isInteger(dueAtMs), 'be whole milliseconds since 1970'],
    ...callbackPiiRules(pii),
  ]);
}

const callbackPiiRules = ({ name, number, message, when }: CallbackRequest['pii']): readonly Rule[] => [
  ['pii.name', isOptional(name, 200), 'have 1 to 200 characters'],
  ['pii.number', isOptional(number, 200), 'have 1 to 200 characters'],
  ['pii.message', isOptional(message, 4000), 'have 1 to 4000 characters'],
  ['pii.when', isOptional(when, 200), 'have 1 to 200 characters'],
];

/** The change of a promise. */
export function checkCallbackChange({ idempotencyKey, to }: CallbackChange): void {
  demand("A call-back's", [
    keyRule(idempotencyKey),
    ...(to === undefined
      ? []
      : [
          ['kind', CALLBACK_KINDS.includes(to.kind), `be one of ${CALLBACK_KINDS.join(', ')}`] as const,
          ...callbackPiiRules(to.pii),
        ]),
  ]);
}

/** How a call-back ended. */
export function checkCompletion(result: { readonly outcome: CallbackOutcome; readonly note?: string }): void {
  demand("A completion's", [
    ['outcome', CALLBACK_OUTCOMES.includes(result.outcome), `be one of ${CALLBACK_OUTCOMES.join(', ')}`],
    ['note', isOptional(result.note, 2000), 'have 1 to 2000 characters'],
  ]);
}

/** A place on the waiting list. */
export function checkWaiting(request: WaitingRequest): void {
  const { idempotencyKey, from, to, fromMin = 0, toMin = 1440, durationMin, resource, pii } = request;
  demand("A waiting entry's", [
    keyRule(idempotencyKey),
    ['serviceId', isOptional(request.serviceId, 200), 'have 1 to 200 characters'],
    ['resource', isOptional(resource, 200), 'have 1 to 200 characters'],
    ['from', isDate(from), 'be YYYY-MM-DD'],
    [
      'to',
      isDate(to) && to >= from && daysBetween(from, to) <= 366,
      'be YYYY-MM-DD, within a year after from',
    ],
    ['durationMin', isWhole(durationMin, 1, 1440), 'be 1 to 1440 minutes'],
    ['fromMin', isWhole(fromMin, 0, 1439), 'be a minute of the day'],
    ['toMin', isWhole(toMin, fromMin + 1, 1440), 'be a later minute of the day'],
    ['callId', isOptional(request.callId, 200), 'have 1 to 200 characters'],
    ['pii.name', isText(pii.name, 1, 200), 'have 1 to 200 characters'],
    ['pii.number', isOptional(pii.number, 200), 'have 1 to 200 characters'],
  ]);
}

function slotRules(slot: Slot): Rule[] {
  const { startsAtMs, endsAtMs, occupiedUntilMs, date, time, timezone } = slot;
  return [
    ...occupancyRules(slot),
    [
      'endsAtMs',
      isWhole(endsAtMs, startsAtMs + 1, occupiedUntilMs),
      'lie after startsAtMs and not after occupiedUntilMs',
    ],
    ['date', isDate(date), 'be YYYY-MM-DD'],
    ['time', /^([01]\d|2[0-3]):[0-5]\d$/.test(time), 'be HH:MM'],
    ['timezone', isTimezone(timezone), 'be an IANA time zone'],
  ];
}

function occupancyRules({
  startsAtMs,
  occupiedUntilMs,
  resource,
  capacity,
}: Pick<Slot, 'startsAtMs' | 'occupiedUntilMs' | 'resource' | 'capacity'>): Rule[] {
  return [
    ['startsAtMs', Number.isInteger(startsAtMs), 'be whole milliseconds since 1970'],
    [
      'occupiedUntilMs',
      isWhole(occupiedUntilMs, startsAtMs + 1, startsAtMs + MAX_OCCUPIED_MS),
      'lie after startsAtMs, by a day at most',
    ],
    ['resource', isText(resource, 1, 200), 'have 1 to 200 characters'],
    ['capacity', isWhole(capacity, 1, MAX_CAPACITY), `be 1 to ${MAX_CAPACITY} seats`],
  ];
}

function areNotes(notes: Readonly<Record<string, string>> | undefined): boolean {
  const entries = Object.entries(notes ?? {});
  return (
    entries.length <= MAX_NOTES &&
    entries.every(([key, value]) => isText(key, 1, 200) && isText(value, 0, 2000))
  );
}

function isDate(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
