/**
 * A list of listeners that can be walked without copying it: adding and removing makes a new list. A throwing
 * listener is reported and the others still run.
 */
export class Listeners<T> {
  #list: readonly ((value: T) => void)[] = [];

  /** @param onError - told about a listener that threw; must not throw itself */
  constructor(private readonly onError: (error: unknown) => void = () => undefined) {}

  get size(): number {
    return this.#list.length;
  }

  /** Adds a listener. Returns a function that removes it. */
  add(listener: (value: T) => void): () => void {
    this.#list = [...this.#list, listener];
    return () => {
      this.#list = this.#list.filter((other) => other !== listener);
    };
  }

  /** Calls every listener in the order of registration. */
  emit(value: T): void {
    for (const listener of this.#list) {
      try {
        listener(value);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  clear(): void {
    this.#list = [];
  }
}
