import { randomUUID } from 'node:crypto';
import { openAudioSocketServer } from '../../call/pbx/audiosocket-server.js';
import { Announcements, type AnnouncedCall } from '../../call/pbx/core/announcements.js';
import { openPbxGateway } from '../../call/pbx/gateway.js';
import { parsePeerList } from '../../call/core/cidr.js';
import type { LineHost } from '../../call/core/line.js';
import { LeibnizError } from '../../kernel/errors.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import type { Config } from '../config/index.js';
import type { AppLog } from '../log.js';

/** Doors for exchanges that hand over calls as audio. */
export interface Exchanges {
  /** Where they listen; 0 where closed. */
  readonly ports: { readonly pbx: number; readonly audioSocket: number };
  close(): Promise<void>;
}

/** Time from the announcement of a call to its audio. */
const ANNOUNCED_FOR_MS = 30_000;

/**
 * Opens the doors that the settings name; none of them by default.
 *
 * @throws LeibnizError PORT_IN_USE
 */
export async function openExchanges(config: Config, lines: LineHost, log: AppLog): Promise<Exchanges> {
  const { host, port, audioSocketPort, publicUrl, secret } = config.pbx;
  const announcements = new Announcements<AnnouncedCall>(ANNOUNCED_FOR_MS);
  const shared = { announcements, lines, scheduler: realScheduler, log };
  const { jambonzWebhookSecret: webhookSecret, jambonzTransfer: transferBy } = config.pbx;
  const gateway =
    port === undefined
      ? undefined
      : await orInUse('PBX_PORT', port, () =>
          openPbxGateway({ host, port, publicUrl, secret, webhookSecret, transferBy, ...shared }),
        );
  try {
    const audioSocket =
      audioSocketPort === undefined
        ? undefined
        : await orInUse('AUDIOSOCKET_PORT', audioSocketPort, () =>
            openAudioSocketServer({
              host,
              port: audioSocketPort,
              peers: peersOf(config),
              newId: randomUUID,
              ...shared,
            }),
          );
    return {
      ports: { pbx: gateway?.port ?? 0, audioSocket: audioSocket?.port ?? 0 },
      close: async () => void (await Promise.all([gateway?.close(), audioSocket?.close()])),
    };
  } catch (error) {
    await gateway?.close();
    throw error;
  }
}

function peersOf(config: Config): { has(address: string): boolean } {
  const parsed = parsePeerList(config.pbx.audioSocketPeers);
  return parsed.ok ? parsed.value : { has: () => false };
}

async function orInUse<T>(field: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new LeibnizError(
      'PORT_IN_USE',
      `${field} is ${port}, which another program uses: choose another port.`,
      {
        field,
        cause: error,
      },
    );
  }
}
