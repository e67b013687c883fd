import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';

/**
 * The key that signs access tokens: the setting's, or one that is made once and kept in the data folder, readable by its
 * owner only.
 *
 * @throws LeibnizError DATA_DIR_UNUSABLE
 */
export function authKey(secret: string | undefined, dataDir: string): Uint8Array {
  if (secret !== undefined) return new TextEncoder().encode(secret);
  const file = join(dataDir, 'auth.key');
  try {
    const known = read(file);
    if (known !== undefined) return known;
    mkdirSync(dataDir, { recursive: true });
    const key = randomBytes(32);
    writeFileSync(file, key.toString('base64'), { mode: 0o600, flag: 'wx' });
    return key;
  } catch (error) {
    if (error instanceof LeibnizError) throw error;
    throw new LeibnizError('DATA_DIR_UNUSABLE', `The key in ${file} can be neither read nor written.`, {
      field: 'DATA_DIR',
      cause: error,
    });
  }
}

function read(file: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text, 'base64');
  if (key.length < 32) {
    throw new LeibnizError(
      'DATA_DIR_UNUSABLE',
      `${file} holds no key: put it back from a copy, or move it away and start again; everybody then signs in again.`,
      { field: 'DATA_DIR' },
    );
  }
  return key;
}
