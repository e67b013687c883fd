import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** Where a channel sends its output. Calls never block and never throw. */
export interface ChannelSink<Event> {
  /** PCM16 in pieces of the channel's own length. The buffer belongs to the receiver. */
  audio(pcm: Int16Array): void;
  event(event: Event): void;
  /** It is over; nothing follows. */
  closed(reason: string): void;
}

/** The way back of a {@link ChannelSink}. */
export interface Channel<Control> {
  /** PCM16, any length above 0. The buffer belongs to the receiver. */
  audio(pcm: Int16Array): void;
  control(message: Control): void;
  /** Whoever opened it is gone. */
  detach(): void;
}

/** Audio messages on the way to the other thread, at most: 10 s of 50 ms chunks. Further ones are dropped. */
const MAX_UNCONFIRMED = 200;

type Ahead =
  | { readonly kind: 'audio'; readonly pcm: Int16Array }
  | { readonly kind: 'control'; readonly message: unknown }
  | { readonly kind: 'detach' }
  | { readonly kind: 'confirm' };

type Behind =
  | { readonly kind: 'audio'; readonly pcm: Int16Array }
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'confirm' };

/**
 * Opens a channel to another thread.
 *
 * @param open - hands the port to {@link openChannelBehind} on the other thread
 */
export async function openChannelAhead<Control, Event>(
  open: (port: MessagePort) => Promise<unknown>,
  sink: ChannelSink<Event>,
): Promise<Channel<Control>> {
  const { port1: port, port2 } = new MessageChannel();
  const window = new Window();
  port.on('message', (message: Behind) => {
    switch (message.kind) {
      case 'audio': {
        post(port, { kind: 'confirm' });
        sink.audio(message.pcm);
        return;
      }
      case 'event': {
        sink.event(message.event as Event);
        return;
      }
      case 'closed': {
        sink.closed(message.reason);
        port.close();
        return;
      }
      case 'confirm': {
        window.confirm();
      }
    }
  });
  try {
    await open(port2);
  } catch (error) {
    port.close();
    throw error;
  }
  return {
    audio: (pcm) => postAudio(port, pcm, window),
    control: (message) => post(port, { kind: 'control', message }),
    detach: () => {
      post(port, { kind: 'detach' });
      port.close();
    },
  };
}

/** Opens a channel for another thread, on the thread where its other end lives. */
export async function openChannelBehind<Control, Event>(
  open: (sink: ChannelSink<Event>) => Promise<Channel<Control>>,
  port: MessagePort,
): Promise<void> {
  const window = new Window();
  let over = false;
  let channel: Channel<Control> | undefined;
  const detach = (): void => {
    if (over) return;
    over = true;
    channel?.detach();
    port.close();
  };
  // The port also closes when the other thread dies.
  port.on('close', detach);
  try {
    channel = await open({
      audio: (pcm) => {
        if (!over) postAudio(port, pcm, window);
      },
      event: (event) => post(port, { kind: 'event', event }),
      closed: (reason) => post(port, { kind: 'closed', reason }),
    });
  } catch (error) {
    over = true;
    port.close();
    throw error;
  }
  if (isOver()) {
    channel.detach();
    return;
  }
  const opened = channel;
  port.on('message', (message: Ahead) => {
    switch (message.kind) {
      case 'audio': {
        post(port, { kind: 'confirm' });
        opened.audio(message.pcm);
        return;
      }
      case 'control': {
        opened.control(message.message as Control);
        return;
      }
      case 'detach': {
        detach();
        return;
      }
      case 'confirm': {
        window.confirm();
      }
    }
  });

  function isOver(): boolean {
    return over;
  }
}

/** Counts what is on the way, so that a stuck thread costs bounded memory. */
class Window {
  #unconfirmed = 0;

  take(): boolean {
    if (this.#unconfirmed >= MAX_UNCONFIRMED) return false;
    this.#unconfirmed++;
    return true;
  }

  confirm(): void {
    this.#unconfirmed = Math.max(0, this.#unconfirmed - 1);
  }
}

function post(port: MessagePort, message: Ahead | Behind): void {
  port.postMessage(message);
}

/** Hands samples over without copying them, unless they are part of a larger buffer. */
function postAudio(port: MessagePort, pcm: Int16Array, window: Window): void {
  if (!window.take()) return;
  const { buffer } = pcm.byteLength === pcm.buffer.byteLength ? pcm : pcm.slice();
  port.postMessage(
    { kind: 'audio', pcm: new Int16Array(buffer) },
    buffer instanceof ArrayBuffer ? [buffer] : [],
  );
}
