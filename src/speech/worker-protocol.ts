import { isLeibnizError, LeibnizError, type ErrorCode } from '../kernel/errors.js';

/** An error that crosses a thread. */
export interface WorkerErrorMessage {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly field?: string;
}

/** What a speech worker sends. `refused` means that it could not start. */
export type WorkerReply<Out> =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly error: WorkerErrorMessage }
  | { readonly type: 'result'; readonly jobId: number; readonly result: Out }
  | { readonly type: 'failure'; readonly jobId: number; readonly message: string };

/** What a speech worker is sent. */
export type WorkerCommand<In> =
  { readonly type: 'job'; readonly jobId: number; readonly job: In } | { readonly type: 'close' };

/** An error as plain data. */
export function describeWorkerError(error: unknown): WorkerErrorMessage {
  if (!isLeibnizError(error)) return { message: error instanceof Error ? error.message : String(error) };
  return {
    message: error.message,
    code: error.code,
    ...(error.field === undefined ? {} : { field: error.field }),
  };
}

/** The error of {@link describeWorkerError} on the other side. */
export function reviveWorkerError(error: WorkerErrorMessage): LeibnizError {
  const options = error.field === undefined ? {} : { field: error.field };
  return new LeibnizError(error.code ?? 'WORKER_CRASHED', error.message, options);
}
