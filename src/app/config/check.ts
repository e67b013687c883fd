import { modelChoice } from './models.js';
import type { ConfigProblem } from './problem.js';
import type { SettingKey, SettingValues } from './settings.js';
import { ttsProblem, ttsWarnings } from './tts-settings.js';

export type { ConfigProblem } from './problem.js';

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').toLowerCase();
  return plain === 'localhost' || plain === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

/** What each recogniser outside of the program needs; in the order in which they are asked after the first. */
export const STT_NEEDS: Readonly<Record<string, SettingKey>> = {
  deepgram: 'DEEPGRAM_API_KEY',
  assemblyai: 'ASSEMBLYAI_API_KEY',
  gemini: 'GEMINI_API_KEY',
  openai: 'STT_OPENAI_URL',
  sherpa: 'SHERPA_STT_DIR',
};

type Check = (v: Partial<SettingValues>) => ConfigProblem | undefined;

/** Checks over several settings; one whose settings are themselves wrong is passed over. */
const CHECKS: readonly Check[] = [
  ({ AUTH_SECRET: secret }) =>
    secret === undefined || secret.length >= 32
      ? undefined
      : {
          keys: ['AUTH_SECRET'],
          message:
            'AUTH_SECRET is shorter than 32 characters: make one with openssl rand -hex 32, or leave it unset',
        },
  ({ HTTP_HOST, ADMIN_TOKEN }) => weakToken('ADMIN_TOKEN', HTTP_HOST, ADMIN_TOKEN),
  ({ HTTP_HOST, CALENDAR_FEED_TOKEN }) => weakToken('CALENDAR_FEED_TOKEN', HTTP_HOST, CALENDAR_FEED_TOKEN),
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
  ({ SIP_SESSION_EXPIRES_S: expires, SIP_MIN_SE_S: min }) =>
    expires === undefined || min === undefined || expires === 0 || expires >= min
      ? undefined
      : {
          keys: ['SIP_SESSION_EXPIRES_S', 'SIP_MIN_SE_S'],
          message: `SIP_SESSION_EXPIRES_S is "${expires}": it must be 0 or at least SIP_MIN_SE_S, which is ${min}`,
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
  ({ EMBEDDING_MODEL: model, EMBEDDING_URL: url, GEMINI_API_KEY: key }) => {
    const isGemini = model?.startsWith('gemini://') === true;
    if (isGemini && key === undefined) {
      return {
        keys: ['GEMINI_API_KEY'],
        message: `EMBEDDING_MODEL is "${model}" although GEMINI_API_KEY is not set: set it`,
      };
    }
    return isGemini || (model === undefined) === (url === undefined)
      ? undefined
      : {
          keys: ['EMBEDDING_MODEL', 'EMBEDDING_URL'],
          message: 'of EMBEDDING_MODEL and EMBEDDING_URL only one is set: set both or neither',
        };
  },
  ({ PBX_PORT: port, PBX_HOST: host, PBX_SECRET: secret }) =>
    port === undefined || host === undefined || isLoopback(host) || secret !== undefined
      ? undefined
      : {
          keys: ['PBX_SECRET', 'PBX_HOST'],
          message: `PBX_SECRET is not set although PBX_HOST is "${host}", which other machines can reach: set PBX_SECRET to a long random text, or PBX_HOST to 127.0.0.1`,
        },
  ({ AUDIOSOCKET_PORT: audio, PBX_PORT: port }) =>
    audio === undefined || port !== undefined
      ? undefined
      : {
          keys: ['PBX_PORT', 'AUDIOSOCKET_PORT'],
          message:
            'PBX_PORT is not set although AUDIOSOCKET_PORT is: calls of AudioSocket are announced at PBX_PORT',
        },
  (v) => {
    const provider = v.STT_PRIMARY_PROVIDER;
    const needed = provider === undefined ? undefined : STT_NEEDS[provider];
    if (needed === undefined || v[needed] !== undefined) return undefined;
    return {
      keys: [needed, 'STT_PRIMARY_PROVIDER'],
      message: `${needed} is not set although STT_PRIMARY_PROVIDER is "${provider}", which needs it: set ${needed}, or leave STT_PRIMARY_PROVIDER out`,
    };
  },
  ttsProblem,
  ({ FOLLOWUP_WEBHOOK_SECRET: secret, FOLLOWUP_WEBHOOK_URL: url }) =>
    secret === undefined || url !== undefined
      ? undefined
      : {
          keys: ['FOLLOWUP_WEBHOOK_URL', 'FOLLOWUP_WEBHOOK_SECRET'],
          message: 'FOLLOWUP_WEBHOOK_URL is not set although FOLLOWUP_WEBHOOK_SECRET is: set both or neither',
        },
  (values) => modelChoice(values).problem,
];

/** Shorter tokens can be guessed. */
const LEAST_TOKEN_LENGTH = 16;
/** A long run of few characters can be guessed too. */
const LEAST_TOKEN_CHARACTERS = 6;

/** A token that can be guessed, on an address that others reach. */
function weakToken(
  key: 'ADMIN_TOKEN' | 'CALENDAR_FEED_TOKEN',
  host: string | undefined,
  token: string | undefined,
): ConfigProblem | undefined {
  if (host === undefined || token === undefined || isLoopback(host)) return undefined;
  if (token.length >= LEAST_TOKEN_LENGTH && new Set(token).size >= LEAST_TOKEN_CHARACTERS) return undefined;
  return {
    keys: [key, 'HTTP_HOST'],
    message: `${key} can be guessed, and HTTP_HOST is "${host}", which other machines can reach: set it to at least ${LEAST_TOKEN_LENGTH} random characters, such as the output of: openssl rand -hex 32`,
  };
}

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
  if (values.ADMIN_TOKEN !== undefined && values.ADMIN_TOKEN.length < LEAST_TOKEN_LENGTH) {
    warnings.push('ADMIN_TOKEN is shorter than 16 characters and can be guessed; use a long random text');
  }
  if (values.FOLLOWUP_WEBHOOK_URL !== undefined && values.FOLLOWUP_WEBHOOK_SECRET === undefined) {
    warnings.push(
      'FOLLOWUP_WEBHOOK_SECRET is not set: receivers cannot tell a forged follow-up from a real one',
    );
  }
  if (values.SIP_PEERS.some((peer) => peer === 'any' || /\/0$/.test(peer))) {
    warnings.push(
      'SIP_PEERS is open: whoever reaches SIP_PORT can call, scanners included; list the networks of your phones and carriers',
    );
  }
  const nobodyElse = values.SIP_PEERS.length === 0 && values.TRUSTED_PEERS.length === 0;
  if (nobodyElse && !isLoopback(values.SIP_HOST)) {
    warnings.push(
      `SIP_PEERS is empty although SIP_HOST is "${values.SIP_HOST}": only this machine can call; list the networks of your phones and carriers`,
    );
  }
  const pairs = portPairs(values.RTP_PORT_MIN, values.RTP_PORT_MAX);
  if (values.MAX_CALLS !== undefined && pairs < 2 * values.MAX_CALLS) {
    warnings.push(
      `the range RTP_PORT_MIN to RTP_PORT_MAX has ${pairs} pairs of ports for MAX_CALLS ${values.MAX_CALLS}: a freed pair rests for a second, so many short calls need twice as many pairs as calls`,
    );
  }
  for (const [provider, key] of Object.entries(STT_NEEDS)) {
    // A key of Gemini serves language models and voices too.
    const isUnused = values.STT_PRIMARY_PROVIDER === undefined && values[key] !== undefined;
    if (!isUnused || provider === 'gemini') continue;
    warnings.push(
      `${key} is set although STT_PRIMARY_PROVIDER is not: speech is recognised on this machine; set STT_PRIMARY_PROVIDER=${provider} to use it`,
    );
  }
  warnings.push(...ttsWarnings(values));
  if (values.LOG_PII) {
    warnings.push('LOG_PII is true: telephone numbers, names and transcripts are written to the log');
  }
  return warnings;
}
