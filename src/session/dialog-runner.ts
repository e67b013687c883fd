import type { CallId, RequestId } from '../kernel/ids.js';
import { addMs, earliest, type MonoMs } from '../kernel/time.js';
import type { Completeness, Expectation, ExpectedSpeech } from '../kernel/vocab.js';
import type {
  DialogContext,
  DialogEffect,
  DialogInput,
  IntentContext,
  IntentResult,
  KnowledgeAnswer,
} from '../dialog/core/types.js';
import type { DialogState } from '../dialog/core/state.js';
import { BookingDesk } from './booking-desk.js';
import type { SessionOptions, SessionPorts } from './ports.js';
import { speculate } from './speculation.js';
import { withTimeout } from './with-timeout.js';

/** Effects that the runner leaves to the session. */
export type SpokenEffect = Extract<
  DialogEffect,
  { type: 'say' | 'transfer' | 'hangup' | 'request_callback' }
>;

/** Answers remembered between a speculation and the turn it was made for. */
const MEMO_ENTRIES = 8;

const NOT_FOUND: KnowledgeAnswer = { found: false, answer: '', sources: [], confidence: 0 };
const UNSURE: IntentResult = { intent: 'OUT_OF_SCOPE', confidence: 0, method: 'pattern', entities: {} };

/**
 * Runs the pure dialog of one call: keeps its state, carries out requests to intent, retrieval and the store, and gives
 * their results back under the id they answer.
 */
export class DialogRunner {
  #state: DialogState;
  readonly #open = new Map<RequestId, MonoMs | undefined>();
  readonly #desk: BookingDesk;
  readonly #memo = new Map<string, Promise<unknown>>();

  constructor(
    private readonly callId: CallId,
    private readonly ports: SessionPorts,
    private readonly options: SessionOptions,
    initial: DialogState,
    private readonly onResult: (input: DialogInput) => void,
    private readonly prefetch: (text: string) => void,
  ) {
    this.#state = initial;
    this.#desk = new BookingDesk(ports.appointments, ports.scheduler, options);
  }

  /** JSON-serialisable. */
  get state(): DialogState {
    return this.#state;
  }

  /** True while a request of the dialog is under way. */
  get busy(): boolean {
    return this.#open.size > 0;
  }

  /** When the next filler is due. */
  nextDeadline(): MonoMs | undefined {
    let deadline: MonoMs | undefined;
    for (const fillerAt of this.#open.values()) deadline = earliest(deadline, fillerAt);
    return deadline;
  }

  /** Requests that have become slow by `now`; each is named once. */
  slow(now: MonoMs): RequestId[] {
    const due: RequestId[] = [];
    for (const [id, fillerAt] of this.#open) {
      if (fillerAt !== undefined && now >= fillerAt) due.push(id);
    }
    for (const id of due) this.#open.set(id, undefined);
    return due;
  }

  /** False for a result that nobody waits for any more. */
  accepts(id: RequestId): boolean {
    return this.#open.delete(id);
  }

  /** Steps the dialog, starts its requests, and returns what is left to say and do, in order. */
  step(input: DialogInput): SpokenEffect[] {
    const { state, effects } = this.ports.dialog.step(this.#state, input, this.#context());
    this.#state = state;
    const spoken: SpokenEffect[] = [];
    for (const effect of effects) {
      if (effect.type === 'transfer') this.#open.set(effect.requestId, undefined);
      if (isSpoken(effect)) spoken.push(effect);
      else this.#request(effect);
    }
    return spoken;
  }

  /** What a transcript amounts to, given what was asked. */
  completeness(text: string, expectation: Expectation): Completeness {
    return this.ports.dialog.completeness(text, expectation, this.#context());
  }

  /** What is likely to be answered. */
  expectedSpeech(expectation: Expectation): ExpectedSpeech {
    return this.ports.dialog.expectedSpeech(expectation, this.#context());
  }

  /** Prepares the reply to a turn that may end soon. */
  speculate(input: DialogInput): void {
    const context = this.#context();
    void speculate(
      {
        step: (state, next) => this.ports.dialog.step(state, next, context),
        classify: (text, intentContext) => this.#classify(text, intentContext),
        query: (text) => this.#query(text),
        prefetch: this.prefetch,
      },
      this.#state,
      input,
    ).catch(() => undefined);
  }

  #context(): DialogContext {
    return { ...this.ports.context, wallMs: this.ports.scheduler.wall() };
  }

  #request(effect: Exclude<DialogEffect, SpokenEffect>): void {
    const { requestId } = effect;
    this.#open.set(requestId, addMs(this.ports.scheduler.now(), this.options.fillerAfterMs));
    switch (effect.type) {
      case 'classify': {
        void this.#classify(effect.text, effect.context).then((result) => {
          this.onResult({ type: 'intent', requestId, result });
        });
        break;
      }
      case 'query_knowledge': {
        void this.#query(effect.text).then((result) =>
          this.onResult({ type: 'knowledge', requestId, result }),
        );
        break;
      }
      case 'check_availability': {
        void this.#desk
          .availability(effect.fromMs, effect.toMs)
          .then((result) => this.onResult({ type: 'availability', requestId, result }));
        break;
      }
      case 'book': {
        void this.#desk
          .book(effect.idempotencyKey, effect.booking, this.callId)
          .then((outcome) => this.onResult({ type: 'booking', requestId, outcome }));
        break;
      }
      case 'resolve_booking': {
        void this.#desk.resolve(effect.idempotencyKey).then((outcome) => {
          this.onResult({ type: 'booking', requestId, outcome });
        });
        break;
      }
    }
  }

  #classify(text: string, context: IntentContext): Promise<IntentResult> {
    const { knowledgeTimeoutMs } = this.options;
    return this.#remember(`c:${JSON.stringify(context)}:${text}`, () =>
      withTimeout(
        this.ports.scheduler,
        this.ports.knowledge.classify(text, context),
        knowledgeTimeoutMs,
        UNSURE,
      ),
    );
  }

  #query(text: string): Promise<KnowledgeAnswer> {
    const { knowledgeTimeoutMs } = this.options;
    return this.#remember(`q:${text}`, () =>
      withTimeout(
        this.ports.scheduler,
        this.ports.knowledge.query(text, { session_id: this.callId }),
        knowledgeTimeoutMs,
        NOT_FOUND,
      ),
    );
  }

  /** A speculation and the turn it foresaw ask the same question once. */
  #remember<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#memo.get(key);
    if (known !== undefined) return known as Promise<T>;
    const asked = ask();
    this.#memo.set(key, asked);
    if (this.#memo.size > MEMO_ENTRIES) {
      const [oldest] = this.#memo.keys();
      if (oldest !== undefined) this.#memo.delete(oldest);
    }
    return asked;
  }
}

function isSpoken(effect: DialogEffect): effect is SpokenEffect {
  return (
    effect.type === 'say' ||
    effect.type === 'transfer' ||
    effect.type === 'hangup' ||
    effect.type === 'request_callback'
  );
}
