import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { jsonObject } from '../../kernel/json.js';
import type { LineControl, LineEvent } from '../../session/live/commands.js';
import type { Channel } from '../channel-bridge.js';
import type { RouteContext } from '../context.js';
import { InboundBudget } from '../core/inbound-budget.js';
import { OutboundQueue } from '../core/outbound-queue.js';
import { PcmAssembler } from '../core/pcm-assembler.js';
import { errorBody } from '../errors.js';
import { HEARTBEAT_MS } from './event-socket.js';
import { PacedSocket, type LiveCloseReason, type Outgoing } from './paced-socket.js';
import { standingOf } from './standing.js';
import type { LiveStation } from './station.js';
import { callEntry } from '../trail.js';
import { supervisorOf } from './supervisor.js';

/** How far a talker may be ahead of real time, seconds. */
const AHEAD_S = 1;
/** Refused messages in a row after which the socket is closed. */
const MAX_BAD_MESSAGES = 20;

const modes = z.enum(['listen', 'barge', 'take']);
const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), mode: modes }),
  z.strictObject({ type: z.literal('mode'), mode: modes }),
  z.strictObject({ type: z.literal('mic'), on: z.boolean() }),
  z.strictObject({ type: z.literal('dtmf'), digits: z.string().regex(/^[0-9*#A-D]{1,32}$/) }),
  z.strictObject({ type: z.literal('ping'), id: z.union([z.string().max(64), z.number()]) }),
]);

/** The line on which one console hears a call, and speaks in it. The microphone is off until it is switched on. */
export class AudioSocket {
  readonly #socket: PacedSocket;
  readonly #queue: OutboundQueue;
  readonly #assembler = new PcmAssembler();
  readonly #budget: InboundBudget;
  #channel: Channel<LineControl> | undefined;
  #isStarted = false;
  #mic = false;
  /** Since the mode was changed: the trail has it once. */
  #hasSpoken = false;
  #complained = false;
  #badMessages = 0;
  #countedDrops = 0;

  constructor(
    socket: WebSocket,
    private readonly callId: string,
    private readonly request: Pick<FastifyRequest, 'principal' | 'ip'>,
    private readonly station: LiveStation,
    private readonly context: RouteContext,
    onClosed: () => void,
  ) {
    const { clock, observer } = context;
    this.#queue = new OutboundQueue(clock.now());
    this.#budget = new InboundBudget(clock.now(), AHEAD_S);
    this.#socket = new PacedSocket(socket, {
      clock,
      heartbeatMs: HEARTBEAT_MS,
      next: () => this.#next(),
      taken: (bytes) => this.#queue.sent(bytes, clock.now()),
      onMessage: (data, isBinary) => (isBinary ? this.#onAudio(data) : this.#onControl(data)),
      onClosed: (reason) => {
        this.#channel?.detach();
        if (this.#isStarted) this.#audit('call.listen_end', 'ok');
        observer.socketClosed(reason);
        onClosed();
      },
    });
    observer.socketOpened();
  }

  start(): void {
    this.#socket.every(HEARTBEAT_MS, () => void this.#check());
  }

  close(reason: LiveCloseReason): void {
    this.#socket.close(reason);
  }

  async #check(): Promise<void> {
    const standing = await standingOf(this.request.principal, 'live.listen', this.context.ports.accounts);
    if (standing !== 'unchanged') this.close(standing);
  }

  async #open(mode: 'listen' | 'barge' | 'take'): Promise<void> {
    const { principal } = this.request;
    const { accounts, live } = this.context.ports;
    try {
      await this.station.mustSee(this.callId, principal);
      const holder = {
        supervisor: await supervisorOf(principal, accounts),
        mayBarge: principal.permissions.has('live.barge'),
      };
      const channel = await live.listen(this.callId, holder, {
        audio: (pcm) => {
          this.#queue.pushAudio(pcm, this.context.clock.now());
          this.#socket.pump();
        },
        event: (event) => this.#onEvent(event),
        closed: (reason) => {
          this.#socket.sendNow({ type: 'ended', reason });
          this.close('ended');
        },
      });
      this.#audit('call.listen', 'ok');
      if (this.#socket.closed) {
        channel.detach();
        return;
      }
      this.#channel = channel;
      this.#socket.sendNow({ type: 'ready', sample_rate: 16_000, channels: 2, chunk_ms: 50, mode: 'listen' });
      if (mode !== 'listen') channel.control({ type: 'mode', mode });
    } catch (error) {
      this.#audit('call.listen', 'denied');
      this.#error(error);
      const isGone = error instanceof LeibnizError && ['NOT_FOUND', 'CALL_ENDED'].includes(error.code);
      this.close(isGone ? 'not_found' : 'internal');
    }
  }

  #onEvent(event: LineEvent): void {
    // The microphone is off after every change of the mode, whoever made it.
    if (event.type === 'mode' || event.type === 'mic_refused') this.#mic = false;
    if (event.type === 'mode') this.#hasSpoken = false;
    if (event.type === 'flush') this.#queue.clearAudio();
    this.#socket.sendNow(event);
  }

  #onAudio(bytes: Buffer): void {
    const { clock, observer } = this.context;
    const pcm = this.#assembler.push(bytes);
    if (pcm.length === 0) return;
    if (!this.#mic) {
      observer.messageRefused('mic_off');
      this.#complain(new LeibnizError('NOT_ALLOWED_NOW', 'The microphone is off; nobody hears this.'));
    } else if (this.#budget.take(pcm.length, clock.now())) {
      this.#complained = false;
      this.#channel?.audio(pcm);
    } else {
      observer.messageRefused('audio_flood');
      this.#complain(new LeibnizError('RATE_LIMITED', 'Audio comes faster than real time.'));
    }
  }

  /** One complaint, until audio passes again: an answer to every piece would be a flood of our own. */
  #complain(error: LeibnizError): void {
    if (!this.#complained) this.#error(error);
    this.#complained = true;
  }

  #onControl(data: Buffer): void {
    const parsed = message.safeParse(jsonObject(data.toString('utf8')));
    if (!parsed.success) {
      this.context.observer.messageRefused('invalid');
      this.#error(new LeibnizError('BAD_REQUEST', 'Send start, mode, mic, dtmf or ping as JSON.'));
      if (++this.#badMessages >= MAX_BAD_MESSAGES) this.close('bad_messages');
      return;
    }
    this.#badMessages = 0;
    const asked = parsed.data;
    if (asked.type === 'ping') {
      this.#socket.sendNow({ type: 'pong', id: asked.id });
    } else if (asked.type === 'start') {
      if (this.#isStarted) this.#channel?.control({ type: 'mode', mode: asked.mode });
      else void this.#open(asked.mode);
      this.#isStarted = true;
    } else if (this.#channel === undefined) {
      this.#error(new LeibnizError('NOT_ALLOWED_NOW', 'Send start first, and wait for ready.'));
    } else {
      if (asked.type === 'mic') {
        this.#mic = asked.on;
        this.#complained = false;
        if (asked.on && !this.#hasSpoken) this.#audit('call.speak', 'ok');
        this.#hasSpoken ||= asked.on;
      }
      this.#channel.control(asked);
    }
  }

  #next(): Outgoing | undefined {
    const fresh = this.#queue.droppedAudio - this.#countedDrops;
    this.#countedDrops += fresh;
    if (fresh > 0) this.context.observer.audioDropped(fresh);
    const item = this.#queue.next();
    if (item === undefined) return undefined;
    const { bytes } = item;
    if (item.kind === 'event') return { data: item.text, bytes };
    const { buffer, byteOffset, byteLength } = item.pcm;
    return { data: new Uint8Array(buffer, byteOffset, byteLength), bytes };
  }

  #error(error: unknown): void {
    this.#socket.sendNow({ type: 'error', ...errorBody(error) });
  }

  #audit(action: string, outcome: 'ok' | 'denied'): void {
    const { accounts } = this.context.ports;
    void accounts.audit(callEntry(this.request, action, this.callId, outcome)).catch(() => undefined);
  }
}
