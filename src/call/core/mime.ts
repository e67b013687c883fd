/** Multipart bodies in each other that are opened. */
const MAX_DEPTH = 3;
/** Parts of one multipart body that are looked at. */
const MAX_PARTS = 32;

/** A Content-Type value: names in lower case (RFC 2045 section 5.1: types and parameter names have no case). */
interface ContentType {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
}

/**
 * The session description in a body, also inside multipart bodies (RFC 5621, RFC 2046 section 5.1); undefined when
 * there is none. What peers write in other ways than the library expects is read here: names in any case, spaces
 * round `=`, bare LF, folded part headers, multipart in multipart. Never throws.
 */
export function sdpInBody(contentType: string | undefined, body: string | undefined): string | undefined {
  if (body === undefined || body.trim() === '') return undefined;
  if (contentType === undefined || contentType.trim() === '') return body;
  const { type, params } = parseContentType(contentType);
  if (type === 'application/sdp') return body;
  return type.startsWith('multipart/') ? sdpInParts(params.get('boundary'), body, 1) : undefined;
}

function sdpInParts(boundary: string | undefined, body: string, depth: number): string | undefined {
  if (boundary === undefined || boundary === '') return undefined;
  for (const lines of splitParts(boundary, body)) {
    const empty = lines.indexOf('');
    const headers = partHeaders(lines.slice(0, empty < 0 ? 0 : empty));
    const content = `${lines
      .slice(empty + 1)
      .join('\r\n')
      .trimEnd()}\r\n`;
    const told = headers.get('content-type') ?? headers.get('c');
    const { type, params } = parseContentType(told ?? (content.startsWith('v=0') ? 'application/sdp' : ''));
    // RFC 3959: an offer for early media is not the offer of the call.
    if (/^\s*early-session\b/i.test(headers.get('content-disposition') ?? '')) continue;
    if (type === 'application/sdp' && content.trim() !== '') return content;
    if (!type.startsWith('multipart/') || depth >= MAX_DEPTH) continue;
    const inner = sdpInParts(params.get('boundary'), content, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The lines of each part. The last one may lack its closing delimiter. */
function splitParts(boundary: string, body: string): string[][] {
  const parts: string[][] = [];
  for (const line of body.split(/\r\n|\n/)) {
    const end = line.trimEnd();
    if (end === `--${boundary}--`) break;
    if (end === `--${boundary}`) {
      if (parts.length === MAX_PARTS) break;
      parts.push([]);
    } else parts.at(-1)?.push(line);
  }
  return parts;
}

function partHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let last: string | undefined;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line) && last !== undefined) {
      headers.set(last, `${headers.get(last) ?? ''} ${line.trim()}`);
    } else if (colon > 0) {
      last = line.slice(0, colon).trim().toLowerCase();
      headers.set(last, line.slice(colon + 1).trim());
    }
  }
  return headers;
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

function parseContentType(value: string): ContentType {
  const params = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of value.matchAll(PARAMETER)) {
    params.set(name.toLowerCase(), quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1'));
  }
  return { type: (value.split(';', 1)[0] ?? '').trim().toLowerCase(), params };
}

/** Whether an Accept header (or its absence) lets us answer with SDP (RFC 3261 section 20.1). */
export function acceptsSdp(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  const ranges = accept.split(',').map((range) => (range.split(';', 1)[0] ?? '').trim().toLowerCase());
  return ranges.some((range) => range === 'application/sdp' || range === 'application/*' || range === '*/*');
}

/** True for a body that is coded in no way (RFC 3261 section 20.12). */
export function isPlainEncoding(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || /^\s*(?:identity\s*)?$/i.test(contentEncoding);
}
