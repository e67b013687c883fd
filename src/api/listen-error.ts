import { LeibnizError } from '../kernel/errors.js';

/** The error of a listening socket as one sentence that names the setting to change. */
export function describeListenError(error: unknown, host: string, port: number): LeibnizError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'EADDRINUSE': {
      return new LeibnizError(
        'PORT_IN_USE',
        `HTTP_PORT ${port} on ${host} is already in use; stop the program that has it, or set HTTP_PORT to another port.`,
        { field: 'HTTP_PORT', cause: error },
      );
    }
    case 'EACCES': {
      return new LeibnizError(
        'CONFIG_INVALID',
        `HTTP_PORT ${port} may not be opened by this user; set HTTP_PORT to a port of 1024 or above.`,
        { field: 'HTTP_PORT', cause: error },
      );
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN': {
      return new LeibnizError(
        'CONFIG_INVALID',
        `HTTP_HOST "${host}" is not an address of this machine; set HTTP_HOST to 127.0.0.1, 0.0.0.0 or one of its addresses.`,
        { field: 'HTTP_HOST', cause: error },
      );
    }
    default: {
      return new LeibnizError(
        'INTERNAL',
        `The HTTP API could not start${code === undefined ? '' : ` (${code})`}.`,
        {
          cause: error,
        },
      );
    }
  }
}
