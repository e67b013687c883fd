import type { WebSocket } from 'ws';
import { LeibnizError } from '../kernel/errors.js';
import { every } from '../kernel/time.js';
import type { RouteContext } from './context.js';
import { InboundBudget } from './core/inbound-budget.js';
import { OutboundQueue } from './core/outbound-queue.js';
import { PcmAssembler } from './core/pcm-assembler.js';
import { RateLimiter } from './core/rate-limiter.js';
import { errorBody, RetryLaterError } from './errors.js';
import type { ConversationChannel, ConversationEvent } from './ports.js';
import { Receipts } from './receipts.js';
import { parseControl } from './schemas/control.js';

/** Why a socket was closed, with its WebSocket close code (4000-4999 are the application's, RFC 6455 section 7.4.2). */
export const CLOSE_CODES = {
  ended: 1000,
  client_gone: 1000,
  server_shutdown: 1001,
  bad_messages: 1008,
  internal: 1011,
  overloaded: 1013,
  slow_reader: 4008,
  not_found: 4404,
  replaced: 4409,
  dead_peer: 4410,
} as const;

/** A key of {@link CLOSE_CODES}. */
export type CloseReason = keyof typeof CLOSE_CODES;

/** Messages kept while the session is being opened. */
const MAX_EARLY_MESSAGES = 64;
/** Refused messages in a row after which the socket is closed. */
const MAX_BAD_MESSAGES = 20;
/** An idle socket is asked this often whether its peer lives. */
const PING_EVERY_MS = 20_000;
/** Output after which a ping is sent, bytes: a quarter of a second of audio. */
const RECEIPT_EVERY_BYTES = 8_000;
const WATCH_EVERY_MS = 1000;

/** One socket of one conversation: bytes and JSON in, paced output out, every queue bounded. */
export class SocketConversation {
  readonly #queue: OutboundQueue;
  readonly #assembler = new PcmAssembler();
  readonly #budget: InboundBudget;
  readonly #textLimiter: RateLimiter;
  #early: (() => void)[] = [];
  #channel: ConversationChannel | undefined;
  #closed = false;
  #badMessages = 0;
  #overBudget = false;
  #countedDrops = 0;
  readonly #receipts: Receipts;
  #cancelTimers: (() => void)[] = [];

  constructor(
    private readonly socket: WebSocket,
    private readonly sessionId: string,
    private readonly context: RouteContext,
    private readonly onClosed: () => void,
  ) {
    const now = context.clock.now();
    this.#queue = new OutboundQueue(now);
    this.#receipts = new Receipts(socket, context.clock, RECEIPT_EVERY_BYTES);
    this.#budget = new InboundBudget(now);
    this.#textLimiter = new RateLimiter(context.options.rateLimitPerMinute, 1);
  }

  /** Listens at once, so that nothing is missed, and opens the session. */
  start(): void {
    const { socket, context } = this;
    context.observer.socketOpened();
    socket.on('message', (data, isBinary) => this.#whenOpen(() => this.#onMessage(data as Buffer, isBinary)));
    socket.on('pong', (data) => this.#onPong(data.toString('latin1')));
    socket.on('close', () => this.#finish('client_gone'));
    socket.on('error', () => this.#finish('client_gone'));
    const { clock } = this.context;
    this.#cancelTimers.push(
      every(clock, PING_EVERY_MS, () => this.#ping()),
      every(clock, WATCH_EVERY_MS, () => this.#watch()),
    );
    void this.#open();
  }

  /** Closes the socket; the session stays resumable unless it has ended. */
  close(reason: CloseReason): void {
    this.#finish(reason);
  }

  async #open(): Promise<void> {
    try {
      const channel = await this.context.ports.conversation.open(this.sessionId, {
        audio: (pcm) => {
          this.#queue.pushAudio(pcm, this.context.clock.now());
          this.#pump();
        },
        event: (event) => this.#sendEvent(event),
        closed: (reason) => {
          this.#sendEvent({ type: 'ended', reason });
          this.#finish('ended');
        },
      });
      if (this.#closed) {
        channel.detach();
        return;
      }
      this.#channel = channel;
      const early = this.#early;
      this.#early = [];
      for (const run of early) run();
    } catch (error) {
      const notFound = error instanceof LeibnizError && error.code === 'NOT_FOUND';
      if (!notFound) this.context.log.warn({ err: error }, 'a conversation could not be opened');
      this.#sendError(error);
      this.#finish(notFound ? 'not_found' : 'internal');
    }
  }

  #whenOpen(run: () => void): void {
    if (this.#closed) return;
    if (this.#channel !== undefined) run();
    else if (this.#early.length < MAX_EARLY_MESSAGES) this.#early.push(run);
    else this.context.observer.messageRefused('early');
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    if (isBinary) this.#onAudio(data);
    else this.#onControl(data.toString('utf8'));
  }

  #onAudio(bytes: Uint8Array): void {
    const pcm = this.#assembler.push(bytes);
    if (pcm.length === 0) return;
    if (this.#budget.take(pcm.length, this.context.clock.now())) {
      this.#overBudget = false;
      this.#channel?.audio(pcm);
      return;
    }
    this.context.observer.messageRefused('audio_flood');
    // One complaint per flood: an answer to every chunk would be a flood of our own.
    if (!this.#overBudget) {
      this.#sendError(new LeibnizError('RATE_LIMITED', 'Audio comes faster than real time.'));
    }
    this.#overBudget = true;
  }

  #onControl(text: string): void {
    const parsed = parseControl(text);
    if (!parsed.ok) {
      this.#refuse(
        new LeibnizError(
          'BAD_REQUEST',
          parsed.message,
          parsed.field === undefined ? {} : { field: parsed.field },
        ),
      );
      return;
    }
    this.#badMessages = 0;
    if (parsed.value.type === 'text') {
      const waitMs = this.#textLimiter.take('socket', this.context.clock.now());
      if (waitMs > 0) {
        this.context.observer.messageRefused('rate_limited');
        this.#sendError(new RetryLaterError('RATE_LIMITED', 'Too many text messages.', Math.ceil(waitMs)));
        return;
      }
    }
    this.#channel?.control(parsed.value);
  }

  #refuse(error: LeibnizError): void {
    this.context.observer.messageRefused('invalid');
    this.#sendError(error);
    this.#badMessages++;
    if (this.#badMessages >= MAX_BAD_MESSAGES) this.#finish('bad_messages');
  }

  #sendEvent(event: ConversationEvent): void {
    if (event.type === 'flush') this.#queue.clearAudio();
    this.#sendJson(event);
  }

  #sendError(error: unknown): void {
    this.#sendJson({ type: 'error', ...errorBody(error) });
  }

  #sendJson(message: object): void {
    if (this.#closed) return;
    this.#queue.pushEvent(JSON.stringify(message), this.context.clock.now());
    this.#pump();
  }

  /**
   * Sends what may be sent. What counts as received is what a pong confirms: the operating system alone would take
   * minutes of audio for a reader that has stopped reading.
   */
  #pump(): void {
    if (this.#closed) return;
    this.#countDrops();
    for (let item = this.#queue.next(); item !== undefined; item = this.#queue.next()) {
      this.socket.send(item.kind === 'event' ? item.text : bytesOf(item.pcm), ignoreError);
      this.#receipts.sent(item.bytes);
    }
    this.#receipts.flush();
    if (this.#queue.overrun(this.context.clock.now()) !== undefined) this.#finish('slow_reader');
  }

  #onPong(id: string): void {
    const bytes = this.#receipts.pong(id);
    if (bytes === undefined) return;
    this.#queue.sent(bytes, this.context.clock.now());
    this.#pump();
  }

  #countDrops(): void {
    const fresh = this.#queue.droppedAudio - this.#countedDrops;
    if (fresh === 0) return;
    this.#countedDrops += fresh;
    this.context.observer.audioDropped(fresh);
  }

  #watch(): void {
    if (this.#queue.overrun(this.context.clock.now()) !== undefined) this.#finish('slow_reader');
  }

  /** A peer that has left a ping unanswered for a whole round is gone. */
  #ping(): void {
    const { oldestAt } = this.#receipts;
    if (oldestAt === undefined) this.#receipts.ask();
    else if (this.context.clock.now() - oldestAt >= PING_EVERY_MS) this.#finish('dead_peer');
  }

  #finish(reason: CloseReason): void {
    if (this.#closed) return;
    if (reason === 'ended' || reason === 'not_found' || reason === 'internal') this.#flushEvents();
    this.#closed = true;
    for (const cancel of this.#cancelTimers) cancel();
    this.#channel?.detach();
    this.socket.close(CLOSE_CODES[reason], reason);
    // A slow reader still finds the reason when it reads on; the library gives up after 30 s.
    if (reason === 'dead_peer') this.socket.terminate();
    this.context.observer.socketClosed(reason);
    this.onClosed();
  }

  /** The last events go out whatever is in flight; the socket sends them before its close frame. */
  #flushEvents(): void {
    for (const text of this.#queue.drainEvents()) this.socket.send(text, ignoreError);
  }
}

/** Failures to send arrive as the socket's own events. */
function ignoreError(): void {
  return undefined;
}

/** A view of the samples' bytes; every machine that Node runs on is little endian. */
function bytesOf(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}
