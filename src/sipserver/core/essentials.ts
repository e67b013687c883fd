import { err, ok, type Result } from '../../kernel/result.js';
import {
  param,
  parseAddress,
  parseCSeq,
  parseVia,
  splitList,
  type Address,
  type CSeq,
  type Via,
} from './header-values.js';
import type { SipMessage } from './message.js';

/** The headers every message needs (RFC 3261 section 8.1.1), taken apart once. */
export interface Essentials {
  readonly via: Via;
  readonly callId: string;
  readonly cseq: CSeq;
  readonly from: Address;
  readonly to: Address;
  /** Empty when the header has no tag (RFC 3261 section 12.1.1 treats it as null). */
  readonly fromTag: string;
  /** Empty when the header has no tag. */
  readonly toTag: string;
  /** Branch of the top Via, empty when there is none. */
  readonly branch: string;
}

/** Headers that may stand once only. */
const SINGLE = ['from', 'to', 'call-id', 'cseq', 'max-forwards'] as const;

/**
 * Reads the essential headers.
 *
 * @returns them, or the name of the header that is missing, doubled or malformed
 */
export function essentials(message: SipMessage): Result<Essentials, string> {
  const { headers } = message;
  for (const key of SINGLE) {
    let seen = 0;
    for (const field of headers.fields) if (field.key === key) seen++;
    if (seen > 1 || (seen === 0 && key !== 'max-forwards')) return err(key);
  }
  const via = parseVia(splitList(headers.get('via') ?? '')[0] ?? '');
  if (via === undefined) return err('via');
  const cseq = parseCSeq(headers.get('cseq') ?? '');
  if (cseq === undefined) return err('cseq');
  if (message.kind === 'request' && cseq.method !== message.method) return err('cseq');
  const callId = headers.get('call-id') ?? '';
  if (callId === '' || /\s/.test(callId)) return err('call-id');
  const from = parseAddress(headers.get('from') ?? '');
  if (from === undefined) return err('from');
  const to = parseAddress(headers.get('to') ?? '');
  if (to === undefined) return err('to');
  return ok({
    via,
    callId,
    cseq,
    from,
    to,
    fromTag: param(from.params, 'tag') ?? '',
    toTag: param(to.params, 'tag') ?? '',
    branch: param(via.params, 'branch') ?? '',
  });
}
