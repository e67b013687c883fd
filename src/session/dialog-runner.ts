import type { CallId, RequestId } from '../kernel/ids.js';
import { addMs, earliest, type MonoMs } from '../kernel/time.js';
import type { Completeness, ExpectedSet, Listening } from '../kernel/vocab.js';
import type { DialogContext } from '../dialog/core/context.js';
import type {
  DialogEffect,
  DialogInput,
  DialogRequest,
  DialogResult,
  RequestEffect,
} from '../dialog/core/effects.js';
import type { DialogState } from '../dialog/core/machine/state.js';
import { keepSummary } from './call-summary.js';
import { ModelDesk, type ModelInput } from './model-desk.js';
import type { SessionOptions, SessionPorts } from './ports.js';
import { RequestDesk } from './request-desk.js';
import type { Recorder } from './recorder.js';
import { speculate } from './speculation.js';

export type { ModelInput } from './model-desk.js';

/** Effects that the runner leaves to the session. */
export type SpokenEffect = Extract<
  DialogEffect,
  { type: 'say' | 'transfer' | 'hangup' | 'note' | 'record' | 'recording' }
>;

/** Answers remembered between a speculation and the turn it was made for. */
const MEMO_ENTRIES = 8;

interface Open {
  /** When a filler is due; none is for what nobody waits for. */
  fillerAt: MonoMs | undefined;
  /** Turn whose answer the request belongs to. */
  readonly answers: string | undefined;
  readonly silent: boolean;
}

/**
 * Runs the pure dialog of one call: keeps its state, carries out its requests, and gives their results back under the
 * id they answer.
 */
export class DialogRunner {
  #state: DialogState;
  #listening: Listening;
  readonly #open = new Map<RequestId, Open>();
  readonly #desk: RequestDesk;
  readonly #models: ModelDesk;
  readonly #memo = new Map<string, Promise<DialogResult>>();

  constructor(
    callId: CallId,
    private readonly ports: SessionPorts,
    private readonly options: SessionOptions,
    initial: DialogState,
    private readonly onResult: (input: Extract<DialogInput, { type: 'result' }> | ModelInput) => void,
    private readonly prefetch: (text: string) => void,
  ) {
    this.#state = initial;
    this.#desk = new RequestDesk(callId, ports, options);
    this.#models = new ModelDesk(ports.model, onResult);
    this.#listening = ports.dialog.listening(initial, this.#context());
  }

  /** Keeps a summary of the call that has ended. */
  summarise(reason: string, recorder: Recorder): void {
    const { model } = this.ports;
    keepSummary(
      { state: this.#state, reason, context: this.#context(), model, ...recorder.digest },
      recorder,
    );
  }

  /** Gives up what is asked of a model. */
  stop(): void {
    this.#models.close();
  }

  /** JSON-serialisable. */
  get state(): DialogState {
    return this.#state;
  }

  /** True while a person speaks in the agent's place. */
  get standsStill(): boolean {
    return this.#state.person !== undefined;
  }

  /** What is listened for now. */
  get listening(): Listening {
    return this.#listening;
  }

  /** True while the caller waits for a request of the dialog. */
  get busy(): boolean {
    for (const { silent } of this.#open.values()) if (!silent) return true;
    return false;
  }

  /** When the next filler is due. */
  nextDeadline(): MonoMs | undefined {
    let deadline: MonoMs | undefined;
    for (const { fillerAt } of this.#open.values()) deadline = earliest(deadline, fillerAt);
    return deadline;
  }

  /** Requests that have become slow by `now`; each is named once. */
  slow(now: MonoMs): RequestId[] {
    const due: RequestId[] = [];
    for (const [id, open] of this.#open) {
      if (open.fillerAt === undefined || now < open.fillerAt) continue;
      open.fillerAt = undefined;
      due.push(id);
    }
    return due;
  }

  /** The turn that a request belongs to. */
  answersOf(id: RequestId): string | undefined {
    return this.#open.get(id)?.answers;
  }

  /** The turn that an answer belongs to; `undefined` when nobody waits for it any more. */
  admit(
    input: Extract<DialogInput, { type: 'result' }> | ModelInput,
  ): { readonly answers: string | undefined } | undefined {
    const open = this.#open.get(input.requestId);
    if (open === undefined) return undefined;
    // Further words of a model will come.
    if (input.type !== 'model_delta' && input.type !== 'model_tool') this.#open.delete(input.requestId);
    return { answers: open.answers };
  }

  /** False for a result that nobody waits for any more. */
  accepts(id: RequestId): boolean {
    return this.#open.delete(id);
  }

  /**
   * Steps the dialog, starts its requests, and returns what is left to say and do, in order.
   *
   * @param answers - the turn that is being answered
   */
  step(input: DialogInput, answers: string | undefined): SpokenEffect[] {
    const { state, effects, listening } = this.ports.dialog.step(this.#state, input, this.#context());
    this.#state = state;
    this.#listening = listening;
    const spoken: SpokenEffect[] = [];
    for (const effect of effects) {
      switch (effect.type) {
        case 'say':
        case 'note':
        case 'record':
        case 'recording':
        case 'hangup': {
          spoken.push(effect);
          break;
        }
        case 'transfer': {
          this.#open.set(effect.requestId, { fillerAt: undefined, answers, silent: false });
          spoken.push(effect);
          break;
        }
        case 'abandon':
        case 'model_abort': {
          this.#drop(effect.requestId);
          break;
        }
        case 'release_hold': {
          this.#desk.release(effect.holdKey);
          break;
        }
        default: {
          this.#request(effect, answers);
        }
      }
    }
    this.#forgetStale();
    // The answers to classifier and documents come before the model is asked: only then is the turn's request known.
    if (!this.busy) this.#models.turnEnded();
    return spoken;
  }

  /** The call is over: gives back what is held for the caller. */
  close(): void {
    void this.#desk.close();
  }

  /** The caller's words as a transcript may hold them. */
  shown(text: string): string {
    return this.ports.dialog.heard(this.#state, text, this.#context());
  }

  /** What a transcript amounts to, given what was asked. */
  completeness(text: string): Completeness {
    return this.ports.dialog.completeness(this.#state, text, this.#context());
  }

  /** What is likely to be answered. */
  expected(): ExpectedSet | undefined {
    return this.ports.dialog.expected(this.#state, this.#context());
  }

  /** Prepares the reply to a turn that may end soon. */
  speculate(input: DialogInput): void {
    const context = this.#context();
    void speculate(
      {
        step: (state, next) => this.ports.dialog.step(state, next, context),
        ask: (request) => this.#ask(request),
        prepare: (request) => {
          if (context.model?.speculates === true) this.#models.prepare(request);
        },
        prefetch: this.prefetch,
      },
      this.#state,
      input,
    ).catch(() => undefined);
  }

  #context(): DialogContext {
    return { ...this.ports.context, wallMs: this.ports.scheduler.wall() };
  }

  #request(effect: Exclude<RequestEffect, { type: 'transfer' }>, answers: string | undefined): void {
    const { requestId, ...request } = effect;
    const silent = request.type === 'hold';
    const fillerAt = silent ? undefined : addMs(this.ports.scheduler.now(), this.options.fillerAfterMs);
    this.#open.set(requestId, { fillerAt, answers, silent });
    if (request.type === 'model_open') {
      this.#models.open(requestId, request);
      return;
    }
    void this.#ask(request).then((result) => this.onResult({ type: 'result', requestId, result }));
  }

  /** Requests that the dialog no longer waits for are not waited for here either. */
  #forgetStale(): void {
    for (const id of this.#open.keys()) if (this.#state.pending[id] === undefined) this.#drop(id);
  }

  #drop(id: RequestId): void {
    this.#open.delete(id);
    this.#models.abort(id);
  }

  /** A speculation and the turn it foresaw ask the same question once; what failed is asked anew. */
  #ask(request: Exclude<DialogRequest, { type: 'transfer' | 'model_open' }>): Promise<DialogResult> {
    if (request.type !== 'classify' && request.type !== 'query_knowledge') return this.#desk.run(request);
    const key = JSON.stringify(request);
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    const asked = this.#desk.run(request);
    this.#memo.set(key, asked);
    void asked.then(({ type }) => (type === 'failed' ? this.#memo.delete(key) : undefined));
    if (this.#memo.size > MEMO_ENTRIES) {
      const [oldest] = this.#memo.keys();
      if (oldest !== undefined) this.#memo.delete(oldest);
    }
    return asked;
  }
}
