import type { WebSocket } from 'ws';
import type { CallId } from '../../kernel/ids.js';
import { jsonObject } from '../../kernel/json.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import type { AudioLine, LineEvent } from '../core/line.js';
import type { AnnouncedCall } from './core/announcements.js';
import { PcmBytes, toJambonz } from './core/jambonz-audio.js';
import { JambonzCall, type JambonzAction, type JambonzCallOptions, type Verb } from './core/jambonz-call.js';
import { LineEvents } from './line-events.js';

/** What a line needs of the gateway. */
export interface JambonzLineOptions extends JambonzCallOptions {
  readonly scheduler: Scheduler;
  /** Audio under this key is the line's. */
  readonly awaitAudio: (key: string, line: JambonzLine) => void;
  /** Nothing more is to be said: the gateway may forget the call. */
  readonly over: () => void;
}

/** Longest silence of the exchange after it was told something, or its audio has gone. */
const LOST_AFTER_MS = 10_000;
const MAX_WAITING_BYTES = 64_000;

/** A call of a Jambonz application: control by hooks, audio by a socket of its own. */
export class JambonzLine implements AudioLine {
  readonly channel = 'jambonz';
  readonly #events = new LineEvents();
  readonly #call: JambonzCall;
  #audio: WebSocket | undefined;
  #cancelLost: (() => void) | undefined;

  constructor(
    readonly id: CallId,
    readonly pii: AnnouncedCall,
    private readonly options: JambonzLineOptions,
  ) {
    this.#call = new JambonzCall(options);
  }

  subscribe(listener: (event: LineEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  /** The verbs that answer the call. */
  begin(): readonly Verb[] {
    return this.#do(this.#call.begin());
  }

  /** The verbs that follow one that has ended. */
  hook(data: Readonly<Record<string, unknown>>): readonly Verb[] {
    this.#cancelLost?.();
    return this.#do(this.#call.hook(data));
  }

  status(data: Readonly<Record<string, unknown>>): void {
    this.#do(this.#call.status(data));
  }

  /** The control connection is gone for good. */
  lost(): void {
    this.#do(this.#call.lost());
  }

  /** The exchange has opened the audio socket of a `listen` verb. */
  attach(socket: WebSocket): void {
    this.#audio?.close(1000);
    this.#audio = socket;
    this.#cancelLost?.();
    const bytes = new PcmBytes();
    socket.on('message', (data, binary) => {
      if (binary) this.#events.emit({ type: 'audio', pcm: bytes.push(data as Buffer) });
      else this.#do(this.#call.audioText(jsonObject((data as Buffer).toString('utf8')) ?? {}));
    });
    socket.on('close', () => {
      if (this.#audio !== socket) return;
      this.#audio = undefined;
      this.#watch();
    });
    this.#do(this.#call.audioOpened());
  }

  send(pcm: Int16Array): void {
    const socket = this.#audio;
    if (socket !== undefined && socket.bufferedAmount <= MAX_WAITING_BYTES) socket.send(toJambonz(pcm));
  }

  flush(): void {
    this.#audio?.send('{"type":"killAudio"}');
  }

  hangup(reason: Termination): void {
    this.#do(this.#call.hangup(reason));
  }

  transfer(target: string): void {
    this.#do(this.#call.transfer(target));
  }

  #do(actions: readonly JambonzAction[]): readonly Verb[] {
    let verbs: readonly Verb[] = [];
    for (const action of actions) {
      switch (action.type) {
        case 'reply': {
          verbs = action.verbs;
          break;
        }
        case 'await_audio': {
          this.options.awaitAudio(action.key, this);
          this.#watch();
          break;
        }
        case 'disconnect_audio': {
          this.#audio?.send('{"type":"disconnect"}');
          this.#watch();
          break;
        }
        case 'emit': {
          if (action.event.type === 'ended') this.#events.end(action.event.reason);
          else this.#events.emit(action.event);
          break;
        }
      }
    }
    if (this.#call.over) {
      this.#cancelLost?.();
      this.#audio?.close(1000);
      this.options.over();
    }
    return verbs;
  }

  /** From now on the exchange has to say or open something. */
  #watch(): void {
    const { scheduler } = this.options;
    this.#cancelLost?.();
    if (this.#call.over) return;
    this.#cancelLost = scheduler.at(addMs(scheduler.now(), LOST_AFTER_MS), () => this.lost());
  }
}
