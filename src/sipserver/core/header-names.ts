/**
 * Header field names: one lower-case key per header whatever its spelling (RFC 3261 sections 7.3.1 and 7.3.3),
 * and the canonical spelling for output.
 */

const CANONICAL_NAMES = [
  'Accept',
  'Accept-Contact',
  'Accept-Encoding',
  'Accept-Language',
  'Alert-Info',
  'Allow',
  'Allow-Events',
  'Authentication-Info',
  'Authorization',
  'Call-ID',
  'Call-Info',
  'Contact',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Type',
  'CSeq',
  'Date',
  'Diversion',
  'Error-Info',
  'Event',
  'Expires',
  'From',
  'History-Info',
  'Identity',
  'In-Reply-To',
  'Max-Forwards',
  'MIME-Version',
  'Min-Expires',
  'Min-SE',
  'Organization',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Path',
  'Priority',
  'Privacy',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Require',
  'RAck',
  'Reason',
  'Record-Route',
  'Refer-Sub',
  'Refer-To',
  'Referred-By',
  'Reject-Contact',
  'Remote-Party-ID',
  'Replaces',
  'Reply-To',
  'Request-Disposition',
  'Require',
  'Retry-After',
  'Route',
  'RSeq',
  'Server',
  'Session-Expires',
  'SIP-ETag',
  'SIP-If-Match',
  'Subject',
  'Subscription-State',
  'Supported',
  'Target-Dialog',
  'Timestamp',
  'To',
  'Unsupported',
  'User-Agent',
  'Via',
  'Warning',
  'WWW-Authenticate',
] as const;

/** Compact forms of RFC 3261 section 7.3.3 and of the later registrations at IANA. */
const COMPACT_FORMS: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

const keyBySpelling = new Map<string, string>();
const nameByKey = new Map<string, string>();
for (const name of CANONICAL_NAMES) {
  const key = name.toLowerCase();
  keyBySpelling.set(name, key);
  keyBySpelling.set(key, key);
  nameByKey.set(key, name);
}
for (const [letter, name] of Object.entries(COMPACT_FORMS)) {
  keyBySpelling.set(letter, name.toLowerCase());
  keyBySpelling.set(letter.toUpperCase(), name.toLowerCase());
}

/** The lower-case key of a header name; compact forms are expanded. */
export function headerKey(name: string): string {
  const known = keyBySpelling.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return keyBySpelling.get(lower) ?? lower;
}

/**
 * The spelling a header gets on the wire: canonical for known headers, capitals after each dash for others,
 * unchanged for extension headers written with a capital.
 */
export function wireName(name: string): string {
  const known = nameByKey.get(headerKey(name));
  if (known !== undefined) return known;
  if (name !== name.toLowerCase()) return name;
  return name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase());
}
