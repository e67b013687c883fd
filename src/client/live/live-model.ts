import type { LiveCall, LiveCounters, LiveMessage } from './live-types.js';

/** One line of a running conversation. */
export interface LiveLine {
  readonly index: number;
  readonly role: string;
  readonly text: string;
  /** What of the agent's words reached the caller; absent means all of them. */
  readonly heard?: string | undefined;
  readonly at: string;
  readonly sources: readonly string[];
}

/** What became of something whispered. */
export interface LiveInstruction {
  readonly id: string;
  readonly kind: string;
  readonly state: 'queued' | 'used' | 'expired' | 'refused';
  readonly reason?: string | undefined;
}

/** A call with what is kept beside it. */
export interface LiveCallView {
  readonly call: LiveCall;
  readonly lines: readonly LiveLine[];
  /** Words that may still change, by who says them. */
  readonly partials: Readonly<Record<string, string>>;
  readonly instructions: readonly LiveInstruction[];
  readonly ended?: { readonly reason: string; readonly at: string };
}

/** All that a console knows of the calls in progress. */
export interface LiveModel {
  /** Names the stream that {@link seq} counts in. */
  readonly bootId: string | undefined;
  /** Number of the newest message that was taken. */
  readonly seq: number;
  /** False until a snapshot has come: what came before it is no whole picture. */
  readonly synced: boolean;
  readonly calls: ReadonlyMap<string, LiveCallView>;
  readonly counters: LiveCounters;
}

/** Lines kept of one call; older ones are in its record. */
export const MAX_LINES = 400;
/** Calls kept after their end, so that an open panel can still be read. */
export const MAX_ENDED = 20;
const MAX_INSTRUCTIONS = 50;

/** Before anything was told. */
export const EMPTY_LIVE: LiveModel = {
  bootId: undefined,
  seq: 0,
  synced: false,
  calls: new Map(),
  counters: { active: 0, human: 0, waiting: 0 },
};

/**
 * Takes one message over. Numbers rise but have gaps, since a reader is told only of what it may see; a number that is not above
 * the last one has been seen and changes nothing. After a `hello` of another stream, or a `resync_required`, nothing counts
 * until the next snapshot.
 */
export function applyLive(model: LiveModel, message: LiveMessage): LiveModel {
  switch (message.type) {
    case 'pong':
      return model;
    case 'hello':
      return message.boot_id === model.bootId
        ? model
        : { ...model, bootId: message.boot_id, seq: 0, synced: false };
    case 'resync_required':
      return { ...model, synced: false };
    case 'snapshot': {
      // What is kept beside a call outlives a snapshot, which has no lines; calls that are not in it are over.
      const calls = new Map<string, LiveCallView>();
      for (const call of message.calls) {
        calls.set(call.id, { ...(model.calls.get(call.id) ?? beside(call)), call });
      }
      return { ...model, seq: message.seq, synced: true, calls, counters: message.counters };
    }
    default: {
      if (!model.synced || message.seq <= model.seq) return model;
      const next = { ...model, seq: message.seq };
      if (message.type === 'counters') {
        const { active, human, waiting } = message;
        return { ...next, counters: { active, human, waiting } };
      }
      return { ...next, calls: callsAfter(model.calls, message) };
    }
  }
}

type CallMessage = Exclude<
  LiveMessage,
  { readonly type: 'pong' | 'hello' | 'resync_required' | 'snapshot' | 'counters' }
>;

function callsAfter(
  calls: ReadonlyMap<string, LiveCallView>,
  message: CallMessage,
): ReadonlyMap<string, LiveCallView> {
  const id = message.type === 'call_started' ? message.call.id : message.call_id;
  if (id === undefined) return calls;
  const known = calls.get(id);
  const view =
    message.type === 'call_started'
      ? { ...(known ?? beside(message.call)), call: message.call }
      : known === undefined
        ? undefined
        : viewAfter(known, message);
  if (view === undefined || view === known) return calls;
  const next = new Map(calls).set(id, view);
  return message.type === 'call_ended' ? withoutOldest(next) : next;
}

function viewAfter(
  view: LiveCallView,
  message: Exclude<CallMessage, { type: 'call_started' }>,
): LiveCallView {
  const patched = (patch: Partial<LiveCall>): LiveCallView => ({ ...view, call: { ...view.call, ...patch } });
  switch (message.type) {
    case 'call_updated':
      return patched(message.patch);
    case 'call_ended':
      return { ...view, partials: {}, ended: { reason: message.reason, at: message.at } };
    case 'partial':
      return { ...view, partials: { ...view.partials, [message.role]: message.text } };
    case 'line':
      return withLine(view, message);
    case 'instruction': {
      const { id, kind, state, reason } = message;
      const others = view.instructions.filter((one) => one.id !== id);
      const instructions = [...others, { id, kind, state, reason: reason ?? undefined }];
      return { ...view, instructions: instructions.slice(-MAX_INSTRUCTIONS) };
    }
    case 'control':
      return patched({ controller: message.controller, controlled_by: message.user ?? null });
    case 'supervisor': {
      const others = (view.call.supervisors ?? []).filter(({ id }) => id !== message.user.id);
      return patched({
        supervisors: message.on ? [...others, { ...message.user, mode: message.mode }] : others,
      });
    }
    case 'alert': {
      const others = (view.call.alerts ?? []).filter(({ code }) => code !== message.code);
      return patched({ alerts: [...others, { code: message.code, since: message.at }] });
    }
    default:
      // Kinds that a newer server tells of, and moments that are not kept.
      return view;
  }
}

/** A line replaces the one of its number, which may have been told with fewer words. */
function withLine(view: LiveCallView, message: Extract<CallMessage, { type: 'line' }>): LiveCallView {
  const { index, role, text, heard, at, sources } = message;
  const line: LiveLine = {
    ...{ index, role, text, at, sources: sources ?? [] },
    heard: heard === null || heard === text ? undefined : heard,
  };
  const others = view.lines.filter((one) => one.index !== index);
  const lines = [...others, line].sort((a, b) => a.index - b.index).slice(-MAX_LINES);
  return { ...view, lines, partials: { ...view.partials, [role]: '' } };
}

const beside = (call: LiveCall): LiveCallView => ({ call, lines: [], partials: {}, instructions: [] });

function withoutOldest(calls: Map<string, LiveCallView>): ReadonlyMap<string, LiveCallView> {
  const ended = [...calls.values()].filter((view) => view.ended !== undefined);
  for (const { call } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) calls.delete(call.id);
  return calls;
}

/** The calls in progress: whoever needs somebody first, then the oldest. */
export function byAttention(model: LiveModel): readonly LiveCallView[] {
  return [...model.calls.values()]
    .filter(({ ended }) => ended === undefined)
    .sort(
      (a, b) =>
        (b.call.attention ?? 0) - (a.call.attention ?? 0) ||
        a.call.started_at.localeCompare(b.call.started_at),
    );
}
