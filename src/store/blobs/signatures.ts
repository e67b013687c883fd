import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs keys of blobs for a time (HMAC-SHA256). */
export class BlobSigner {
  readonly #key: Buffer;

  /** @param secret - the program's own; the key for blobs is derived from it */
  constructor(secret: Uint8Array) {
    this.#key = createHmac('sha256', secret).update('signed addresses of blobs').digest();
  }

  /** @param expiresS - seconds since the Unix epoch */
  sign(key: string, expiresS: number): string {
    return createHmac('sha256', this.#key).update(`${expiresS}\n${key}`).digest('hex');
  }

  /** Whether the signature belongs to key and time, and the time is not over. */
  holds(key: string, expiresS: number, signature: string, nowMs: number): boolean {
    const expected = Buffer.from(this.sign(key, expiresS));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) && expiresS * 1000 > nowMs;
  }
}
