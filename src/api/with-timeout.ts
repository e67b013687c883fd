import { LeibnizError } from '../kernel/errors.js';
import type { ApiPorts } from './ports.js';

/** Resolves with the promise, or rejects with `TIMEOUT` after `timeoutMs`. */
export async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LeibnizError('TIMEOUT', `The program did not answer within ${timeoutMs} ms.`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

/** Methods that take as long as they take; everything else is bounded. */
const UNBOUNDED = new Set(['knowledge.rebuild', 'models.open', 'models.loadAdapter', 'speech.synthesize']);

/** The same ports, each call bounded in time. */
export function boundPorts(ports: ApiPorts, timeoutMs: number): ApiPorts {
  const groups = Object.entries(ports).map(([group, methods]: [string, object]): [string, object] => [
    group,
    boundGroup(group, methods, timeoutMs),
  ]);
  return Object.fromEntries(groups) as unknown as ApiPorts;
}

function boundGroup(group: string, methods: object, timeoutMs: number): object {
  return new Proxy(methods, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || UNBOUNDED.has(`${group}.${String(name)}`)) return method;
      return (...args: unknown[]) =>
        withTimeout(Reflect.apply(method, target, args) as Promise<unknown>, timeoutMs);
    },
  });
}
