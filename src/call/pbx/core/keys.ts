import type { DtmfDigit } from '../../../kernel/vocab.js';

/** A key as an exchange names it; undefined when it is none. */
export function keyOf(text: unknown): DtmfDigit | undefined {
  const key = typeof text === 'string' ? text.toUpperCase() : '';
  return /^[0-9*#A-D]$/.test(key) ? (key as DtmfDigit) : undefined;
}
