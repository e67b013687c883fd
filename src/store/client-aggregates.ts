import { LeibnizError } from '../kernel/errors.js';
import type { WallMs } from '../kernel/time.js';
import type { Remote } from '../threads/rpc.js';
import {
  checkBooking,
  checkCallback,
  checkCallbackChange,
  checkCancel,
  checkCompletion,
  checkHold,
  checkMove,
  checkWaiting,
} from './check-requests.js';
import { namedOver, type NamedGroup } from './named-groups.js';
import { storableJson } from './journal-event.js';
import type { StoreApi } from './store-server.js';
import type {
  Appointments,
  Callbacks,
  Calls,
  Conversations,
  Deadline,
  Jobs,
  Store,
  WaitingList,
} from './types.js';

/** Largest state of a conversation. */
const MAX_STATE_BYTES = 1024 * 1024;

/** Two ways to the worker. */
export interface ClientLink {
  /** A question; it can be asked again. */
  ask<T>(call: (remote: Remote<StoreApi>) => Promise<T>): Promise<T>;
  /** A change, with the instant after which it is not committed. Its outcome may be unknown (STORE_TIMEOUT). */
  commit<T>(
    call: (remote: Remote<StoreApi>, deadlineAtMs: number) => Promise<T>,
    deadlineMs?: number,
  ): Promise<T>;
  wall(): WallMs;
}

/** Everything of the store that the worker answers for. Requests are checked before they go there. */
export function clientAggregates(
  link: ClientLink,
): Pick<
  Store,
  'appointments' | 'callbacks' | 'waitingList' | 'calls' | 'conversations' | 'jobs' | NamedGroup
> {
  return {
    appointments: appointmentsOver(link),
    callbacks: callbacksOver(link),
    waitingList: waitingListOver(link),
    calls: callsOver(link),
    conversations: conversationsOver(link),
    jobs: jobsOver(link),
    ...namedOver((group, method, args) => link.ask((remote) => remote.named(group, method, args))),
  };
}

/** A change of a request that carries its own deadline. */
function committing<R extends Deadline, T>(
  link: ClientLink,
  check: (request: R) => void,
  call: (remote: Remote<StoreApi>, request: R, deadlineAtMs: number) => Promise<T>,
): (request: R) => Promise<T> {
  return async (request) => {
    check(request);
    return link.commit((remote, deadlineAtMs) => call(remote, request, deadlineAtMs), request.deadlineMs);
  };
}

function appointmentsOver(link: ClientLink): Appointments {
  return {
    book: committing(link, checkBooking, (remote, request, at) => remote.book(request, at)),
    move: committing(link, checkMove, (remote, request, at) => remote.move(request, at)),
    cancel: committing(link, checkCancel, (remote, request, at) => remote.cancel(request, at)),
    hold: async (request) => {
      checkHold(request, link.wall());
      return link.commit((remote, at) => remote.hold(request, at));
    },
    release: (holdKey) => link.commit((remote, at) => remote.release(holdKey, at)),
    findByKey: (key) => link.ask((remote) => remote.findByKey(key)),
    changeByKey: (key) => link.ask((remote) => remote.changeByKey(key)),
    get: (id) => link.ask((remote) => remote.getAppointment(id)),
    find: (query) => link.ask((remote) => remote.findAppointments(query)),
    list: (query = {}) => link.ask((remote) => remote.listAppointments(query)),
    busy: (fromMs, toMs, exceptCallId) => link.ask((remote) => remote.busy(fromMs, toMs, exceptCallId)),
  };
}

function callbacksOver(link: ClientLink): Callbacks {
  return {
    request: committing(link, checkCallback, (remote, request, at) => remote.requestCallback(request, at)),
    change: committing(link, checkCallbackChange, (remote, change, at) => remote.changeCallback(change, at)),
    findByKey: (key) => link.ask((remote) => remote.callbackByKey(key)),
    get: (id) => link.ask((remote) => remote.getCallback(id)),
    list: (query = {}) => link.ask((remote) => remote.listCallbacks(query)),
    complete: async (id, result) => {
      checkCompletion(result);
      return link.ask((remote) => remote.completeCallback(id, result));
    },
  };
}

function waitingListOver(link: ClientLink): WaitingList {
  return {
    join: committing(link, checkWaiting, (remote, request, at) => remote.joinWaitingList(request, at)),
    findByKey: (key) => link.ask((remote) => remote.waitingByKey(key)),
    list: (query = {}) => link.ask((remote) => remote.listWaiting(query)),
    leave: (id) => link.ask((remote) => remote.leaveWaitingList(id)),
    matches: (freed) => link.ask((remote) => remote.waitingMatches(freed)),
  };
}

function callsOver(link: ClientLink): Calls {
  return {
    list: (query = {}) => link.ask((remote) => remote.listCalls(query)),
    get: (id) => link.ask((remote) => remote.getCall(id)),
    abortOpen: () => link.ask((remote) => remote.abortOpenCalls()),
  };
}

function conversationsOver(link: ClientLink): Conversations {
  return {
    save: async (id, state, expiresAtMs) => {
      const json = storableJson(state);
      if (Buffer.byteLength(json) > MAX_STATE_BYTES) {
        throw new LeibnizError('BAD_REQUEST', 'The state of a conversation may take 1 MiB at most.', {
          field: 'state',
        });
      }
      await link.ask((remote) => remote.saveConversation(id, json, expiresAtMs));
    },
    load: (id) => link.ask((remote) => remote.loadConversation(id)),
    delete: (id) => link.ask((remote) => remote.deleteConversation(id)),
    deleteAll: (prefix) => link.ask((remote) => remote.deleteConversations(prefix)),
  };
}

function jobsOver(link: ClientLink): Jobs {
  return {
    list: (query = {}) => link.ask((remote) => remote.listJobs(query)),
    get: (id) => link.ask((remote) => remote.getJob(id)),
    retry: (id) => link.ask((remote) => remote.retryJob(id)),
  };
}
