import jambonz from '@jambonz/node-client';
import type { Verb } from './core/jambonz-call.js';

/**
 * Verbs as the exchange takes them, checked by its own client library: an unknown property would make it refuse all of
 * them.
 *
 * @throws Error naming verb and property
 */
export function verbList(verbs: readonly Verb[]): unknown[] {
  const response = new jambonz.WebhookResponse();
  for (const [name, properties] of verbs) response.addVerb(name, properties);
  return response.toJSON();
}

/**
 * Whether a webhook was signed with the secret, over its raw body, within five minutes of now.
 *
 * @param nowS - wall clock, seconds
 */
export function signedBy(
  secret: string,
  header: string,
  timestampS: number,
  body: Buffer,
  nowS: number,
): boolean {
  // The library looks at the past only.
  if (timestampS - nowS > TOLERANCE_S) return false;
  try {
    let passed = false;
    const request = { url: '', body, get: () => header };
    jambonz.WebhookResponse.verifyJambonzSignature(secret)(request, undefined, () => (passed = true));
    return passed;
  } catch {
    return false;
  }
}

const TOLERANCE_S = 300;
