import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../src/threads/project-root.js';

/** Folder of the cases: the project's own copies unless LEIBNIZ_CASES_DIR names another. */
export function casesDir(): string {
  const folder = process.env['LEIBNIZ_CASES_DIR'];
  return folder === undefined || folder === '' ? join(projectRoot(), 'test', 'eval', 'cases') : folder;
}

/** Rows of a tab-separated file of conversations, by its header; none when the folder lacks it. */
export async function tableOf(name: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const text = await textOf(name);
  const [head = '', ...rows] = text.split('\n').filter((row) => row !== '');
  const names = head.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    return Object.fromEntries(names.map((column, k) => [column, cells[k] ?? '']));
  });
}

/** The caller says nothing for the whole wait. */
export interface Silence {
  readonly silence: true;
}

/** A whole call: what is said to each question, and the appointment it must end in. */
export interface BookingCase {
  readonly id: string;
  readonly cat: string;
  /** Answers by question, in order; the last one again when it is asked once more. */
  readonly turns: Readonly<Record<string, readonly (string | Silence)[]>>;
  /** The appointment; `null`: none may be stored; absent: not judged by what is stored. */
  readonly expect?: Readonly<Record<string, string | readonly string[]>> | null;
  readonly good: string;
}

export async function bookingCases(): Promise<readonly BookingCase[]> {
  const text = await textOf('bookings.jsonl');
  return text
    .split('\n')
    .filter((row) => row.trim() !== '')
    .map((row) => JSON.parse(row) as BookingCase);
}

async function textOf(name: string): Promise<string> {
  for (const folder of [join(casesDir(), 'conversations'), casesDir()]) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return '';
}
