import { Agent, fetch as send } from 'undici';

/** A `fetch` over connections of its own, for libraries that take one. */
export interface OwnFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Gives up what is open and closes the connections. */
  close(): Promise<void>;
}

/**
 * A `fetch` that speaks HTTP/2 where the server does: an aborted stream then costs no connection. It has no time limit
 * of its own beside `connectMs`; pass a signal.
 */
export function openFetch({ connectMs = 2000 }: { readonly connectMs?: number } = {}): OwnFetch {
  const dispatcher = new Agent({
    allowH2: true,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectMs },
  });
  const own = (input: unknown, init: object | undefined): unknown =>
    send(input as string, { ...init, dispatcher });
  return { fetch: own as typeof globalThis.fetch, close: () => dispatcher.destroy() };
}
