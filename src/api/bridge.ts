import type { MessagePort } from 'node:worker_threads';
import type { ChatRequest, ModelEvent } from '../dialog/llm/types.js';
import type { Remote } from '../threads/rpc.js';
import { openChannelAhead, openChannelBehind, type Channel, type ChannelSink } from './channel-bridge.js';
import { openModelAhead, openModelBehind } from './model-bridge.js';
import type { ApiPorts, RolePorts } from './ports.js';

/**
 * The ports as one flat object of methods `group.method`, which is what crosses the thread boundary. What opens a channel
 * hands over a message port of its own in place of the sink.
 */
export type FlatPorts = Record<string, (...args: never[]) => Promise<unknown>>;

/** Methods that open a channel; the sink is their last argument. */
const CHANNELS: ReadonlySet<string> = new Set(['conversation.open', 'live.subscribe', 'live.listen']);

type Opens = (...args: unknown[]) => Promise<Channel<unknown>>;

/** Flattens the ports on the thread that has them. */
export function flattenPorts(ports: RolePorts): FlatPorts {
  const flat: FlatPorts = {};
  for (const [group, methods] of Object.entries(ports) as [string, Record<string, unknown>][]) {
    for (const name of methodNames(methods)) {
      const method = methods[name] as (...args: unknown[]) => Promise<unknown>;
      const full = `${group}.${name}`;
      flat[full] = CHANNELS.has(full)
        ? (...args: unknown[]) => {
            const open = (sink: ChannelSink<unknown>): Promise<Channel<unknown>> =>
              (method as Opens).apply(methods, [...args.slice(0, -1), sink]);
            return openChannelBehind(open, args.at(-1) as MessagePort);
          }
        : (...args: unknown[]) => method.apply(methods, args);
    }
  }
  const { models } = ports;
  if (models !== undefined) {
    flat['models.open'] = (request: ChatRequest, port: MessagePort) => openModelBehind(models, request, port);
  }
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
  'transcription',
  'speech',
  'intent',
  'knowledge',
  'appointmentSessions',
  'appointments',
  'callbacks',
  'waitingList',
  'schedule',
  'calls',
  'jobs',
  'accounts',
  'materials',
  'insights',
  'outbound',
  'caches',
  'settings',
  'models',
  'live',
  'recordings',
  'guard',
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
        if (CHANNELS.has(`${group}.${name}`)) {
          const open = remote[`${group}.${name}`] as (...args: unknown[]) => Promise<unknown>;
          return (...args: unknown[]) =>
            openChannelAhead((port) => open(...args.slice(0, -1), port), args.at(-1) as ChannelSink<unknown>);
        }
        if (group === 'models' && name === 'open') {
          const open = remote['models.open'] as (request: ChatRequest, port: MessagePort) => Promise<unknown>;
          return (request: ChatRequest, onEvent: (event: ModelEvent) => void, signal?: AbortSignal) =>
            openModelAhead(open, request, onEvent, signal);
        }
        return remote[`${group}.${name}`];
      },
    },
  );
}
