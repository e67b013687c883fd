/** Dates and times of the office, which may lie in another zone than the browser. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    formats.set(key, known);
  }
  return known;
}

/** The local date of an instant, `YYYY-MM-DD`. */
export function localDate(atMs: number, zone: string): string {
  const parts = format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(atMs);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** `14:05`. */
export const clock = (atMs: number, zone: string): string =>
  format(zone, { hour: '2-digit', minute: '2-digit' }).format(atMs);

/** `CET`, `EST`; the offset where English has no short name. */
function zoneName(atMs: number, zone: string): string {
  // Each English knows the short names of its own part of the world.
  const names = ['en-US', 'en-GB', 'en-AU'].map((locale) =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' })
      .formatToParts(atMs)
      .find(({ type }) => type === 'timeZoneName'),
  );
  return (
    (names.find((part) => part !== undefined && !/^GMT.|^UTC./.test(part.value)) ?? names[0])?.value ?? zone
  );
}

const zoneNames = new Map<string, string>();

/** The short name of a zone; it is looked up once an hour, since clocks are changed on the hour. */
function zoneAt(atMs: number, zone: string): string {
  const key = `${zone} ${Math.floor(atMs / 3_600_000)}`;
  let known = zoneNames.get(key);
  if (known === undefined) {
    if (zoneNames.size > 1000) zoneNames.clear();
    zoneNames.set(key, (known = zoneName(atMs, zone)));
  }
  return known;
}

/** `14:05 CET`. */
export const clockWithZone = (atMs: number, zone: string): string =>
  `${clock(atMs, zone)} ${zoneAt(atMs, zone)}`;

/** `Tue, 24 Nov 2026, 14:05:10 CET`. */
export const fullTime = (atMs: number, zone: string): string =>
  `${format(zone, {
    ...({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  }).format(atMs)} ${zoneAt(atMs, zone)}`;

/** `24 Nov, 14:05 CET`, without the day when it is today. */
export function dayAndClock(atMs: number, zone: string, nowMs: number): string {
  if (localDate(atMs, zone) === localDate(nowMs, zone)) return clockWithZone(atMs, zone);
  return `${format(zone, { day: 'numeric', month: 'short' }).format(atMs)}, ${clockWithZone(atMs, zone)}`;
}

/** `Tue 24 Nov` of a local date. */
export const dayName = (date: string): string =>
  format('UTC', { weekday: 'short', day: 'numeric', month: 'short' }).format(Date.parse(`${date}T12:00:00Z`));

/** The date some days later, or earlier. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** The Monday of the week of a date. */
export const mondayOf = (date: string): string =>
  addDays(date, -((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));

/** Minutes since midnight of `HH:MM`. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** `3:07`, with hours from one hour on. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `3 min ago`, `in 2 min`; undefined from an hour on. */
export function relative(atMs: number, nowMs: number): string | undefined {
  const [ago, ahead] = [Math.round((nowMs - atMs) / 1000), atMs > nowMs];
  const seconds = Math.abs(ago);
  if (seconds >= 3600) return undefined;
  if (seconds < 5) return 'now';
  const text = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  return ahead ? `in ${text}` : `${text} ago`;
}
