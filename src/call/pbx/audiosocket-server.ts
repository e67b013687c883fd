import { createServer, type Server, type Socket } from 'node:net';
import { callId, type CallId } from '../../kernel/ids.js';
import type { Scheduler } from '../../kernel/time.js';
import { addMs } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import type { PeerList } from '../core/cidr.js';
import type { CallLog } from '../log.js';
import type { AudioLine, LineEvent, LineHost } from '../core/line.js';
import type { AnnouncedCall, Announcements } from './core/announcements.js';
import {
  audioMessage,
  AudioSocketReader,
  HANGUP_MESSAGE,
  type AudioSocketMessage,
} from './core/audiosocket.js';
import { keyOf } from './core/keys.js';
import { LineEvents } from './line-events.js';

/** Settings of {@link openAudioSocketServer}. */
export interface AudioSocketOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Who may connect; others are cut off at once. */
  readonly peers: PeerList;
  /** Calls whose audio is awaited, by UUID. */
  readonly announcements: Announcements<AnnouncedCall>;
  readonly lines: LineHost;
  readonly newId: () => string;
  readonly scheduler: Scheduler;
  readonly log: CallLog;
}

/** A listening server. */
export interface AudioSocketServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Time from the connection to its UUID; the exchange sends it first. */
const UUID_WITHIN_MS = 2000;
/** Connections whose UUID has not come. */
const MAX_UNKNOWN = 32;
/** Output that waits; an exchange that reads nothing for a second has gone. */
const MAX_WAITING_BYTES = 16_000;

/**
 * Takes calls from Asterisk's AudioSocket. The protocol has no credentials and no numbers: a call is taken when its UUID
 * was announced, once.
 *
 * @throws Error of the operating system when the port cannot be listened on
 */
export async function openAudioSocketServer(options: AudioSocketOptions): Promise<AudioSocketServer> {
  const open = new Set<Socket>();
  let unknown = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    if (!options.peers.has(socket.remoteAddress ?? '') || unknown >= MAX_UNKNOWN) {
      socket.destroy();
      return;
    }
    unknown++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    new Connection(socket, options, () => unknown--);
  });
  await listening(server, options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** One connection: its UUID first, then audio both ways. */
class Connection {
  readonly #reader = new AudioSocketReader();
  #line: SocketLine | undefined;
  #identified = false;
  readonly #cancelWait: () => void;

  constructor(
    private readonly socket: Socket,
    private readonly options: AudioSocketOptions,
    private readonly onIdentified: () => void,
  ) {
    const { scheduler } = options;
    this.#cancelWait = scheduler.at(addMs(scheduler.now(), UUID_WITHIN_MS), () => socket.destroy());
    socket.on('data', (bytes) => {
      for (const message of this.#reader.push(bytes)) this.#on(message);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#known();
      this.#line?.ended('caller_hangup');
    });
  }

  #on(message: AudioSocketMessage): void {
    if (message.type === 'uuid') {
      if (!this.#identified) this.#identify(message.uuid);
      return;
    }
    if (message.type === 'error') {
      this.options.log.warn({ code: message.code }, 'the exchange reports an error');
    }
    if (message.type === 'hangup') this.socket.end();
    this.#line?.on(message);
  }

  #identify(uuid: string): void {
    this.#known();
    const { announcements, scheduler, lines, newId, log } = this.options;
    const call = announcements.claim(uuid, scheduler.now());
    if (call === undefined) {
      log.warn({}, 'audio for a call that nobody announced');
      this.socket.end(HANGUP_MESSAGE);
      return;
    }
    const line = new SocketLine(callId(newId()), call, this.socket);
    this.#line = line;
    if (!lines.take(line)) {
      this.#line = undefined;
      this.socket.end(HANGUP_MESSAGE);
    }
  }

  #known(): void {
    if (this.#identified) return;
    this.#identified = true;
    this.#cancelWait();
    this.onIdentified();
  }
}

class SocketLine implements AudioLine {
  readonly channel = 'audiosocket';
  readonly #events = new LineEvents();

  constructor(
    readonly id: CallId,
    readonly pii: AnnouncedCall,
    private readonly socket: Socket,
  ) {}

  subscribe(listener: (event: LineEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  on(message: AudioSocketMessage): void {
    if (message.type === 'audio' && message.rateHz === 8000) {
      this.#events.emit({ type: 'audio', pcm: message.pcm });
    } else if (message.type === 'dtmf') {
      const digit = keyOf(message.key);
      if (digit !== undefined) this.#events.emit({ type: 'dtmf', digit });
    }
  }

  /** The exchange plays a frame when it comes: one that cannot be sent now is of no use later. */
  send(pcm: Int16Array): void {
    if (this.#events.ended || this.socket.writableLength > MAX_WAITING_BYTES) return;
    this.socket.write(audioMessage(pcm));
  }

  /** Nothing is ahead: the exchange keeps no queue. */
  flush(): void {
    return;
  }

  hangup(reason: Termination): void {
    if (this.#events.ended) return;
    this.socket.end(HANGUP_MESSAGE);
    this.#events.end(reason);
  }

  /** The protocol cannot transfer; the dialplan goes on after our end of the call. */
  transfer(): void {
    this.#events.emit({ type: 'transfer', state: 'failed' });
  }

  ended(reason: Termination): void {
    this.#events.end(reason);
  }
}

function listening(server: Server, { host, port }: AudioSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
