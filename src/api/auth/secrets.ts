import { createHash, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { jwtVerify, SignJWT } from 'jose';

/** A text that cannot be guessed: 32 random bytes. */
export const newSecret = (prefix = ''): string => `${prefix}${randomBytes(32).toString('base64url')}`;

/** What is kept of a secret. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Argon2id with the library's costs (19 MiB, two passes; OWASP's first choice). */
export const hashPassword = (password: string): Promise<string> => hash(password);

/** A hash of nothing: checking an unknown address takes as long as checking a known one. */
let nobody: Promise<string> | undefined;

/** Whether a password fits; without a hash it never does, and takes as long. */
export async function passwordFits(stored: string | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword(newSecret());
  const fits = await verify(stored ?? (await nobody), password).catch(() => false);
  return fits && stored !== undefined;
}

/** What an access token says. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Version of the account's tokens. */
  readonly version: number;
}

const ISSUER = 'leibniz';
const AUDIENCE = 'api';

/** Signs and reads access tokens (JWT, HS256). */
export class AccessTokens {
  /** @param key - at least 32 bytes */
  constructor(
    private readonly key: Uint8Array,
    private readonly ttlS: number,
    private readonly nowS: () => number,
  ) {}

  sign({ userId, sessionId, version }: AccessClaims): Promise<string> {
    const now = Math.floor(this.nowS());
    return new SignJWT({ sid: sessionId, ver: version })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + this.ttlS)
      .sign(this.key);
  }

  /** @returns undefined for a token that is not ours, `expired` for one that was */
  async read(token: string): Promise<AccessClaims | 'expired' | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        currentDate: new Date(this.nowS() * 1000),
      });
      const { sub, sid, ver } = payload;
      if (typeof sub !== 'string' || typeof sid !== 'string' || typeof ver !== 'number') return undefined;
      return { userId: sub, sessionId: sid, version: ver };
    } catch (error) {
      return (error as { code?: unknown }).code === 'ERR_JWT_EXPIRED' ? 'expired' : undefined;
    }
  }
}
