import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleUrl } from '../api/console-url.js';
import { startApi, type ApiServer } from '../api/host.js';
import { localAddresses } from '../sipserver/local-address.js';
import {
  createLogger,
  createMetrics,
  observeRuntime,
  type Logger,
  type Metrics,
} from '../telemetry/index.js';
import { projectRoot } from '../threads/project-root.js';
import { startAgent, type Agent } from './agent.js';
import { apiPorts } from './api-ports.js';
import { authKey } from './auth-key.js';
import { isLoopback, type Config } from './config/index.js';
import { watchAgent } from './gauges.js';
import { openKeptFiles } from './spoken-files.js';
import { keepPrivate, preflight } from './preflight.js';
import { CALL_PORT } from './roles/role.js';
import { watchHealth } from './services/health.js';

/** Tells a person what is going on, one line at a time. */
export type Say = (text: string) => void;

/** Where to listen, in place of what the settings say. */
export interface Listen {
  readonly host?: string;
  readonly port?: number;
}

/** Roles that answer phones: `call` leaves the paths for operators to others. */
export type WholeRole = 'all' | 'call';

/** What the role `call` serves. */
const CALL_ROUTES = ['conversation', 'records', 'recordings', 'live'] as const;

/** Life of the link that makes the first account. */
const SETUP_MS = 86_400_000;

/** Version of the package. */
export function packageVersion(): string {
  const raw = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string };
  return raw.version;
}

/**
 * Runs the whole agent until SIGINT or SIGTERM. The first signal lets calls in progress end; a second one hangs them up; a third one
 * ends the process at once.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function runServer(
  settings: Config,
  say: Say,
  role: WholeRole = 'all',
  listen: Listen = {},
): Promise<void> {
  keepPrivate();
  const config = listening(settings, role, listen);
  const metrics = createMetrics('program');
  const log = openLog(config, metrics);
  for (const warning of config.warnings) say(`warning: ${warning}`);
  await preflight(config);
  const stopRuntime = observeRuntime(metrics, 'program');
  const agent = await startAgent(config, log, metrics, say);
  const ports = apiPorts(agent, await openKeptFiles(config), config, metrics, packageVersion(), log);
  const unwatch = [
    watchAgent(metrics, agent),
    watchHealth(
      metrics,
      () => ports.system.health(),
      () => agent.engines.breakers(),
    ),
  ];
  let api: ApiServer;
  try {
    const options = {
      ...(await apiOptions(config, log)),
      routes: role === 'call' ? CALL_ROUTES : undefined,
      consoleDir: role === 'all' && config.http.console ? join(projectRoot(), 'dist/web') : undefined,
    };
    api = await startApi(options, ports);
  } catch (error) {
    await agent.stop();
    throw error;
  }
  await greetOperator(config, agent, api, say);
  await offerSetup(config, agent, api.port, say);
  const { late } = await stopSignal(config, say);
  // The web side answers as long as calls do: whoever asks is told that no new ones are taken.
  agent.outbound.stop();
  await agent.calls.ports.drain(late);
  await api.close();
  await agent.stop();
  for (const end of unwatch) end();
  stopRuntime();
}

function listening(config: Config, role: WholeRole, { host, port }: Listen): Config {
  const { http, rolePorts } = config;
  const usual = role === 'call' ? (rolePorts['call'] ?? CALL_PORT) : http.port;
  return { ...config, http: { ...http, host: host ?? http.host, port: port ?? usual } };
}

/** The program's log, on standard error. */
export function openLog(config: Config, metrics: Metrics): Logger {
  return createLogger({
    level: config.log.level,
    pii: config.log.pii,
    fd: 2,
    onDrop: () => metrics.increment('log_lines_dropped_total'),
  });
}

/** The address of this machine that others dial; that of the default route for a server that listens on all. */
async function reachedAt(host: string): Promise<string> {
  return (await localAddresses(host)).towards('');
}

/** How the web side is set up. */
export async function apiOptions(config: Config, log: Logger): Promise<Parameters<typeof startApi>[0]> {
  const { host, port, adminToken, calendarFeedToken, publicUrl, ...http } = config.http;
  const { secret, ...auth } = http.auth;
  return {
    host,
    port,
    token: adminToken,
    calendarFeedToken,
    allowedOrigins: http.allowedOrigins,
    trustedProxies: http.trustedProxies,
    rateLimitPerMinute: http.rateLimitPerMinute,
    publicUrl,
    uploadMaxBytes: config.knowledge.uploadMaxBytes,
    reachedAt: await reachedAt(host),
    auth: { ...auth, key: authKey(secret, config.store.dataDir) },
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
    const host = config.sip.publicHost ?? (await reachedAt(config.sip.host));
    say(`Call sip:agent@${host}:${embedded.port} with any SIP phone (UDP or TCP).`);
    if (isLoopback(config.sip.host)) {
      say('Only this machine can call; for phones on the network set SIP_HOST=0.0.0.0 and SIP_PEERS.');
    }
  }
  const { pbx, audioSocket } = agent.calls.ports.exchanges;
  if (pbx > 0) say(`Exchanges reach the agent at ${config.pbx.host}:${pbx}.`);
  if (audioSocket > 0) say(`AudioSocket listens on ${config.pbx.host}:${audioSocket}.`);
  say(`HTTP API at http://${config.http.host}:${api.port}, its documentation at /docs.`);
}

/** Where other machines reach the API and nobody has an account yet, the first one is made by a link that works once. */
async function offerSetup(config: Config, agent: Agent, port: number, say: Say): Promise<void> {
  const { host, adminToken, publicUrl } = config.http;
  if (isLoopback(host)) return;
  const { accounts } = agent.engines.store;
  try {
    if ((await accounts.count()) > 0) return;
    const secret = randomBytes(32).toString('base64url');
    const hash = createHash('sha256').update(secret).digest('hex');
    await accounts.makeLink({ hash, purpose: 'setup', expiresAtMs: Date.now() + SETUP_MS });
    const url = consoleUrl({ publicUrl, reachedAt: await reachedAt(host) }, port, 'setup', secret);
    say(`Nobody can sign in yet. The first account is made at ${url} within a day.`);
  } catch {
    const or = adminToken === undefined ? ' and nobody can sign in' : '';
    say(`note: the database does not answer${or}; start again when it does to make the first account.`);
  }
}

/** A program that is to stop. */
export interface Stopping {
  /** Resolves when what is going on has had its time, or a second signal came. */
  readonly late: Promise<void>;
}

/** Resolves at SIGINT or SIGTERM. A second signal shortens the time that is left to none, a third one ends the process. */
export function stopSignal(config: Config, say: Say): Promise<Stopping> {
  const { shutdownGraceMs } = config.calls;
  let signals = 0;
  let hurry = (): void => undefined;
  return new Promise((resolve) => {
    const onSignal = (): void => {
      signals++;
      if (signals === 3) process.exit(130);
      if (signals === 2) {
        say('Hanging up what is open.');
        hurry();
        return;
      }
      say(`Stopping: no new calls; those in progress have ${shutdownGraceMs / 1000} s. Once more hangs up.`);
      const late = new Promise<void>((over) => {
        hurry = over;
        setTimeout(over, shutdownGraceMs).unref();
      });
      resolve({ late });
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
