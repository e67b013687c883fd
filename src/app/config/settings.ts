import {
  choice,
  flag,
  host,
  integer,
  networks,
  numbers,
  origins,
  path,
  peers,
  ranking,
  rolePorts,
  secretText,
  serviceUrls,
  sipServer,
  sipUri,
  timeZone,
  url,
  word,
} from './kinds.js';
import { CODEC_NAMES } from '../../media/codecs.js';
import { optional, required, type Optional, type Required, type Setting } from './setting.js';
import { KNOWLEDGE_SETTINGS } from './settings-knowledge.js';
import { LIVE_SETTINGS } from './settings-live.js';
import { OUTBOUND_SETTINGS } from './settings-outbound.js';
import { LLM_SETTINGS } from './settings-llm.js';
import { RECORDING_SETTINGS } from './settings-recording.js';
import { SIP_SETTINGS } from './settings-sip.js';
import { STT_SETTINGS } from './settings-stt.js';
import { TTS_SETTINGS } from './settings-tts.js';

/** What a setting of addresses says. */
const service = (what: string, role: string, limit: string): string =>
  `Roles \`${role}\` that are asked for ${what}, ${limit} at most; several take turns. Empty: in this process. A service that does not answer is left alone for a while, and an engine of this process stands in.`;

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
      'Address on which the embedded SIP server and the RTP sockets listen. 0.0.0.0 takes calls from other machines, of those in SIP_PEERS.',
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
  SIP_PEERS: required(peers, '', {
    group: 'Telephony',
    description:
      'Who may call beside this machine: networks, addresses and host names of phones, exchanges and carriers. TRUSTED_PEERS may too. The embedded SIP server gives no answer to anybody else, an external one 403. `any` lets everybody call.',
    example: '192.168.1.0/24,sip.carrier.example',
  }),
  SIP_NUMBERS: required(numbers, '', {
    group: 'Telephony',
    description:
      'Numbers, extensions and names that are ours; calls to others get 404. Empty: every number is answered.',
    example: '+15550100,+15550101,100',
  }),
  PBX_PORT: optional(integer(0, 65535), {
    group: 'Exchanges',
    description:
      'TCP port for exchanges that hand over calls as audio: Jambonz applications, chan_websocket and announcements for AudioSocket. Unset: closed.',
    example: '8090',
  }),
  PBX_HOST: required(host, '127.0.0.1', {
    group: 'Exchanges',
    description: 'Address of PBX_PORT and AUDIOSOCKET_PORT.',
  }),
  PBX_PUBLIC_URL: optional(url(['ws', 'wss']), {
    group: 'Exchanges',
    description: 'Where Jambonz reaches PBX_PORT for the audio. Unset: ws://PBX_HOST:PBX_PORT.',
    example: 'wss://agent.example.org',
  }),
  PBX_SECRET: optional(secretText, {
    group: 'Exchanges',
    description:
      'Password that exchanges give (Basic authentication, any user) to announce calls and to open chan_websocket and Jambonz WebSocket applications.',
    example: 'the output of: openssl rand -hex 32',
    secret: true,
  }),
  JAMBONZ_WEBHOOK_SECRET: optional(secretText, {
    group: 'Exchanges',
    description:
      'Secret that signs the webhooks of a Jambonz application. Unset: they give PBX_SECRET by Basic authentication.',
    example: 'the webhook secret of the Jambonz account',
    secret: true,
  }),
  JAMBONZ_TRANSFER: required(choice(['dial', 'refer']), 'dial', {
    group: 'Exchanges',
    description:
      'How callers are put through: `dial` bridges them through Jambonz, `refer` hands them back to the carrier.',
  }),
  AUDIOSOCKET_PORT: optional(integer(0, 65535), {
    group: 'Exchanges',
    description:
      "TCP port for Asterisk's AudioSocket. Each call is announced at PBX_PORT first. Unset: closed.",
    example: '9092',
  }),
  AUDIOSOCKET_PEERS: required(networks, '127.0.0.0/8,::1', {
    group: 'Exchanges',
    description: 'Who may connect to AUDIOSOCKET_PORT; the protocol has no credentials and no encryption.',
  }),
  TRUSTED_PEERS: required(networks, '', {
    group: 'Telephony',
    description:
      'Neighbours whose P-Asserted-Identity is believed. Every other caller is identified by the From header.',
    example: '192.168.1.0/24,10.0.0.5',
  }),
  ...SIP_SETTINGS,
  MAX_CALLS: optional(integer(0, 10000), {
    group: 'Telephony',
    description:
      'Calls at the same time, conversation sockets included; one more is answered 503 with Retry-After. 0 refuses every call. Each takes an even and an odd port of the RTP range. Unless set, as many as the cores and a test of the recogniser at the start allow, and half of the pairs of ports at most.',
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
    example: 'sip:desk@pbx.example.org',
  }),
  ...OUTBOUND_SETTINGS,
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
  AUDIO_CODECS: required(ranking(CODEC_NAMES), 'g722,opus,pcmu,pcma', {
    group: 'Audio',
    description:
      'Codecs that calls may use, best first: what a caller offers is searched in this order, pcmu and pcma count as equal. opus and g722 carry wideband speech; opus needs the optional package @discordjs/opus and is left out without it.',
  }),
  HTTP_HOST: required(host, '127.0.0.1', {
    group: 'Web',
    description:
      'Address of the HTTP API. On anything but loopback people sign in; the start prints a one-time link for the first account.',
  }),
  HTTP_PORT: required(integer(0, 65535), '8080', {
    group: 'Web',
    description: 'TCP port of the HTTP API. 0 takes any free port.',
  }),
  ADMIN_TOKEN: optional(secretText, {
    group: 'Web',
    description:
      'Bearer token of whoever may do everything, for machines and emergencies. Once set, nobody is let in on loopback without signing in.',
    example: 'the output of: openssl rand -hex 32',
    secret: true,
  }),
  PUBLIC_URL: optional(url(['http', 'https']), {
    group: 'Web',
    description:
      'Where people reach the HTTP API: in links, and, when it begins with https, cookies are sent over HTTPS only.',
    example: 'https://agent.example.org',
  }),
  CONSOLE: required(flag, 'true', {
    group: 'Web',
    description: 'Serves the console of supervisors under /console/.',
  }),
  AUTH_SECRET: optional(secretText, {
    group: 'Web',
    description:
      'Key that signs access tokens, 32 characters or more; the same on every machine of a cluster. Unset: one in DATA_DIR.',
    example: 'the output of: openssl rand -hex 32',
    secret: true,
  }),
  AUTH_REGISTRATION: required(choice(['closed', 'open']), 'closed', {
    group: 'Web',
    description: 'Whether people may make accounts by themselves, which an admin then confirms by a link.',
  }),
  ACCESS_TOKEN_TTL_S: required(integer(60, 86_400), '1800', {
    group: 'Web',
    unit: 's',
    description: 'Life of an access token.',
  }),
  REFRESH_TOKEN_TTL_S: required(integer(3600, 31_536_000), '604800', {
    group: 'Web',
    unit: 's',
    description: 'How long somebody stays signed in without coming back.',
  }),
  ...LIVE_SETTINGS,
  CALENDAR_FEED_TOKEN: optional(secretText, {
    group: 'Web',
    description:
      'Token in the address of the calendar feed, for calendar programs that cannot send headers. Unset: ADMIN_TOKEN opens it as every private path.',
    example: 'the output of: openssl rand -hex 32',
    secret: true,
  }),
  ALLOWED_ORIGINS: required(origins, '', {
    group: 'Web',
    description:
      'Web origins that may open conversation sockets, beside the origin of the API itself. Programs, which send no Origin, are not concerned.',
    example: 'https://console.example.org',
  }),
  TRUSTED_PROXIES: required(networks, '', {
    group: 'Web',
    description:
      'Proxies in front of the HTTP API whose X-Forwarded-For is believed. Without them all their clients count as one.',
    example: '127.0.0.1,10.0.0.0/8',
  }),
  RATE_LIMIT_PER_MINUTE: required(integer(0, 100000), '10', {
    group: 'Web',
    description:
      'Requests that one client may send to each text entry point, and conversations that it may begin. 0 sets no limit.',
    unit: 'requests/min',
  }),
  SESSION_TTL_S: required(integer(1, 86400), '1800', {
    group: 'Web',
    description: 'How long an idle conversation or appointment session can be resumed.',
    unit: 's',
  }),
  STT_SERVICE_URL: required(serviceUrls, '', {
    group: 'Roles',
    description: service('speech to text', 'stt', '5 s'),
    example: 'http://stt-1:8001,http://stt-2:8001',
  }),
  INTENT_SERVICE_URL: required(serviceUrls, '', {
    group: 'Roles',
    description: service('intents', 'intent', '1 s'),
    example: 'http://intent:8002',
  }),
  RAG_SERVICE_URL: required(serviceUrls, '', {
    group: 'Roles',
    description: service('answers from the documents', 'rag', '3 s'),
    example: 'http://rag:8003',
  }),
  TTS_SERVICE_URL: required(serviceUrls, '', {
    group: 'Roles',
    description: service('text to speech', 'tts', '2 s'),
    example: 'http://tts:8004',
  }),
  APPOINTMENT_SERVICE_URL: required(serviceUrls, '', {
    group: 'Roles',
    description:
      'Roles `appointment` that keep appointments, call-backs and the waiting list; several take turns and share one DATABASE_URL. Empty: in this process. When none answers they are reached through DATABASE_URL where it is set, and otherwise callers are told that nothing was changed.',
    example: 'http://appointment:8005',
  }),
  GUARDRAILS_URL: required(serviceUrls, '', {
    group: 'Roles',
    description: service('verdicts on words of callers', 'guard', '0.5 s'),
    example: 'http://guard:9300',
  }),
  GUARD_SERVICE_URL: required(serviceUrls, '', {
    group: 'Roles',
    description: 'Further addresses of roles `guard`, in the manner of the other roles.',
  }),
  ENABLE_GUARDRAILS: required(flag, 'true', {
    group: 'Guard',
    description:
      'Judges what callers say before a language model sees it, and what a model says before it is spoken. What guard.yaml of the pack refuses is refused in any case.',
  }),
  ENABLE_PII_DETECTION: required(flag, 'true', {
    group: 'Guard',
    description:
      'Takes numbers of cards and of social security out of what callers say, and keeps personal data that nobody has told out of what a language model says.',
  }),
  TOXICITY_MODEL: required(choice(['embedded', 'off']), 'embedded', {
    group: 'Guard',
    description: 'What judges abuse: the trained head of the language, or nothing.',
  }),
  SERVICE_FALLBACK: required(choice(['start', 'first_use']), 'start', {
    group: 'Roles',
    description:
      'When the engines of this process that stand in for services are loaded: at the start, so that no caller waits for them, or when a service first fails, which saves their memory and costs that caller a second or two.',
  }),
  ROLE_PORTS: required(rolePorts, '', {
    group: 'Roles',
    description:
      'Ports of roles that run alone, where they are not the usual ones: conversation 8000, stt 8001, intent 8002, rag 8003, tts 8004, appointment 8005, call 8006, worker 8007, api 8008, denoise 9200. `--port` wins. 0 takes any free port.',
    example: 'stt=9001,tts=9004',
  }),
  STT_WORKERS: required(integer(1, 64), '2', {
    group: 'Speech to text',
    description: 'Threads that recognise speech, one utterance at a time each (about 190 MB of memory each).',
    unit: 'threads',
  }),
  TTS_WORKERS: required(integer(1, 64), '1', {
    group: 'Text to speech',
    description: 'Threads that synthesise speech.',
    unit: 'threads',
  }),
  TTS_VOICE: required(word, 'rms', {
    group: 'Text to speech',
    description: 'Voice of the agent where a persona names none. `leibniz tts-test` lists the voices.',
  }),
  ...STT_SETTINGS,
  ...TTS_SETTINGS,
  ENABLE_PREPROCESSING: required(flag, 'false', {
    group: 'Audio',
    description:
      'Takes noise out of noisy calls (RNNoise) before voice activity detection and recogniser; docs/media.md has the figures.',
  }),
  DENOISE_BELOW_DB: required(integer(0, 60), '15', {
    group: 'Audio',
    description:
      'With ENABLE_PREPROCESSING: noise is taken out while speech is measured to be less than this above it.',
    unit: 'dB',
  }),
  PACK: optional(path, {
    group: 'Conversation',
    description:
      'Folder of the trade: facts, intents, forms, tools, texts and documents of an office, such as those in packs/. Unset: the one of the package.',
    example: './packs/my-office',
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
  LEIBNIZ_DATA_DIR: optional(path, {
    group: 'Conversation',
    description: 'Folder of recordings and texts for evaluation; read by `npm run eval` only.',
    example: '../evaluation-data',
    isPath: true,
  }),
  ...RECORDING_SETTINGS,
  ...KNOWLEDGE_SETTINGS,
  ...LLM_SETTINGS,
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
  CACHE_MAX_ENTRIES: required(integer(0, 1_000_000), '4000', {
    group: 'Storage',
    description: 'Intents and answers that this process keeps; what was not used for longest gives way.',
  }),
  CACHE_MAX_MB: required(integer(1, 65_536), '32', {
    group: 'Storage',
    description: 'Memory that they may take.',
    unit: 'MiB',
  }),
  CACHE_SHARED: required(flag, 'true', {
    group: 'Storage',
    description:
      'Whether intents and answers are also kept at REDIS_URL and DATABASE_URL, where these are set, for all processes to use. They hold sentences of callers for half an hour and an hour.',
  }),
  BLOB_MAX_MB: required(integer(1, 1_000_000), '1024', {
    group: 'Storage',
    description:
      'Most that spoken files may take in DATA_DIR; those that were not used for longest give way.',
    unit: 'MB',
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

/** Other names of settings, as other programs of this kind have them. The setting's own name counts first. */
export const ALIASES: Readonly<Partial<Record<string, readonly string[]>>> = {
  LLM_MODEL: ['FLAN_T5_MODEL_SIZE', 'MISTRAL_MODEL_PATH', 'GENERATION_MODEL'],
  INDEX_PATH: ['FAISS_INDEX_PATH'],
  LLM_MAX_TOKENS: ['FLAN_T5_MAX_LENGTH', 'MISTRAL_MAX_TOKENS'],
  LLM_TEMPERATURE: ['FLAN_T5_TEMPERATURE', 'MISTRAL_TEMPERATURE'],
  LLM_TOP_P: ['FLAN_T5_TOP_P'],
  ENABLE_TOOLS: ['ENABLE_LANGCHAIN'],
};

/** The name of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** Every name, in the order of the catalogue. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The settings as the loader sees them, whatever their types. */
export const settingOf = (key: SettingKey): Setting<unknown> => SETTINGS[key];

type ValueOf<S> = S extends Optional<infer T> ? T | undefined : S extends Required<infer T> ? T : never;

/** Typed values by name. */
export type SettingValues = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> };
