import type { CallId } from '../../../kernel/ids.js';
import type { DtmfDigit, ExpectedSet, Pace } from '../../../kernel/vocab.js';
import type { WallMs } from '../../../kernel/time.js';
import type { Business } from '../business.js';
import type { Consent } from '../consent.js';
import type { CallbackPii, DialogNote, DialogRequest, DialogResult, KnownAppointment } from '../effects.js';
import type { Lexicon } from '../nlu/lexicon.js';
import type { Interpretation, OpenQuestion } from '../nlu/types.js';
import type { FormSpec, ToolSpec } from './form/spec.js';
import type { TaskId } from './ids.js';
import type { Line } from '../render.js';

export { TASK_IDS, type TaskId } from './ids.js';

/** Who the caller has shown to be. */
export interface Identity {
  readonly pii: { readonly name?: string; readonly number?: string };
  /** Appointments that may be spoken of. */
  readonly appointmentIds: readonly string[];
  /** How it was shown. */
  readonly by: 'reference' | 'birth_date' | 'phone' | 'time' | 'form';
}

/** What a task may look at. The same state, answer and context always give the same step. */
export interface TaskContext {
  readonly callId: CallId;
  readonly wallMs: WallMs;
  readonly business: Business;
  readonly lexicon: Lexicon;
  readonly forms: Readonly<Record<string, FormSpec>>;
  readonly tools: Readonly<Record<string, ToolSpec>>;
  /** E.164 where known. */
  readonly callerNumber?: string;
  /** The other end was called by us. */
  readonly outbound?: true;
  /** True when the caller has heard the last question to its end. */
  readonly heardToEnd: boolean;
  /** Number of the frame; part of idempotency keys. */
  readonly frame: number;
  /** What the call has learned and later tasks need not ask again. */
  readonly known: Known;
}

/** Facts of the call that outlive a task. */
export interface Known {
  readonly name?: string;
  readonly number?: string;
  readonly identity?: Identity;
  /** The appointment last booked, found or moved in this call. */
  readonly appointment?: KnownAppointment;
  /** The call-back or message that was promised in this call. */
  readonly callback?: {
    /** Its idempotency key. */
    readonly key: string;
    readonly kind: 'callback' | 'message';
    readonly reason: string;
    readonly pii: Pick<CallbackPii, 'number' | 'message' | 'when'>;
  };
  /** Forms that were done, by id, with the values that they keep for later ones. */
  readonly forms?: Readonly<
    Record<string, { readonly pii: { readonly values: Readonly<Record<string, string>> } }>
  >;
}

/** What a task is begun with. */
export interface TaskStart {
  /** The turn that asked for it; its mentions are taken. */
  readonly said?: Interpretation;
  /** Which form, why a person is wanted, and the like. */
  readonly args?: Readonly<Record<string, string>>;
  /** Given when the caller asked for the thing itself: the task need not ask again. */
  readonly consent?: Consent;
  /** The record that an outbound call is about. */
  readonly appointment?: KnownAppointment;
}

/** What comes after a step, where the task does not simply go on. */
export type TaskNext =
  /** Finished; `known` is merged into what the call knows. */
  | {
      readonly type: 'done';
      readonly known?: Known;
      readonly result?: unknown;
      /** `known.appointment` is no more. */
      readonly forgetAppointment?: true;
      /** It stood before everything else: the caller is asked what they want. */
      readonly opens?: true;
      /** `known.callback` is no more. */
      readonly forgetCallback?: true;
    }
  /** Given up by the caller. `forgetIdentity`: it is somebody else, `known.identity` and what it covers do not hold. */
  | { readonly type: 'cancelled'; readonly forgetIdentity?: true }
  /** The call is over: by the caller's goodbye, or because there is nobody to talk to. */
  | { readonly type: 'hangup'; readonly consent?: Consent }
  /** Something else comes first; its result is given to {@link Task.childDone}. */
  | { readonly type: 'push'; readonly task: TaskId; readonly start: TaskStart }
  /** This task gives way to another; `known` is merged into what the call knows. */
  | {
      readonly type: 'replace';
      readonly task: TaskId;
      readonly start: TaskStart;
      readonly known?: Known;
    };

/** Result of telling a task something. */
export interface TaskStep<S> {
  readonly state: S;
  /** Said in order, before the requests. Questions are said by the task itself. */
  readonly say: readonly Line[];
  readonly requests?: readonly DialogRequest[];
  /** Holds to give back. */
  readonly release?: readonly string[];
  /** Facts of the call that are kept with it. */
  readonly notes?: readonly DialogNote[];
  /** How the caller stands to being recorded: their agreement, or that there is none. */
  readonly recording?: Consent | 'asked' | 'refused';
  readonly next?: TaskNext;
  /** What was said beside the answer, for the conversation to deal with. */
  readonly aside?: string;
  /** True when the answer told nothing new: it counts as not understood, and the ladder asks in other words. */
  readonly missed?: true;
}

/** How the open question is put again after an answer that was not understood. */
export type RetryWay = 'words' | 'keys';

/**
 * A thing that callers want done, as a pure machine. States are JSON, one union member per question, with a version.
 */
export interface Task<S> {
  readonly id: TaskId;
  /** Version of the state; kept beside it. */
  readonly version: number;
  /** Its question gives way to whatever else the caller wants, and is not put again. */
  readonly givesWay?: true;
  begin(start: TaskStart, ctx: TaskContext): TaskStep<S>;
  /** The open question, for reading the answer. */
  question(state: S, ctx: TaskContext): OpenQuestion;
  /** How the answer is listened for. */
  listening(
    state: S,
    ctx: TaskContext,
  ): {
    readonly pace: Pace;
    readonly decision: boolean;
    readonly keypad?: Readonly<Record<string, string>>;
    readonly secret?: true;
  };
  /** What is likely to be answered, for the recogniser; `undefined` when anything may be. */
  expected?(state: S, ctx: TaskContext): ExpectedSet | undefined;
  /** Takes an answer. `undefined` when the words say nothing to this task: the conversation deals with them. */
  answer(state: S, said: Interpretation, ctx: TaskContext): TaskStep<S> | undefined;
  /** Takes a key. `undefined` when it means nothing here. */
  press(state: S, digit: DtmfDigit, ctx: TaskContext): TaskStep<S> | undefined;
  /** Takes the answer to a request it made. */
  result(state: S, request: DialogRequest, result: DialogResult, ctx: TaskContext): TaskStep<S>;
  /** Goes on after a task that was pushed. */
  childDone?(state: S, child: TaskId, outcome: TaskNext, ctx: TaskContext): TaskStep<S>;
  /** The open question as it is first put: also after a detour. */
  ask(state: S, ctx: TaskContext): readonly Line[];
  /** The open question in another way. */
  retry(state: S, way: RetryWay, ctx: TaskContext): TaskStep<S>;
  /** Takes a silence; the question is put again unless the task says otherwise. */
  silence?(state: S, ctx: TaskContext): TaskStep<S>;
  /** Gives up: what is held is given back. Says so. */
  abandon(state: S, ctx: TaskContext): TaskStep<S>;
  /**
   * Takes a saved state up, of this or an earlier version; `undefined` when it cannot be gone on with. Without it a state of
   * this version is taken as it is.
   */
  migrate?(state: unknown, version: number): S | undefined;
}
