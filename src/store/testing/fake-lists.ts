import { differsFrom } from '../callback-types.js';
import { checkCallback, checkCallbackChange, checkCompletion, checkWaiting } from '../check-requests.js';
import { offerTo } from '../freed.js';
import { CALLBACK_JOB } from '../job-types.js';
import type {
  Callback,
  Callbacks,
  FreedSlot,
  Page,
  Paging,
  WaitingEntry,
  WaitingList,
  WaitingMatch,
} from '../types.js';
import type { FakeLink } from './fake-link.js';

/** One page of what is in memory. */
export function pageOf<T>(items: readonly T[], { limit = 50, offset = 0 }: Paging): Page<T> {
  return { items: items.slice(offset, offset + limit), total: items.length };
}

/** Call-backs in memory. */
export function fakeCallbacks(link: FakeLink): Callbacks {
  const rows = new Map<string, Callback>();
  const byKey = (key: string): Callback | undefined =>
    [...rows.values()].find((row) => row.idempotencyKey === key);
  return {
    request: async (request) => {
      checkCallback(request);
      const { deadlineMs, ...fields } = request;
      return link.commit(() => {
        const known = byKey(request.idempotencyKey);
        if (known !== undefined) return { status: 'already_committed', callback: known };
        const id = link.id('callback');
        const callback: Callback = { ...fields, id, status: 'open', createdAtMs: link.scheduler.wall() };
        rows.set(id, callback);
        link.addJob(CALLBACK_JOB, { callbackId: id });
        return { status: 'committed', callback };
      }, deadlineMs);
    },
    change: async (change) => {
      checkCallbackChange(change);
      const { idempotencyKey, to, deadlineMs } = change;
      return link.commit(() => {
        const known = byKey(idempotencyKey);
        if (known === undefined || !differsFrom(known, to)) return known;
        const { note } = known.pii;
        const changed: Callback =
          to === undefined
            ? { ...known, status: 'completed', outcome: 'withdrawn', completedAtMs: link.scheduler.wall() }
            : { ...known, kind: to.kind, pii: { ...to.pii, ...(note === undefined ? {} : { note }) } };
        rows.set(known.id, changed);
        link.addJob(CALLBACK_JOB, {
          callbackId: known.id,
          event: to === undefined ? 'withdrawn' : 'changed',
        });
        return changed;
      }, deadlineMs);
    },
    findByKey: (key) => link.answer(() => byKey(key)),
    get: (id) => link.answer(() => rows.get(id)),
    list: (query = {}) =>
      link.answer(() => {
        const { status, kind, callId } = query;
        const items = [...rows.values()]
          .filter((row) => (status ?? row.status) === row.status && (kind ?? row.kind) === row.kind)
          .filter((row) => (callId ?? row.callId) === row.callId)
          .sort((a, b) => rank(a) - rank(b) || age(a) - age(b));
        return pageOf(items, query);
      }),
    complete: async (id, { outcome, note }) => {
      checkCompletion({ outcome, ...(note === undefined ? {} : { note }) });
      return link.answer(() => {
        const row = rows.get(id);
        if (row === undefined || row.status === 'completed') return row;
        const pii = note === undefined ? row.pii : { ...row.pii, note };
        const completedAtMs = link.scheduler.wall();
        const completed: Callback = { ...row, status: 'completed', outcome, completedAtMs, pii };
        rows.set(id, completed);
        return completed;
      });
    },
  };
}

function rank({ status, kind }: Callback): number {
  if (status === 'completed') return 2;
  return kind === 'emergency' ? 0 : 1;
}

function age({ createdAtMs, completedAtMs }: Callback): number {
  return completedAtMs === undefined ? createdAtMs : 0 - completedAtMs;
}

/** The waiting list in memory, and what the calendar does with it. */
export interface FakeWaitingList extends WaitingList {
  matching(freed: FreedSlot): readonly WaitingMatch[];
  noteOffer(match: WaitingMatch, resource: string): void;
}

/** The waiting list in memory. */
export function fakeWaitingList(link: FakeLink): FakeWaitingList {
  const rows = new Map<string, WaitingEntry>();
  const byKey = (key: string): WaitingEntry | undefined =>
    [...rows.values()].find((row) => row.idempotencyKey === key);
  const matching = (freed: FreedSlot): WaitingMatch[] =>
    [...rows.values()].flatMap((entry) => offerTo(entry, freed, link.scheduler.wall()) ?? []).slice(0, 100);
  return {
    matching,
    noteOffer: ({ entry, startsAtMs }, resource) => {
      const offer = { resource, startsAtMs, offeredAtMs: link.scheduler.wall() };
      rows.set(entry.id, { ...entry, offer });
    },
    join: async (request) => {
      checkWaiting(request);
      const { deadlineMs, ...fields } = request;
      return link.commit(() => {
        const known = byKey(request.idempotencyKey);
        if (known !== undefined) return { status: 'already_committed', entry: known };
        const entry = { ...fields, id: link.id('waiting'), createdAtMs: link.scheduler.wall() };
        rows.set(entry.id, entry);
        return { status: 'committed', entry };
      }, deadlineMs);
    },
    findByKey: (key) => link.answer(() => byKey(key)),
    list: (query = {}) =>
      link.answer(() => {
        const { onOrAfter = '', serviceId, callId } = query;
        const items = [...rows.values()].filter(
          (row) =>
            row.to >= onOrAfter &&
            (serviceId ?? row.serviceId) === row.serviceId &&
            (callId ?? row.callId) === row.callId,
        );
        return pageOf(items, query);
      }),
    leave: (id) => link.answer(() => rows.delete(id)),
    matches: (freed) => link.answer(() => matching(freed)),
  };
}
