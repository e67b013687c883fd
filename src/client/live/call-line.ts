import type { LineMode, LineMessage, LineRequest } from './live-types.js';

/** One socket on which a call is heard. */
export interface LineWire {
  send(data: string | ArrayBuffer): void;
  close(): void;
  /** Bytes that wait in this process for the network. */
  readonly waitingBytes: number;
}

/** What a {@link LineWire} tells. */
export interface LineWireEvents {
  opened(): void;
  message(text: string): void;
  audio(pcm: ArrayBuffer): void;
  /** @param code - close code, 0 when there is none */
  closed(code: number): void;
}

/** How it is with a {@link CallLine}. */
export interface LineState {
  /** `lost`: it tries again by itself. `closed`: it is over; {@link reason} says why. */
  readonly status: 'connecting' | 'open' | 'lost' | 'closed';
  /** As the server has it. */
  readonly mode: LineMode;
  /** What is wanted: it is asked for again when the line comes back. */
  readonly wanted: LineMode;
  /** Whether the caller hears what is sent. */
  readonly isHeard: boolean;
  /** Whether the person wants to be silent. */
  readonly isMuted: boolean;
  readonly reason?: string;
  /** The last complaint of the server, in words. */
  readonly problem?: string;
}

/** What a {@link CallLine} is built on. */
export interface CallLineOptions {
  /**
   * Begins to open a socket; rejects when it cannot even begin.
   *
   * @param ticket - one that was given already; without it another one is asked for
   */
  readonly open: (events: LineWireEvents, ticket?: string) => Promise<LineWire>;
  readonly after: (ms: number, act: () => void) => () => void;
  /** 50 ms of PCM16 at 16 kHz: caller left, everybody else right. */
  readonly onAudio: (pcm: ArrayBuffer) => void;
  /** What was not played is void. */
  readonly onFlush: () => void;
  readonly onState: (state: LineState) => void;
}

/** Audio that waits for a slow network, bytes: more is not sent, since it would be late. */
export const MAX_WAITING_BYTES = 64_000;
/** The agent takes a call back five seconds after the line is lost: the first attempts come at once. */
const RETRY_MS = [250, 5000] as const;
/** Closed for good: no such call, not allowed, the call has ended (1000). */
const FINAL: Readonly<Record<number, string>> = {
  1000: 'ended',
  4403: 'forbidden',
  4404: 'not_found',
  1008: 'refused',
};

/** Keeps one line to a call: hears it, speaks in it, and comes back by itself with what was wanted. */
export class CallLine {
  #state: LineState;
  #wire: LineWire | undefined;
  /** Names the present socket: what an older one still tells is dropped. */
  #attempt = 0;
  #retryMs: number = RETRY_MS[0];
  #cancelRetry: () => void = () => undefined;

  /** @param ticket - opens the first socket, where {@link LineMode} `take` has given one */
  constructor(
    private readonly options: CallLineOptions,
    mode: LineMode,
    ticket?: string,
  ) {
    this.#state = { status: 'connecting', mode: 'listen', wanted: mode, isHeard: false, isMuted: false };
    void this.#connect(ticket);
  }

  get state(): LineState {
    return this.#state;
  }

  /** Changes what the line is for. */
  want(mode: LineMode): void {
    this.#set({ wanted: mode, isMuted: false });
    if (this.#state.status === 'open') this.#send({ type: 'mode', mode });
  }

  /** Silences the person, or lets them be heard again. */
  mute(isMuted: boolean): void {
    this.#set({ isMuted });
    this.#microphone();
  }

  /** Sends 20 ms of PCM16 at 16 kHz; nothing is sent while the caller does not hear it. */
  speak(pcm: ArrayBuffer): void {
    const wire = this.#wire;
    if (this.#state.isHeard && wire !== undefined && wire.waitingBytes < MAX_WAITING_BYTES) wire.send(pcm);
  }

  close(): void {
    this.#drop();
    this.#set({ status: 'closed', isHeard: false, reason: 'left' });
  }

  async #connect(ticket?: string): Promise<void> {
    const attempt = ++this.#attempt;
    const isPresent = (): boolean => this.#attempt === attempt;
    const events: LineWireEvents = {
      opened: () => isPresent() && this.#send({ type: 'start', mode: this.#state.wanted }),
      message: (text) => isPresent() && this.#take(text),
      audio: (pcm) => isPresent() && this.options.onAudio(pcm),
      closed: (code) => isPresent() && this.#onClosed(code),
    };
    try {
      const wire = await this.options.open(events, ticket);
      if (!isPresent()) return wire.close();
      this.#wire = wire;
    } catch {
      if (isPresent()) this.#onClosed(0);
    }
  }

  #take(text: string): void {
    const message = parsed(text);
    switch (message?.type) {
      case 'ready': {
        this.#retryMs = RETRY_MS[0];
        this.#set({ status: 'open', mode: 'listen', isHeard: false, problem: undefined });
        return;
      }
      case 'mode': {
        // The server takes the microphone away with the call: then this line only hears.
        const isGone = message.mode === 'listen' && this.#state.mode !== 'listen';
        this.#set({
          mode: message.mode,
          isHeard: false,
          ...(isGone ? { wanted: 'listen' as const } : {}),
        });
        this.#microphone();
        return;
      }
      case 'mic_refused': {
        this.#set({ wanted: 'listen', isHeard: false, problem: REFUSALS[message.reason] ?? message.reason });
        return;
      }
      case 'flush':
        return this.options.onFlush();
      case 'error':
        return this.#set({ problem: message.error.message });
      case 'ended': {
        this.#drop();
        return this.#set({ status: 'closed', isHeard: false, reason: message.reason });
      }
      default:
        return undefined;
    }
  }

  /** The microphone is off after every change of the mode: it is switched on where it is wanted. */
  #microphone(): void {
    const { mode, wanted, isMuted, isHeard, status } = this.#state;
    const on = status === 'open' && mode !== 'listen' && mode === wanted && !isMuted;
    if (on === isHeard) return;
    this.#send({ type: 'mic', on });
    this.#set({ isHeard: on });
  }

  #onClosed(code: number): void {
    this.#drop();
    const reason = FINAL[code];
    if (reason !== undefined) return this.#set({ status: 'closed', isHeard: false, reason });
    this.#set({ status: 'lost', mode: 'listen', isHeard: false });
    this.options.onFlush();
    this.#cancelRetry = this.options.after(this.#retryMs, () => void this.#connect());
    this.#retryMs = Math.min(RETRY_MS[1], this.#retryMs * 2);
  }

  #drop(): void {
    this.#cancelRetry();
    this.#attempt++;
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.close();
  }

  #send(request: LineRequest): void {
    this.#wire?.send(JSON.stringify(request));
  }

  #set(change: { [K in keyof LineState]?: LineState[K] | undefined }): void {
    this.#state = { ...this.#state, ...change } as LineState;
    this.options.onState(this.#state);
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  not_in_control: 'The call is not yours: take it first.',
  forbidden: 'You may not speak in calls.',
  mode: 'The line only hears.',
};

function parsed(text: string): LineMessage | undefined {
  try {
    return JSON.parse(text) as LineMessage;
  } catch {
    return undefined;
  }
}
