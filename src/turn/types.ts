import type { RequestId, TurnId, UtteranceId } from '../kernel/ids.js';
import type { MonoMs } from '../kernel/time.js';
import type { Completeness, DtmfDigit, Listening, SpeechEvidence } from '../kernel/vocab.js';

/** A transcript with what the dialog makes of it. */
export interface Transcript {
  readonly requestId: RequestId;
  readonly text: string;
  /** 0..1; missing where the recogniser gives none. */
  readonly confidence?: number;
  /** The recogniser heard no words. */
  readonly noSpeech: boolean;
  /** Whether the text already answers what was asked. */
  readonly completeness: Completeness;
  /** Passed on with the turn. */
  readonly evidence?: SpeechEvidence;
}

/** What is passed on of a transcript. */
export const wordsOf = ({
  text,
  confidence,
  evidence,
}: Transcript): Pick<Transcript, 'text' | 'confidence' | 'evidence'> => ({
  text,
  ...(confidence === undefined ? {} : { confidence }),
  ...(evidence === undefined ? {} : { evidence }),
});

/** What the turn machine is told. */
export type TurnInput =
  /** The caller began to speak; `startedAt` is the true onset. */
  | { readonly type: 'speech_start'; readonly startSample: number; readonly startedAt: MonoMs }
  /** The caller paused; `endedAt` is when the last speech sample was received. */
  | { readonly type: 'speech_end'; readonly endSample: number; readonly endedAt: MonoMs }
  | ({ readonly type: 'transcript' } & Transcript)
  /** Words of a turn that goes on. */
  | { readonly type: 'partial'; readonly text: string; readonly completeness: Completeness }
  | { readonly type: 'transcript_failed'; readonly requestId: RequestId; readonly retry: boolean }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit }
  /** Typed text of a conversation socket. */
  | { readonly type: 'text'; readonly text: string }
  /** The agent will say something; it is queued for playout. */
  | {
      readonly type: 'agent_say';
      readonly utteranceId: UtteranceId;
      readonly interruptible: boolean;
      readonly greeting: boolean;
      readonly listening: Listening;
    }
  | { readonly type: 'playout_started'; readonly utteranceId: UtteranceId }
  | { readonly type: 'playout_finished'; readonly utteranceId: UtteranceId }
  /** The dialog has answered the last turn without saying anything. */
  | { readonly type: 'no_reply' }
  /** The other side asked for the agent to stop (supervisor, socket control). */
  | { readonly type: 'interrupt' }
  /** Somebody else speaks in the agent's place: its words are dropped, and no silence is waited for. */
  | { readonly type: 'stand_still' }
  | { readonly type: 'hold'; readonly held: boolean }
  /** The call can hear us from now on; silence waits begin. */
  | { readonly type: 'connected' }
  | { readonly type: 'tick' };

/** Why a turn ended. */
export type TurnEndSource = 'complete' | 'pause' | 'stt_net' | 'max_turn' | 'dtmf' | 'text';

/** The stamps of a finished turn that the latency ledger starts from. */
export interface TurnStamps {
  readonly speechStartedAt?: MonoMs;
  readonly speechEndedAt?: MonoMs;
  readonly vadEndAt?: MonoMs;
  readonly transcriptAt?: MonoMs;
  readonly committedAt: MonoMs;
  readonly source: TurnEndSource;
}

/** What the turn machine asks for. */
export type TurnOutput =
  | {
      readonly type: 'transcribe';
      readonly requestId: RequestId;
      readonly turnId: TurnId;
      readonly fromSample: number;
      readonly toSample: number;
      readonly kind: 'speculative' | 'final';
    }
  /** The pause is over as far as the policy goes; only the transcript is missing: decode it first. */
  | { readonly type: 'promote_transcript'; readonly requestId: RequestId }
  | { readonly type: 'abort_transcript'; readonly requestId: RequestId }
  /** The caller may be done: what the reply would need can be prepared. */
  | {
      readonly type: 'speculation';
      readonly turnId: TurnId;
      readonly text: string;
      readonly confidence?: number;
      readonly evidence?: SpeechEvidence;
    }
  | { readonly type: 'pause_playout' }
  | { readonly type: 'resume_playout' }
  | { readonly type: 'cut_playout' }
  | {
      readonly type: 'barge_in';
      readonly outcome: 'cut' | 'resumed';
      readonly reason: 'duration' | 'words' | 'dtmf' | 'interrupt' | 'backchannel' | 'no_words' | 'timeout';
      readonly onsetAt: MonoMs;
      readonly pausedAt: MonoMs;
    }
  | {
      readonly type: 'turn_ended';
      readonly turnId: TurnId;
      readonly text: string;
      readonly confidence?: number;
      readonly evidence?: SpeechEvidence;
      readonly stamps: TurnStamps;
    }
  | { readonly type: 'not_understood'; readonly turnId: TurnId; readonly stamps: TurnStamps }
  | { readonly type: 'dtmf'; readonly turnId: TurnId; readonly digit: DtmfDigit; readonly stamps: TurnStamps }
  /** A sound that was no turn: noise, a cough. */
  | { readonly type: 'turn_dropped'; readonly turnId: TurnId }
  | { readonly type: 'silence'; readonly count: number };
