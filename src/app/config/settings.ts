import {
  choice,
  flag,
  host,
  integer,
  networks,
  origins,
  path,
  secretText,
  sipServer,
  sipUri,
  timeZone,
  url,
  word,
  type Kind,
} from './kinds.js';

/** Headings of the settings, in the order in which people read them. */
export const SETTING_GROUPS = [
  'Telephony',
  'Audio',
  'Web',
  'Speech',
  'Conversation',
  'Storage',
  'Follow-up',
  'Logging',
] as const;

/** One of {@link SETTING_GROUPS}. */
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** One setting of the environment. */
export interface Setting<T> extends Kind<T> {
  readonly group: SettingGroup;
  /** What it does, one or two sentences. */
  readonly description: string;
  /** Unit of the value, where it has one. */
  readonly unit?: string;
  /** Text used when the key is absent; `undefined` for a setting that may stay unset. */
  readonly default: string | undefined;
  /** Text that documents an unset setting. */
  readonly example?: string;
  /** Never shown and never logged. `url` hides only the user and password of an address. */
  readonly secret?: true | 'url';
  /** True for files and folders: made absolute. */
  readonly isPath?: true;
}

interface About {
  readonly group: SettingGroup;
  readonly description: string;
  readonly unit?: string;
  readonly example?: string;
  readonly secret?: true | 'url';
  readonly isPath?: true;
}

interface Required<T> extends Setting<T> {
  readonly default: string;
}

interface Optional<T> extends Setting<T> {
  readonly default: undefined;
}

/** A setting with a default. Empty text is taken literally: an error unless the kind allows it. */
function required<T>(kind: Kind<T>, fallback: string, about: About): Required<T> {
  return { ...kind, ...about, default: fallback };
}

/** A setting that may stay unset; empty text also means unset. */
function optional<T>(kind: Kind<T>, about: About): Optional<T> {
  return { ...kind, ...about, default: undefined };
}

/** Every setting of Leibniz. `.env.example` and docs/configuration.md are generated from it. */
export const SETTINGS = {
  SIP_SERVER: required(sipServer, 'embedded', {
    group: 'Telephony',
    description:
      'Which SIP server carries the signalling: the one inside the program, or the control port of a drachtio-server.',
    example: 'drachtio://cymru@127.0.0.1:9022',
    secret: 'url',
  }),
  SIP_HOST: required(host, '127.0.0.1', {
    group: 'Telephony',
    description:
      'Address on which the embedded SIP server and the RTP sockets listen. 0.0.0.0 takes calls from other machines.',
  }),
  SIP_PORT: required(integer(0, 65535), '5060', {
    group: 'Telephony',
    description: 'UDP and TCP port of the embedded SIP server. 0 takes any free port.',
  }),
  PUBLIC_HOST: optional(host, {
    group: 'Telephony',
    description:
      'Address written into SDP, Contact and Via when callers reach the machine under another one (NAT). Unset: the address of the route to each peer.',
    example: '203.0.113.7',
  }),
  TRUSTED_PEERS: required(networks, '', {
    group: 'Telephony',
    description:
      'Neighbours whose P-Asserted-Identity is believed. Every other caller is identified by the From header.',
    example: '192.168.1.0/24,10.0.0.5',
  }),
  MAX_CALLS: optional(integer(0, 10000), {
    group: 'Telephony',
    description:
      'Calls at the same time, conversation sockets included; one more is answered 503 with Retry-After. 0 refuses every call. Each takes an even and an odd port of the RTP range. Unless set, 100 or as many as the range has room for.',
    example: '25',
    unit: 'calls',
  }),
  MAX_CALL_SECONDS: required(integer(0, 86400), '3600', {
    group: 'Telephony',
    description: 'Longest call; the agent then says goodbye and hangs up. 0 sets no limit.',
    unit: 's',
  }),
  TRANSFER_TARGET: optional(sipUri, {
    group: 'Telephony',
    description: 'The person to whom callers are transferred, in place of the one in the business file.',
    example: 'sip:advisor@pbx.example.org',
  }),
  SHUTDOWN_GRACE_S: required(integer(0, 3600), '30', {
    group: 'Telephony',
    description:
      'How long calls in progress may go on after SIGTERM while new ones are refused. 0 ends them at once.',
    unit: 's',
  }),
  RTP_PORT_MIN: required(integer(1024, 65535), '10000', {
    group: 'Audio',
    description: 'Lowest UDP port for RTP and RTCP.',
  }),
  RTP_PORT_MAX: required(integer(1024, 65535), '10999', {
    group: 'Audio',
    description: 'Highest UDP port for RTP and RTCP, included.',
  }),
  RTP_INACTIVITY_S: required(integer(0, 3600), '30', {
    group: 'Audio',
    description: 'A call that receives no RTP for this long, and is not on hold, is ended. 0 never ends it.',
    unit: 's',
  }),
  HTTP_HOST: required(host, '127.0.0.1', {
    group: 'Web',
    description: 'Address of the HTTP API. Anything but loopback requires ADMIN_TOKEN.',
  }),
  HTTP_PORT: required(integer(0, 65535), '8080', {
    group: 'Web',
    description: 'TCP port of the HTTP API. 0 takes any free port.',
  }),
  ADMIN_TOKEN: optional(secretText, {
    group: 'Web',
    description:
      'Bearer token for transcripts, recordings, appointments, calls, jobs, conversation sockets and every /admin/ path. Once set it is asked for on loopback too.',
    example: 'the output of: openssl rand -hex 32',
    secret: true,
  }),
  ALLOWED_ORIGINS: required(origins, '', {
    group: 'Web',
    description:
      'Web origins that may open conversation sockets, beside the origin of the API itself. Programs, which send no Origin, are not concerned.',
    example: 'https://console.example.org',
  }),
  RATE_LIMIT_PER_MINUTE: required(integer(0, 100000), '10', {
    group: 'Web',
    description: 'Requests that one client may send to the text entry points. 0 sets no limit.',
    unit: 'requests/min',
  }),
  SESSION_TTL_S: required(integer(1, 86400), '1800', {
    group: 'Web',
    description: 'How long an idle conversation or appointment session can be resumed.',
    unit: 's',
  }),
  STT_WORKERS: required(integer(1, 64), '2', {
    group: 'Speech',
    description: 'Threads that recognise speech, one utterance at a time each (about 190 MB of memory each).',
    unit: 'threads',
  }),
  TTS_WORKERS: required(integer(1, 64), '1', {
    group: 'Speech',
    description: 'Threads that synthesise speech.',
    unit: 'threads',
  }),
  TTS_VOICE: required(word, 'rms', {
    group: 'Speech',
    description: 'Voice of the agent where a persona names none. `leibniz tts-test` lists the voices.',
  }),
  BUSINESS_FILE: optional(path, {
    group: 'Conversation',
    description:
      'YAML file with the facts of the office: name, time zone, opening hours, holidays, services. Unset: the one of the package.',
    example: './business.yaml',
    isPath: true,
  }),
  KNOWLEDGE_BASE_DIR: optional(path, {
    group: 'Conversation',
    description: 'Folder of the documents that questions are answered from. Unset: the one of the package.',
    example: './knowledge_base',
    isPath: true,
  }),
  PROMPTS_DIR: optional(path, {
    group: 'Conversation',
    description: 'Folder with personas and everything the agent says. Unset: the one of the package.',
    example: './prompts',
    isPath: true,
  }),
  TIMEZONE: optional(timeZone, {
    group: 'Conversation',
    description: 'Time zone of every date and time said on a call, in place of the one in the business file.',
    example: 'America/New_York',
  }),
  APPOINTMENT_CAPACITY: required(integer(1, 100), '1', {
    group: 'Conversation',
    description: 'Advisors who can take an appointment at the same time.',
    unit: 'advisors',
  }),
  LEIBNIZ_DATA_DIR: optional(path, {
    group: 'Conversation',
    description: 'Folder of recordings and texts for evaluation; read by `npm run eval` only.',
    example: '../evaluation-data',
    isPath: true,
  }),
  DATA_DIR: required(path, './data', {
    group: 'Storage',
    description:
      'Folder for the embedded database, the spool, calendar files and caches. Only one program may use it at a time.',
    isPath: true,
  }),
  DATABASE_URL: optional(url(['postgres', 'postgresql']), {
    group: 'Storage',
    description: 'PostgreSQL server. Unset: an embedded database under DATA_DIR.',
    example: 'postgres://leibniz:password@127.0.0.1:5432/leibniz',
    secret: 'url',
  }),
  REDIS_URL: optional(url(['redis', 'rediss']), {
    group: 'Storage',
    description: 'Redis for the job queues. Unset: the queues live in the database.',
    example: 'redis://127.0.0.1:6379',
    secret: 'url',
  }),
  REDIS_PREFIX: required(word, 'leibniz', {
    group: 'Storage',
    description:
      'Begins the names of the job queues in Redis. Agents with the same database share it; agents with databases of their own that use one Redis need one each.',
  }),
  FOLLOWUP_WEBHOOK_URL: optional(url(['http', 'https']), {
    group: 'Follow-up',
    description:
      'Receives a signed POST for every booked appointment. Unset: only the calendar file is kept.',
    example: 'https://crm.example.org/hooks/leibniz',
    secret: 'url',
  }),
  FOLLOWUP_WEBHOOK_SECRET: optional(secretText, {
    group: 'Follow-up',
    description: 'Key of the HMAC-SHA256 signature on that POST.',
    example: 'the output of: openssl rand -hex 32',
    secret: true,
  }),
  LOG_LEVEL: required(choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), 'info', {
    group: 'Logging',
    description: 'Least severe level that is logged.',
  }),
  LOG_PII: required(flag, 'false', {
    group: 'Logging',
    description:
      'Writes telephone numbers, names and transcripts into the log. For debugging on test calls only.',
  }),
} as const;

/** The name of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** Every name, in the order of the catalogue. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The settings as the loader sees them, whatever their types. */
export const settingOf = (key: SettingKey): Setting<unknown> => SETTINGS[key];

type ValueOf<S> = S extends Optional<infer T> ? T | undefined : S extends Required<infer T> ? T : never;

/** Typed values by name. */
export type SettingValues = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> };
