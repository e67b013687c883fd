import { applyLive, EMPTY_LIVE, type LiveModel } from './live-model.js';
import type { LiveMessage, LiveRequest } from './live-types.js';

/** The parts of a WebSocket that are used. */
export interface Wire {
  send(text: string): void;
  close(): void;
}

/** What a {@link Wire} tells. */
export interface WireEvents {
  message(data: unknown): void;
  /** It is gone, or could not be opened; the code is that of the close. */
  closed(code: number): void;
}

/**
 * - `connecting`: the first attempt
 * - `live`: what is shown is what is
 * - `slow`: no answer to a ping for {@link SLOW_MS}
 * - `lost`: the connection is gone and tried again
 * - `absent`: this server has no live calls
 * - `refused`: one may not see them, or the place is taken by another tab
 */
export type LiveStatus = 'connecting' | 'live' | 'slow' | 'lost' | 'absent' | 'refused';

/** What a {@link LiveSocket} is built on. */
export interface LiveSocketOptions {
  /** Begins to open a socket; rejects when it cannot even begin. */
  readonly open: (events: WireEvents) => Promise<Wire>;
  /** Whether the server has live calls at all, asked after a socket failed before it said anything. */
  readonly exists: () => Promise<boolean>;
  readonly after: (ms: number, act: () => void) => () => void;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly onChange: (model: LiveModel, status: LiveStatus) => void;
}

/** Without a pong for this long the connection is called slow. */
export const SLOW_MS = 2000;
const PING_EVERY_MS = 10_000;
const DEAD_MS = 8000;
const RETRY_MS = [500, 15_000] as const;

const FORBIDDEN = 4403;
const SIGN_IN_AGAIN = 4401;
const REPLACED = 4409;

/** Keeps one stream of live calls: connects again by itself and goes on where it was. */
export class LiveSocket {
  #model: LiveModel = EMPTY_LIVE;
  #status: LiveStatus = 'connecting';
  #socket: Wire | undefined;
  /** Names the present socket: what an older one still tells is dropped. */
  #attempt = 0;
  #fullCall: string | undefined;
  #retryMs: number = RETRY_MS[0];
  #pings = 0;
  #timers: (() => void)[] = [];
  #closed = false;

  constructor(private readonly options: LiveSocketOptions) {
    void this.#connect();
  }

  get model(): LiveModel {
    return this.#model;
  }

  /** Follows one call in full, with words that may still change; none when undefined. */
  follow(callId: string | undefined): void {
    this.#fullCall = callId;
    if (this.#status === 'live' || this.#status === 'slow') this.#subscribe();
  }

  /** Asks at once whether the peer lives: a tab that was frozen may hold a socket whose other end is gone. */
  check(): void {
    if (this.#socket !== undefined) this.#ping();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    let spoke = false;
    const events: WireEvents = {
      message: (data) => {
        const message = parsed(data);
        if (message === undefined || this.#attempt !== attempt) return;
        spoke = true;
        this.#take(message);
      },
      closed: (code) => {
        if (this.#attempt === attempt) void this.#onClose(spoke, code);
      },
    };
    try {
      const socket = await this.options.open(events);
      if (this.#attempt !== attempt) return socket.close();
      this.#socket = socket;
    } catch {
      if (this.#attempt === attempt) void this.#onClose(false, 0);
    }
  }

  #take(message: LiveMessage): void {
    const known = this.#model;
    this.#model = applyLive(known, message);
    if (message.type === 'hello') {
      this.#retryMs = RETRY_MS[0];
      if (known.synced && known.bootId === message.boot_id) {
        this.#send({ type: 'resume', boot_id: message.boot_id, seq: known.seq });
        // What is followed in full is not remembered for a reader who was away.
        if (this.#fullCall !== undefined) this.#subscribe();
      } else this.#subscribe();
      this.#schedulePing();
    }
    if (message.type === 'pong') {
      this.#cancel();
      this.#schedulePing();
    }
    this.#tell(this.#model.synced ? 'live' : this.#status);
  }

  #subscribe(): void {
    this.#send({ type: 'subscribe', calls: 'all', detail: 'summary' });
    if (this.#fullCall !== undefined) {
      this.#send({ type: 'subscribe', calls: [this.#fullCall], detail: 'full' });
    }
  }

  #schedulePing(): void {
    this.#cancel();
    this.#timers.push(this.options.after(PING_EVERY_MS, () => this.#ping()));
  }

  #ping(): void {
    this.#cancel();
    this.#send({ type: 'ping', id: String(++this.#pings) });
    this.#timers.push(
      this.options.after(SLOW_MS, () => this.#tell('slow')),
      this.options.after(DEAD_MS, () => {
        this.#drop();
        void this.#onClose(true, 0);
      }),
    );
  }

  async #onClose(spoke: boolean, code: number): Promise<void> {
    this.#drop();
    if (this.#closed) return;
    if (code === FORBIDDEN || code === REPLACED) return this.#tell('refused');
    if (!spoke && code !== SIGN_IN_AGAIN && !(await this.options.exists().catch(() => true))) {
      return this.#tell('absent');
    }
    this.#tell('lost');
    const waitMs = this.#retryMs * (0.5 + this.options.random() / 2);
    this.#retryMs = Math.min(RETRY_MS[1], this.#retryMs * 2);
    this.#timers.push(this.options.after(waitMs, () => void this.#connect()));
  }

  #drop(): void {
    this.#cancel();
    this.#attempt++;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #cancel(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
  }

  #send(request: LiveRequest): void {
    this.#socket?.send(JSON.stringify(request));
  }

  #tell(status: LiveStatus): void {
    this.#status = status;
    if (!this.#closed) this.options.onChange(this.#model, status);
  }
}

function parsed(data: unknown): LiveMessage | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return typeof (message as LiveMessage | null)?.type === 'string' ? (message as LiveMessage) : undefined;
  } catch {
    return undefined;
  }
}
