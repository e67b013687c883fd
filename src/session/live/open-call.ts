import type { DialogInput } from '../../dialog/core/effects.js';
import type { DialogState } from '../../dialog/core/machine/state.js';
import type { CallId } from '../../kernel/ids.js';
import type { MachineHost } from '../../kernel/machine-host.js';
import type { Listening } from '../../kernel/vocab.js';
import type { MediaPort } from '../../media/ports.js';
import type { TurnInput } from '../../turn/types.js';
import type { DialogRunner } from '../dialog-runner.js';
import type { LastWords } from '../last-words.js';
import type { SessionInfo, SessionLeg } from '../ports.js';
import type { Recorder } from '../recorder.js';

/** The parts of a call that somebody beside the parties may use, between two of its inputs. */
export interface CallParts {
  readonly state: DialogState;
  readonly listening: Listening;
  readonly recorder: Recorder;
  /** Tells the dialog something; what it says to that is spoken. */
  tell(input: DialogInput): void;
  /** Stops the agent's voice, what was due after its last words, and the wait for a silence. */
  standStill(): void;
}

/** A call in progress, as those have it who look after calls. */
export interface OpenCall {
  readonly id: CallId;
  readonly info: SessionInfo;
  readonly media: MediaPort;
  readonly leg: SessionLeg;
  /** Runs as an input of the call's own. Nothing happens when it is over. */
  act(run: (parts: CallParts) => void): void;
}

/** Looks after calls: sees each begin. */
export interface Supervision {
  /** @returns what is to be called when the call is over or put aside */
  opened(call: OpenCall): () => void;
}

/** What a session is made of, as far as {@link superviseWith} needs it. */
export interface SessionInside {
  readonly host: MachineHost;
  readonly runner: DialogRunner;
  readonly recorder: Recorder;
  readonly lastWords: LastWords;
  readonly tell: (input: DialogInput) => void;
  readonly feed: (input: TurnInput) => void;
}

/** Shows a call to whoever looks after calls, if anybody does. Returns what is to be called at its end. */
export function superviseWith(
  supervision: Supervision | undefined,
  { callId: id, ...outside }: Omit<OpenCall, 'id' | 'act'> & { readonly callId: CallId },
  { host, runner, recorder, lastWords, tell, feed }: SessionInside,
): () => void {
  const { info, media, leg } = outside;
  const parts = (): CallParts => ({
    get state() {
      return runner.state;
    },
    get listening() {
      return runner.listening;
    },
    recorder,
    tell,
    standStill: () => {
      lastWords.withhold();
      feed({ type: 'stand_still' });
    },
  });
  const act: OpenCall['act'] = (run) => host.push(() => run(parts()));
  return supervision?.opened({ id, info, media, leg, act }) ?? (() => undefined);
}
