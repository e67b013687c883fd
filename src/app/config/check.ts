import type { SettingKey, SettingValues } from './settings.js';

/** Something wrong with one or more settings. */
export interface ConfigProblem {
  /** The settings it is about; the first is the one to change. */
  readonly keys: readonly SettingKey[];
  /** One sentence that names key, value and what is allowed. */
  readonly message: string;
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').toLowerCase();
  return plain === 'localhost' || plain === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

type Check = (v: Partial<SettingValues>) => ConfigProblem | undefined;

/** Checks over several settings; one whose settings are themselves wrong is passed over. */
const CHECKS: readonly Check[] = [
  ({ HTTP_HOST, ADMIN_TOKEN }) =>
    HTTP_HOST === undefined || isLoopback(HTTP_HOST) || ADMIN_TOKEN !== undefined
      ? undefined
      : {
          keys: ['ADMIN_TOKEN', 'HTTP_HOST'],
          message: `ADMIN_TOKEN is not set although HTTP_HOST is "${HTTP_HOST}", which other machines can reach: set ADMIN_TOKEN to a long random text, or HTTP_HOST to 127.0.0.1`,
        },
  ({ RTP_PORT_MIN: min, RTP_PORT_MAX: max }) =>
    min === undefined || max === undefined || max > min
      ? undefined
      : {
          keys: ['RTP_PORT_MAX', 'RTP_PORT_MIN'],
          message: `RTP_PORT_MAX is "${max}": it must be greater than RTP_PORT_MIN, which is ${min}`,
        },
  ({ RTP_PORT_MIN: min, RTP_PORT_MAX: max, MAX_CALLS: calls }) => {
    if (min === undefined || max === undefined || calls === undefined || max <= min) return undefined;
    const pairs = portPairs(min, max);
    if (pairs >= calls) return undefined;
    return {
      keys: ['MAX_CALLS', 'RTP_PORT_MIN', 'RTP_PORT_MAX'],
      message: `MAX_CALLS is "${calls}": it must be at most ${pairs}, the number of port pairs from RTP_PORT_MIN ${min} to RTP_PORT_MAX ${max}`,
    };
  },
  ({ SIP_PORT: sip, RTP_PORT_MIN: min, RTP_PORT_MAX: max }) =>
    sip === undefined || min === undefined || max === undefined || sip < min || sip > max
      ? undefined
      : {
          keys: ['SIP_PORT', 'RTP_PORT_MIN', 'RTP_PORT_MAX'],
          message: `SIP_PORT is "${sip}": it must lie outside the RTP ports ${min} to ${max}`,
        },
  ({ SIP_PORT: sip, HTTP_PORT: http }) =>
    sip === undefined || sip === 0 || sip !== http
      ? undefined
      : {
          keys: ['HTTP_PORT', 'SIP_PORT'],
          message: `HTTP_PORT is "${http}": it must differ from SIP_PORT, which listens on TCP too`,
        },
  ({ FOLLOWUP_WEBHOOK_SECRET: secret, FOLLOWUP_WEBHOOK_URL: url }) =>
    secret === undefined || url !== undefined
      ? undefined
      : {
          keys: ['FOLLOWUP_WEBHOOK_URL', 'FOLLOWUP_WEBHOOK_SECRET'],
          message: 'FOLLOWUP_WEBHOOK_URL is not set although FOLLOWUP_WEBHOOK_SECRET is: set both or neither',
        },
];

/** Even ports whose odd neighbour is in the range too; RTP takes the even one (RFC 3550 section 11). */
export function portPairs(min: number, max: number): number {
  const firstEven = min + (min % 2);
  return Math.max(0, Math.floor((max - firstEven + 1) / 2));
}

/** Every problem that shows only when settings are seen together. */
export function crossCheck(values: Partial<SettingValues>, wrong: ReadonlySet<SettingKey>): ConfigProblem[] {
  return CHECKS.map((check) => check(values)).filter(
    (problem): problem is ConfigProblem =>
      problem !== undefined && !problem.keys.some((key) => wrong.has(key)),
  );
}

/** Things that work but probably are not meant. */
export function crossWarnings(values: SettingValues): string[] {
  const warnings: string[] = [];
  if (values.ADMIN_TOKEN !== undefined && values.ADMIN_TOKEN.length < 16) {
    warnings.push('ADMIN_TOKEN is shorter than 16 characters and can be guessed; use a long random text');
  }
  if (values.FOLLOWUP_WEBHOOK_URL !== undefined && values.FOLLOWUP_WEBHOOK_SECRET === undefined) {
    warnings.push(
      'FOLLOWUP_WEBHOOK_SECRET is not set: receivers cannot tell a forged follow-up from a real one',
    );
  }
  if (values.LOG_PII) {
    warnings.push('LOG_PII is true: telephone numbers, names and transcripts are written to the log');
  }
  return warnings;
}
