import { createServer } from 'node:net';
import { describeListenError } from '../api/listen-error.js';
import { checkSipServer } from '../call/sip-edge.js';
import { checkModels } from '../speech/models.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';

/**
 * Looks for what would end the start later, before anything is written or loaded: weights take seconds, and an
 * operator who has mistyped a port should not wait for them. SIP_PORT is opened for good right after it.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function preflight(config: Config): Promise<void> {
  checkModels();
  await checkHttpPort(config.http.host, config.http.port);
  const { server } = config.sip;
  if (server.kind === 'drachtio') await checkSipServer(server, realScheduler);
}

/** What a server writes is for whoever runs it alone. Every thread's files obey it. */
export function keepPrivate(): void {
  process.umask(0o077);
}

/** Listens for a moment. @throws LeibnizError PORT_IN_USE */
export async function checkHttpPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(describeListenError(error, host, port)));
    probe.listen({ host, port, exclusive: true }, resolve);
  });
  await new Promise<void>((resolve) => probe.close(() => resolve()));
}
