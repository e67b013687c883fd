import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { LeibnizError } from '../../kernel/errors.js';
import type { Environment } from './load.js';

/**
 * The environment of the process over the `.env` file of a folder; the only place that reads `process.env`.
 *
 * @param folder - where `.env` is looked for; the current folder unless told
 * @throws {LeibnizError} `CONFIG_INVALID` when the file exists and cannot be read
 */
export function readEnvironment(folder: string = process.cwd()): Environment {
  return { ...readEnvFile(join(folder, '.env')), ...process.env };
}

function readEnvFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new LeibnizError(
      'CONFIG_INVALID',
      `${file} cannot be read; make it a readable file or remove it.`,
      {
        field: file,
        cause: error,
      },
    );
  }
}
