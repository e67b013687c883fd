import type { WebSocket } from 'ws';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { jsonObject } from '../../kernel/json.js';
import { addMs } from '../../kernel/time.js';
import { FULL_CALLS, type LiveReader } from '../../live/core/hub.js';
import type { Principal } from '../auth/principal.js';
import type { RouteContext } from '../context.js';
import { redacted } from '../core/redaction.js';
import { errorBody } from '../errors.js';
import { idText } from '../schemas/common.js';
import { PacedSocket, type LiveCloseReason, type Outgoing } from './paced-socket.js';
import { standingOf } from './standing.js';
import type { LiveStation } from './station.js';
import { entryText, withoutValues } from './wire.js';

/** Subprotocol of `WS /api/v1/live`. */
export const LIVE_PROTOCOL = 'leibniz.live.v1';
/** A peer is asked this often whether it lives, ms. */
export const HEARTBEAT_MS = 15_000;
/** Who asks for nothing after so long is told of all calls, ms. */
const DEFAULT_AFTER_MS = 1000;
/** Refused messages in a row after which the socket is closed. */
const MAX_BAD_MESSAGES = 20;

const message = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    calls: z.union([z.literal('all'), z.array(idText).max(1000)]),
    detail: z.enum(['summary', 'full']),
  }),
  z.strictObject({ type: z.literal('resume'), boot_id: z.string().max(64), seq: z.number().int().min(0) }),
  z.strictObject({ type: z.literal('ping'), id: z.union([z.string().max(64), z.number()]) }),
]);

/** One console that watches: JSON out in the order of a sequence, every queue bounded. */
export class EventSocket {
  readonly #socket: PacedSocket;
  readonly #reader: LiveReader;
  readonly #pii: boolean;
  readonly #leave: () => void;
  #counters = '';
  #badMessages = 0;
  #isReady = false;

  constructor(
    socket: WebSocket,
    private readonly principal: Principal,
    private readonly station: LiveStation,
    private readonly context: RouteContext,
    onClosed: () => void,
  ) {
    const { clock, observer } = context;
    this.#pii = principal.permissions.has('calls.pii');
    this.#reader = station.hub.reader({ lines: principal.lines, pii: this.#pii });
    this.#leave = station.onChange(() => this.#socket.pump());
    this.#socket = new PacedSocket(socket, {
      clock,
      heartbeatMs: HEARTBEAT_MS,
      next: () => this.#next(),
      onMessage: (data, isBinary) => this.#onMessage(data, isBinary),
      onClosed: (reason) => {
        this.#leave();
        station.hub.leave(this.#reader);
        station.followed();
        observer.socketClosed(reason);
        onClosed();
      },
    });
    observer.socketOpened();
  }

  /** Greets, and begins once the calls in progress are known. */
  start(): void {
    const { clock } = this.context;
    this.#socket.sendNow({
      type: 'hello',
      seq: this.station.hub.seq,
      at: this.#now(),
      protocol: LIVE_PROTOCOL,
      boot_id: this.station.hub.bootId,
      server_time: this.#now(),
      heartbeat_ms: HEARTBEAT_MS,
      permissions: [...this.principal.permissions],
    });
    const cancel = clock.at(addMs(clock.now(), DEFAULT_AFTER_MS), () => {
      if (!this.#reader.started) this.#reader.follow({ calls: 'all', detail: 'summary' });
      this.#socket.pump();
    });
    this.#socket.every(HEARTBEAT_MS, () => void this.#check());
    void this.station.ready().then(
      () => {
        this.#isReady = true;
        this.#socket.pump();
      },
      (error: unknown) => {
        cancel();
        this.#fail(error);
        this.close('internal');
      },
    );
  }

  close(reason: LiveCloseReason): void {
    this.#socket.close(reason);
  }

  /** Closes the socket of somebody who has signed out, or may not do what they could. */
  async #check(): Promise<void> {
    const standing = await standingOf(this.principal, 'live.read', this.context.ports.accounts);
    if (standing !== 'unchanged') this.close(standing);
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    const parsed = isBinary ? undefined : message.safeParse(jsonObject(data.toString('utf8')));
    if (parsed?.success !== true) {
      this.#refuse('Send subscribe, resume or ping as JSON.');
      return;
    }
    this.#badMessages = 0;
    const asked = parsed.data;
    if (asked.type === 'ping') {
      this.#socket.sendNow({ type: 'pong', seq: this.station.hub.seq, at: this.#now(), id: asked.id });
      return;
    }
    if (asked.type === 'resume') {
      if (!this.#reader.resume(asked.boot_id, asked.seq)) this.#resync('unknown_position');
    } else if (!this.#reader.follow(asked)) {
      this.#refuse(`At most ${FULL_CALLS} calls can be followed in full; name them.`);
    }
    this.station.followed();
    this.#socket.pump();
  }

  #refuse(text: string): void {
    this.context.observer.messageRefused('invalid');
    this.#fail(new LeibnizError('BAD_REQUEST', text));
    if (++this.#badMessages >= MAX_BAD_MESSAGES) this.close('bad_messages');
  }

  #fail(error: unknown): void {
    this.#socket.sendNow({ type: 'error', seq: this.station.hub.seq, at: this.#now(), ...errorBody(error) });
  }

  #resync(reason: 'unknown_position' | 'slow'): void {
    this.context.observer.liveResync(reason);
    const { seq } = this.station.hub;
    this.#socket.sendNow({ type: 'resync_required', seq, at: this.#now(), reason });
  }

  #next(): Outgoing | undefined {
    if (!this.#isReady || !this.#reader.started) return undefined;
    if (this.#reader.outbox.overflowed) this.#resync('slow');
    if (this.#reader.needsSnapshot) return sized(this.#snapshot());
    const entry = this.#reader.outbox.shift();
    if (entry !== undefined) return sized(entryText(entry, this.#pii));
    const counters = JSON.stringify(this.#reader.counters);
    if (counters === this.#counters) return undefined;
    this.#counters = counters;
    const seq = this.station.hub.stamp();
    return sized(JSON.stringify({ type: 'counters', seq, at: this.#now(), ...this.#reader.counters }));
  }

  #snapshot(): string {
    const { seq, calls, counters } = this.#reader.takeSnapshot();
    this.#counters = JSON.stringify(counters);
    const shown = this.#pii ? calls : calls.map((call) => withoutValues(redacted(call) as typeof call));
    return JSON.stringify({ type: 'snapshot', seq, at: this.#now(), calls: shown, counters });
  }

  #now(): string {
    return new Date(this.context.clock.wall()).toISOString();
  }
}

const sized = (data: string): Outgoing => ({ data, bytes: data.length });
