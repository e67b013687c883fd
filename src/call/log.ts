/** What the call leg logs with. Messages are constants; personal data stand under a `pii` key. */
export interface CallLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

const nothing = (): void => undefined;

/** Logs nothing. */
export const SILENT_LOG: CallLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Wraps a handler so that neither a throw nor a rejection leaves it. drachtio-srf answers 500 and prints for a
 * handler that throws, does neither for one that rejects, and lets a throw out of a response callback end the
 * process.
 *
 * @param onFailure - runs after the failure is logged, to answer a request that is still open
 */
export function guarded<A extends unknown[]>(
  log: CallLog,
  handler: string,
  run: (...args: A) => unknown,
  onFailure?: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    const failed = (error: unknown): void => {
      log.error({ handler, err: error }, 'a call handler failed');
      try {
        onFailure?.(...args);
      } catch (second) {
        log.error({ handler, err: second }, 'a call handler could not clean up');
      }
    };
    try {
      const result = run(...args);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
