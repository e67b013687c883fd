import type { RecordingConsent, RecordingState } from '../../kernel/vocab.js';

/** What supervisors see and do, as it stands on the wire. Times are ISO 8601 UTC, durations end in `_ms`. */

/** What a call is doing. */
export type LiveState =
  'greeting' | 'listening' | 'thinking' | 'speaking' | 'held' | 'transferring' | 'human';

/** Who said something. `human` is a person of the office who holds the call. */
export type LiveRole = 'user' | 'agent' | 'human';

/** How a supervisor is with a call. */
export type LiveMode = 'listen' | 'barge' | 'take';

/** Somebody at a console. */
export interface Supervisor {
  /** Account, or `local` and `admin_token` where there is none. */
  readonly id: string;
  readonly name: string;
}

/** A supervisor with a call. */
export interface CallSupervisor extends Supervisor {
  readonly mode: LiveMode;
}

/** What calls for a supervisor. */
export const ALERT_CODES = ['HANDOFF_WANTED', 'NOT_UNDERSTOOD_TWICE', 'LONG_GAP'] as const;

/** One of {@link ALERT_CODES}. */
export type AlertCode = (typeof ALERT_CODES)[number];

/** One call in progress, as the wall shows it. */
export interface LiveCall {
  readonly id: string;
  /** The process that has it. */
  readonly instance_id: string;
  readonly direction: 'inbound' | 'outbound' | 'conversation';
  /** The called number, which accounts may be restricted to. */
  readonly line: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly display_name: string | null;
  readonly started_at: string;
  readonly state: LiveState;
  readonly controller: 'agent' | 'human';
  readonly controlled_by: Supervisor | null;
  readonly supervisors: readonly CallSupervisor[];
  readonly persona: string;
  readonly variant: string | null;
  readonly intent: string | null;
  readonly dialog_state: string | null;
  readonly slots_filled: Readonly<Record<string, string>>;
  readonly slots_remaining: readonly string[];
  /** Turns of the caller. */
  readonly turns: number;
  readonly last_line: { readonly role: LiveRole; readonly text: string } | null;
  readonly gap_last_ms: number | null;
  readonly gap_p95_ms: number | null;
  readonly mos: number | null;
  readonly loss_percent: number | null;
  readonly recording: RecordingState;
  /** How the caller stands to being recorded; null where nobody was told or asked. */
  readonly consent: RecordingConsent | null;
  readonly alerts: readonly { readonly code: AlertCode; readonly since: string }[];
  readonly labels: readonly string[];
  /** 0..100, how much the call needs somebody. */
  readonly attention: number;
}

/** What may change of a call while it goes on. */
export type LivePatch = Partial<Omit<LiveCall, 'id' | 'instance_id' | 'direction' | 'line' | 'started_at'>>;

/** Why a call changed hands. */
export type ControlReason = 'taken' | 'handed_back' | 'forced' | 'socket_lost' | 'call_ended';

/** What became of a whispered instruction. */
export type InstructionState = 'queued' | 'used' | 'expired' | 'refused';

/** What a supervisor may whisper to the agent. */
export const WHISPER_KINDS = [
  'say',
  'fact',
  'goal',
  'set_slot',
  'repeat',
  'offer_transfer',
  'end_politely',
] as const;

/** One of {@link WHISPER_KINDS}. */
export type WhisperKind = (typeof WHISPER_KINDS)[number];

/** What happens in a call, without its place in the stream. */
export type LiveFact = { readonly call_id: string } & (
  | { readonly type: 'call_started'; readonly call: LiveCall }
  | { readonly type: 'call_updated'; readonly patch: LivePatch }
  | {
      readonly type: 'call_ended';
      readonly reason: string;
      readonly duration_ms: number;
      readonly outcome: string | null;
    }
  /** Words that may still change. */
  | { readonly type: 'partial'; readonly role: LiveRole; readonly text: string }
  | {
      readonly type: 'line';
      readonly index: number;
      readonly turn_id: string;
      readonly role: LiveRole;
      readonly text: string;
      readonly heard: string;
      /** Places on the clock of the call, where known. */
      readonly start_ms: number | null;
      readonly end_ms: number;
      readonly confidence: number | null;
      readonly sources: readonly string[];
    }
  | { readonly type: 'speaking'; readonly role: LiveRole; readonly on: boolean }
  | { readonly type: 'interrupted'; readonly turn_id: string; readonly heard: string }
  | {
      readonly type: 'latency';
      readonly turn_id: string;
      readonly response_gap_ms: number;
      readonly segments: Readonly<Record<string, number>>;
    }
  | {
      readonly type: 'intent';
      /** The last turn that had ended; words are looked at before theirs has, too. */
      readonly turn_id: string | null;
      readonly name: string;
      readonly confidence: number;
      readonly method: string;
    }
  | {
      readonly type: 'knowledge';
      readonly turn_id: string | null;
      readonly found: boolean;
      readonly score: number;
      readonly sources: readonly string[];
      readonly ms: number;
    }
  | { readonly type: 'booking'; readonly outcome: string; readonly appointment_id: string | null }
  | {
      readonly type: 'quality';
      readonly mos: number;
      readonly r: number;
      readonly loss_percent: number;
      readonly jitter_ms: number;
      readonly verdict: 'good' | 'fair' | 'poor';
    }
  /** Loudness of the last 200 ms, dB of full scale. */
  | { readonly type: 'levels'; readonly caller_dbfs: number; readonly agent_dbfs: number }
  | {
      readonly type: 'control';
      readonly controller: 'agent' | 'human';
      readonly user: Supervisor | null;
      readonly reason: ControlReason;
    }
  | {
      readonly type: 'instruction';
      readonly id: string;
      readonly kind: WhisperKind;
      readonly state: InstructionState;
      readonly turn_id: string | null;
      readonly by: Supervisor;
      /** Why it was refused. */
      readonly reason?: string;
    }
  | { readonly type: 'supervisor'; readonly user: Supervisor; readonly mode: LiveMode; readonly on: boolean }
  | { readonly type: 'recording'; readonly state: RecordingState }
  | { readonly type: 'consent'; readonly state: RecordingConsent }
  | {
      readonly type: 'alert';
      readonly code: AlertCode;
      readonly severity: 'info' | 'warning' | 'error';
      readonly text: string;
    }
);

/** A fact with its place in the stream. */
export interface LiveEntry {
  readonly seq: number;
  readonly at: string;
  readonly fact: LiveFact;
}

/** Sums over the calls that somebody sees. */
export interface LiveCounters {
  readonly active: number;
  readonly human: number;
  /** Calls that somebody should look at. */
  readonly waiting: number;
}

/** From this attention on a call waits for somebody. */
export const WAITING_ATTENTION = 50;
