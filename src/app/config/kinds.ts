import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { RECORDING_POLICIES, type RecordingPolicy } from '../../kernel/vocab.js';

/** How the text of a setting becomes a value, and how a person is told what is allowed. */
export interface Kind<T> {
  /** Text to value. */
  readonly schema: z.ZodType<T, string>;
  /** Completes the sentence "it must be …". */
  readonly allowed: string;
}

/** Fails a transform; the sentence for people comes from {@link Kind.allowed}. */
function refuse(ctx: z.RefinementCtx<unknown>): never {
  ctx.addIssue({ code: 'custom', message: 'not allowed' });
  return z.NEVER;
}

/** A kind from a function that answers `undefined` for text that is not allowed. */
function kind<T>(allowed: string, parse: (text: string) => T | undefined): Kind<T> {
  const schema = z.string().transform((text, ctx): T => parse(text.trim()) ?? refuse(ctx));
  return { schema, allowed };
}

/** A whole number in [min, max]. `0` is a value like any other. */
export function integer(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (text) => {
    if (!/^-?\d{1,12}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  });
}

/** An exact word of a list. */
export function choice<const T extends string>(words: readonly T[]): Kind<T> {
  return kind(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text));
}

/** `true`/`1` or `false`/`0`. */
export const flag: Kind<boolean> = kind('true or false', (text) => {
  const value = text.toLowerCase();
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  return undefined;
});

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?)*\.?$/;

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // All-numeric dotted text that is no IPv4 address is a typing mistake, not a name.
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
}

/** An IP address or a host name, without a port. */
export const host: Kind<string> = kind('an IP address or a host name without a port', (text) =>
  isHost(text) ? text : undefined,
);

/** A file or folder; `loadConfig` makes it absolute. */
export const path: Kind<string> = kind('the path of a file or folder', (text) =>
  text !== '' && !text.includes('\0') ? text : undefined,
);

/** Any text of 1 to 4096 characters without control characters. */
export const secretText: Kind<string> = kind('1 to 4096 printable characters without spaces', (text) =>
  /^[\x21-\x7e]{1,4096}$/.test(text) ? text : undefined,
);

/** A name such as that of a voice. */
export const word: Kind<string> = kind('a name of letters, digits, dot, dash and underscore', (text) =>
  /^[A-Za-z0-9._-]{1,64}$/.test(text) ? text : undefined,
);

/** Name of a model, as services write them. */
export const modelName: Kind<string> = kind('the name of a model', (text) =>
  /^[A-Za-z0-9][\w./:@-]{0,127}$/.test(text) ? text : undefined,
);

/** A language with its region. */
export const language: Kind<string> = kind('a language tag such as en-US', (text) =>
  /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(text) ? text : undefined,
);

/** Seconds in [min, max], fractions included. */
export function seconds(min: number, max: number): Kind<number> {
  return kind(`a number of seconds from ${min} to ${max}`, (text) => {
    if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  });
}

/** A factor in [min, max], with decimals. */
export function factor(min: number, max: number): Kind<number> {
  return kind(`a number from ${min} to ${max}`, (text) => {
    const value = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** Names of voices as services have them; the first is the usual one. */
export const voices: Kind<readonly string[]> = kind(
  'the name of a voice, or several separated by commas',
  (text) => {
    const names = text.split(/[\s,]+/).filter((name) => name !== '');
    return names.length > 0 && names.every((name) => /^[\w./+-]{1,64}$/.test(name)) ? names : undefined;
  },
);

/** An absolute address with one of the given schemes. */
export function url(schemes: readonly string[]): Kind<string> {
  return kind(`an address that begins with ${schemes.map((s) => `${s}://`).join(' or ')}`, (text) => {
    if (!URL.canParse(text)) return undefined;
    const parsed = new URL(text);
    return schemes.includes(parsed.protocol.slice(0, -1)) && parsed.host !== '' ? text : undefined;
  });
}

/** Addresses of services that stand for one another; a trailing slash is dropped. */
export const serviceUrls: Kind<readonly string[]> = list(
  'addresses that begin with http:// or https://, separated by commas',
  (text) => {
    if (!URL.canParse(text)) return undefined;
    const { protocol, host: named, search, hash, username } = new URL(text);
    const isService = /^https?:$/.test(protocol) && named !== '' && search === '' && hash === '';
    return isService && username === '' ? text.replace(/\/+$/, '') : undefined;
  },
);

/** Ports by role, such as `stt=9001,tts=9002`. */
export const rolePorts: Kind<readonly (readonly [role: string, port: number])[]> = list(
  'roles with their ports, such as stt=9001,tts=9002',
  (text) => {
    const [, role, port] = /^([a-z]{2,20})=(\d{1,5})$/.exec(text) ?? [];
    return role === undefined || Number(port) > 65_535 ? undefined : ([role, Number(port)] as const);
  },
);

/** `sip:` or `sips:` with a host. */
export const sipUri: Kind<string> = kind('a SIP address such as sip:desk@pbx.example.org', (text) =>
  /^sips?:([^@\s<>"]{1,200}@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?([;?][^\s<>"]*)?$/.test(text)
    ? text
    : undefined,
);

/** An IANA time zone. */
export const timeZone: Kind<string> = kind('an IANA time zone such as America/New_York', (text) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone === ''
      ? undefined
      : text;
  } catch {
    return undefined;
  }
});

/** Splits at commas and spaces; every item must pass, empty text is the empty list. */
function list<T>(allowed: string, item: (text: string) => T | undefined): Kind<readonly T[]> {
  return kind(allowed, (text) => {
    const items: T[] = [];
    for (const part of text.split(/[\s,]+/).filter((p) => p !== '')) {
      const value = item(part);
      if (value === undefined) return undefined;
      items.push(value);
    }
    return items;
  });
}

/** Words of a list in the order of preference, each at most once, at least one. */
export function ranking<const T extends string>(words: readonly T[]): Kind<readonly T[]> {
  const items = list('', (text) => words.find((word) => word === text.toLowerCase()));
  return {
    allowed: `one or more of ${words.join(', ')}, best first, separated by commas`,
    schema: items.schema.refine((chosen) => chosen.length > 0 && new Set(chosen).size === chosen.length),
  };
}

function cidr(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const widest = family === 4 ? 32 : 128;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = prefix === undefined ? widest : Number(prefix);
  if (bits > widest) return undefined;
  new BlockList().addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return `${address}/${bits}`;
}

/** Networks and addresses, each normalised to `address/prefix`. */
export const networks: Kind<readonly string[]> = list(
  'networks such as 192.168.1.0/24 or single addresses, separated by commas',
  cidr,
);

/** Peers: networks, each normalised to `address/prefix`, host names, or `any`. */
export const peers: Kind<readonly string[]> = list(
  'networks such as 192.168.1.0/24, addresses or host names, separated by commas, or any',
  (text) => cidr(text) ?? (isHost(text) ? text.toLowerCase() : undefined),
);

/** Folders, as they are written. */
export const folders: Kind<readonly string[]> = list('paths of folders, separated by commas', (text) =>
  /^[^\0]{1,4096}$/.test(text) ? text : undefined,
);

/** Host names, each in lower case; `*.` before one stands for all below it. */
export const hosts: Kind<readonly string[]> = list('host names, separated by commas', (text) => {
  const name = text.replace(/^\*\./, '');
  return isHost(name) && isIP(name) === 0 ? text.toLowerCase() : undefined;
});

/** Called numbers: digits with or without `+`, names, or the beginning of numbers with `*` at its end. */
export const numbers: Kind<readonly string[]> = list(
  'numbers such as +15550100, extensions or names, separated by commas; +1555* stands for all that begin so',
  (text) => (/^\+?[A-Za-z0-9_.-]{1,64}\*?$/.test(text) ? text : undefined),
);

/** Called numbers with what becomes of their calls, such as `+15550100=ask`. */
export const linePolicies: Kind<readonly { readonly line: string; readonly policy: RecordingPolicy }[]> =
  list(
    'numbers with off, announce or ask, such as +15550100=ask,100=off; +1555*=ask stands for all that begin so',
    (text) => {
      const [, line, word] = /^(\+?[A-Za-z0-9_.-]{1,64}\*?)=([a-z]+)$/.exec(text) ?? [];
      const policy = RECORDING_POLICIES.find((one) => one === word);
      return line === undefined || policy === undefined ? undefined : { line, policy };
    },
  );

/** Web origins, each normalised to `scheme://host[:port]`. */
export const origins: Kind<readonly string[]> = list(
  'origins such as https://console.example.org, separated by commas',
  (text) => {
    if (!URL.canParse(text)) return undefined;
    const parsed = new URL(text);
    const isOrigin = parsed.pathname === '/' && parsed.search === '' && parsed.hash === '';
    return isOrigin && /^https?:$/.test(parsed.protocol) ? parsed.origin : undefined;
  },
);

/** Which SIP server carries the signalling. */
export type SipServerChoice =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'drachtio'; readonly host: string; readonly port: number; readonly secret: string };

/** Default control port of drachtio-server. */
const DRACHTIO_PORT = 9022;

/** `embedded`, or the control port of a drachtio-server. */
export const sipServer: Kind<SipServerChoice> = kind(
  'embedded, or drachtio://secret@host:port with the control port of a drachtio-server',
  (text) => {
    if (text === 'embedded') return { kind: 'embedded' };
    const match = /^drachtio:\/\/([^@/]+)@(\[[^\]]+\]|[^:/@]+)(?::(\d{1,5}))?\/?$/.exec(text);
    if (match === null) return undefined;
    const [, secret = '', rawHost = '', port] = match;
    const parsedHost = rawHost.replace(/^\[|\]$/g, '');
    const parsedPort = port === undefined ? DRACHTIO_PORT : Number(port);
    if (!isHost(parsedHost) || parsedPort < 1 || parsedPort > 65535) return undefined;
    return { kind: 'drachtio', host: parsedHost, port: parsedPort, secret: decodePercent(secret) };
  },
);

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A telephone number in E.164. */
export const e164: Kind<string> = kind('a number in E.164 such as +15550100', (text) =>
  /^\+[1-9]\d{6,14}$/.test(text) ? text : undefined,
);

/** Beginnings of numbers in E.164. */
export const prefixes: Kind<readonly string[]> = list(
  'beginnings of numbers such as +4930, separated by commas',
  (text) => (/^\+[1-9]\d{0,14}$/.test(text) ? text : undefined),
);

/** Minutes, several with commas. */
export const minutesList: Kind<readonly number[]> = list(
  'minutes from 10 to 43200, separated by commas',
  (text) =>
    /^\d{2,5}$/.test(text) && Number(text) >= 10 && Number(text) <= 43_200 ? Number(text) : undefined,
);

/** A stretch of the day, in minutes after midnight. */
export const callingHours: Kind<{ readonly fromMin: number; readonly toMin: number }> = kind(
  'a stretch of the day such as 09:00-20:00',
  (text) => {
    const [, h1, m1, h2, m2] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
    const [fromMin, toMin] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
    return fromMin < toMin ? { fromMin, toMin } : undefined;
  },
);
