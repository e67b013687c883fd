import { createLogger } from '../telemetry/index.js';
import { startAgent } from './agent.js';
import type { Config } from './config/index.js';

/** Runs the agent until it is told to stop. */
export async function runServer(config: Config, say: (text: string) => void): Promise<void> {
  const log = createLogger({ level: config.log.level, pii: config.log.pii, fd: 2 });
  const agent = await startAgent(
    config,
    log,
    () => () => undefined,
    () => undefined,
    say,
  );
  say(`Call sip:agent@${config.sip.host}:${agent.sip.embedded?.port ?? ''}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await agent.stop(config.calls.shutdownGraceMs);
}
