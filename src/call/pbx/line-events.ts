import type { Termination } from '../../kernel/vocab.js';
import type { LineEvent } from '../core/line.js';

/** The listeners of a line, which hear of its end once. */
export class LineEvents {
  readonly #listeners = new Set<(event: LineEvent) => void>();
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  subscribe(listener: (event: LineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: LineEvent): void {
    if (this.#ended) return;
    for (const listener of [...this.#listeners]) listener(event);
  }

  end(reason: Termination): void {
    if (this.#ended) return;
    this.emit({ type: 'ended', reason });
    this.#ended = true;
  }
}
