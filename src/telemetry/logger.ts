import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { REDACTED, redactForLog } from './redact.js';

/** The logger that flows down by constructor. `logger.info({ port }, 'listening')`: messages are constants. */
export type Logger = PinoLogger;

/** Settings of {@link createLogger}. */
export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Writes what stands under `pii` keys. Default false. */
  readonly pii?: boolean;
  /** File descriptor: 1 = standard output (default), 2 = standard error. */
  readonly fd?: 1 | 2;
  /** Receives the lines instead of a file descriptor. */
  readonly stream?: DestinationStream;
  /** Called with each line that was lost because nobody took the lines before it. */
  readonly onDrop?: () => void;
}

/** Lines that wait for a reader, bytes. A terminal that is scrolled back must not stop a call, nor fill memory. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** A logger of JSON lines with secrets and personal data hidden. */
export function createLogger(options: LoggerOptions): Logger {
  const keepPii = options.pii === true;
  const hide = (fields: Record<string, unknown>): Record<string, unknown> => redactForLog(fields, keepPii);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: hide, bindings: hide },
      // Formatters do not see the bindings of children; serialisers do.
      serializers: { err: describeError, ...(keepPii ? {} : { pii: () => REDACTED }) },
    },
    options.stream ?? destination(options),
  );
}

/** A child whose lines carry the call's id, and nothing else of the call. */
export function callLogger(logger: Logger, callId: string): Logger {
  return logger.child({ callId });
}

function destination(options: LoggerOptions): DestinationStream {
  // Writing in the background: a blocked pipe would otherwise block the thread that sends audio.
  const stream = pino.destination({ dest: options.fd ?? 1, sync: false, maxLength: MAX_WAITING_BYTES });
  stream.on('drop', () => options.onDrop?.());
  return stream;
}

/**
 * What of an error is logged. Other properties are left out: database drivers put the values of a row into them.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : 'not an error';
  const { code, field } = error as { code?: unknown; field?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof field === 'string' ? { field } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: `${error.cause.name}: ${error.cause.message}` } : {}),
  };
}
