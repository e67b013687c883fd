import type { MonoMs } from '../../kernel/time.js';

/** A timer that is set; pass it to {@link TimerHeap.cancel}. */
export interface Timer {
  readonly at: MonoMs;
  /** @internal place in the heap, -1 when not set */
  index: number;
  /** @internal order of setting, breaks ties */
  readonly order: number;
  readonly run: () => void;
}

/** Deadlines as data: a binary heap that removes cancelled timers at once, so its size is the number of live timers. */
export class TimerHeap {
  readonly #heap: Timer[] = [];
  #order = 0;

  /** Timers that are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** Sets a timer. */
  set(at: MonoMs, run: () => void): Timer {
    const timer: Timer = { at, run, order: this.#order++, index: this.#heap.length };
    this.#heap.push(timer);
    this.#up(timer.index);
    return timer;
  }

  /** Cancels a timer; one that has run or was cancelled is left alone. */
  cancel(timer: Timer | undefined): void {
    if (timer === undefined || timer.index < 0) return;
    const { index } = timer;
    const last = this.#heap.pop()!;
    timer.index = -1;
    if (last === timer) return;
    this.#heap[index] = last;
    last.index = index;
    this.#down(index);
    this.#up(last.index);
  }

  /** The earliest deadline. */
  next(): MonoMs | undefined {
    return this.#heap[0]?.at;
  }

  /** Runs every timer due at `now`, in order of deadline, also those that the runs set. */
  runDue(now: MonoMs): void {
    for (let timer = this.#heap[0]; timer !== undefined && timer.at <= now; timer = this.#heap[0]) {
      this.cancel(timer);
      timer.run();
    }
  }

  #before(a: Timer, b: Timer): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(i: number, j: number): void {
    const a = this.#heap[i]!;
    const b = this.#heap[j]!;
    this.#heap[i] = b;
    this.#heap[j] = a;
    b.index = i;
    a.index = j;
  }

  #up(from: number): void {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.#before(this.#heap[i]!, this.#heap[parent]!)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(from: number): void {
    for (let i = from; ;) {
      const left = 2 * i + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const child =
        right < this.#heap.length && this.#before(this.#heap[right]!, this.#heap[left]!) ? right : left;
      if (!this.#before(this.#heap[child]!, this.#heap[i]!)) return;
      this.#swap(i, child);
      i = child;
    }
  }
}
