/** A passage with its score. */
export interface Scored {
  /** Position in the list that was indexed. */
  readonly index: number;
  /** Greater is better. */
  readonly score: number;
}

/** The `limit` best of a list, best first; ties by position. Quicker than sorting all where few are wanted. */
export function best(scored: readonly Scored[], limit: number): Scored[] {
  const isBefore = (x: Scored, y: Scored): boolean =>
    x.score > y.score || (x.score === y.score && x.index < y.index);
  const kept: Scored[] = [];
  for (const candidate of scored) {
    const last = kept.at(-1);
    if (kept.length >= limit && (last === undefined || !isBefore(candidate, last))) continue;
    let [low, high] = [0, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(candidate, kept[middle] as Scored)) high = middle;
      else low = middle + 1;
    }
    kept.splice(low, 0, candidate);
    if (kept.length > limit) kept.pop();
  }
  return kept;
}
