import { parsedJson } from '../../kernel/json.js';

/** A JSON object of a stream is larger than allowed. */
export class JsonTooLarge extends Error {
  override readonly name = 'JsonTooLarge';
}

/** Cuts a text that comes in pieces into the JSON objects that stand in it one after the other, by line or without. */
export class JsonObjects {
  #text = '';
  #at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @param maxChars - bound on what is kept while an object is not whole */
  constructor(private readonly maxChars = 8_000_000) {}

  /**
   * Values that are whole by now; what is no JSON between and within them is left out.
   *
   * @throws JsonTooLarge beyond the bound
   */
  push(text: string): unknown[] {
    this.#text += text;
    const values: unknown[] = [];
    let start = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      if (!this.#ends(this.#text.charAt(this.#at))) continue;
      const value = parsedJson(this.#text.slice(this.#text.indexOf('{', start), this.#at + 1));
      if (value !== undefined) values.push(value);
      start = this.#at + 1;
    }
    this.#text = this.#depth === 0 ? '' : this.#text.slice(start);
    this.#at = this.#text.length;
    if (this.#text.length > this.maxChars) throw new JsonTooLarge('an object of the stream is too large');
    return values;
  }

  /** True at the bracket that closes an object. */
  #ends(sign: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (sign === '\\') this.#escaped = true;
      else if (sign === '"') this.#inString = false;
      return false;
    }
    if (sign === '"') this.#inString = this.#depth > 0;
    else if (sign === '{') this.#depth++;
    else if (sign === '}' && this.#depth > 0) return --this.#depth === 0;
    return false;
  }
}
