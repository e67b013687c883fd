/** Control characters: no name, id or filter has them. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u;
/** What a database refuses to keep: NUL, and halves of characters. Lines and tabs are fine in what somebody writes. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** True for a text that no single line of text may be. */
export const hasControl = (text: string): boolean => CONTROL.test(text);

/** Where a text in the address of a request has a control character; `undefined` when none has. */
export const controlIn = (value: unknown): string | undefined => placeOf(value, CONTROL);

/** Where a text in a body cannot be stored; `undefined` when all can. */
export const unstorableIn = (value: unknown): string | undefined => placeOf(value, UNSTORABLE);

/** Dotted path of the first text that a pattern matches, names of fields included. */
function placeOf(value: unknown, pattern: RegExp, path: readonly string[] = []): string | undefined {
  if (typeof value === 'string') return pattern.test(value) ? path.join('.') : undefined;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    // The name itself is not repeated to the client.
    if (pattern.test(key)) return path.join('.');
    const found = placeOf(item, pattern, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
