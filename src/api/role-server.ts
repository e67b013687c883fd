import { LeibnizError } from '../kernel/errors.js';
import { createMetrics } from '../telemetry/metrics.js';
import { observeRuntime } from '../telemetry/runtime.js';
import { buildApi } from './build.js';
import type { ApiServer } from './host.js';
import { describeListenError } from './listen-error.js';
import { metricsObserver } from './observer.js';
import type { ApiLog, ApiOptions } from './options.js';
import type { ApiPorts, RolePorts } from './ports.js';
import type { ServicePorts } from './services/wire.js';

/** Settings of {@link startRoleServer}. */
export interface RoleServerOptions extends ApiOptions {
  /** TCP port, 0 = any free one. */
  readonly port: number;
  readonly log: ApiLog;
}

/** The HTTP side of a role that carries no calls. */
export interface RoleServer extends ApiServer {
  /** Resolves when no request is being answered, at the latest after `graceMs`. */
  idle(graceMs: number): Promise<void>;
}

const LOOK_EVERY_MS = 20;

/** A role without a store knows nobody: ADMIN_TOKEN opens it, and on loopback without one this machine. */
const NO_ACCOUNTS = new Proxy({} as ApiPorts['accounts'], {
  get: (_target, method) => (): Promise<unknown> =>
    method === 'count'
      ? Promise.resolve(0)
      : Promise.reject(new LeibnizError('UNAUTHORIZED', 'This role knows ADMIN_TOKEN only.')),
});

/**
 * Starts the API on the calling thread: a role without calls has no deadlines there, its engines work in threads of
 * their own, and audio saves a way between threads.
 *
 * @param ports - those that the options' routes need
 * @throws LeibnizError CONFIG_INVALID without a token on an address that other machines can reach; PORT_IN_USE
 */
export async function startRoleServer(
  options: RoleServerOptions,
  ports: RolePorts,
  services: ServicePorts,
): Promise<RoleServer> {
  const { log, host, port } = options;
  const metrics = createMetrics('api');
  const stopRuntime = observeRuntime(metrics, 'api');
  const app = await buildApi({ accounts: NO_ACCOUNTS, ...ports } as ApiPorts, options, {
    log,
    observer: metricsObserver(metrics),
    metrics: () => metrics.text(),
    services,
  });
  const answering = new Set<unknown>();
  app.server.on('request', (request, response) => {
    answering.add(request);
    response.once('close', () => answering.delete(request));
  });
  try {
    await app.listen({ host, port });
  } catch (error) {
    stopRuntime();
    await app.close();
    throw describeListenError(error, host, port);
  }
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    idle: async (graceMs) => {
      const until = performance.now() + graceMs;
      while (answering.size > 0 && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    close: async () => {
      stopRuntime();
      await app.close();
    },
  };
}
