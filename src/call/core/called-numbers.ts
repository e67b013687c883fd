/** The numbers that are ours. */
export interface CalledNumbers {
  /** True for a called number, extension or name of the list; `undefined` (a URI without user) is in none. */
  has(user: string | undefined): boolean;
}

/** One entry: a number such as `+15550100`, an extension, a name, or the beginning of numbers with `*` at its end. */
const ENTRY = /^\+?[\w.-]{1,64}\*?$/;

/**
 * Parses a list of numbers. `+`, `00` and punctuation make no difference; names have no case.
 *
 * @returns the list, or the entries that could not be read
 */
export function parseCalledNumbers(
  entries: readonly string[],
):
  | { readonly ok: true; readonly value: CalledNumbers }
  | { readonly ok: false; readonly error: readonly string[] } {
  const bad = entries.filter((entry) => !ENTRY.test(entry.trim()));
  if (bad.length > 0) return { ok: false, error: bad };
  const whole = new Set<string>();
  const prefixes: string[] = [];
  for (const entry of entries.map((text) => text.trim())) {
    if (entry.endsWith('*')) prefixes.push(plain(entry.slice(0, -1)));
    else whole.add(plain(entry));
  }
  return {
    ok: true,
    value: {
      has(user) {
        if (user === undefined) return false;
        const called = plain(user);
        return whole.has(called) || prefixes.some((prefix) => called.startsWith(prefix));
      },
    },
  };
}

/** Digits alone for what looks like a telephone number, else the name in lower case. */
function plain(user: string): string {
  if (!/^\+?[\d().\s-]+$/.test(user)) return user.toLowerCase();
  return user.replace(/[^\d]/g, '').replace(/^00/, '');
}
