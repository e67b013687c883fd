/** Counters of several engines, added up. */
export function sums<K extends string>(
  all: readonly Readonly<Record<K, number>>[],
  keys: readonly K[],
): Readonly<Record<K, number>> {
  return Object.fromEntries(
    keys.map((key) => [key, all.reduce((sum, stats) => sum + stats[key], 0)]),
  ) as Record<K, number>;
}
