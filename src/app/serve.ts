import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApi, type ApiServer } from '../api/host.js';
import { createLogger, createMetrics, observeRuntime, type Logger } from '../telemetry/index.js';
import { projectRoot } from '../threads/project-root.js';
import { startAgent, type Agent } from './agent.js';
import { apiPorts } from './api-ports.js';
import { isLoopback, type Config } from './config/index.js';
import { watchAgent } from './gauges.js';
import { preflight } from './preflight.js';

/** Tells a person what is going on, one line at a time. */
type Say = (text: string) => void;

/** Version of the package. */
export function packageVersion(): string {
  const raw = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string };
  return raw.version;
}

/**
 * Runs the whole program until SIGINT or SIGTERM. The first signal lets calls in progress end; a second one ends them.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function runServer(config: Config, say: Say): Promise<void> {
  const metrics = createMetrics('program');
  const log = createLogger({
    level: config.log.level,
    pii: config.log.pii,
    fd: 2,
    onDrop: () => metrics.increment('log_lines_dropped_total'),
  });
  for (const warning of config.warnings) say(`warning: ${warning}`);
  await preflight(config);
  const stopRuntime = observeRuntime(metrics, 'program');
  const agent = await startAgent(config, log, metrics, say);
  const unwatch = watchAgent(metrics, agent);
  let api: ApiServer;
  try {
    api = await startApi(apiOptions(config, log), apiPorts(agent, config, metrics, packageVersion()));
  } catch (error) {
    await agent.stop(0);
    throw error;
  }
  await greetOperator(config, agent, api, say);
  const graceMs = await stopSignal(config, say);
  await api.close();
  await agent.stop(graceMs);
  unwatch();
  stopRuntime();
}

function apiOptions(config: Config, log: Logger): Parameters<typeof startApi>[0] {
  const { host, port, adminToken, allowedOrigins, rateLimitPerMinute } = config.http;
  return {
    host,
    port,
    token: adminToken,
    allowedOrigins,
    rateLimitPerMinute,
    version: packageVersion(),
    logLevel: config.log.level,
    logPii: config.log.pii,
    log,
  };
}

async function greetOperator(config: Config, agent: Agent, api: ApiServer, say: Say): Promise<void> {
  const { index_kind: indexKind } = await agent.engines.knowledge.stats();
  if (indexKind === 'exact') {
    say('note: hnswlib-node is not installed; the knowledge base is searched exactly.');
  }
  const { embedded } = agent.sip;
  if (embedded === undefined) {
    say('Answering calls that the SIP server at SIP_SERVER sends here.');
  } else {
    const host = config.sip.publicHost ?? (config.sip.host === '0.0.0.0' ? 'this-machine' : config.sip.host);
    say(`Call sip:agent@${host}:${embedded.port} with any SIP phone (UDP or TCP).`);
    if (isLoopback(config.sip.host)) {
      say('Only this machine can call; set SIP_HOST=0.0.0.0 for phones on the network.');
    }
  }
  say(`HTTP API at http://${config.http.host}:${api.port}, its documentation at /docs.`);
}

/** Resolves when the program is to stop, with the time that calls in progress have. */
function stopSignal(config: Config, say: Say): Promise<number> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      const { shutdownGraceMs } = config.calls;
      say(`Stopping: no new calls; those in progress have ${shutdownGraceMs / 1000} s.`);
      process.once('SIGINT', () => process.exit(130));
      resolve(shutdownGraceMs);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
