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

/** Who may call. */
export class Gate {
  readonly #tokenDigest: Buffer | undefined;
  readonly #feedDigest: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;

  constructor(private readonly options: ResolvedApiOptions) {
    this.#tokenDigest = digestOf(options.token);
    this.#feedDigest = digestOf(options.calendarFeedToken);
    this.#origins = new Set(options.allowedOrigins);
  }

  /** Whether ADMIN_TOKEN is set. */
  get hasAdminToken(): boolean {
    return this.#tokenDigest !== undefined;
  }

  /** Whether a text is ADMIN_TOKEN. */
  isAdminToken(given: string): boolean {
    // Digests have one length, so the comparison takes the same time for every wrong token.
    return this.#tokenDigest !== undefined && timingSafeEqual(digest(given), this.#tokenDigest);
  }

  /** True when the request carries ADMIN_TOKEN; false where none is set. */
  hasToken(authorization: string | undefined): boolean {
    const given = bearerOf(authorization);
    return given !== undefined && this.isAdminToken(given);
  }

  /**
   * Calendar programs can only be given an address, so the feed has a token of its own in the query, which opens
   * nothing else.
   */
  isFeedToken(given: string): boolean {
    return this.#feedDigest !== undefined && timingSafeEqual(digest(given), this.#feedDigest);
  }

  /** Whether the feed has a token. */
  get hasFeedToken(): boolean {
    return this.#feedDigest !== undefined;
  }

  /**
   * Keeps web pages of other sites out: a browser names the page's origin on every request that could change
   * something, and on sockets. On loopback without a token the Host header must name this machine too, so that a foreign name
   * that is made to resolve to loopback (DNS rebinding) gains nothing.
   *
   * @throws LeibnizError FORBIDDEN_ORIGIN
   */
  checkOrigin(request: RequestFacts): void {
    const { host, origin } = request.headers;
    const open = this.#tokenDigest === undefined && isLoopbackHost(this.options.host);
    if (open && host !== undefined && !this.#isOwnHost(host)) {
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

/** Token of an Authorization header. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

function digestOf(token: string | undefined): Buffer | undefined {
  return token === undefined || token === '' ? undefined : digest(token);
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
