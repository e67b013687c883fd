import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Remote } from '../threads/rpc.js';
import type {
  ApiPorts,
  ConversationChannel,
  ConversationControl,
  ConversationEvent,
  ConversationSink,
} from './ports.js';

/**
 * The ports as one flat object of methods `group.method`, which is what crosses the thread boundary. Conversations
 * hand over a message port of their own in place of the sink.
 */
export type FlatPorts = Record<string, (...args: never[]) => Promise<unknown>>;

/** Audio messages on the way to the other thread, at most: 10 s of 50 ms chunks. Further ones are dropped. */
const MAX_UNCONFIRMED = 200;

type FromClient =
  | { readonly kind: 'audio'; readonly pcm: Int16Array }
  | { readonly kind: 'control'; readonly message: ConversationControl }
  | { readonly kind: 'detach' }
  | { readonly kind: 'confirm' };

type FromConversation =
  | { readonly kind: 'audio'; readonly pcm: Int16Array }
  | { readonly kind: 'event'; readonly event: ConversationEvent }
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'confirm' };

/** Flattens the ports on the thread that has them. */
export function flattenPorts(ports: ApiPorts): FlatPorts {
  const flat: FlatPorts = {};
  for (const [group, methods] of Object.entries(ports) as [string, Record<string, unknown>][]) {
    for (const name of methodNames(methods)) {
      const method = methods[name] as (...args: unknown[]) => Promise<unknown>;
      flat[`${group}.${name}`] = (...args: unknown[]) => method.apply(methods, args);
    }
  }
  flat['conversation.open'] = (sessionId: string, port: MessagePort) => openBehind(ports, sessionId, port);
  return flat;
}

/** Names of the methods of an object or class instance. */
function methodNames(methods: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = methods;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object
  ) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name !== 'constructor' && typeof Reflect.get(methods, name) === 'function') names.add(name);
    }
  }
  return [...names];
}

const GROUPS: readonly (keyof ApiPorts)[] = [
  'system',
  'conversation',
  'intent',
  'knowledge',
  'appointmentSessions',
  'appointments',
  'calls',
  'jobs',
];

/** The ports on the API thread, over the calls of {@link flattenPorts}. */
export function remotePorts(remote: Remote<FlatPorts>): ApiPorts {
  return Object.fromEntries(
    GROUPS.map((group) => [group, remoteGroup(group, remote)]),
  ) as unknown as ApiPorts;
}

function remoteGroup(group: string, remote: Remote<FlatPorts>): object {
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        if (typeof name !== 'string' || name === 'then') return undefined;
        if (group === 'conversation' && name === 'open') {
          return (sessionId: string, sink: ConversationSink) => openAhead(remote, sessionId, sink);
        }
        return remote[`${group}.${name}`];
      },
    },
  );
}

/** Opens a conversation from the API thread. */
async function openAhead(
  remote: Remote<FlatPorts>,
  sessionId: string,
  sink: ConversationSink,
): Promise<ConversationChannel> {
  const { port1: port, port2 } = new MessageChannel();
  const window = new Window();
  port.on('message', (message: FromConversation) => {
    switch (message.kind) {
      case 'audio': {
        post(port, { kind: 'confirm' });
        sink.audio(message.pcm);
        return;
      }
      case 'event': {
        sink.event(message.event);
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
    await (remote['conversation.open'] as (id: string, port: MessagePort) => Promise<unknown>)(
      sessionId,
      port2,
    );
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

/** Opens a conversation for the API thread, on the thread where conversations live. */
async function openBehind(ports: ApiPorts, sessionId: string, port: MessagePort): Promise<void> {
  const window = new Window();
  let over = false;
  let channel: ConversationChannel | undefined;
  const detach = (): void => {
    if (over) return;
    over = true;
    channel?.detach();
    port.close();
  };
  // The port also closes when the API thread dies.
  port.on('close', detach);
  try {
    channel = await ports.conversation.open(sessionId, {
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
  port.on('message', (message: FromClient) => {
    switch (message.kind) {
      case 'audio': {
        post(port, { kind: 'confirm' });
        opened.audio(message.pcm);
        return;
      }
      case 'control': {
        opened.control(message.message);
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

function post(port: MessagePort, message: FromClient | FromConversation): void {
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
