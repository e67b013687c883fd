import { DateTime } from 'luxon';

/** ISO weekday, 1 = Monday … 7 = Sunday. */
export type CallingDay = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** When people may be called, in their local time. */
export interface CallingHours {
  /** Minutes of the local day: from `fromMin`, and no call rings at or after `toMin`. */
  readonly fromMin: number;
  readonly toMin: number;
  readonly days: readonly CallingDay[];
  /** Days without calls: `YYYY-MM-DD`, or `MM-DD` for every year. */
  readonly holidays: readonly string[];
}

/** Days that are looked through for the next opening. */
const AHEAD_DAYS = 15;

/** Whether everybody who may be meant may be called from `atMs` on for `forMs`; false without a zone that is known. */
export function isOpen(
  hours: readonly CallingHours[],
  zones: readonly string[],
  atMs: number,
  forMs: number,
): boolean {
  if (zones.length === 0) return false;
  return zones.every((zone) => {
    const begin = DateTime.fromMillis(atMs, { zone });
    if (!begin.isValid) return false;
    const end = begin.plus(forMs);
    return hours.every((one) => allows(one, begin) && allows(one, end) && begin.hasSame(end, 'day'));
  });
}

/**
 * The next instant at which a call may begin, not before `fromMs`.
 *
 * @returns `undefined` when there is none within two weeks, as for zones that have no hour in common
 */
export function nextOpening(
  hours: readonly CallingHours[],
  zones: readonly string[],
  fromMs: number,
  forMs: number,
): number | undefined {
  const limitMs = fromMs + AHEAD_DAYS * 86_400_000;
  if (zones.length === 0) return undefined;
  let atMs = fromMs;
  while (atMs <= limitMs) {
    const later = zones.map((zone) => opensAt(hours, zone, atMs, forMs));
    if (later.includes(undefined)) return undefined;
    const latest = Math.max(...(later as number[]));
    if (latest === atMs) return atMs;
    atMs = latest;
  }
  return undefined;
}

/** When a zone is open next: `atMs` itself where it is now. */
function opensAt(
  hours: readonly CallingHours[],
  zone: string,
  atMs: number,
  forMs: number,
): number | undefined {
  if (isOpen(hours, [zone], atMs, forMs)) return atMs;
  const now = DateTime.fromMillis(atMs, { zone });
  if (!now.isValid) return undefined;
  for (let ahead = 0; ahead <= AHEAD_DAYS; ahead++) {
    const day = now.startOf('day').plus({ days: ahead });
    for (const { fromMin } of hours) {
      const opening = day.set({ hour: Math.floor(fromMin / 60), minute: fromMin % 60 }).toMillis();
      if (opening > atMs && isOpen(hours, [zone], opening, forMs)) return opening;
    }
  }
  return undefined;
}

function allows({ fromMin, toMin, days, holidays }: CallingHours, at: DateTime): boolean {
  const minute = at.hour * 60 + at.minute;
  if (minute < fromMin || minute >= toMin) return false;
  if (!days.includes(at.weekday as CallingDay)) return false;
  const date = at.toFormat('yyyy-MM-dd');
  return !holidays.includes(date) && !holidays.includes(date.slice(5));
}
