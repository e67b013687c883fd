/** Bytes of a file that are asked for, both ends included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of a file that a `Range` header asks for (RFC 9110 section 14.1.2).
 *
 * @returns `whole` where nothing is asked for, or something that this server need not understand: another unit, several
 *   ranges; `outside` when no byte of the file is in it
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'whole' | 'outside' {
  const [, first = '', last = ''] = /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const length = Number(last);
    return length === 0 || size === 0 ? 'outside' : { from: Math.max(0, size - length), to: size - 1 };
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Number(last);
  if (to < from && last !== '') return 'whole';
  return from >= size ? 'outside' : { from, to: Math.min(to, size - 1) };
}
