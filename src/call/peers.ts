import { lookup } from 'node:dns/promises';
import { addMs, type Scheduler } from '../kernel/time.js';
import { OwnAddresses } from '../net/own-addresses.js';
import { parsePeerList, type PeerList } from './core/cidr.js';
import type { CallLog } from './log.js';

/** Addresses that may call. */
export interface Peers extends PeerList {
  /** Stops looking names up. */
  close(): void;
}

/** Options of {@link openPeers}. */
export interface PeersOptions {
  readonly scheduler: Scheduler;
  readonly log: CallLog;
  /** Addresses of a name; the system's resolver unless told. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** How often names are looked up, milliseconds. Default 300,000. */
  readonly refreshMs?: number;
  /** Addresses of this machine, which may always call; those of its interfaces unless told. */
  readonly own?: { has(address: string): boolean };
}

/** Stands for every address. */
export const ANY_PEER = 'any';
/** The machine itself may always call. */
const LOOPBACK = ['127.0.0.0/8', '::1'];
/** Names looked up at most. */
const MAX_NAMES = 64;

/**
 * The peers that may call: this machine, networks, addresses, and names, which are looked up now and again every few
 * minutes. A name that cannot be looked up keeps the addresses it had. Resolves when every name was looked up once.
 *
 * @param entries - networks, addresses, names, or `any`
 */
export async function openPeers(entries: readonly string[], o: PeersOptions): Promise<Peers> {
  if (entries.includes(ANY_PEER)) return { has: () => true, close: () => undefined };
  const names = entries.filter((entry) => !parsePeerList([entry]).ok).slice(0, MAX_NAMES);
  const fixed = parsePeerList([...LOOPBACK, ...entries.filter((entry) => !names.includes(entry))]);
  const own = o.own ?? new OwnAddresses();
  const resolve = o.resolve ?? systemResolve;
  const found = new Map<string, readonly string[]>();
  let known = new Set<string>();
  const refresh = async (): Promise<void> => {
    await Promise.all(
      names.map(async (name) => {
        try {
          found.set(name, await resolve(name));
        } catch {
          o.log.warn({ peer: name }, 'a name in SIP_PEERS could not be looked up');
        }
      }),
    );
    known = new Set([...found.values()].flat());
  };
  let cancel = (): void => undefined;
  let closed = false;
  const again = (): void => {
    if (closed || names.length === 0) return;
    const at = addMs(o.scheduler.now(), o.refreshMs ?? 300_000);
    cancel = o.scheduler.at(at, () => void refresh().then(again));
  };
  await refresh();
  again();
  return {
    has: (address) => own.has(address) || (fixed.ok && fixed.value.has(address)) || known.has(address),
    close: () => {
      closed = true;
      cancel();
    },
  };
}

async function systemResolve(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}
