import type { FastifyRequest } from 'fastify';
import { LeibnizError } from '../../kernel/errors.js';
import { clientKey, isLoopbackHost, type Gate } from '../security.js';
import type { AuthService } from './auth-service.js';
import { ANONYMOUS, everything, type Principal } from './principal.js';

/** Cookie of the access token. */
export const ACCESS_COOKIE = 'leibniz_at';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Finds out who sends a request. */
export class Doorman {
  constructor(
    private readonly gate: Gate,
    private readonly auth: AuthService,
    private readonly host: string,
  ) {}

  /**
   * The sender: by bearer token (ADMIN_TOKEN, access token, token for programs), else by cookie. On loopback, while there
   * are neither accounts nor ADMIN_TOKEN, whoever uses this machine may do everything.
   *
   * @param queryToken - token of a socket's address
   * @throws LeibnizError TOKEN_EXPIRED, FORBIDDEN_ORIGIN for a cookie that another site may have sent, STORE_UNAVAILABLE
   *   when the database that may hold accounts cannot be asked
   */
  async principalOf(request: FastifyRequest, queryToken: string | undefined): Promise<Principal> {
    const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? queryToken;
    if (bearer !== undefined) {
      const isAdmin = this.gate.isAdminToken(bearer);
      return isAdmin ? everything('admin_token') : this.#known(request, bearer, false);
    }
    const cookie = request.cookies[ACCESS_COOKIE];
    if (cookie === undefined) return this.#nobody();
    const principal = await this.#known(request, cookie, true);
    // A browser sends cookies by itself; it names the page's origin with whatever changes something.
    if (
      principal.kind === 'user' &&
      !SAFE_METHODS.has(request.method) &&
      request.headers.origin === undefined
    ) {
      throw new LeibnizError('FORBIDDEN_ORIGIN', 'Requests with a cookie must name their origin.', {
        field: 'origin',
      });
    }
    return principal;
  }

  async #known({ ip }: FastifyRequest, token: string, byCookie: boolean): Promise<Principal> {
    const principal = await this.auth.principalOf(token, byCookie, clientKey(ip));
    if (principal !== 'expired') return principal;
    throw new LeibnizError('TOKEN_EXPIRED', 'The access token has expired; refresh it.');
  }

  async #nobody(): Promise<Principal> {
    const open = !this.gate.hasAdminToken && isLoopbackHost(this.host);
    const isLocal = open && !(await this.auth.hasAccounts());
    return isLocal ? everything('local') : ANONYMOUS;
  }
}
