/** What went wrong in kind; decides retry, status codes and who has to act. */
export type ErrorCategory =
  | 'invalid_config'
  | 'invalid_request'
  | 'not_found'
  | 'conflict'
  | 'unauthorized'
  | 'forbidden'
  | 'overloaded'
  | 'timeout'
  | 'unavailable'
  | 'unsupported'
  | 'internal';

interface ErrorSpec {
  readonly category: ErrorCategory;
  /** A permanent error is not retried: the same request fails again. */
  readonly permanent: boolean;
}

/** Every error code of Leibniz. `docs/errors.md` has one row per code; a test checks both directions. */
export const ERROR_CATALOGUE = {
  CONFIG_INVALID: { category: 'invalid_config', permanent: true },
  PORT_IN_USE: { category: 'invalid_config', permanent: true },
  DATA_DIR_UNUSABLE: { category: 'invalid_config', permanent: true },
  DATA_DIR_LOCKED: { category: 'conflict', permanent: true },
  MODEL_MISSING: { category: 'invalid_config', permanent: true },
  MODEL_BROKEN: { category: 'invalid_config', permanent: true },
  DOCUMENT_UNREADABLE: { category: 'invalid_config', permanent: true },
  PROMPT_INVALID: { category: 'invalid_config', permanent: true },
  SIP_SERVER_UNREACHABLE: { category: 'unavailable', permanent: false },
  TTS_FAILED: { category: 'internal', permanent: false },
  KNOWLEDGE_TIMEOUT: { category: 'timeout', permanent: false },
  STORE_UNAVAILABLE: { category: 'unavailable', permanent: false },
  STORE_TIMEOUT: { category: 'timeout', permanent: false },
  STORE_DISK_FULL: { category: 'unavailable', permanent: false },
  NOT_FOUND: { category: 'not_found', permanent: true },
  APPOINTMENT_CHANGED: { category: 'conflict', permanent: true },
  SLOT_TAKEN: { category: 'conflict', permanent: true },
  BAD_REQUEST: { category: 'invalid_request', permanent: true },
  PAYLOAD_TOO_LARGE: { category: 'invalid_request', permanent: true },
  UNSUPPORTED_MEDIA_TYPE: { category: 'unsupported', permanent: true },
  UNAUTHORIZED: { category: 'unauthorized', permanent: true },
  FORBIDDEN: { category: 'forbidden', permanent: true },
  CREDENTIALS_WRONG: { category: 'unauthorized', permanent: true },
  TOKEN_EXPIRED: { category: 'unauthorized', permanent: true },
  REFRESH_RACED: { category: 'conflict', permanent: false },
  REFRESH_REUSED: { category: 'unauthorized', permanent: true },
  EMAIL_UNVERIFIED: { category: 'forbidden', permanent: true },
  ACCOUNT_DISABLED: { category: 'forbidden', permanent: true },
  PASSWORD_WEAK: { category: 'invalid_request', permanent: true },
  TOKEN_USED: { category: 'invalid_request', permanent: true },
  CONFLICT: { category: 'conflict', permanent: true },
  VERSION_CONFLICT: { category: 'conflict', permanent: true },
  CALL_ENDED: { category: 'conflict', permanent: true },
  CONTROL_TAKEN: { category: 'conflict', permanent: false },
  NOT_ALLOWED_NOW: { category: 'conflict', permanent: false },
  FORBIDDEN_ORIGIN: { category: 'unauthorized', permanent: true },
  RATE_LIMITED: { category: 'overloaded', permanent: false },
  CAPACITY_FULL: { category: 'overloaded', permanent: false },
  MODEL_UNAVAILABLE: { category: 'unavailable', permanent: false },
  TIMEOUT: { category: 'timeout', permanent: false },
  WORKER_CRASHED: { category: 'internal', permanent: false },
  INTERNAL: { category: 'internal', permanent: false },
} as const satisfies Record<string, ErrorSpec>;

/** A code of {@link ERROR_CATALOGUE}. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/**
 * An error a person or a program can act on. The message is one sentence that names the key or file and the
 * remedy; it holds no secret and no personal data.
 */
export class LeibnizError extends Error {
  readonly code: ErrorCode;
  /** Setting, field or file that the error is about. */
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LeibnizError';
    this.code = code;
    this.field = options.field;
  }

  get category(): ErrorCategory {
    return ERROR_CATALOGUE[this.code].category;
  }

  get permanent(): boolean {
    return ERROR_CATALOGUE[this.code].permanent;
  }
}

/** True for errors of Leibniz, also those rebuilt from another thread. */
export function isLeibnizError(value: unknown): value is LeibnizError {
  return value instanceof Error && value.name === 'LeibnizError' && 'code' in value;
}
