import type { ToolCall } from './types.js';
import { VisibleText } from './visible.js';

/** A piece of a call, as streams give it. */
export interface CallPiece {
  readonly id?: string | undefined;
  readonly index?: number | undefined;
  readonly name?: string | undefined;
  readonly args?: string | undefined;
}

interface Draft {
  readonly id: string | undefined;
  readonly index: number | undefined;
  name: string;
  args: string;
}

/** Most calls of one answer, and their longest arguments; what is beyond is dropped. */
const MAX_CALLS = 16;
const MAX_ARGS_CHARS = 16_000;
/** Longest answer that is kept, characters. */
const MAX_TEXT_CHARS = 100_000;

/**
 * Puts an answer together from the pieces of a stream. Pieces of calls belong together by their id, else by their
 * index: some servers number every call 0, some give no id at all, some send a call whole.
 */
export class Assembly {
  readonly #visible = new VisibleText();
  readonly #drafts: Draft[] = [];
  #text = '';

  /** Takes a piece of text and gives what of it may be shown. */
  text(piece: string): string {
    return this.#take(this.#visible.push(piece));
  }

  /** Takes a piece of a call. */
  call({ id, index, name, args }: CallPiece): void {
    const draft = this.#draftOf(id, index, name) ?? this.#begin(id, index);
    if (draft === undefined) return;
    if (name !== undefined && draft.name === '') draft.name = name;
    if (args !== undefined) draft.args = (draft.args + args).slice(0, MAX_ARGS_CHARS);
  }

  /** What was held back of the text. */
  flush(): string {
    return this.#take(this.#visible.flush());
  }

  /** True when nothing came. */
  get isEmpty(): boolean {
    return this.#text.trim() === '' && this.#drafts.length === 0;
  }

  /** The whole text, and the calls in their order. */
  result(): { readonly text: string; readonly calls: readonly ToolCall[] } {
    const calls = this.#drafts
      .filter(({ name }) => name !== '')
      .map(({ id, name, args }, place) => ({ id: id ?? `call_${place + 1}`, name, args }));
    return { text: this.#text, calls };
  }

  #take(shown: string): string {
    const room = MAX_TEXT_CHARS - this.#text.length;
    const taken = shown.length > room ? shown.slice(0, Math.max(0, room)) : shown;
    this.#text += taken;
    return taken;
  }

  #draftOf(id: string | undefined, index: number | undefined, name: string | undefined): Draft | undefined {
    if (id !== undefined && id !== '') return this.#drafts.find((draft) => draft.id === id);
    const last = this.#drafts.findLast((draft) => index === undefined || draft.index === index);
    // A name without an id begins a call of a server that gives no ids, once the one before has its own.
    return name !== undefined && name !== '' && last?.name !== undefined && last.name !== ''
      ? undefined
      : last;
  }

  #begin(id: string | undefined, index: number | undefined): Draft | undefined {
    if (this.#drafts.length >= MAX_CALLS) return undefined;
    const draft: Draft = { id: id === '' ? undefined : id, index, name: '', args: '' };
    this.#drafts.push(draft);
    return draft;
  }
}
