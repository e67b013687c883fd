/** Where numbers are: time zones by the digits that numbers begin with. */
export type NumberZones = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the table: lines `digits|Zone&Zone`, comments with `#`.
 *
 * @throws Error naming the line that is neither
 */
export function parseNumberZones(text: string): NumberZones {
  const table = new Map<string, readonly string[]>();
  for (const [index, row] of text.split('\n').entries()) {
    const line = row.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = /^(\d{1,15})\|([\w+\-/]+(?:&[\w+\-/]+)*)$/.exec(line);
    if (match === null) throw new Error(`line ${index + 1} is not "digits|Zone&Zone"`);
    table.set(match[1] ?? '', (match[2] ?? '').split('&'));
  }
  return table;
}

/** E.164: a plus sign, and 7 to 15 digits of which the first is no zero. */
export const isE164 = (number: string): boolean => /^\+[1-9]\d{6,14}$/.test(number);

/**
 * Every zone in which the bearer of a number may be: those of the longest beginning that the table knows. None when it
 * knows no beginning of it.
 */
export function zonesOfNumber(number: string, table: NumberZones): readonly string[] {
  if (!isE164(number)) return [];
  for (let length = number.length; length > 1; length--) {
    const zones = table.get(number.slice(1, length));
    if (zones !== undefined) return zones;
  }
  return [];
}
