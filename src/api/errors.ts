import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CATALOGUE, isLeibnizError, LeibnizError, type ErrorCode } from '../kernel/errors.js';
import type { ApiLog } from './options.js';

/** Body of every answer that is not a success. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly field?: string;
    readonly retry_after_ms?: number;
  };
}

/** A refusal that a client may lift by waiting. */
export class RetryLaterError extends LeibnizError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(code, message);
  }
}

const STATUS_BY_CATEGORY = {
  invalid_config: 500,
  invalid_request: 400,
  not_found: 404,
  conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  overloaded: 503,
  timeout: 504,
  unavailable: 503,
  unsupported: 400,
  internal: 500,
} as const;

const STATUS_BY_CODE: Partial<Record<ErrorCode, number>> = {
  FORBIDDEN_ORIGIN: 403,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  // The documents are the client's to mend; the server works.
  DOCUMENT_UNREADABLE: 422,
};

/** HTTP status of an error code. */
export function statusOf(code: ErrorCode): number {
  return STATUS_BY_CODE[code] ?? STATUS_BY_CATEGORY[ERROR_CATALOGUE[code].category];
}

/** The wire form of an error; anything unexpected becomes `INTERNAL` without details. */
export function errorBody(error: unknown): ErrorBody {
  if (!isLeibnizError(error) || !(error.code in ERROR_CATALOGUE)) {
    return {
      error: { code: 'INTERNAL', message: 'Something went wrong on our side; the log has the details.' },
    };
  }
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.field === undefined ? {} : { field: error.field }),
      ...(error instanceof RetryLaterError ? { retry_after_ms: error.retryAfterMs } : {}),
    },
  };
}

/** Sends an error in its wire form. */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const body = errorBody(error);
  if (error instanceof RetryLaterError) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  }
  if (body.error.code === 'UNAUTHORIZED') void reply.header('www-authenticate', 'Bearer');
  return reply
    .code(statusOf(body.error.code as ErrorCode))
    .type('application/json')
    .send(JSON.stringify(body));
}

/** Fastify's error handler. */
export function errorHandler(log: ApiLog) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = isLeibnizError(error) ? error : fromFastify(error);
    // Being full is no failure; whoever asks often must not fill the log.
    const isFull = known !== undefined && ERROR_CATALOGUE[known.code].category === 'overloaded';
    if (known === undefined || (statusOf(known.code) >= 500 && !isFull)) {
      log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
    }
    return sendError(reply, known ?? error);
  };
}

/** Errors of the framework that are the client's doing; `undefined` for those that are ours. */
export function fromFastify(error: FastifyError): LeibnizError | undefined {
  if (error.validation !== undefined) return fromValidation(error);
  switch (error.statusCode) {
    case 413: {
      return new LeibnizError('PAYLOAD_TOO_LARGE', 'The request body is too large.');
    }
    case 415: {
      return new LeibnizError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
    }
    case 400: {
      const isJson = error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError;
      return new LeibnizError(
        'BAD_REQUEST',
        isJson ? 'The body is not valid JSON.' : 'The request is malformed.',
      );
    }
    default: {
      return undefined;
    }
  }
}

function fromValidation(error: FastifyError): LeibnizError {
  const first = error.validation?.[0];
  const path = (first?.instancePath ?? '').split('/').filter((part) => part !== '');
  const where = error.validationContext ?? 'request';
  // What is not known is named itself, not only the object that has it.
  const unknown = first?.keyword === 'unrecognized_keys' ? (first.params['keys'] as string[])[0] : undefined;
  const field = [...path, ...(unknown === undefined ? [] : [unknown])].join('.');
  const problem = first?.message ?? 'is not valid';
  return new LeibnizError('BAD_REQUEST', `${field === '' ? `The ${where}` : field}: ${problem}.`, {
    field: field === '' ? where : field,
  });
}
