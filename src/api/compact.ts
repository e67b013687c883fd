/** The type of `T` without `undefined` as a value of optional keys. */
type Compact<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A copy without the keys whose value is `undefined`. */
export function compact<T extends object>(value: T): Compact<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Compact<T>;
}
