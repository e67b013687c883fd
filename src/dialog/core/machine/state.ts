import type { CallId, RequestId, UtteranceId } from '../../../kernel/ids.js';
import type { Listening, RecordingConsent, RecordingPolicy } from '../../../kernel/vocab.js';
import type { DialogStart } from '../context.js';
import type { DialogEffect, DialogInput, DialogRequest, IntentResult, SayStyle } from '../effects.js';
import type { Memory, ModelTalk } from '../model/types.js';
import type { Known, TaskId } from '../tasks/task.js';
import type { Matter } from '../matter.js';

export type { Matter } from '../matter.js';

/** Version of {@link DialogState}; a saved state of another version begins anew, politely. */
export const DIALOG_VERSION = 3;

/** What the conversation itself asks while no task does. */
export type BaseAsk = 'open' | 'anything_else';

/** A task that is under way. */
export interface Frame {
  readonly number: number;
  readonly task: TaskId;
  readonly version: number;
  /** The task below has begun it and waits for its result; without it, it is a detour that changes nothing below. */
  readonly isChild?: true;
  /** The task's own state. */
  readonly state: unknown;
}

/** A request whose answer is waited for. */
export interface Pending {
  /** Frame that asked; absent for the conversation itself. */
  readonly frame?: number;
  readonly request: DialogRequest;
  /** The words it is about, for the conversation's own requests. */
  readonly matter?: Matter;
  /** What the classifier made of it, where a model is asked. */
  readonly found?: IntentResult;
  /** Times the caller was asked to wait for it. */
  readonly fillers: number;
}

/** What was said last, to say it again. */
export interface Said {
  readonly sayId: UtteranceId;
  readonly text: string;
  readonly promptId: string;
}

/** State of a conversation. JSON-serialisable: a conversation can be saved and resumed. */
export interface DialogState {
  readonly version: typeof DIALOG_VERSION;
  readonly callId: CallId;
  readonly callerNumber?: string;
  readonly seed: number;
  /** Of a call that may be recorded. */
  readonly recording?: {
    readonly policy: Exclude<RecordingPolicy, 'off'>;
    /** Nothing before the caller was told or asked. */
    readonly consent?: RecordingConsent;
  };
  /** Numbers given so far to requests, words and frames. */
  readonly counts: { readonly requests: number; readonly says: number; readonly frames: number };
  /** The other end was called by us. */
  readonly outbound?: true;
  /** Turns of the caller so far. */
  readonly turns: number;
  /** False until the greeting was said. */
  readonly greeted: boolean;
  readonly base: BaseAsk;
  /** The open task is the last one. */
  readonly stack: readonly Frame[];
  /** By request id; at most {@link MAX_PENDING}. */
  readonly pending: Readonly<Record<string, Pending>>;
  readonly known: Known;
  /** The last question that was answered, for questions that go on from it. */
  readonly topic?: string;
  /** Further matters of the last turn, dealt with in order. */
  readonly matters: readonly Matter[];
  readonly previousIntent?: string;
  /** Answers in a row that were not understood. */
  readonly misses: number;
  /** True when all that was not understood in a row were a word or two that name nothing: what is left of a leave-taking that was badly heard. */
  readonly isBrief?: boolean;
  /** The caller has taken leave at a read-back, and was told that nothing is done yet. */
  readonly isLeaving?: true;
  /** Requests in a row to say it again, or to wait. */
  readonly stalls: number;
  readonly lastSaid: readonly Said[];
  /** True when the last question was heard to its end. */
  readonly heardToEnd: boolean;
  /** How this caller wants to be spoken to. */
  readonly style: SayStyle;
  /** How often each prompt was said; its variants take turns. */
  readonly said: Readonly<Record<string, number>>;
  readonly ended: boolean;
  /** What the model is told of the call; nothing without one. */
  readonly memory?: Memory;
  /** What a model is answering. */
  readonly talk?: ModelTalk | undefined;
  /** The turn in which it failed: it is not asked again in the same one. */
  readonly modelFailed?: number;
  /** A person speaks in the agent's place; the answers that came meanwhile. */
  readonly person?: { readonly held: readonly DialogInput[] } | undefined;
  /** Sentences that a person has told the agent for this call. */
  readonly facts?: readonly string[];
  /** What a person wants the model to bring about. */
  readonly goal?: string;
  /** What came of the last instruction of a person. */
  readonly instruction?: 'used' | 'refused';
}

/** More requests than a step makes; beyond it the oldest is forgotten. */
export const MAX_PENDING = 8;
/** Deepest stack of tasks; what would go deeper takes the place of the open one. */
export const MAX_DEPTH = 6;
/** Further matters of one turn that are kept. */
export const MAX_MATTERS = 3;

/** A conversation that has not begun. */
export function initialDialog(start: DialogStart): DialogState {
  return {
    version: DIALOG_VERSION,
    callId: start.callId,
    ...(start.callerNumber === undefined ? {} : { callerNumber: start.callerNumber }),
    seed: start.seed ?? 0,
    ...(start.recording === undefined ? {} : { recording: { policy: start.recording } }),
    counts: { requests: 0, says: 0, frames: 0 },
    turns: 0,
    greeted: false,
    base: 'open',
    stack: [],
    pending: {},
    known: {},
    matters: [],
    misses: 0,
    stalls: 0,
    lastSaid: [],
    heardToEnd: false,
    style: {},
    said: {},
    ended: false,
  };
}

/** Result of a step: the next state, what to do in order, and what is listened for from now on. */
export interface DialogStep {
  readonly state: DialogState;
  readonly effects: readonly DialogEffect[];
  readonly listening: Listening;
}

/** Ids of pending requests. */
export const pendingIds = (state: DialogState): readonly RequestId[] =>
  Object.keys(state.pending) as RequestId[];
