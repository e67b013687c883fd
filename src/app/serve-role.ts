import type { ApiPorts, HealthReport } from '../api/ports.js';
import { startApi } from '../api/host.js';
import { startRoleServer, type RoleServer } from '../api/role-server.js';
import { createMetrics, observeRuntime } from '../telemetry/index.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import { checkHttpPort, keepPrivate } from './preflight.js';
import type { AloneRole } from './roles/alone/alone.js';
import { ROLES, type RoleName } from './roles/alone/table.js';
import { worst } from './roles/role.js';
import { apiOptions, openLog, packageVersion, stopSignal, type Listen, type Say } from './serve.js';
import { watchHealth } from './services/health.js';

/**
 * Runs one role alone until SIGINT or SIGTERM. It then tells `/ready` that it goes, lets what is going on end within
 * SHUTDOWN_GRACE_S, and stops; a second signal ends it at once.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function runRole(name: RoleName, config: Config, listen: Listen, say: Say): Promise<void> {
  keepPrivate();
  const metrics = createMetrics('program');
  const log = openLog(config, metrics);
  for (const warning of config.warnings) say(`warning: ${warning}`);
  const host = listen.host ?? config.http.host;
  const port = listen.port ?? config.rolePorts[name] ?? ROLES[name].port;
  await checkHttpPort(host, port);
  const stopRuntime = observeRuntime(metrics, 'program');
  const role = await ROLES[name].start({ config, log, metrics, progress: say });
  const state = { isStopping: false };
  const system = systemPorts(role, metrics, state);
  const unwatch = [
    watchHealth(
      metrics,
      () => system.health(),
      () => role.breakers?.() ?? [],
    ),
    metrics.beforeScrape(() => role.scrape?.()),
  ];
  let server: RoleServer;
  try {
    server = await serve(role, { ...config.http, port, host }, config, log, system);
  } catch (error) {
    await role.stop();
    throw error;
  }
  say(`HTTP API at http://${host}:${server.port}, the role ${name}; its documentation at /docs.`);
  const { late } = await stopSignal(config, say);
  state.isStopping = true;
  const { shutdownGraceMs } = config.calls;
  const idle = Promise.all([role.drain?.(shutdownGraceMs), server.idle(shutdownGraceMs)]);
  await Promise.race([idle, late]);
  await server.close();
  await role.stop();
  for (const end of unwatch) end();
  stopRuntime();
}

async function serve(
  role: AloneRole,
  http: Config['http'],
  config: Config,
  log: ReturnType<typeof openLog>,
  system: ApiPorts['system'],
): Promise<RoleServer> {
  const options = { ...(await apiOptions({ ...config, http }, log)), routes: role.routes };
  const ports = { ...role.ports, system };
  if (role.hasDeadlines !== true) return startRoleServer({ ...options, log }, ports, role.services ?? {});
  const server = await startApi(options, ports);
  return {
    get port() {
      return server.port;
    },
    idle: () => Promise.resolve(),
    close: () => server.close(),
  };
}

function systemPorts(
  role: AloneRole,
  metrics: ReturnType<typeof createMetrics>,
  state: { readonly isStopping: boolean },
): ApiPorts['system'] {
  const startedAt = realScheduler.now();
  const version = packageVersion();
  const health = async (): Promise<HealthReport> => {
    const { services, details } = await role.health();
    return {
      status: worst(Object.values(services)),
      uptime_seconds: Math.round((realScheduler.now() - startedAt) / 1000),
      ...{ version, services, details },
    };
  };
  return {
    health,
    ready: async () => {
      if (state.isStopping) return { ready: false, error: 'the role is stopping' };
      const { services } = await role.health();
      const broken = Object.entries(services).flatMap(([service, status]) =>
        status === 'unhealthy' ? [service] : [],
      );
      if (broken.length > 0) return { ready: false, error: `does not work: ${broken.join(', ')}` };
      return { ready: true, models: role.models };
    },
    metrics: () => metrics.text(),
  };
}
