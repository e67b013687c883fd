import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';

/** File of the signing key in the data directory, for installations that set none. */
const SECRET_FILE = 'followup-webhook.secret';

/**
 * The signing key kept in the data directory, made on first use and readable by its owner only.
 *
 * @throws LeibnizError DATA_DIR_UNUSABLE - it can neither be read nor written
 */
export function keptWebhookSecret(dataDir: string): string {
  const file = join(dataDir, SECRET_FILE);
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, error);
  }
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret !== '') return secret;
  } catch (error) {
    throw unusable(file, error);
  }
  throw unusable(file, undefined);
}

function unusable(file: string, cause: unknown): LeibnizError {
  return new LeibnizError(
    'DATA_DIR_UNUSABLE',
    `The signing key ${file} cannot be read or written; make DATA_DIR writable, or remove the file to get a new key.`,
    { field: 'DATA_DIR', ...(cause === undefined ? {} : { cause }) },
  );
}
