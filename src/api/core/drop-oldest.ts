/** What {@link dropOldest} needs of a map or a set. */
interface Kept<K> {
  readonly size: number;
  keys(): Iterable<K>;
  delete(key: K): boolean;
}

/** Keeps a map or set at `most` entries after one was added: what was put in first goes. */
export function dropOldest<K>(kept: Kept<K>, most: number): void {
  if (kept.size <= most) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
