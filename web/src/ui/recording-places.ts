import type { CallLine, RecordingView } from '../../../src/client/types.js';

/** Columns that are drawn; a wider screen shows no more. */
const MAX_COLUMNS = 600;
/** Greatest sample of a shape. */
const FULL = 128;
/** A channel is drawn around the middle of 100 units. */
export const BAND = 100;

type Side = NonNullable<RecordingView['peaks']>['channels'][number];

/** One side of a recording as the path of a closed shape, {@link BAND} units high. Empty without samples. */
export function waveOf({ min, max }: Side, columns = MAX_COLUMNS): string {
  const count = Math.min(columns, max.length);
  if (count === 0) return '';
  const up: string[] = [];
  const down: string[] = [];
  for (let k = 0; k < count; k++) {
    const from = Math.floor((k * max.length) / count);
    const to = Math.max(from + 1, Math.floor(((k + 1) * max.length) / count));
    // Silence is a thin line and not nothing.
    const high = Math.max(1, ...max.slice(from, to));
    const low = Math.min(-1, ...min.slice(from, to));
    const y = (value: number): string => (BAND / 2 - (value * BAND) / (2 * FULL)).toFixed(1);
    up.push(`${k} ${y(high)}`);
    down.unshift(`${k} ${y(low)}`);
  }
  return `M${[...up, ...down].join('L')}Z`;
}

/** Width of {@link waveOf}, units. */
export const widthOf = ({ max }: Side, columns = MAX_COLUMNS): number =>
  Math.max(1, Math.min(columns, max.length) - 1);

/** Where a line begins in a recording, ms; undefined for what was typed, and for what is not in it. */
export function placeOf(
  { start_ms: startMs, end_ms: endMs }: Pick<CallLine, 'start_ms' | 'end_ms'>,
  { offset_ms: offsetMs, duration_ms: durationMs }: Pick<RecordingView, 'offset_ms' | 'duration_ms'>,
): number | undefined {
  if (startMs === null) return undefined;
  const from = startMs - offsetMs;
  const to = (endMs ?? startMs) - offsetMs;
  return to < 0 || from >= durationMs ? undefined : Math.max(0, from);
}

/** The line that is heard at a moment: the last one that has begun. */
export function lineAt(places: readonly (number | undefined)[], nowMs: number): number | undefined {
  let found: number | undefined;
  places.forEach((place, k) => {
    const begun = place !== undefined && place <= nowMs;
    if (begun && (found === undefined || place >= (places[found] ?? 0))) found = k;
  });
  return found;
}
