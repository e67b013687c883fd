import type { ChangeStatus, DialogRequest, DialogResult, KnownAppointment } from '../../effects.js';

/** A request that changes the calendar. */
export type ChangeRequest = Extract<
  DialogRequest,
  { readonly type: 'book' | 'move' | 'cancel' | 'join_waiting_list' }
>;

/** A change that the caller agreed to, until it is known how it went. */
export interface Commit {
  readonly request: ChangeRequest;
  /**
   * - `sent`: the store has it
   * - `resolving`: it did not answer; it is asked what came of it
   * - `resent`: nothing had come of it; sent once more under the same key, so it cannot happen twice
   * - `resolving_again`: the second did not answer either
   */
  readonly phase: 'sent' | 'resolving' | 'resent' | 'resolving_again';
}

/** How a change went on. */
export type CommitStep =
  | { readonly type: 'request'; readonly commit: Commit; readonly request: DialogRequest }
  | { readonly type: 'done'; readonly appointment?: KnownAppointment }
  /** Nothing was changed. */
  | { readonly type: 'not_done'; readonly why: 'conflict' | 'stale' | 'gone' | 'unavailable' }
  /** It is not known. */
  | { readonly type: 'unknown' };

/** Sends a change. */
export const commit = (request: ChangeRequest): Extract<CommitStep, { type: 'request' }> => ({
  type: 'request',
  commit: { request, phase: 'sent' },
  request,
});

/** The question what came of a change. The waiting list is asked by joining again: the key makes it one entry. */
function resolution(request: ChangeRequest): DialogRequest {
  switch (request.type) {
    case 'book': {
      return { type: 'resolve_booking', idempotencyKey: request.idempotencyKey };
    }
    case 'move':
    case 'cancel': {
      return { type: 'resolve_change', idempotencyKey: request.idempotencyKey };
    }
    case 'join_waiting_list': {
      return request;
    }
    default: {
      return request;
    }
  }
}

/** What a failed request comes to: one that asked for a change has changed nothing, one that asked how it went tells nothing. */
const statusOf = (result: DialogResult): ChangeStatus | undefined => {
  if (result.type === 'change') return result.status;
  return result.type === 'failed' ? 'unavailable' : undefined;
};

/**
 * Goes on with the store's answer.
 *
 * @returns `undefined` for an answer to something else
 */
export function commitAnswered(current: Commit, result: DialogResult): CommitStep | undefined {
  const status = statusOf(result);
  const { request, phase } = current;
  const isFirst = phase === 'sent';
  switch (status) {
    case undefined: {
      return undefined;
    }
    case 'done': {
      const appointment = result.type === 'change' ? result.appointment : undefined;
      return { type: 'done', ...(appointment === undefined ? {} : { appointment }) };
    }
    case 'conflict':
    case 'stale':
    case 'gone': {
      return { type: 'not_done', why: status };
    }
    case 'unknown': {
      if (phase === 'resolving' || phase === 'resolving_again') return { type: 'unknown' };
      const next: Commit = { request, phase: isFirst ? 'resolving' : 'resolving_again' };
      return { type: 'request', commit: next, request: resolution(request) };
    }
    case 'not_found': {
      if (phase !== 'resolving') return { type: 'unknown' };
      return { type: 'request', commit: { request, phase: 'resent' }, request };
    }
    case 'unavailable': {
      // Of a change that was sent before, the first may still have been committed.
      return isFirst ? { type: 'not_done', why: 'unavailable' } : { type: 'unknown' };
    }
    default: {
      return status;
    }
  }
}
