/** The wire of `WS /api/v1/live`, subprotocol {@link LIVE_PROTOCOL}. */
export const LIVE_PROTOCOL = 'leibniz.live.v1';

/** Somebody of the staff. */
export interface LivePerson {
  readonly id: string;
  readonly name: string;
}

/** A call in progress as the wall shows it. */
export interface LiveCall {
  readonly id: string;
  readonly direction: string;
  readonly line?: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly display_name?: string | null;
  readonly started_at: string;
  readonly state: string;
  readonly controller: 'agent' | 'human';
  readonly controlled_by?: LivePerson | null;
  readonly supervisors?: readonly (LivePerson & { readonly mode: string })[];
  readonly intent?: string | null;
  readonly dialog_state?: string | null;
  readonly slots_filled?: Readonly<Record<string, unknown>>;
  readonly slots_remaining?: readonly string[];
  readonly turns: number;
  readonly last_line?: { readonly role: string; readonly text: string } | null;
  readonly gap_last_ms?: number | null;
  readonly gap_p95_ms?: number | null;
  readonly mos?: number | null;
  readonly loss_percent?: number | null;
  readonly recording?: string | null;
  readonly consent?: string | null;
  readonly alerts?: readonly { readonly code: string; readonly since: string }[];
  readonly labels?: readonly string[];
  /** 0..100, how much a call wants somebody. */
  readonly attention?: number;
}

export interface LiveCounters {
  readonly active: number;
  readonly human: number;
  readonly waiting: number;
}

/** What every message of the server has. */
interface Stamped {
  readonly seq: number;
  readonly at: string;
}

interface OfCall extends Stamped {
  readonly call_id: string;
}

/** Events of one call that are kept beside it. */
export type LiveCallEvent =
  | (OfCall & { readonly type: 'partial'; readonly role: string; readonly text: string })
  | (OfCall & {
      readonly type: 'line';
      readonly index: number;
      readonly turn_id?: string;
      readonly role: string;
      readonly text: string;
      readonly heard?: string | null;
      readonly confidence?: number | null;
      readonly sources?: readonly string[];
    })
  | (OfCall & { readonly type: 'speaking'; readonly role: string; readonly on: boolean })
  | (OfCall & {
      readonly type: 'instruction';
      readonly id: string;
      readonly kind: string;
      readonly state: 'queued' | 'used' | 'expired' | 'refused';
      readonly turn_id?: string | null;
      readonly reason?: string | null;
    })
  | (OfCall & { readonly type: 'levels'; readonly caller_dbfs: number; readonly agent_dbfs: number });

/** What the server sends. */
export type LiveMessage =
  | (Stamped & {
      readonly type: 'hello';
      readonly protocol: string;
      readonly boot_id: string;
      readonly server_time: string;
      readonly heartbeat_ms: number;
    })
  | (Stamped & {
      readonly type: 'snapshot';
      readonly calls: readonly LiveCall[];
      readonly counters: LiveCounters;
    })
  | (Stamped & { readonly type: 'resync_required'; readonly reason: string })
  | { readonly type: 'pong'; readonly id: string | number; readonly seq?: number; readonly at?: string }
  | (Stamped & { readonly type: 'call_started'; readonly call: LiveCall; readonly call_id?: string })
  | (OfCall & { readonly type: 'call_updated'; readonly patch: Partial<LiveCall> })
  | (OfCall & {
      readonly type: 'call_ended';
      readonly reason: string;
      readonly duration_ms: number;
      readonly outcome?: string | null;
    })
  | (OfCall & {
      readonly type: 'control';
      readonly controller: 'agent' | 'human';
      readonly user?: LivePerson | null;
      readonly reason: string;
    })
  | (OfCall & {
      readonly type: 'supervisor';
      readonly user: LivePerson;
      readonly mode: string;
      readonly on: boolean;
    })
  | (Stamped & {
      readonly type: 'alert';
      readonly call_id?: string;
      readonly code: string;
      readonly severity: string;
      readonly text: string;
    })
  | (Stamped & LiveCounters & { readonly type: 'counters' })
  | LiveCallEvent;

/** What a client sends. */
export type LiveRequest =
  | {
      readonly type: 'subscribe';
      readonly calls: 'all' | readonly string[];
      readonly detail: 'summary' | 'full';
    }
  | { readonly type: 'resume'; readonly boot_id: string; readonly seq: number }
  | { readonly type: 'ping'; readonly id: string };

/** How somebody is with a call: hears it, speaks beside the agent, or speaks in its place. */
export type LineMode = 'listen' | 'barge' | 'take';

/** What the audio socket of a call tells beside audio, subprotocol {@link LINE_PROTOCOL}. */
export type LineMessage =
  | { readonly type: 'ready'; readonly mode: LineMode }
  | { readonly type: 'mode'; readonly mode: LineMode }
  | { readonly type: 'mic_refused'; readonly reason: string }
  | { readonly type: 'flush' }
  | { readonly type: 'audio_dropped'; readonly chunks: number }
  | { readonly type: 'error'; readonly error: { readonly code: string; readonly message: string } }
  | { readonly type: 'ended'; readonly reason: string };

/** What a console tells the audio socket of a call. */
export type LineRequest =
  | { readonly type: 'start' | 'mode'; readonly mode: LineMode }
  | { readonly type: 'mic'; readonly on: boolean }
  | { readonly type: 'dtmf'; readonly digits: string };

/** Subprotocol of `WS /api/v1/live/calls/{id}/audio`. */
export const LINE_PROTOCOL = 'leibniz.audio.v1';
