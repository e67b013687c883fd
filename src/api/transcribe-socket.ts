import { jsonObject } from '../kernel/json.js';
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { LeibnizError } from '../kernel/errors.js';
import { addMs } from '../kernel/time.js';
import type { RouteContext } from './context.js';
import { InboundBudget } from './core/inbound-budget.js';
import { PcmAssembler } from './core/pcm-assembler.js';
import { errorBody } from './errors.js';
import { CLOSE_CODES, type CloseReason } from './socket-conversation.js';

/** What a reader that does not read may leave unsent, bytes. */
const MAX_UNSENT_BYTES = 256_000;
const PING_EVERY_MS = 20_000;

/** One socket of `WS /api/v1/transcribe/stream`: PCM16 at 16 kHz in, transcripts as JSON out. */
export class TranscribeSocket {
  readonly #id = randomUUID();
  readonly #assembler = new PcmAssembler();
  readonly #budget: InboundBudget;
  #closed = false;
  #isAlive = true;
  #cancelPing: () => void = () => undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly context: RouteContext,
    private readonly onClosed: () => void,
  ) {
    this.#budget = new InboundBudget(context.clock.now());
  }

  start(): void {
    const { socket, context } = this;
    context.observer.socketOpened();
    // Nothing is read before the stream is open: what comes early waits at the client.
    socket.pause();
    socket.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary));
    socket.on('pong', () => (this.#isAlive = true));
    socket.on('close', () => this.close('client_gone'));
    socket.on('error', () => this.close('client_gone'));
    this.#ping();
    void this.#run();
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelPing();
    // The goodbye of the other side has to be read.
    this.socket.resume();
    this.socket.close(CLOSE_CODES[reason], reason);
    if (reason === 'dead_peer') this.socket.terminate();
    void this.context.ports.transcription.close(this.#id).catch(() => undefined);
    this.context.observer.socketClosed(reason);
    this.onClosed();
  }

  /** Opens the stream and passes its events on until nothing more comes. */
  async #run(): Promise<void> {
    const { transcription } = this.context.ports;
    try {
      await transcription.open(this.#id);
      this.socket.resume();
      for (let over = false; !over && !this.#closed;) {
        const next = await transcription.next(this.#id);
        for (const event of next.events) this.#send(event);
        over = next.over;
      }
      this.close('ended');
    } catch (error) {
      if (!(error instanceof LeibnizError)) {
        this.context.log.warn({ err: error }, 'a stream of speech could not be transcribed');
      }
      this.#send({ type: 'error', ...errorBody(error) });
      this.close(
        error instanceof LeibnizError && error.category === 'overloaded' ? 'overloaded' : 'internal',
      );
    }
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    const { transcription } = this.context.ports;
    if (!isBinary) {
      if (isEnd(data.toString('utf8'))) void transcription.end(this.#id).catch(() => undefined);
      else this.context.observer.messageRefused('invalid');
      return;
    }
    const pcm = this.#assembler.push(data);
    if (pcm.length === 0) return;
    if (this.#budget.take(pcm.length, this.context.clock.now())) {
      void transcription.push(this.#id, pcm).catch(() => undefined);
    } else this.context.observer.messageRefused('audio_flood');
  }

  #send(message: object): void {
    if (this.#closed) return;
    this.socket.send(JSON.stringify(message), () => undefined);
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) this.close('slow_reader');
  }

  #ping(): void {
    const { clock } = this.context;
    this.#cancelPing = clock.at(addMs(clock.now(), PING_EVERY_MS), () => {
      if (!this.#isAlive) {
        this.close('dead_peer');
        return;
      }
      this.#isAlive = false;
      this.socket.ping();
      this.#ping();
    });
  }
}

/** `{"type": "end"}`: no more audio comes. */
const isEnd = (text: string): boolean => jsonObject(text)?.['type'] === 'end';
