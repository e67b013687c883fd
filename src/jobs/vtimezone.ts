import { DateTime } from 'luxon';

/** One change of a zone's offset, or the offset that holds at the start of the listed years. */
interface Observance {
  /** Seconds since 1970 of the change. */
  readonly at: number;
  readonly fromMinutes: number;
  readonly toMinutes: number;
  readonly daylight: boolean;
  readonly name: string;
}

const DAY_S = 24 * 3600;

/**
 * The VTIMEZONE component of a zone (RFC 5545 section 3.6.5), with every change of offset in the years from one
 * before `fromMs` to one after `toMs`. Calendar programs that do not know the zone's name read the right time from it.
 *
 * @param zone - IANA name
 */
export function vtimezone(zone: string, fromMs: number, toMs: number): string {
  const lines = ['BEGIN:VTIMEZONE', `TZID:${zone}`];
  for (const { at, fromMinutes, toMinutes, daylight, name } of observances(zone, fromMs, toMs)) {
    const kind = daylight ? 'DAYLIGHT' : 'STANDARD';
    // The instant of the change is told in the local time that held until then.
    const local = DateTime.fromSeconds(at + fromMinutes * 60, { zone: 'utc' });
    lines.push(
      `BEGIN:${kind}`,
      `DTSTART:${local.toFormat("yyyyMMdd'T'HHmmss")}`,
      `TZOFFSETFROM:${offset(fromMinutes)}`,
      `TZOFFSETTO:${offset(toMinutes)}`,
      `TZNAME:${name}`,
      `END:${kind}`,
    );
  }
  lines.push('END:VTIMEZONE');
  return lines.join('\r\n');
}

function observances(zone: string, fromMs: number, toMs: number): Observance[] {
  const first = DateTime.fromMillis(fromMs, { zone }).startOf('year').minus({ years: 1 });
  const last = DateTime.fromMillis(toMs, { zone }).endOf('year').plus({ years: 1 }).toSeconds();
  const start = Math.floor(first.toSeconds());
  const found = [observance(zone, start, offsetAt(zone, start))];
  for (let day = start; day < last; day += DAY_S) {
    const before = offsetAt(zone, day);
    if (offsetAt(zone, day + DAY_S) !== before) found.push(observance(zone, changeWithin(zone, day), before));
  }
  return found;
}

/** First second after `day` at which the offset differs; there is one within the day. */
function changeWithin(zone: string, day: number): number {
  const before = offsetAt(zone, day);
  let low = day;
  let high = day + DAY_S;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function observance(zone: string, at: number, fromMinutes: number): Observance {
  const time = DateTime.fromSeconds(at, { zone });
  return { at, fromMinutes, toMinutes: time.offset, daylight: time.isInDST, name: time.toFormat('ZZZZ') };
}

function offsetAt(zone: string, seconds: number): number {
  return DateTime.fromSeconds(seconds, { zone }).offset;
}

/** `+0130`, RFC 5545 section 3.3.14. */
function offset(minutes: number): string {
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}${two(size % 60)}`;
}
