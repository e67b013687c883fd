/** A header `Jambonz-Signature: t=<unix s>,v1=<hex>[,v1=<hex>...]`. */
export interface SignatureHeader {
  readonly timestampS: number;
  readonly signatures: readonly string[];
}

const MAX_CHARS = 1024;

/** Reads the header; undefined when it is missing or malformed. */
export function parseSignature(header: unknown): SignatureHeader | undefined {
  if (typeof header !== 'string' || header.length > MAX_CHARS) return undefined;
  const parts = header.split(',').map((part) => part.trim());
  const at = parts.map((part) => /^t=(\d{1,12})$/.exec(part)?.[1]).find((found) => found !== undefined);
  const signatures = parts.flatMap((part) => /^v1=([0-9a-f]{64})$/i.exec(part)?.[1]?.toLowerCase() ?? []);
  return at === undefined || signatures.length === 0 ? undefined : { timestampS: Number(at), signatures };
}
