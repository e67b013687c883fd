/** Reads of JSON that a stranger sent: what is not of the wanted kind is undefined. */

/** A JSON object whose members nobody has checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a text of JSON holds, or UTF-8 bytes of one; undefined when it is none. */
export function parsedJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text)) as unknown;
  } catch {
    return undefined;
  }
}

/** A value as an object with keys; undefined for everything else, lists included. */
export function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The object that a text of JSON holds. */
export const jsonObject = (text: string | Uint8Array): Fields | undefined => objectOf(parsedJson(text));

/** A member of an object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Fields)[name]
    : undefined;
}

/** A member that is a text. */
export function textAt(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** A member that is a finite number. */
export function numberAt(value: unknown, name: string): number | undefined {
  const found = member(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** A member that is a list; an empty one where it is none. */
export function listAt(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}

/** The objects of a list, lists left out. */
export const objectsAt = (value: unknown, name: string): readonly Fields[] =>
  listAt(value, name).flatMap((item): readonly Fields[] => {
    const object = objectOf(item);
    return object === undefined ? [] : [object];
  });

/** A member that is a list of finite numbers; an empty one where anything else is in it. */
export function numbersAt(value: unknown, name: string): readonly number[] {
  const found = listAt(value, name);
  return found.every((one): one is number => typeof one === 'number' && Number.isFinite(one)) ? found : [];
}
