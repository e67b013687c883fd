import type { HandBackNext } from '../../dialog/core/person-input.js';
import type { InstructionState, LiveMode, Supervisor, WhisperKind } from '../../live/core/types.js';

/** What a supervisor can do to a call. */
export type LiveCommand =
  | {
      readonly type: 'whisper';
      readonly kind: WhisperKind;
      readonly text?: string;
      readonly slot?: string;
      readonly value?: string;
      /** Turns of the caller after which it is too late. */
      readonly expiresTurns: number;
    }
  | { readonly type: 'take'; readonly force: boolean }
  | {
      readonly type: 'hand_back';
      readonly next: HandBackNext;
      readonly say?: string;
      readonly note?: string;
      readonly facts?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'transfer'; readonly target: string }
  | { readonly type: 'end'; readonly say?: string };

/** What came of a {@link LiveCommand}. */
export type LiveReply =
  | {
      readonly type: 'instruction';
      readonly id: string;
      readonly state: InstructionState;
      readonly reason?: string;
    }
  | { readonly type: 'control'; readonly controller: 'agent' | 'human' }
  | { readonly type: 'done' };

/** What a console tells the line on which it hears a call. */
export type LineControl =
  | { readonly type: 'mode'; readonly mode: LiveMode }
  | { readonly type: 'mic'; readonly on: boolean }
  | { readonly type: 'dtmf'; readonly digits: string };

/** What a console is told on the line on which it hears a call. */
export type LineEvent =
  | { readonly type: 'mode'; readonly mode: LiveMode }
  | { readonly type: 'mic_refused'; readonly reason: string }
  | { readonly type: 'flush' };

/** Who hears a call, and what they may do there. */
export interface LineHolder {
  readonly supervisor: Supervisor;
  readonly mayBarge: boolean;
}
