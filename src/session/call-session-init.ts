import type { CallId } from '../kernel/ids.js';
import type { RecordingPolicy } from '../kernel/vocab.js';
import type { DialogInput } from '../dialog/core/effects.js';
import type { DialogState } from '../dialog/core/machine/state.js';
import type { MediaPort } from '../media/ports.js';
import type { Supervision } from './live/open-call.js';
import type { SessionInfo, SessionLeg, SessionObserver, SessionOptions, SessionPorts } from './ports.js';

/** A conversation that goes on where an earlier session of it stopped. */
export interface ResumedConversation {
  readonly state: DialogState;
  readonly nextIndex: number;
  readonly nextSeq: number;
}

/** What a session is made from. */
export interface CallSessionInit {
  readonly callId: CallId;
  readonly info: SessionInfo;
  readonly leg: SessionLeg;
  readonly media: MediaPort;
  readonly ports: SessionPorts;
  readonly options?: Partial<SessionOptions>;
  readonly observer?: SessionObserver;
  readonly resumed?: ResumedConversation;
  /** Whether the caller is told of a recording or asked for it. @defaultValue off */
  readonly recording?: RecordingPolicy;
  /** How the conversation begins; with the greeting unless told. */
  readonly opening?: Extract<DialogInput, { type: 'start' }>;
  /** Who looks after calls, if anybody does. */
  readonly supervision?: Supervision | undefined;
}

/** An observer that cannot disturb a call. */
export function undisturbed(observer: SessionObserver = () => undefined): SessionObserver {
  return (event) => {
    try {
      observer(event);
    } catch {
      // What it was told is lost to it alone.
    }
  };
}
