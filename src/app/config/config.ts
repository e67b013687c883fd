import { resolve } from 'node:path';
import type { ModelLimits } from '../../dialog/llm/limited-model.js';
import type { ModelSpec } from '../../dialog/llm/open-model.js';
import type { Price, Sampling } from '../../dialog/llm/types.js';
import type { LinePolicies } from '../../recording/core/policy.js';
import type { SttProviders, TtsProviders } from '../../speech/index.js';
import { portPairs } from './check.js';
import { knowledgeSettings, type KnowledgeSettings } from './knowledge-settings.js';
import { modelChoice } from './models.js';
import type { SipServerChoice } from './kinds.js';
import type { CallingHours } from '../../outbound/core/hours.js';
import type { Trunk } from '../../session/outbound/sip-line.js';
import type { SettingValues } from './settings.js';
import { sttSettings } from './stt-settings.js';
import { ttsSettings } from './tts-settings.js';

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
    /** Networks, names, or `any`: who may call beside this machine; `trustedPeers` included. */
    readonly peers: readonly string[];
    /** Called numbers that are ours; empty = every number. */
    readonly numbers: readonly string[];
    /** `address/prefix` each. */
    readonly trustedPeers: readonly string[];
    /** Session timers in seconds; `undefined` = none. */
    readonly sessionTimer: { readonly expiresS: number; readonly minS: number } | undefined;
  };
  readonly calls: {
    /** `undefined` = as the machine allows, found out at the start. */
    readonly max: number | undefined;
    /** `undefined` = no limit. */
    readonly maxDurationMs: number | undefined;
    /** SIP address of a person. */
    readonly transferTarget: string | undefined;
    readonly shutdownGraceMs: number;
  };
  /** Calls that the agent makes. */
  readonly outbound: {
    /** `undefined` = nobody is called. */
    readonly trunk: Trunk | undefined;
    readonly prefixes: readonly string[];
    readonly maxCalls: number;
    readonly callsPerSecond: number;
    readonly hours: Omit<CallingHours, 'holidays'>;
    readonly ringMs: number;
    readonly remindBeforeMin: readonly number[];
  };
  /** Exchanges that hand over calls as audio. */
  readonly pbx: {
    readonly host: string;
    /** `undefined` = closed, 0 = any free port. */
    readonly port: number | undefined;
    readonly publicUrl: string | undefined;
    readonly secret: string | undefined;
    readonly jambonzWebhookSecret: string | undefined;
    readonly jambonzTransfer: 'dial' | 'refer';
    readonly audioSocketPort: number | undefined;
    /** `address/prefix` each. */
    readonly audioSocketPeers: readonly string[];
  };
  readonly rtp: {
    readonly portMin: number;
    readonly portMax: number;
    /** Pairs of ports in the range. */
    readonly pairs: number;
    /** `undefined` = a silent peer is never hung up on. */
    readonly inactivityMs: number | undefined;
    /** Best first. */
    readonly codecs: SettingValues['AUDIO_CODECS'];
  };
  readonly http: {
    readonly host: string;
    /** 0 = any free port. */
    readonly port: number;
    readonly adminToken: string | undefined;
    /** Opens the calendar feed, in its address. */
    readonly calendarFeedToken: string | undefined;
    readonly allowedOrigins: readonly string[];
    /** `address/prefix` each. */
    readonly trustedProxies: readonly string[];
    /** 0 = no limit. */
    readonly rateLimitPerMinute: number;
    readonly publicUrl: string | undefined;
    /** Whether the console is served. */
    readonly console: boolean;
    readonly auth: {
      /** `undefined` = a key of its own in the data folder. */
      readonly secret: string | undefined;
      readonly registration: 'closed' | 'open';
      readonly accessTtlS: number;
      readonly refreshTtlS: number;
    };
  };
  readonly sessions: { readonly ttlMs: number };
  /** Supervisors with calls in progress. */
  readonly live: { readonly maxListeners: number; readonly graceMs: number };
  /** Which calls are recorded, and for how long. */
  readonly recording: { readonly policies: LinePolicies; readonly keepDays: number };
  /** Roles in other processes, by what they do; none = in this process. */
  readonly services: {
    readonly stt: readonly string[];
    readonly intent: readonly string[];
    readonly rag: readonly string[];
    readonly tts: readonly string[];
    readonly appointment: readonly string[];
    readonly guard: readonly string[];
    /** When the engines that stand in for them are loaded. */
    readonly fallback: 'start' | 'first_use';
  };
  /** What is judged of what is said. */
  readonly guard: { readonly enabled: boolean; readonly pii: boolean; readonly toxicity: boolean };
  /** Ports of roles that run alone, where they are not the usual ones. */
  readonly rolePorts: Readonly<Record<string, number>>;
  readonly speech: {
    readonly sttWorkers: number;
    /** Recognisers by name, first choice first; the embedded one is always the last. */
    readonly stt: readonly string[];
    readonly sttProviders: SttProviders;
    /** Silence of the caller after which the agent speaks. */
    readonly silence: {
      readonly firstMs: number;
      readonly afterGreetingMs: number;
      readonly decisionMs: number;
    };
    readonly ttsWorkers: number;
    /** Voices by engine, first choice first; the embedded one is always the last. */
    readonly tts: readonly string[];
    readonly ttsProviders: TtsProviders;
    /** Whether engines are chosen by the text and the time that a caller can wait. */
    readonly ttsAuto: boolean;
    readonly voice: string;
    /** `undefined` = callers are heard as they sound. */
    readonly denoiseBelowDb: number | undefined;
  };
  readonly dialog: {
    /** `undefined` = the package itself. */
    readonly packDir: string | undefined;
    readonly promptsDir: string | undefined;
    readonly timezone: string | undefined;
  };
  readonly knowledge: KnowledgeSettings;
  readonly store: {
    readonly dataDir: string;
    readonly databaseUrl: string | undefined;
    readonly redisUrl: string | undefined;
    readonly redisPrefix: string;
    readonly blobMaxBytes: number;
  };
  readonly cache: { readonly maxEntries: number; readonly maxBytes: number; readonly shared: boolean };
  readonly followup: {
    readonly webhookUrl: string | undefined;
    readonly webhookSecret: string | undefined;
  };
  readonly llm: {
    readonly mode: SettingValues['MODEL_MODE'];
    /** First choice first; empty without a model. */
    readonly specs: readonly ModelSpec[];
    readonly sampling: Sampling;
    readonly limits: ModelLimits;
    /** Of a spoken answer. */
    readonly firstMs: number;
    readonly totalMs: number;
    readonly cacheTtlMs: number;
    readonly prices: Readonly<Record<string, Price>>;
    /** Whether a model may call tools. */
    readonly tools: boolean;
    /** Whether it may be asked while the caller pauses. */
    readonly speculates: boolean;
    readonly searchUrl: string | undefined;
    /** Addresses of MCP servers by name. */
    readonly mcpServers: Readonly<Record<string, string>>;
  };
  readonly evaluation: { readonly dataDir: string | undefined };
  readonly log: { readonly level: LogLevel; readonly pii: boolean };
  /** Sentences about things that look wrong but do not stop the program. */
  readonly warnings: readonly string[];
  /** Names and texts as they came in: addresses and tokens that a pack's tools name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const seconds = (value: number): number => value * 1000;
const secondsUnlessZero = (value: number): number | undefined => (value === 0 ? undefined : value * 1000);

/** Requests that may wait for a model. */
const MAX_QUEUED = 64;

function groupModels(v: SettingValues): Config['llm'] {
  return {
    mode: v.MODEL_MODE,
    specs: modelChoice(v).specs,
    sampling: { maxTokens: v.LLM_MAX_TOKENS, temperature: v.LLM_TEMPERATURE, topP: v.LLM_TOP_P },
    limits: { concurrency: v.LLM_CONCURRENCY, perMinute: v.LLM_REQUESTS_PER_MINUTE, queued: MAX_QUEUED },
    firstMs: v.LLM_FIRST_TOKEN_MS,
    totalMs: v.LLM_TOTAL_MS,
    cacheTtlMs: seconds(v.LLM_CACHE_TTL_S),
    prices: v.LLM_PRICES,
    tools: v.ENABLE_TOOLS,
    speculates: v.LLM_SPECULATION,
    searchUrl: v.SEARCH_WEB_URL,
    mcpServers: v.MCP_SERVERS,
  };
}

/** Exchanges that hand over calls as audio. */
function exchanges(v: SettingValues): Config['pbx'] {
  return {
    host: v.PBX_HOST,
    port: v.PBX_PORT,
    publicUrl: v.PBX_PUBLIC_URL,
    secret: v.PBX_SECRET,
    jambonzWebhookSecret: v.JAMBONZ_WEBHOOK_SECRET,
    jambonzTransfer: v.JAMBONZ_TRANSFER,
    audioSocketPort: v.AUDIOSOCKET_PORT,
    audioSocketPeers: v.AUDIOSOCKET_PEERS,
  };
}

function outboundOf(v: SettingValues): Config['outbound'] {
  const { OUTBOUND_TRUNK: uri, OUTBOUND_CALLER_ID: callerId } = v;
  const { OUTBOUND_USERNAME: username, OUTBOUND_PASSWORD: password } = v;
  const auth = username === undefined || password === undefined ? undefined : { username, password };
  return {
    trunk: uri === undefined || callerId === undefined ? undefined : { uri, callerId, auth },
    prefixes: v.OUTBOUND_PREFIXES,
    maxCalls: v.OUTBOUND_MAX_CALLS,
    callsPerSecond: v.OUTBOUND_CPS,
    hours: { ...v.OUTBOUND_HOURS, days: [1, 2, 3, 4, 5, 6] },
    ringMs: seconds(v.OUTBOUND_RING_S),
    remindBeforeMin: v.REMIND_BEFORE_MIN,
  };
}

function groupSpeech(
  v: SettingValues,
  absolute: (path: string | undefined) => string | undefined,
): Config['speech'] {
  return {
    sttWorkers: v.STT_WORKERS,
    ...sttSettings(v, absolute(v.SHERPA_STT_DIR)),
    ...ttsSettings(v, absolute(v.TTS_SHERPA_DIR)),
    silence: {
      firstMs: seconds(v.VAD_TIMEOUT_INITIAL),
      afterGreetingMs: seconds(v.VAD_TIMEOUT_GREETING),
      decisionMs: seconds(v.VAD_TIMEOUT_DECISION),
    },
    ttsWorkers: v.TTS_WORKERS,
    voice: v.TTS_VOICE,
    denoiseBelowDb: v.ENABLE_PREPROCESSING ? v.DENOISE_BELOW_DB : undefined,
  };
}

function groupSip(v: SettingValues): Config['sip'] {
  return {
    server: v.SIP_SERVER,
    host: v.SIP_HOST,
    port: v.SIP_PORT,
    publicHost: v.PUBLIC_HOST,
    peers: [...v.SIP_PEERS, ...v.TRUSTED_PEERS],
    numbers: v.SIP_NUMBERS,
    trustedPeers: v.TRUSTED_PEERS,
    sessionTimer:
      v.SIP_SESSION_EXPIRES_S === 0 ? undefined : { expiresS: v.SIP_SESSION_EXPIRES_S, minS: v.SIP_MIN_SE_S },
  };
}

/** Groups typed values; relative paths are resolved against `cwd`. */
export function groupSettings(
  v: SettingValues,
  cwd: string,
  warnings: readonly string[],
  environment: Config['environment'] = {},
): Config {
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(cwd, path);
  return {
    sip: groupSip(v),
    calls: {
      max: v.MAX_CALLS,
      maxDurationMs: secondsUnlessZero(v.MAX_CALL_SECONDS),
      transferTarget: v.TRANSFER_TARGET,
      shutdownGraceMs: seconds(v.SHUTDOWN_GRACE_S),
    },
    outbound: outboundOf(v),
    pbx: exchanges(v),
    rtp: {
      portMin: v.RTP_PORT_MIN,
      portMax: v.RTP_PORT_MAX,
      pairs: portPairs(v.RTP_PORT_MIN, v.RTP_PORT_MAX),
      inactivityMs: secondsUnlessZero(v.RTP_INACTIVITY_S),
      codecs: v.AUDIO_CODECS,
    },
    http: {
      host: v.HTTP_HOST,
      port: v.HTTP_PORT,
      adminToken: v.ADMIN_TOKEN,
      calendarFeedToken: v.CALENDAR_FEED_TOKEN,
      allowedOrigins: v.ALLOWED_ORIGINS,
      trustedProxies: v.TRUSTED_PROXIES,
      rateLimitPerMinute: v.RATE_LIMIT_PER_MINUTE,
      publicUrl: v.PUBLIC_URL,
      console: v.CONSOLE,
      auth: {
        secret: v.AUTH_SECRET,
        registration: v.AUTH_REGISTRATION,
        accessTtlS: v.ACCESS_TOKEN_TTL_S,
        refreshTtlS: v.REFRESH_TOKEN_TTL_S,
      },
    },
    sessions: { ttlMs: seconds(v.SESSION_TTL_S) },
    live: { maxListeners: v.LIVE_MAX_LISTENERS, graceMs: seconds(v.TAKEOVER_GRACE_S) },
    recording: {
      policies: { usual: v.RECORDING, lines: v.RECORDING_LINES },
      keepDays: v.RETENTION_RECORDINGS_DAYS,
    },
    services: servicesOf(v),
    guard: {
      enabled: v.ENABLE_GUARDRAILS,
      pii: v.ENABLE_PII_DETECTION,
      toxicity: v.TOXICITY_MODEL === 'embedded',
    },
    rolePorts: Object.fromEntries(v.ROLE_PORTS),
    speech: groupSpeech(v, absolute),
    dialog: {
      packDir: absolute(v.PACK),
      promptsDir: absolute(v.PROMPTS_DIR),
      timezone: v.TIMEZONE,
    },
    knowledge: knowledgeSettings(v, absolute),
    store: {
      dataDir: resolve(cwd, v.DATA_DIR),
      databaseUrl: v.DATABASE_URL,
      redisUrl: v.REDIS_URL,
      redisPrefix: v.REDIS_PREFIX,
      blobMaxBytes: v.BLOB_MAX_MB * 1024 * 1024,
    },
    cache: cacheOf(v),
    followup: { webhookUrl: v.FOLLOWUP_WEBHOOK_URL, webhookSecret: v.FOLLOWUP_WEBHOOK_SECRET },
    llm: groupModels(v),
    evaluation: { dataDir: absolute(v.LEIBNIZ_DATA_DIR) },
    log: { level: v.LOG_LEVEL, pii: v.LOG_PII },
    warnings,
    environment,
  };
}

function servicesOf(v: SettingValues): Config['services'] {
  return {
    stt: v.STT_SERVICE_URL,
    intent: v.INTENT_SERVICE_URL,
    rag: v.RAG_SERVICE_URL,
    tts: v.TTS_SERVICE_URL,
    appointment: v.APPOINTMENT_SERVICE_URL,
    guard: [...v.GUARDRAILS_URL, ...v.GUARD_SERVICE_URL],
    fallback: v.SERVICE_FALLBACK,
  };
}

function cacheOf(v: SettingValues): Config['cache'] {
  const maxBytes = v.CACHE_MAX_MB * 1024 * 1024;
  return { maxEntries: v.CACHE_MAX_ENTRIES, maxBytes, shared: v.CACHE_SHARED };
}
