import { startSipServer, type SipServer } from '../sipserver/index.js';
import type { Config } from './config/index.js';
import type { AppLog } from './log.js';

/** Where the signalling library connects, and what has to be closed with it. */
export interface SipSide {
  readonly control: { readonly host: string; readonly port: number; readonly secret: string };
  /** The server inside this process, unless an external one is used. */
  readonly embedded: SipServer | undefined;
}

/**
 * Starts the embedded SIP server, or names the external one.
 *
 * @param allowPeer - addresses that the embedded server answers
 *
 * @throws LeibnizError PORT_IN_USE when SIP_PORT is taken
 */
export async function openSipSide(
  config: Config,
  log: AppLog,
  allowPeer: (address: string) => boolean,
): Promise<SipSide> {
  const { server, host, port, publicHost, sessionTimer } = config.sip;
  if (server.kind === 'drachtio') {
    return { control: { host: server.host, port: server.port, secret: server.secret }, embedded: undefined };
  }
  const embedded = await startSipServer({
    host,
    port,
    allowPeer,
    log: { warn: (fields, message) => log.warn(fields, message) },
    ...(publicHost === undefined ? {} : { publicHost }),
    ...(sessionTimer === undefined ? {} : { sessionTimer }),
  });
  const { controlHost, controlPort, secret } = embedded;
  return { control: { host: controlHost, port: controlPort, secret }, embedded };
}
