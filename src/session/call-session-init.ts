import type { CallId } from '../kernel/ids.js';
import type { DialogState } from '../dialog/core/state.js';
import type { MediaPort } from '../media/ports.js';
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
}
