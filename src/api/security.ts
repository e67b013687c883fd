import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { LeibnizError } from '../kernel/errors.js';
import type { ResolvedApiOptions } from './options.js';

/** The parts of a request that protection looks at. */
export interface RequestFacts {
  readonly method: string;
  readonly headers: {
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly authorization?: string | undefined;
  };
}

/** True for addresses that only this machine can reach. */
export function isLoopbackHost(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').toLowerCase();
  return plain === 'localhost' || plain === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

/** Throws unless the options may be served: anything but loopback needs a token. */
export function requireToken(options: ResolvedApiOptions): void {
  if (isLoopbackHost(options.host) || (options.token !== undefined && options.token !== '')) return;
  throw new LeibnizError(
    'CONFIG_INVALID',
    `ADMIN_TOKEN is not set although HTTP_HOST is "${options.host}", which other machines can reach: set ADMIN_TOKEN to a long random text, or HTTP_HOST to 127.0.0.1.`,
    { field: 'ADMIN_TOKEN' },
  );
}

/** Who may call. */
export class Gate {
  readonly #tokenDigest: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;

  constructor(private readonly options: ResolvedApiOptions) {
    this.#tokenDigest =
      options.token === undefined || options.token === '' ? undefined : digest(options.token);
    this.#origins = new Set(options.allowedOrigins);
  }

  /** @throws LeibnizError UNAUTHORIZED unless the request carries the token, where one is set */
  checkToken(authorization: string | undefined, queryToken?: string): void {
    if (this.#tokenDigest === undefined) return;
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? queryToken;
    // Digests have one length, so the comparison takes the same time for every wrong token.
    if (given !== undefined && timingSafeEqual(digest(given), this.#tokenDigest)) return;
    throw new LeibnizError(
      'UNAUTHORIZED',
      'Send the token of ADMIN_TOKEN as "Authorization: Bearer <token>".',
    );
  }

  /**
   * Keeps web pages of other sites out: a browser names the page's origin on every request that could change
   * something, and on sockets. Without a token the Host header must name this machine too, so that a foreign name
   * that is made to resolve to loopback (DNS rebinding) gains nothing.
   *
   * @throws LeibnizError FORBIDDEN_ORIGIN
   */
  checkOrigin(request: RequestFacts): void {
    const { host, origin } = request.headers;
    if (this.#tokenDigest === undefined && host !== undefined && !this.#isOwnHost(host)) {
      throw new LeibnizError(
        'FORBIDDEN_ORIGIN',
        'This API answers to its loopback address only; set ADMIN_TOKEN or ALLOWED_ORIGINS to use another name.',
        { field: 'host' },
      );
    }
    if (origin === undefined || this.#origins.has(origin)) return;
    if (sameHost(origin, host)) return;
    throw new LeibnizError(
      'FORBIDDEN_ORIGIN',
      'Pages of this origin may not call; add it to ALLOWED_ORIGINS.',
      {
        field: 'origin',
      },
    );
  }

  #isOwnHost(hostHeader: string): boolean {
    const name = hostHeader.replace(/:\d+$/, '');
    if (isLoopbackHost(name) || name.toLowerCase() === this.options.host.toLowerCase()) return true;
    return [...this.#origins].some((origin) => sameHost(origin, hostHeader));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function sameHost(origin: string, hostHeader: string | undefined): boolean {
  return (
    hostHeader !== undefined && URL.canParse(origin) && new URL(origin).host === hostHeader.toLowerCase()
  );
}

/**
 * The key under which a client's requests are counted: its address, or the /64 network of an IPv6 address, which one
 * subscriber owns whole.
 */
export function clientKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const front = head.split(':').filter((part) => part !== '');
  const back = (tail ?? '').split(':').filter((part) => part !== '');
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return `${[...front, ...(tail === undefined ? [] : zeros), ...back].slice(0, 4).join(':')}::/64`;
}
