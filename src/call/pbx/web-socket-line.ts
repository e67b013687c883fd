import type { WebSocket } from 'ws';
import type { CallId } from '../../kernel/ids.js';
import type { Termination } from '../../kernel/vocab.js';
import type { AudioLine, LineEvent } from '../core/line.js';
import type { AnnouncedCall } from './core/announcements.js';
import { channelMessage, COMMAND } from './core/chan-websocket.js';
import { PcmBytes, toJambonz } from './core/jambonz-audio.js';
import { LineEvents } from './line-events.js';

/** Output that waits; the exchange's own queue is paced by us, so that more means it has stopped reading. */
const MAX_WAITING_BYTES = 64_000;

/** A call of Asterisk's chan_websocket (`c(slin)f(json)`). */
export class ChannelLine implements AudioLine {
  readonly channel = 'chan_websocket';
  readonly #events = new LineEvents();
  readonly #bytes = new PcmBytes();
  #started = false;
  #open = true;

  constructor(
    readonly id: CallId,
    readonly pii: AnnouncedCall,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data, binary) => this.#on(data as Buffer, binary));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#events.end('caller_hangup'));
  }

  subscribe(listener: (event: LineEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  /** The exchange plays on its own clock from a queue that never ages: nothing is sent while it is full. */
  send(pcm: Int16Array): void {
    if (!this.#started || !this.#open || this.#events.ended) return;
    if (this.socket.bufferedAmount <= MAX_WAITING_BYTES) this.socket.send(toJambonz(pcm));
  }

  flush(): void {
    if (this.#started && !this.#events.ended) this.socket.send(COMMAND.flush);
  }

  hangup(reason: Termination): void {
    if (this.#events.ended) return;
    this.socket.send(COMMAND.hangup);
    this.socket.close(1000);
    this.#events.end(reason);
  }

  /** The channel cannot transfer; the dialplan goes on after our end of the call. */
  transfer(): void {
    this.#events.emit({ type: 'transfer', state: 'failed' });
  }

  #on(data: Buffer, binary: boolean): void {
    if (binary) {
      // Audio may come before its start is told.
      if (this.#started) this.#events.emit({ type: 'audio', pcm: this.#bytes.push(data) });
      return;
    }
    const message = channelMessage(data.toString('utf8'));
    if (message.type === 'event') this.#events.emit(message.event);
    else if (message.type === 'flow') this.#open = message.open;
    else if (message.type === 'start') {
      if (message.format === 'slin') this.#started = true;
      else this.hangup('rejected_media');
    }
  }
}
