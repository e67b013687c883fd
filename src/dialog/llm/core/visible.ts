/** Blocks that models write for themselves, never for a caller. */
const BLOCKS: readonly (readonly [string, string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<reasoning>', '</reasoning>'],
  ['<tool_call>', '</tool_call>'],
  ['<|channel|>analysis', '<|channel|>final'],
];

/** Longest mark: what might be its beginning is held back. */
const LONGEST = Math.max(...BLOCKS.flat().map((mark) => mark.length));

/** Passes on what a model says to others, whatever the borders of its chunks: whole blocks of thought are left out. */
export class VisibleText {
  #held = '';
  #until: string | undefined;

  /** The visible part of the text so far that was not given before. */
  push(text: string): string {
    this.#held += text;
    let shown = '';
    for (;;) {
      if (this.#until !== undefined) {
        const end = this.#held.indexOf(this.#until);
        if (end === -1) {
          // Nothing of it will be shown; its end mark may be cut in two.
          this.#held = this.#held.slice(-LONGEST);
          return shown;
        }
        this.#held = this.#held.slice(end + this.#until.length);
        this.#until = undefined;
        continue;
      }
      const block = this.#firstBlock();
      if (block === undefined) break;
      shown += this.#held.slice(0, block.at);
      this.#held = this.#held.slice(block.at + block.open.length);
      this.#until = block.close;
    }
    const keep = this.#partialMark();
    shown += this.#held.slice(0, this.#held.length - keep);
    this.#held = keep === 0 ? '' : this.#held.slice(-keep);
    return shown;
  }

  /** What was held back because it might have been a mark. */
  flush(): string {
    const rest = this.#until === undefined ? this.#held : '';
    this.#held = '';
    return rest;
  }

  #firstBlock(): { readonly at: number; readonly open: string; readonly close: string } | undefined {
    if (!this.#held.includes('<')) return undefined;
    let first: { at: number; open: string; close: string } | undefined;
    for (const [open, close] of BLOCKS) {
      const at = this.#held.indexOf(open);
      if (at !== -1 && (first === undefined || at < first.at)) first = { at, open, close };
    }
    return first;
  }

  #partialMark(): number {
    const at = this.#held.lastIndexOf('<', this.#held.length);
    if (at === -1) return 0;
    const tail = this.#held.slice(this.#held.indexOf('<', Math.max(0, this.#held.length - LONGEST)));
    return BLOCKS.some(([open]) => open.startsWith(tail)) ? tail.length : 0;
  }
}
