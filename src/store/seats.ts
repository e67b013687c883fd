/** Who sits where on a resource. Pure. */

/** A stretch of a resource that is taken. */
export interface Taken {
  readonly id: string;
  readonly seat: number;
  readonly startsAtMs: number;
  readonly occupiedUntilMs: number;
}

/**
 * Seats for all of the given stretches, none of which overlaps another one on its seat. In order of start the lowest
 * free seat is enough: so as many seats are used as stretches overlap at any instant, and no more.
 *
 * @returns seats by id, or `undefined` when more than `capacity` overlap
 */
export function seatAll(
  stretches: readonly Omit<Taken, 'seat'>[],
  capacity: number,
): ReadonlyMap<string, number> | undefined {
  const seats = new Map<string, number>();
  const freeFrom: number[] = [];
  const inOrder = [...stretches].sort((a, b) => a.startsAtMs - b.startsAtMs);
  for (const { id, startsAtMs, occupiedUntilMs } of inOrder) {
    const found = freeFrom.findIndex((fromMs) => fromMs <= startsAtMs);
    const seat = found === -1 ? freeFrom.length : found;
    if (seat >= capacity) return undefined;
    freeFrom[seat] = occupiedUntilMs;
    seats.set(id, seat);
  }
  return seats;
}
