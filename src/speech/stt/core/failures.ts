import type { FailureKind } from '../../../kernel/failure.js';

const MONEY = /quota|credit|balance|billing|payment|insufficient funds/i;
const RATE = /too many|concurren|rate.?limit|faster than real/i;
const KEY = /api.?key|unauthori[sz]ed|not authorized|permission|forbidden|authentication/i;

/**
 * What a close code says of a provider (RFC 6455 section 7.4; AssemblyAI 3005-3009). The reason text decides where it
 * is plainer than the number: providers put several meanings under 1008 and 1011.
 */
export function failureOfClose(code: number, reason: string): FailureKind {
  if (MONEY.test(reason)) return 'quota_or_money';
  if (RATE.test(reason)) return 'rate_limit';
  if (KEY.test(reason)) return 'auth';
  switch (code) {
    case 1000:
    case 1001:
    case 1005:
    case 1006: {
      return 'truncated';
    }
    case 1002:
    case 1003:
    case 1007:
    case 3006:
    case 3007: {
      return 'bad_request';
    }
    case 1008: {
      return 'auth';
    }
    case 3009: {
      return 'rate_limit';
    }
    default: {
      return 'overloaded';
    }
  }
}

/** True where asking again at once, or in a moment, cannot help. */
export const isLasting = (kind: FailureKind): boolean =>
  kind === 'auth' || kind === 'quota_or_money' || kind === 'bad_request';
