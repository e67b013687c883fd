import type { DtmfDigit } from '../../kernel/vocab.js';

/** One key press from an INFO request. */
export interface InfoDigit {
  readonly digit: DtmfDigit;
  readonly durationMs: number;
}

/** Content types of INFO that carry key presses. There is no RFC; these are what phones and PBXs send. */
export const DTMF_CONTENT_TYPES = [
  'application/dtmf-relay',
  'application/dtmf',
  'application/vnd.nortelnetworks.digits',
  'audio/telephone-event',
] as const;

const KEYS = '0123456789*#ABCD';
const DEFAULT_DURATION_MS = 160;
const MIN_DURATION_MS = 40;
const MAX_DURATION_MS = 5000;
/** Keys that a body of keys may hold; more are dropped. A signal is one key. */
const MAX_DIGITS = 8;
const BODY_LIMIT = 1024;

/**
 * Reads the keys of an INFO body.
 *
 * - `application/dtmf-relay`: `Signal=5` and `Duration=160` lines; `Signal` may be an event code (10 is `*`, 11 is
 *   `#`, 12 to 15 are A to D, RFC 4733 section 3.2).
 * - `application/dtmf`: the keys alone.
 * - `application/vnd.nortelnetworks.digits`: a `d=` line.
 *
 * @returns undefined when the content type is none of {@link DTMF_CONTENT_TYPES}; an empty list when no key could be
 *   read (a flash hook, for example)
 */
export function parseDtmfInfo(
  contentType: string | undefined,
  body: string | undefined,
): InfoDigit[] | undefined {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = (body ?? '').slice(0, BODY_LIMIT);
  switch (type) {
    case 'application/dtmf-relay':
    case 'audio/telephone-event':
      return digits(field(text, 'signal') ?? '', duration(field(text, 'duration')), 1);
    case 'application/vnd.nortelnetworks.digits': {
      const value = field(text, 'd') ?? field(text, 'signal') ?? '';
      return digits(value.replace(/^.*[:=]/, ''), DEFAULT_DURATION_MS);
    }
    case 'application/dtmf':
      return digits(field(text, 'signal') ?? text, duration(field(text, 'duration')));
    default:
      return undefined;
  }
}

function field(text: string, name: string): string | undefined {
  for (const line of text.split(/\r\n|\r|\n/)) {
    const at = line.indexOf('=');
    if (at > 0 && line.slice(0, at).trim().toLowerCase() === name) return line.slice(at + 1).trim();
  }
  return undefined;
}

function duration(value: string | undefined): number {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return DEFAULT_DURATION_MS;
  return Math.min(MAX_DURATION_MS, Math.max(MIN_DURATION_MS, Number(value)));
}

/** Keys of a text; one that holds more than may be is no key press at all where a single one is expected. */
function digits(value: string, durationMs: number, most = MAX_DIGITS): InfoDigit[] {
  const text = value.trim().toUpperCase();
  if (/^1[0-5]$/.test(text)) return [{ digit: KEYS.charAt(Number(text)) as DtmfDigit, durationMs }];
  if (most === 1 && text.length !== 1) return [];
  const keys = [...text].filter((key) => KEYS.includes(key)).slice(0, most);
  return keys.map((key) => ({ digit: key as DtmfDigit, durationMs }));
}
