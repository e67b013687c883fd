import { randomInt as cryptoRandomInt, randomUUID } from 'node:crypto';
import Srf from 'drachtio-srf';
import { LeibnizError } from '../kernel/errors.js';
import { callId, type CallId } from '../kernel/ids.js';
import type { Rng } from '../kernel/rng.js';
import type { Scheduler } from '../kernel/time.js';
import { ServerConnection, type ServerAddress } from './connection.js';
import { parseCalledNumbers } from './core/called-numbers.js';
import { parsePeerList, type PeerList } from './core/cidr.js';
import { DEFAULT_TIMINGS, type LegTimings } from './core/timings.js';
import { Edge, type EdgeParts, type SipEdge } from './edge.js';
import type { CallHost } from './host.js';
import { SILENT_LOG, type CallLog } from './log.js';
import { numberNormaliser } from './phone-number.js';
import type { SrfPort } from './srf-port.js';

export type { SipEdge, SipEdgeStats } from './edge.js';
export type { DialOptions, DialOutcome, OutboundLeg } from './outbound.js';
export type { CallHost, CallLeg, MediaRefusal } from './host.js';
import type { LoadGateOptions } from './core/load.js';

export type { LoadSample } from './core/load.js';

/** Options of {@link openSipEdge}. */
export interface SipEdgeOptions {
  /** Control port of the SIP server, embedded or drachtio-server. */
  readonly server: ServerAddress;
  readonly host: CallHost;
  readonly scheduler: Scheduler;
  /** Addresses that may call; others get 403. Default: every address. */
  readonly peers?: Pick<PeerList, 'has'>;
  /** Numbers that are ours, as {@link parseCalledNumbers} reads them; calls to others get 404. Default: every number. */
  readonly numbers?: readonly string[];
  /** Calls at once; more are refused with 503. 0 refuses every call. */
  readonly maxCalls: number;
  /** Conversations that count against `maxCalls` beside the calls of the edge; none unless told. */
  readonly otherCalls?: () => number;
  /** Networks whose P-Asserted-Identity is believed, such as `10.0.0.0/8`. Default none. */
  readonly trustedPeers?: readonly string[];
  /** Country whose national numbers are understood, ISO 3166 alpha-2. Default none: only `+…` becomes E.164. */
  readonly defaultRegion?: string;
  /** Full for longer than this, OPTIONS is answered 503, in milliseconds. Default 30,000. */
  readonly overloadMs?: number;
  /** Marks and times of the load gate; see {@link LoadGateOptions} for the defaults. */
  readonly load?: LoadGateOptions;
  /** Longest wait for the outcome of a transfer, in milliseconds, from REFER or the last progress. Default 60,000. */
  readonly transferTimeoutMs?: number;
  /** Deadlines of a leg. Default {@link DEFAULT_TIMINGS}. */
  readonly timings?: Partial<LegTimings>;
  /** How often dialogs without a call are looked for, in milliseconds. Default 30,000. */
  readonly sweepMs?: number;
  /** Longest wait for the first connect, in milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Longest wait for the BYEs of {@link SipEdge.close}, in milliseconds. Default 2,000. */
  readonly closeTimeoutMs?: number;
  readonly newCallId?: () => CallId;
  readonly rng?: Rng;
  readonly log?: CallLog;
  /** The signalling library; a stub in tests. */
  readonly createSrf?: () => SrfPort;
}

const cryptoRng: Rng = {
  uint32: () => cryptoRandomInt(0x1_0000_0000),
  float: () => cryptoRandomInt(0x1_0000_0000) / 0x1_0000_0000,
};

/**
 * Connects to the SIP server and takes calls from then on.
 *
 * @throws LeibnizError SIP_SERVER_UNREACHABLE when the control port does not answer or refuses the secret,
 *   CONFIG_INVALID for a peer list or a region that cannot be read
 */
export async function openSipEdge(options: SipEdgeOptions): Promise<SipEdge> {
  const edge = new Edge(partsOf(options));
  await edge.open();
  return edge;
}

/**
 * Connects to a SIP server's control port and leaves again. No call comes in by it: nothing is asked for.
 *
 * @throws LeibnizError SIP_SERVER_UNREACHABLE when the control port does not answer or refuses the secret
 */
export async function checkSipServer(
  server: ServerAddress,
  scheduler: Scheduler,
  timeoutMs = 5_000,
): Promise<void> {
  const nothing = { onLost: () => undefined, onRestored: () => undefined };
  const srf = new Srf() as unknown as SrfPort;
  const connection = new ServerConnection(srf, server, scheduler, SILENT_LOG, nothing);
  await connection.open(timeoutMs);
  connection.close();
}

function partsOf(options: SipEdgeOptions): EdgeParts {
  const trustedPeers = parsePeerList(options.trustedPeers ?? []);
  if (!trustedPeers.ok) {
    throw new LeibnizError(
      'CONFIG_INVALID',
      `TRUSTED_PEERS has entries that are not networks: ${trustedPeers.error.join(', ')}.`,
      { field: 'TRUSTED_PEERS' },
    );
  }
  const { maxCalls, overloadMs } = options;
  const numbers = parseCalledNumbers(options.numbers ?? []);
  if (!numbers.ok) {
    throw new LeibnizError(
      'CONFIG_INVALID',
      `SIP_NUMBERS has entries that are not numbers: ${numbers.error.join(', ')}.`,
      { field: 'SIP_NUMBERS' },
    );
  }
  return {
    srf: options.createSrf?.() ?? (new Srf() as unknown as SrfPort),
    server: options.server,
    host: options.host,
    trustedPeers: trustedPeers.value,
    peers: options.peers ?? { has: () => true },
    numbers: (options.numbers ?? []).length === 0 ? undefined : numbers.value,
    normalise: numberNormaliser(options.defaultRegion),
    admission: {
      maxCalls,
      ...(overloadMs === undefined ? {} : { overloadMs }),
      ...(options.load === undefined ? {} : { load: options.load }),
    },
    otherCalls: options.otherCalls,
    scheduler: options.scheduler,
    rng: options.rng ?? cryptoRng,
    newCallId: options.newCallId ?? (() => callId(randomUUID())),
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    transferTimeoutMs: options.transferTimeoutMs ?? 60_000,
    sweepMs: options.sweepMs ?? 30_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    closeTimeoutMs: options.closeTimeoutMs ?? 2_000,
    log: options.log ?? SILENT_LOG,
  };
}
