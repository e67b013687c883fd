import { parseAddressList, parseSipUri, type NameAddress, type SipAddressUri } from './sip-address.js';
import type { IdentitySource } from './types.js';

/** The headers of an INVITE that name the parties, values as received. */
export interface IdentityHeaders {
  readonly requestUri: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly pAssertedIdentity: string | undefined;
  readonly privacy: string | undefined;
  readonly diversion: string | undefined;
}

/** The parties of a call. All of it is personal data. */
export interface Identity {
  readonly from: string | undefined;
  readonly displayName: string | undefined;
  readonly anonymous: boolean;
  readonly source: IdentitySource;
  readonly to: string | undefined;
  readonly divertedFrom: string | undefined;
}

/** Brings a number into E.164, or gives undefined when it is not a telephone number. */
export type NumberNormaliser = (number: string) => string | undefined;

const NAME_LIMIT = 128;
const NUMBER_LIMIT = 64;
const WITHHELD =
  /^(anonymous|restricted|private|unavailable|unknown|withheld|id[-_ ]?unavailable|no[-_ ]?caller[-_ ]?id)$/i;

/**
 * Who calls and who is called.
 *
 * P-Asserted-Identity counts only from a trusted peer (RFC 3325 section 6): anybody can write the header. A wish for
 * privacy (`Privacy: id` or `user`, an anonymous From) is honoured whoever voices it, also when a trusted peer asserts
 * the number.
 *
 * @param normalise - applied to every number; a number it does not know stays as it was sent
 */
export function identify(headers: IdentityHeaders, trusted: boolean, normalise: NumberNormaliser): Identity {
  const asserted = trusted ? assertedIdentity(headers.pAssertedIdentity) : undefined;
  const [fromHeader] = parseAddressList(headers.from);
  const address = asserted ?? fromHeader;
  const uri = address === undefined ? undefined : parseSipUri(address.uri);
  const fromUri = fromHeader === undefined ? undefined : parseSipUri(fromHeader.uri);
  const anonymous =
    withheld(uri, address) || withheld(fromUri, fromHeader) || privacyRequested(headers.privacy);
  const displayName = printable(address?.displayName ?? '').slice(0, NAME_LIMIT) || undefined;
  return {
    from: anonymous ? undefined : numberOf(uri, normalise),
    displayName: anonymous ? undefined : displayName,
    anonymous,
    source: asserted === undefined ? 'from' : 'asserted',
    to: calledNumber(headers, normalise),
    divertedFrom: divertedFrom(headers.diversion, normalise),
  };
}

/** Text without control characters (C0, DEL, C1), which would go on into logs, terminals and other protocols. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim();
}

/** Of the one or two asserted identities (RFC 3325 section 9.1) the one with a telephone number. */
function assertedIdentity(value: string | undefined): NameAddress | undefined {
  const addresses = parseAddressList(value).filter((address) => parseSipUri(address.uri) !== undefined);
  return addresses.find((address) => /^\s*tel:|:\+?\d+[@;]/i.test(address.uri)) ?? addresses[0];
}

function calledNumber(headers: IdentityHeaders, normalise: NumberNormaliser): string | undefined {
  const requested = numberOf(parseSipUri(headers.requestUri), normalise);
  if (requested !== undefined) return requested;
  const [to] = parseAddressList(headers.to);
  return to === undefined ? undefined : numberOf(parseSipUri(to.uri), normalise);
}

/** The last entry of Diversion is the first diversion, that is, the number that was dialled (RFC 5806 section 6). */
function divertedFrom(value: string | undefined, normalise: NumberNormaliser): string | undefined {
  const first = parseAddressList(value).at(-1);
  return first === undefined ? undefined : numberOf(parseSipUri(first.uri), normalise);
}

function withheld(uri: SipAddressUri | undefined, address: NameAddress | undefined): boolean {
  if (uri === undefined) return true;
  if (uri.host === 'anonymous.invalid' || WITHHELD.test(uri.user ?? '')) return true;
  return uri.user === undefined && WITHHELD.test(address?.displayName ?? '');
}

/** Whether Privacy asks that the identity be withheld (RFC 3323 section 4.2, RFC 3325 section 9.3). */
function privacyRequested(value: string | undefined): boolean {
  const words = (value ?? '').toLowerCase().split(/[;,\s]+/);
  return words.includes('id') || words.includes('user');
}

function numberOf(uri: SipAddressUri | undefined, normalise: NumberNormaliser): string | undefined {
  const user = uri?.user === undefined ? undefined : printable(uri.user).slice(0, NUMBER_LIMIT);
  if (user === undefined || user === '') return undefined;
  const looksLikeNumber = /^\+?[\d\s().\-/]+$/.test(user) && /\d/.test(user);
  if (!looksLikeNumber) return user;
  const compact = user.replace(/[^\d+]/g, '');
  return normalise(compact) ?? compact;
}
