import { minuteOf } from '../../../src/client/office-time.js';
import type { AppointmentView } from '../../../src/client/types.js';

/** An appointment with its place in its day. */
export interface Placed {
  readonly item: AppointmentView;
  readonly fromMin: number;
  readonly toMin: number;
  /** Which of the columns that overlapping appointments share, from 0. */
  readonly column: number;
  readonly columns: number;
}

/** Places the appointments of one day: those that overlap share the width of the day. */
export function placed(items: readonly AppointmentView[]): readonly Placed[] {
  const spans = items
    .map((item) => {
      const fromMin = minuteOf(item.time);
      return {
        item,
        fromMin,
        toMin: fromMin + Math.max(15, (Date.parse(item.ends_at) - Date.parse(item.starts_at)) / 60_000),
      };
    })
    .sort((a, b) => a.fromMin - b.fromMin);
  const found: Placed[] = [];
  let cluster: (typeof spans)[number][] = [];
  let clusterEnd = 0;
  const close = (): void => {
    const ends: number[] = [];
    const columns = cluster.map((span) => {
      const free = ends.findIndex((end) => end <= span.fromMin);
      const column = free === -1 ? ends.length : free;
      ends[column] = span.toMin;
      return column;
    });
    cluster.forEach((span, index) =>
      found.push({ ...span, column: columns[index] ?? 0, columns: ends.length }),
    );
    cluster = [];
  };
  for (const span of spans) {
    if (span.fromMin >= clusterEnd) close();
    cluster.push(span);
    clusterEnd = Math.max(clusterEnd, span.toMin);
  }
  close();
  return found;
}
