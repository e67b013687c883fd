import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Agent, errors, request, type Dispatcher } from 'undici';
import { err, ok, type Result } from '../kernel/result.js';
import type { Failure } from '../kernel/failure.js';
import { failureOfStatus, type ReplyHeaders } from './failure.js';
import { isAllowedHost, isPublicAddress } from './public-hosts.js';

/** Settings of {@link PublicFetch}. */
export interface PublicFetchOptions {
  /** Hosts that may be asked; see `isAllowedHost`. */
  readonly hosts: readonly string[];
  readonly userAgent: string;
  /** Longest time from the request to the last byte, redirects included. Default 20 s. */
  readonly totalMs?: number;
  /** A longer body is a failure. Default 5 MB. */
  readonly maxBytes?: number;
  /** Which addresses may be connected to. Default: those of the public internet. */
  readonly isAllowedAddress?: (address: string) => boolean;
}

/** A page as it came. */
export interface PublicReply {
  /** 200 to 299, or 304. */
  readonly status: number;
  /** Where it was found, after redirects. */
  readonly url: string;
  readonly headers: ReplyHeaders;
  readonly body: Uint8Array;
}

const MAX_REDIRECTS = 5;
const CONNECT_MS = 5000;

/** Why a page was not asked for. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * Pages of hosts that a person has allowed, and of the public internet only: a name is resolved first, every address that it
 * has must be public, and the connection goes to the address that was looked at. The same holds for each redirect.
 */
export class PublicFetch {
  readonly #dispatcher: Agent;

  constructor(private readonly options: PublicFetchOptions) {
    this.#dispatcher = new Agent({
      connections: 2,
      keepAliveTimeout: 10_000,
      headersTimeout: options.totalMs ?? 20_000,
      bodyTimeout: options.totalMs ?? 20_000,
      connect: { timeout: CONNECT_MS, lookup: this.#lookup },
    });
  }

  /**
   * @param headers - such as `If-None-Match`
   * @returns a {@link Failure} of kind `refused` for a host or address that may not be asked. Never rejects
   */
  async get(
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Result<PublicReply, Failure>> {
    const signal = AbortSignal.timeout(this.options.totalMs ?? 20_000);
    let at = url;
    try {
      for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
        this.#check(at);
        const response = await request(at, {
          dispatcher: this.#dispatcher,
          signal,
          headers: {
            'user-agent': this.options.userAgent,
            accept: 'text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.5',
            ...headers,
          },
        });
        const { statusCode: status, headers: given } = response;
        const location = given['location'];
        if (status >= 300 && status < 400 && status !== 304 && typeof location === 'string') {
          await response.body.dump();
          at = new URL(location, at).href;
          continue;
        }
        return await this.#reply(at, response);
      }
      return err({ kind: 'bad_request', message: 'the page redirects too often' });
    } catch (error) {
      return err(failureOf(error, signal));
    }
  }

  /** Gives up what is open and closes the connections. */
  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  async #reply(
    url: string,
    { statusCode: status, headers, body }: Dispatcher.ResponseData,
  ): Promise<Result<PublicReply, Failure>> {
    const maxBytes = this.options.maxBytes ?? 5_000_000;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return err({ kind: 'bad_request', message: 'the page is too large', status });
      chunks.push(chunk);
    }
    if ((status < 200 || status >= 300) && status !== 304) {
      return err(failureOfStatus(status, headers, '', Date.now()));
    }
    return ok({ status, url, headers, body: Buffer.concat(chunks) });
  }

  #check(url: string): void {
    const { protocol, hostname, username } = new URL(url);
    if (!/^https?:$/.test(protocol) || username !== '') {
      throw new Refused('only plain web addresses are asked');
    }
    if (!isAllowedHost(hostname, this.options.hosts)) {
      throw new Refused('the host is not among those that may be asked');
    }
  }

  /** Resolves, looks at every address, and gives the connection those. */
  readonly #lookup: LookupFunction = (hostname, options, done) => {
    const isAllowed = this.options.isAllowedAddress ?? isPublicAddress;
    lookup(hostname, { all: true, family: options.family ?? 0 }).then(
      (found) => {
        const isFine = found.length > 0 && found.every(({ address }) => isAllowed(address));
        if (!isFine) done(new Refused('the host is in a network that may not be asked'), '', 0);
        else if (options.all === true) done(null, found);
        else done(null, found[0]?.address ?? '', found[0]?.family ?? 0);
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    );
  };
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  const isSlow =
    signal.aborted ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError;
  if (isSlow) return { kind: 'stalled', message: 'the page did not come in time' };
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Refused) return { kind: 'refused', message: cause.message };
  }
  if (error instanceof TypeError) return { kind: 'bad_request', message: 'the page redirects to no address' };
  return { kind: 'overloaded', message: 'the site cannot be reached' };
}
