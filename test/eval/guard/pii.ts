import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PiiKind, PiiSpan } from '../../../src/dialog/guard/core/pii.js';
import { projectRoot } from '../../../src/threads/project-root.js';

/** A text with its personal data. */
export interface MarkedText {
  readonly text: string;
  readonly spans: readonly PiiSpan[];
}

/** Names of the corpus -> kinds that are found. */
const KINDS: Readonly<Record<string, PiiKind>> = {
  CREDIT_CARD: 'card',
  US_SSN: 'ssn',
  PHONE_NUMBER: 'phone',
  EMAIL_ADDRESS: 'email',
  IBAN_CODE: 'iban',
  IP_ADDRESS: 'ip',
};

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

interface Row {
  readonly full_text: string;
  readonly spans: readonly {
    readonly entity_type: string;
    readonly start_position: number;
    readonly end_position: number;
  }[];
}

/** Texts of presidio-research, as they are written, or with numbers and addresses as they are said. */
export function presidioTexts(dataDir: string, isSpoken: boolean): readonly MarkedText[] {
  const file = join(dataDir, 'guardrails/pii_presidio_research.json');
  const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];
  return rows.map((row) => {
    const inOrder = [...row.spans].sort((one, other) => one.start_position - other.start_position);
    const spans: PiiSpan[] = [];
    let [text, at] = ['', 0];
    for (const { entity_type: type, start_position: from, end_position: to } of inOrder) {
      const kind = KINDS[type];
      const value = row.full_text.slice(from, to);
      const put = kind !== undefined && isSpoken ? said(kind, value) : value;
      text += row.full_text.slice(at, from);
      if (kind !== undefined) spans.push({ kind, start: text.length, end: text.length + put.length });
      text += put;
      at = to;
    }
    return { text: text + row.full_text.slice(at), spans };
  });
}

/** A value as it is said. Accounts and addresses of computers stay written: nobody reads those out. */
function said(kind: PiiKind, value: string): string {
  if (kind === 'iban' || kind === 'ip') return value;
  if (kind === 'email') {
    const words = value.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
    return words.replace('@', ' at ').replaceAll('.', ' dot ');
  }
  return value
    .replaceAll('x', ' extension ')
    .replaceAll('+', 'plus ')
    .replace(/\d/g, (digit) => `${DIGITS[Number(digit)]} `)
    .replace(/[().–-]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Own sentences, `{kind|words}` for what is to be found. */
export function ownMarked(): readonly MarkedText[] {
  const file = join(projectRoot(), 'test/eval/guard/pii-held.txt');
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const spans: PiiSpan[] = [];
      let [text, at] = ['', 0];
      for (const match of line.matchAll(/\{(\w+)\|([^}]*)\}/g)) {
        const [whole, kind = '', words = ''] = match;
        text += line.slice(at, match.index);
        spans.push({ kind: kind as PiiKind, start: text.length, end: text.length + words.length });
        text += words;
        at = match.index + whole.length;
      }
      return { text: text + line.slice(at), spans };
    });
}
