import { wallMs } from '../kernel/time.js';
import type { FreedSlot, WaitingEntry, WaitingMatch } from './types.js';

/**
 * Who is offered what has become free. Pure; every implementation of the store uses it.
 */

/** The resource of offices without named staff. */
export const OFFICE = 'office';

const MINUTE_MS = 60_000;
/** An entry is passed over this long after an offer. */
export const OFFER_STANDS_MS = 24 * 3600_000;

/** Local day and minute of an instant. */
export function localTime(
  atMs: number,
  timezone: string,
): { readonly date: string; readonly minute: number } {
  const parts = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  return {
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/**
 * What is left of a stretch when another one of the same resource is taken out of it; used for an appointment that
 * moves by less than its own length.
 */
export function freedBy(
  before: FreedSlot,
  after?: Pick<FreedSlot, 'resource' | 'startsAtMs' | 'occupiedUntilMs'>,
): FreedSlot[] {
  if (after === undefined || after.resource !== before.resource) return [before];
  if (after.startsAtMs >= before.occupiedUntilMs || after.occupiedUntilMs <= before.startsAtMs) {
    return [before];
  }
  const pieces: FreedSlot[] = [];
  if (after.startsAtMs > before.startsAtMs) pieces.push({ ...before, occupiedUntilMs: after.startsAtMs });
  if (after.occupiedUntilMs < before.occupiedUntilMs) {
    pieces.push({ ...before, startsAtMs: after.occupiedUntilMs });
  }
  return pieces;
}

/**
 * Whether the freed stretch can be of use to an entry at all. Whether a member of staff offers another service than the
 * one that was booked is not known here; the office as a whole offers all of them.
 */
function fits(entry: WaitingEntry, freed: FreedSlot): boolean {
  if (entry.resource !== undefined) return entry.resource === freed.resource;
  if (freed.resource === OFFICE) return true;
  return entry.serviceId === undefined || entry.serviceId === freed.serviceId;
}

/** The earliest start within the freed stretch that an entry would take, if there is one from `nowMs` on. */
export function offerTo(entry: WaitingEntry, freed: FreedSlot, nowMs: number): WaitingMatch | undefined {
  if (!fits(entry, freed)) return undefined;
  if (entry.offer !== undefined && entry.offer.offeredAtMs > nowMs - OFFER_STANDS_MS) return undefined;
  const { date, minute } = localTime(freed.startsAtMs, freed.timezone);
  if (date < entry.from || date > entry.to) return undefined;
  const fromMinute = Math.max(minute, entry.fromMin ?? 0);
  const untilMinute = entry.toMin ?? Infinity;
  if (fromMinute + entry.durationMin > untilMinute) return undefined;
  const startsAtMs = wallMs(freed.startsAtMs + (fromMinute - minute) * MINUTE_MS);
  const endsAtMs = startsAtMs + entry.durationMin * MINUTE_MS;
  if (startsAtMs <= nowMs || endsAtMs > freed.occupiedUntilMs) return undefined;
  return { entry, startsAtMs };
}
