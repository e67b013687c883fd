/** Stands in a log line for something that must not be in it. */
export const REDACTED = '[redacted]';

/** Nesting below which nothing is logged. */
const MAX_DEPTH = 6;

/** Keys whose values are secrets wherever they stand. */
const SECRET_KEY =
  /^(authorization|proxy-authorization|cookie|password|passwd|secret|token|api_?key|credentials?|.*(secret|token|password))$/i;

/**
 * A copy fit for a log: values under a key `pii` are hidden unless `keepPii`, secrets always. Errors, dates and
 * buffers are passed on for the serialisers; deeper nesting than {@link MAX_DEPTH} is cut off.
 */
export function redactForLog(
  value: Readonly<Record<string, unknown>>,
  keepPii: boolean,
): Record<string, unknown> {
  return redactObject(value, keepPii, 0);
}

function redactObject(value: object, keepPii: boolean, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (SECRET_KEY.test(key) && inner !== undefined) out[key] = REDACTED;
    else if (key === 'pii' && !keepPii) out[key] = REDACTED;
    else out[key] = redactValue(inner, keepPii, depth + 1);
  }
  return out;
}

function redactValue(value: unknown, keepPii: boolean, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || value instanceof Date) {
    return value;
  }
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[nested]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redactValue(item, keepPii, depth + 1));
  return redactObject(value, keepPii, depth);
}
