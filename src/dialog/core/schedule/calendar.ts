import { wallMs, type WallMs } from '../../../kernel/time.js';
import type { Business, OpeningSpan, StaffMember, Weekday } from '../business.js';
import {
  addDays,
  DAY_MIN,
  daysBetween,
  toInstant,
  toLocal,
  weekdayOf,
  type Instant,
  type LocalDate,
} from '../nlu/time/local-date.js';

/** The office and the moment that dates are judged at. */
export interface CalendarContext {
  readonly business: Business;
  readonly wallMs: WallMs;
}

/** A local day and minute after midnight. */
export interface Moment {
  readonly date: LocalDate;
  readonly minute: number;
}

/** A bookable beginning with whom it is. */
export interface Slot extends Moment {
  /** Id of a staff member, or {@link OFFICE}. */
  readonly resource: string;
}

/** The resource of appointments that no named person gives. */
export const OFFICE = 'office';

/** Who or what an appointment can be with. */
export interface Resource {
  readonly id: string;
  /** Appointments of it at once. */
  readonly capacity: number;
  readonly hours: Readonly<Record<Weekday, readonly OpeningSpan[]>>;
  readonly absences: StaffMember['absences'];
}

/** What length, people and rules of an appointment come to. */
export interface Terms {
  readonly durationMin: number;
  readonly bufferMin: number;
  readonly minNoticeMin: number;
  readonly horizonDays: number;
  /** In order of preference; empty when the wanted person does not give the service. */
  readonly resources: readonly Resource[];
}

/**
 * The terms of a service, of the office where no service is known.
 *
 * @param serviceId - a service of the business; an unknown one counts as none
 * @param staffId - the person that is wanted; anybody who gives the service unless told
 */
export function termsOf(business: Business, serviceId?: string, staffId?: string): Terms {
  const service = business.services.find(({ id }) => id === serviceId);
  return {
    durationMin: service?.durationMin ?? business.defaultDurationMin,
    bufferMin: service?.bufferMin ?? 0,
    minNoticeMin: service?.minNoticeMin ?? business.minNoticeMin,
    horizonDays: service?.horizonDays ?? business.horizonDays,
    resources: resourcesOf(business, service, staffId),
  };
}

function resourcesOf(
  business: Business,
  service: Business['services'][number] | undefined,
  staffId: string | undefined,
): readonly Resource[] {
  const byStaff =
    service?.staff ?? (service?.capacity === undefined ? business.staff.map(({ id }) => id) : []);
  const people = business.staff
    .filter(({ id }) => byStaff.includes(id) && (staffId === undefined || id === staffId))
    .map(({ id, hours, absences }) => ({ id, capacity: 1, hours: hours ?? business.hours, absences }));
  if (byStaff.length > 0 || staffId !== undefined) return people;
  const capacity = service?.capacity ?? business.capacity;
  return [{ id: OFFICE, capacity, hours: business.hours, absences: [] }];
}

/** Why a day cannot be booked. */
export type DayProblem =
  | { readonly reason: 'past' | 'closed' | 'too_far' | 'too_soon' }
  /** Everybody who could do it is away or off on a day on which the office is open. */
  | { readonly reason: 'away' }
  | { readonly reason: 'holiday' | 'blackout'; readonly name: string };

/** Why a time on an open day cannot be booked. `away`: the office is open, whoever is wanted is not there. */
export type TimeProblem = 'closed' | 'away' | 'too_soon' | 'off_grid' | 'gap';

/** The instants of a local day, by the minute. */
type DayClock = (minute: number) => Instant;

/** Days whose clocks are remembered; a zone's offset is dear to look up. */
const MAX_CLOCKS = 512;

const clocks = new Map<string, DayClock>();

/** The instant of a moment. A day on which the clocks do not change is worked out once. */
export function instantOf({ date, minute }: Moment, timezone: string): Instant {
  const key = `${timezone} ${date}`;
  let clock = clocks.get(key);
  if (clock === undefined) {
    if (clocks.size >= MAX_CLOCKS) clocks.clear();
    clock = clockOf(date, timezone);
    clocks.set(key, clock);
  }
  return clock(minute);
}

function clockOf(date: LocalDate, timezone: string): DayClock {
  const midnight = toInstant(date, 0, timezone);
  const next = toInstant(date, DAY_MIN, timezone);
  const isSteady =
    midnight.kind === 'normal' &&
    next.kind === 'normal' &&
    next.wallMs - midnight.wallMs === DAY_MIN * 60_000;
  if (!isSteady) return (minute) => toInstant(date, minute, timezone);
  return (minute) => ({ wallMs: wallMs(midnight.wallMs + minute * 60_000), kind: 'normal' });
}

/** The office's local day at the moment of the context. */
export const today = (ctx: CalendarContext): LocalDate => toLocal(ctx.wallMs, ctx.business.timezone).date;

/** The last bookable day. */
export const lastDay = (terms: Pick<Terms, 'horizonDays'>, ctx: CalendarContext): LocalDate =>
  addDays(today(ctx), terms.horizonDays);

const covers = (span: { readonly from: string; readonly to: string }, date: LocalDate): boolean =>
  span.from <= date && date <= span.to;

/** A day on which the office is closed, with its spoken name. */
export function closure(business: Business, date: LocalDate): DayProblem | undefined {
  const holiday = business.holidays.find((day) => day.date === date || day.date === date.slice(5));
  if (holiday !== undefined) return { reason: 'holiday', name: holiday.name };
  const blackout = business.blackouts.find((span) => covers(span, date));
  return blackout === undefined ? undefined : { reason: 'blackout', name: blackout.name };
}

/** Opening hours of the office on a day; none on a holiday. */
export const officeSpans = (business: Business, date: LocalDate): readonly OpeningSpan[] =>
  closure(business, date) === undefined ? business.hours[weekdayOf(date)] : [];

/** Hours of a resource on a day; none when the office is closed for a holiday or the person is away. */
export function spansOf(resource: Resource, business: Business, date: LocalDate): readonly OpeningSpan[] {
  if (closure(business, date) !== undefined) return [];
  if (resource.absences.some((span) => covers(span, date))) return [];
  return resource.hours[weekdayOf(date)];
}

/** A month and day that passed within this many days is taken for that past day, not for next year's. */
const RECENT_PAST_DAYS = 60;

/** What stands against a day; `undefined` when nothing does. Other appointments are not looked at. */
export function dayProblem(date: LocalDate, terms: Terms, ctx: CalendarContext): DayProblem | undefined {
  const now = today(ctx);
  if (date < now) return { reason: 'past' };
  if (date > lastDay(terms, ctx)) {
    const lastYear = addDays(date, -365);
    const isRecent = lastYear < now && daysBetween(lastYear, now) <= RECENT_PAST_DAYS;
    return { reason: isRecent ? 'past' : 'too_far' };
  }
  const closed = closure(ctx.business, date);
  if (closed !== undefined) return closed;
  if (terms.resources.every((resource) => spansOf(resource, ctx.business, date).length === 0)) {
    return { reason: officeSpans(ctx.business, date).length === 0 ? 'closed' : 'away' };
  }
  return hasBeginning(date, terms, ctx) ? undefined : { reason: 'too_soon' };
}

/** True when some time of the day can still be booked; the latest is looked at first, as it decides at once. */
function hasBeginning(date: LocalDate, terms: Terms, ctx: CalendarContext): boolean {
  return terms.resources.some((resource) =>
    [...beginnings(resource, date, terms, ctx)]
      .reverse()
      .some((minute) => problemWith(resource, { date, minute }, terms, ctx) === undefined),
  );
}

/** Every beginning on the grid that ends within the hours of a resource. */
function beginnings(
  resource: Resource,
  date: LocalDate,
  terms: Terms,
  ctx: CalendarContext,
): readonly number[] {
  const step = ctx.business.slotMin;
  const minutes: number[] = [];
  for (const span of spansOf(resource, ctx.business, date)) {
    const first = Math.ceil(span.openMin / step) * step;
    for (let minute = first; minute + terms.durationMin <= span.closeMin; minute += step) {
      minutes.push(minute);
    }
  }
  return minutes;
}

const fitsIn = (spans: readonly OpeningSpan[], minute: number, durationMin: number): boolean =>
  spans.some((span) => minute >= span.openMin && minute + durationMin <= span.closeMin);

/** What stands against a time with one resource. */
function problemWith(
  resource: Resource,
  { date, minute }: Moment,
  terms: Terms,
  ctx: CalendarContext,
): TimeProblem | undefined {
  const { business } = ctx;
  if (!fitsIn(spansOf(resource, business, date), minute, terms.durationMin)) {
    return fitsIn(officeSpans(business, date), minute, terms.durationMin) ? 'away' : 'closed';
  }
  const instant = instantOf({ date, minute }, business.timezone);
  if (instant.kind === 'gap') return 'gap';
  if (instant.wallMs < ctx.wallMs + terms.minNoticeMin * 60_000) return 'too_soon';
  return minute % business.slotMin === 0 ? undefined : 'off_grid';
}

/** The plainest reason is told when the people differ in theirs. */
const REASONS: readonly TimeProblem[] = ['gap', 'too_soon', 'off_grid', 'away', 'closed'];

/** What stands against a time; `undefined` when somebody can. Other appointments are not looked at. */
export function timeProblem(moment: Moment, terms: Terms, ctx: CalendarContext): TimeProblem | undefined {
  const problems = terms.resources.map((resource) => problemWith(resource, moment, terms, ctx));
  if (problems.includes(undefined)) return undefined;
  return REASONS.find((reason) => problems.includes(reason)) ?? 'closed';
}

/** The resources that nothing but other appointments keeps from a time, in order of preference. */
export const ableAt = (moment: Moment, terms: Terms, ctx: CalendarContext): readonly Resource[] =>
  terms.resources.filter((resource) => problemWith(resource, moment, terms, ctx) === undefined);

/** Every beginning of a day that somebody can, in order; other appointments are not looked at. */
export function possibleMinutes(date: LocalDate, terms: Terms, ctx: CalendarContext): readonly number[] {
  const minutes = new Set(terms.resources.flatMap((resource) => beginnings(resource, date, terms, ctx)));
  return [...minutes].sort((a, b) => a - b);
}

/** The next days that can be booked, beginning with `from`. */
export function openDays(
  from: LocalDate,
  count: number,
  terms: Terms,
  ctx: CalendarContext,
): readonly LocalDate[] {
  const days: LocalDate[] = [];
  const limit = lastDay(terms, ctx);
  for (let date = from; date <= limit && days.length < count; date = addDays(date, 1)) {
    if (dayProblem(date, terms, ctx) === undefined) days.push(date);
  }
  return days;
}

/**
 * Chooses among the readings of a time ("three": 3:00 or 15:00) by the hours of the day.
 *
 * @param date - any day of the week unless told
 * @returns the readings that fit; the likeliest when none does, so that the caller can be told why
 */
export function fittingMinutes(
  readings: readonly number[],
  date: LocalDate | undefined,
  terms: Terms,
  business: Business,
): readonly number[] {
  const spans = terms.resources.flatMap((resource) =>
    date === undefined ? Object.values(resource.hours).flat() : spansOf(resource, business, date),
  );
  const fitting = readings.filter((minute) => fitsIn(spans, minute, terms.durationMin));
  if (fitting.length > 0) return fitting;
  const daytime = readings.filter((minute) => minute >= 7 * 60 && minute < 19 * 60);
  return daytime.length > 0 ? daytime.slice(0, 1) : readings.slice(0, 1);
}
