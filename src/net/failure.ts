import type { Failure, FailureKind } from '../kernel/failure.js';
import { member, parsedJson } from '../kernel/json.js';

export type { Failure, FailureKind };

/** Header fields of an answer, names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const OUT_OF_MONEY = /insufficient_quota|quota_exceeded|credit_balance|billing/i;
const LONGEST_CODE = 64;

/**
 * The failure that an HTTP status means. Bodies of the usual shapes (`{error: {code, type, message}}`,
 * `{detail: {status}}`, `{code}`) give the code; their free text is not kept, since services echo requests in it.
 *
 * @param status - a status outside 200-299
 * @param body - the text of the answer, as much of it as was read
 * @param nowMs - wall clock, for a Retry-After that is a date (RFC 9110, 10.2.3)
 */
export function failureOfStatus(status: number, headers: ReplyHeaders, body: string, nowMs: number): Failure {
  const code = codeOf(body);
  const retryAfterMs = retryAfter(headers['retry-after'], nowMs) ?? retryInfo(body);
  return {
    kind: kindOf(status, `${code ?? ''} ${body.slice(0, 2000)}`),
    message: `the service answered ${status}`,
    status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function kindOf(status: number, words: string): FailureKind {
  if (status === 402) return 'quota_or_money';
  if (status === 429) return OUT_OF_MONEY.test(words) ? 'quota_or_money' : 'rate_limit';
  if (status === 401 || status === 403) return OUT_OF_MONEY.test(words) ? 'quota_or_money' : 'auth';
  if (status === 400 && /API_KEY_INVALID/.test(words)) return 'auth';
  if (status === 408) return 'stalled';
  return status >= 500 || status < 400 ? 'overloaded' : 'bad_request';
}

function codeOf(body: string): string | undefined {
  const value = parsedJson(body);
  const error = member(value, 'error') ?? member(value, 'detail') ?? value;
  for (const name of ['code', 'status', 'type']) {
    const found = member(error, name);
    if (typeof found === 'string' && found.length <= LONGEST_CODE && /^[\w.:-]+$/.test(found)) return found;
  }
  return undefined;
}

/** google.rpc.RetryInfo within `error.details`. */
function retryInfo(body: string): number | undefined {
  const delay = /"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d{1,9})?)s"/.exec(body)?.[1];
  return delay === undefined ? undefined : Math.round(Number(delay) * 1000);
}

function retryAfter(value: string | readonly string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\s*\d{1,7}\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
