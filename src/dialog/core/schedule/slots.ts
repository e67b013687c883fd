import type { BusySpan, SlotRequest } from '../effects.js';
import type { LocalDate } from '../nlu/time/local-date.js';
import { wallMs, type WallMs } from '../../../kernel/time.js';
import {
  ableAt,
  instantOf,
  possibleMinutes,
  type CalendarContext,
  type Moment,
  type Slot,
  type Terms,
} from './calendar.js';
import { clockTime } from './spoken.js';

/** The slot of a moment with the first resource that is free; `undefined` when nobody is, or nobody can. */
export function slotAt(
  moment: Moment,
  terms: Terms,
  ctx: CalendarContext,
  busy: readonly BusySpan[],
): Slot | undefined {
  const startMs = instantOf(moment, ctx.business.timezone).wallMs;
  const untilMs = startMs + (terms.durationMin + terms.bufferMin) * 60_000;
  const free = ableAt(moment, terms, ctx).find(
    ({ id, capacity }) => mostAtOnce(busy, id, startMs, untilMs) < capacity,
  );
  return free === undefined ? undefined : { date: moment.date, minute: moment.minute, resource: free.id };
}

/** The most spans of a resource that overlap one another within `[startMs, untilMs)`. */
function mostAtOnce(busy: readonly BusySpan[], resource: string, startMs: number, untilMs: number): number {
  const taken = busy.filter(
    (span) => span.resource === resource && span.startMs < untilMs && span.endMs > startMs,
  );
  // The number of spans changes upwards only where one begins.
  return Math.max(
    0,
    ...taken.map(
      ({ startMs: at }) =>
        taken.filter((span) => span.startMs <= Math.max(at, startMs) && span.endMs > Math.max(at, startMs))
          .length,
    ),
  );
}

/** Every free beginning of a day, in order, each with the first resource that is free. */
export function slotsOn(
  date: LocalDate,
  terms: Terms,
  ctx: CalendarContext,
  busy: readonly BusySpan[],
): readonly Slot[] {
  const minutes = possibleMinutes(date, terms, ctx);
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { timezone } = ctx.business;
  const fromMs = instantOf({ date, minute: first }, timezone).wallMs;
  const untilMs =
    instantOf({ date, minute: last }, timezone).wallMs + (terms.durationMin + terms.bufferMin) * 60_000;
  const ofDay = busy.filter((span) => span.startMs < untilMs && span.endMs > fromMs);
  return minutes.flatMap((minute) => slotAt({ date, minute }, terms, ctx, ofDay) ?? []);
}

/** A slot as the store is asked for it. */
export function slotRequest(slot: Slot, terms: Terms, ctx: CalendarContext): SlotRequest {
  const startsAtMs = instantOf(slot, ctx.business.timezone).wallMs;
  const after = (minutes: number): WallMs => wallMs(startsAtMs + minutes * 60_000);
  return {
    startsAtMs,
    endsAtMs: after(terms.durationMin),
    occupiedUntilMs: after(terms.durationMin + terms.bufferMin),
    resource: slot.resource,
    capacity: terms.resources.find(({ id }) => id === slot.resource)?.capacity ?? 1,
    date: slot.date,
    time: clockTime(slot.minute),
    timezone: ctx.business.timezone,
  };
}
