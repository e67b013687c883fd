import { LeibnizError } from '../kernel/errors.js';

/** Where SIP is spoken: by the server inside this process, or by a drachtio-server. */
export type SipServerSetting =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'drachtio'; readonly host: string; readonly port: number; readonly secret: string };

const DEFAULT_PORT = 9022;

/**
 * Parses the setting `SIP_SERVER`: `embedded` or `drachtio://secret@host[:port]` (port 9022 unless told). The secret
 * may be percent-encoded. It appears in no error message.
 *
 * @throws LeibnizError CONFIG_INVALID
 */
export function parseSipServer(value: string): SipServerSetting {
  const text = value.trim();
  if (text === '' || text === 'embedded') return { kind: 'embedded' };
  const match = /^drachtio:\/\/([^@/\s]+)@(\[[0-9a-f:.]+\]|[^@:/\s]+)(?::(\d{1,5}))?\/?$/i.exec(text);
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  const secret = decode(match?.[1] ?? '');
  if (match === null || port < 1 || port > 65535 || secret === undefined || /[|\r\n]/.test(secret)) {
    throw new LeibnizError(
      'CONFIG_INVALID',
      'SIP_SERVER must be "embedded" or "drachtio://secret@host:port" (the secret percent-encoded, without "|").',
      { field: 'SIP_SERVER' },
    );
  }
  return { kind: 'drachtio', host: (match[2] ?? '').replace(/^\[|\]$/g, ''), port, secret };
}

/** The setting as it may be shown: without the secret. */
export function describeSipServer(setting: SipServerSetting): string {
  if (setting.kind === 'embedded') return 'embedded';
  const host = setting.host.includes(':') ? `[${setting.host}]` : setting.host;
  return `drachtio://***@${host}:${setting.port}`;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
