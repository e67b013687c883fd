import type { RequestId } from '../../kernel/ids.js';
import type { FailureKind } from '../../kernel/failure.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { MonoMs, Scheduler } from '../../kernel/time.js';
import { isSilent, StreamHistory } from '../core/stream-history.js';
import type {
  SttError,
  SttHint,
  SttStream,
  SttStreamOptions,
  SttStreamRequest,
  SttTranscript,
} from '../ports.js';
import { failureOfClose } from './core/failures.js';
import type { SttProtocol } from './core/protocol.js';
import { Recognition } from './core/recognition.js';
import type { RecognitionAction } from './core/recognition-types.js';
import { HISTORY_MS } from './segmented.js';
import type { Connection, Transport } from './transport.js';

/** What a {@link SocketSttStream} is made with. */
export interface SocketStreamInit {
  readonly protocol: SttProtocol;
  readonly transport: Transport;
  readonly options: SttStreamOptions;
  readonly timeoutMs: number;
  readonly scheduler: Scheduler;
  /** Told how each request ended. */
  readonly onEnd: (result: Result<SttTranscript, SttError>) => void;
  /** Told why a connection failed; `undefined` when one takes audio. */
  readonly onTrouble: (kind: FailureKind | undefined) => void;
  readonly onClosed: () => void;
}

interface Open {
  readonly request: SttStreamRequest;
  readonly since: MonoMs;
  readonly audioMs: number;
  readonly settle: (result: Result<SttTranscript, SttError>) => void;
}

/** One caller's audio at a provider's socket; see {@link Recognition}. */
export class SocketSttStream implements SttStream {
  readonly #machine: Recognition;
  readonly #history: StreamHistory;
  readonly #open = new Map<number, Open>();
  readonly #init: SocketStreamInit;
  #next = 1;
  #connection = 0;
  #socket: Connection | undefined;
  #abort = new AbortController();
  #cancelTimer: () => void = () => undefined;
  #closed = false;

  constructor(init: SocketStreamInit) {
    this.#init = init;
    const { options, protocol, timeoutMs, scheduler } = init;
    const { sampleRateHz, historyMs = HISTORY_MS } = options;
    this.#history = new StreamHistory(Math.ceil((historyMs * sampleRateHz) / 1000));
    this.#machine = new Recognition(protocol, { sampleRateHz, timeoutMs });
    this.#do(this.#machine.open(scheduler.now()));
  }

  /** True while the provider takes audio. */
  get ready(): boolean {
    return this.#machine.ready;
  }

  push(pcm: Int16Array, startSample: number): void {
    if (this.#closed) return;
    this.#history.push(pcm, startSample);
    this.#do(this.#machine.audio(this.#now(), this.#history.start, this.#history.end));
  }

  hint(hint: SttHint): void {
    if (this.#closed) return;
    if (hint.type === 'speech_start') this.#do(this.#machine.speechStarted(this.#now(), hint.sample));
    if (hint.type === 'turn_over') this.#do(this.#machine.turnOver(this.#now(), hint.sample));
  }

  final(request: SttStreamRequest): Promise<Result<SttTranscript, SttError>> {
    const { fromSample, toSample, signal } = request;
    const { sampleRateHz } = this.#init.options;
    if (this.#closed || signal?.aborted === true) return Promise.resolve(this.#end(given('aborted')));
    const pcm = this.#history.slice(fromSample, toSample);
    const audioMs = (1000 * pcm.length) / sampleRateHz;
    if (isSilent(pcm, sampleRateHz)) {
      return Promise.resolve(this.#end(ok(this.#transcript(request, '', undefined, audioMs, 0))));
    }
    return new Promise((resolve) => {
      const id = this.#next++;
      const onAbort = (): void => {
        this.#machine.cancel(id);
        settle(given('aborted'));
      };
      const settle = (result: Result<SttTranscript, SttError>): void => {
        signal?.removeEventListener('abort', onAbort);
        if (this.#open.delete(id)) resolve(this.#end(result));
      };
      this.#open.set(id, { request, since: this.#now(), audioMs, settle });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#do(this.#machine.ask(this.#now(), id, fromSample, toSample));
    });
  }

  promote(): void {
    // The provider works on everything at once.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer();
    this.#do(this.#machine.close());
    for (const { settle } of [...this.#open.values()]) settle(given('aborted'));
    this.#init.onClosed();
  }

  #now(): MonoMs {
    return this.#init.scheduler.now();
  }

  #end(result: Result<SttTranscript, SttError>): Result<SttTranscript, SttError> {
    this.#init.onEnd(result);
    return result;
  }

  #do(actions: readonly RecognitionAction[]): void {
    for (const action of actions) this.#act(action);
    if (!this.#closed) this.#arm();
  }

  #act(action: RecognitionAction): void {
    switch (action.type) {
      case 'connect': {
        void this.#connect();
        break;
      }
      case 'disconnect': {
        this.#disconnect();
        break;
      }
      case 'send': {
        this.#send(action.frame);
        break;
      }
      case 'audio': {
        const pcm = this.#history.slice(action.fromSample, action.toSample);
        this.#send(this.#init.protocol.audio(pcm, this.#init.options.sampleRateHz));
        break;
      }
      case 'partial': {
        this.#init.options.onPartial?.({ text: action.text, toSample: action.toSample });
        break;
      }
      case 'answered': {
        const open = this.#open.get(action.id);
        if (open === undefined) break;
        const { request, audioMs, since, settle } = open;
        const { text, confidence } = action;
        settle(ok(this.#transcript(request, text, confidence, audioMs, this.#now() - since)));
        break;
      }
      case 'failed': {
        const code = action.kind === 'stalled' ? 'timeout' : 'failed';
        this.#open.get(action.id)?.settle(err({ code, message: action.message }));
        break;
      }
    }
  }

  async #connect(): Promise<void> {
    const connection = ++this.#connection;
    const { transport, options } = this.#init;
    this.#abort = new AbortController();
    const opened = await transport({
      sampleRateHz: options.sampleRateHz,
      signal: this.#abort.signal,
      onMessage: (text) => {
        if (connection === this.#connection) this.#onMessage(text);
      },
    });
    if (connection !== this.#connection) {
      if (opened.ok) opened.value.close();
      return;
    }
    if (!opened.ok) {
      this.#lost(opened.error.kind, opened.error.message);
      return;
    }
    this.#socket = opened.value;
    void opened.value.closed.then(({ code, reason }) => {
      if (connection !== this.#connection) return;
      this.#lost(failureOfClose(code, reason), `the recogniser closed the connection (${code})`);
    });
    this.#whenReady(() => this.#do(this.#machine.opened(this.#now())));
  }

  #onMessage(text: string): void {
    this.#whenReady(() => this.#do(this.#machine.message(this.#now(), text)));
  }

  #whenReady(act: () => void): void {
    const before = this.#machine.ready;
    act();
    if (!before && this.#machine.ready) this.#init.onTrouble(undefined);
  }

  #lost(kind: FailureKind, message: string): void {
    this.#disconnect();
    this.#init.onTrouble(kind);
    this.#do(this.#machine.lost(this.#now(), kind, message));
  }

  /** What the old connection still says is no longer listened to. */
  #disconnect(): void {
    this.#connection++;
    if (this.#socket === undefined) this.#abort.abort();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #send(frame: string | Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined || socket.send(frame)) return;
    // What is lost on the way would be missing words: the audio is given again over a new connection.
    queueMicrotask(() => {
      if (this.#socket === socket) this.#lost('overloaded', 'the recogniser takes no more audio');
    });
  }

  #arm(): void {
    this.#cancelTimer();
    const deadline = this.#machine.nextDeadline(this.#now());
    this.#cancelTimer =
      deadline === undefined
        ? () => undefined
        : this.#init.scheduler.at(deadline, () => this.#do(this.#machine.wake(this.#now())));
  }

  #transcript(
    { requestId }: { readonly requestId: RequestId },
    text: string,
    confidence: number | undefined,
    audioMs: number,
    decodeMs: number,
  ): SttTranscript {
    const known = text === '' ? 0 : confidence;
    return {
      requestId,
      text,
      ...(known === undefined ? {} : { confidence: known }),
      noSpeech: text === '',
      audioMs,
      queueMs: 0,
      decodeMs,
      engine: this.#init.protocol.engine,
    };
  }
}

const given = (code: 'aborted'): { readonly ok: false; readonly error: SttError } =>
  err({ code, message: 'the request was given up' });
