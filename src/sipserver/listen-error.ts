import { LeibnizError } from '../kernel/errors.js';

/** Turns the error of a failed `listen` or `bind` into one sentence a person can act on. */
export function listenError(cause: Error, host: string, port: number, setting: string): LeibnizError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    const remedy = `stop the program that uses it or set ${setting} to a free port`;
    return new LeibnizError('PORT_IN_USE', `Port ${port} on ${host} is in use: ${remedy}.`, {
      field: setting,
      cause,
    });
  }
  if (code === 'EACCES') {
    const text = `Port ${port} on ${host} needs more rights than this process has: set ${setting} to 1024 or above.`;
    return new LeibnizError('CONFIG_INVALID', text, { field: setting, cause });
  }
  const field = 'SIP_HOST';
  const text = `Cannot listen on ${host}:${port} (${code ?? 'unknown error'}): set ${field} to an address of this machine.`;
  return new LeibnizError('CONFIG_INVALID', text, { field, cause });
}
