import { resolve } from 'node:path';
import { portPairs } from './check.js';
import type { SipServerChoice } from './kinds.js';
import type { SettingValues } from './settings.js';

/** Severities of the log, from the noisiest. */
export type LogLevel = SettingValues['LOG_LEVEL'];

/** The validated settings, grouped by who uses them. Durations are milliseconds, paths absolute. */
export interface Config {
  readonly sip: {
    readonly server: SipServerChoice;
    readonly host: string;
    /** 0 = any free port. */
    readonly port: number;
    readonly publicHost: string | undefined;
    /** `address/prefix` each. */
    readonly trustedPeers: readonly string[];
  };
  readonly calls: {
    readonly max: number;
    /** `undefined` = no limit. */
    readonly maxDurationMs: number | undefined;
    /** SIP address of a person. */
    readonly transferTarget: string | undefined;
    readonly shutdownGraceMs: number;
  };
  readonly rtp: {
    readonly portMin: number;
    readonly portMax: number;
    /** `undefined` = a silent peer is never hung up on. */
    readonly inactivityMs: number | undefined;
  };
  readonly http: {
    readonly host: string;
    /** 0 = any free port. */
    readonly port: number;
    readonly adminToken: string | undefined;
    readonly allowedOrigins: readonly string[];
    /** 0 = no limit. */
    readonly rateLimitPerMinute: number;
  };
  readonly sessions: { readonly ttlMs: number };
  readonly speech: {
    readonly sttWorkers: number;
    readonly ttsWorkers: number;
    readonly voice: string;
  };
  readonly dialog: {
    /** `undefined` = the file of the package. */
    readonly businessFile: string | undefined;
    readonly knowledgeBaseDir: string | undefined;
    readonly promptsDir: string | undefined;
    readonly timezone: string | undefined;
  };
  readonly store: {
    readonly dataDir: string;
    readonly databaseUrl: string | undefined;
    readonly redisUrl: string | undefined;
    readonly redisPrefix: string;
    /** Advisors at the same time. */
    readonly appointmentCapacity: number;
  };
  readonly followup: {
    readonly webhookUrl: string | undefined;
    readonly webhookSecret: string | undefined;
  };
  readonly evaluation: { readonly dataDir: string | undefined };
  readonly log: { readonly level: LogLevel; readonly pii: boolean };
  /** Sentences about things that look wrong but do not stop the program. */
  readonly warnings: readonly string[];
}

/** More would queue for the recogniser of one machine long before the ports are used up. */
const DEFAULT_MAX_CALLS = 100;

const seconds = (value: number): number => value * 1000;
const secondsUnlessZero = (value: number): number | undefined => (value === 0 ? undefined : value * 1000);

/** Groups typed values; relative paths are resolved against `cwd`. */
export function groupSettings(v: SettingValues, cwd: string, warnings: readonly string[]): Config {
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(cwd, path);
  return {
    sip: {
      server: v.SIP_SERVER,
      host: v.SIP_HOST,
      port: v.SIP_PORT,
      publicHost: v.PUBLIC_HOST,
      trustedPeers: v.TRUSTED_PEERS,
    },
    calls: {
      max: v.MAX_CALLS ?? Math.min(DEFAULT_MAX_CALLS, portPairs(v.RTP_PORT_MIN, v.RTP_PORT_MAX)),
      maxDurationMs: secondsUnlessZero(v.MAX_CALL_SECONDS),
      transferTarget: v.TRANSFER_TARGET,
      shutdownGraceMs: seconds(v.SHUTDOWN_GRACE_S),
    },
    rtp: {
      portMin: v.RTP_PORT_MIN,
      portMax: v.RTP_PORT_MAX,
      inactivityMs: secondsUnlessZero(v.RTP_INACTIVITY_S),
    },
    http: {
      host: v.HTTP_HOST,
      port: v.HTTP_PORT,
      adminToken: v.ADMIN_TOKEN,
      allowedOrigins: v.ALLOWED_ORIGINS,
      rateLimitPerMinute: v.RATE_LIMIT_PER_MINUTE,
    },
    sessions: { ttlMs: seconds(v.SESSION_TTL_S) },
    speech: { sttWorkers: v.STT_WORKERS, ttsWorkers: v.TTS_WORKERS, voice: v.TTS_VOICE },
    dialog: {
      businessFile: absolute(v.BUSINESS_FILE),
      knowledgeBaseDir: absolute(v.KNOWLEDGE_BASE_DIR),
      promptsDir: absolute(v.PROMPTS_DIR),
      timezone: v.TIMEZONE,
    },
    store: {
      dataDir: resolve(cwd, v.DATA_DIR),
      databaseUrl: v.DATABASE_URL,
      redisUrl: v.REDIS_URL,
      redisPrefix: v.REDIS_PREFIX,
      appointmentCapacity: v.APPOINTMENT_CAPACITY,
    },
    followup: { webhookUrl: v.FOLLOWUP_WEBHOOK_URL, webhookSecret: v.FOLLOWUP_WEBHOOK_SECRET },
    evaluation: { dataDir: absolute(v.LEIBNIZ_DATA_DIR) },
    log: { level: v.LOG_LEVEL, pii: v.LOG_PII },
    warnings,
  };
}
