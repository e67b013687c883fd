import { MessagePort, type Transferable } from 'node:worker_threads';
import { isLeibnizError, LeibnizError, type ErrorCode } from '../kernel/errors.js';

/** The part of `MessagePort`, `Worker` and `parentPort` that calls between threads need. */
export interface PortLike {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

interface CallMessage {
  readonly rpc: 'call';
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface ReplyMessage {
  readonly rpc: 'reply';
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly code?: ErrorCode; readonly field?: string };
}

type Methods = object;

/** An object's methods as seen from another thread: all asynchronous. */
export type Remote<T extends Methods> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

/** A connection to the methods of another thread. */
export interface RpcClient<T extends Methods> {
  /**
   * Call `remote.method(...args)`; rejects with the other side's error. Arguments are cloned, except message ports,
   * which are transferred.
   */
  readonly remote: Remote<T>;
  /** Calls that have no reply yet. */
  pending(): number;
  /** Rejects every open and later call; use it when the thread has died. */
  fail(error: Error): void;
}

/**
 * Calls methods that {@link exposeRpc} serves on the other end of a port. Messages of other shapes on the same
 * port are left alone.
 */
export function connectRpc<T extends Methods>(port: PortLike): RpcClient<T> {
  let nextId = 1;
  let failure: Error | undefined;
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  port.on('message', (message) => {
    if (!isReply(message)) return;
    const entry = open.get(message.id);
    if (entry === undefined) return;
    open.delete(message.id);
    if (message.error === undefined) entry.resolve(message.value);
    else entry.reject(reviveError(message.error));
  });
  const remote = new Proxy({} as Remote<T>, {
    get: (_target, method) => {
      // A proxy must not look like a thenable when it is awaited or returned from an async function.
      if (typeof method !== 'string' || method === 'then') return undefined;
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (failure !== undefined) {
            reject(failure);
            return;
          }
          const id = nextId++;
          const message: CallMessage = { rpc: 'call', id, method, args };
          // Arguments that cannot be cloned throw here and reject the promise.
          port.postMessage(
            message,
            args.filter((arg) => arg instanceof MessagePort),
          );
          open.set(id, { resolve, reject });
        });
    },
  });
  return {
    remote,
    pending: () => open.size,
    fail: (error) => {
      failure = error;
      for (const entry of open.values()) entry.reject(error);
      open.clear();
    },
  };
}

/** Serves the methods of `target` to {@link connectRpc} on the other end of a port. */
export function exposeRpc(port: PortLike, target: Methods): void {
  port.on('message', (message) => {
    if (!isCall(message)) return;
    const { id, method, args } = message;
    const fn = (target as Record<string, unknown>)[method];
    const run = async (): Promise<unknown> => {
      if (typeof fn !== 'function') throw new Error(`no method ${method}`);
      return (fn as (...a: unknown[]) => unknown).apply(target, [...args]);
    };
    const fail = (error: unknown): void => {
      port.postMessage({ rpc: 'reply', id, error: describeError(error) } satisfies ReplyMessage);
    };
    // A result that cannot be cloned makes postMessage throw; the caller must still get an answer.
    run()
      .then((value) => port.postMessage({ rpc: 'reply', id, value } satisfies ReplyMessage))
      .catch(fail);
  });
}

function describeError(error: unknown): NonNullable<ReplyMessage['error']> {
  if (isLeibnizError(error)) {
    return {
      message: error.message,
      code: error.code,
      ...(error.field === undefined ? {} : { field: error.field }),
    };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

function reviveError(error: NonNullable<ReplyMessage['error']>): Error {
  if (error.code === undefined) return new Error(error.message);
  return new LeibnizError(error.code, error.message, error.field === undefined ? {} : { field: error.field });
}

function isCall(message: unknown): message is CallMessage {
  return typeof message === 'object' && message !== null && (message as { rpc?: unknown }).rpc === 'call';
}

function isReply(message: unknown): message is ReplyMessage {
  return typeof message === 'object' && message !== null && (message as { rpc?: unknown }).rpc === 'reply';
}
