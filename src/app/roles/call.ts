import { randomUUID } from 'node:crypto';
import type { CallHost } from '../../call/host.js';
import type { Peers } from '../../call/peers.js';
import { openSipEdge, type SipEdge } from '../../call/sip-edge.js';
import type { CallId } from '../../kernel/ids.js';
import { err, ok } from '../../kernel/result.js';
import type { RecordingPolicy } from '../../kernel/vocab.js';
import { availableCodecs } from '../../media/codecs.js';
import { cryptoRng } from '../../media/crypto-rng.js';
import { Pacer } from '../../media/pacer.js';
import { RtpMediaSession, type RtpMediaSessionOptions } from '../../media/rtp-media-session.js';
import { RtpPortPool } from '../../media/rtp-port-pool.js';
import { OwnAddresses } from '../../net/own-addresses.js';
import { ConversationHub } from '../../session/conversation-hub.js';
import { SessionLineHost } from '../../session/line-host.js';
import type { Supervision } from '../../session/live/open-call.js';
import { SipOutboundLine } from '../../session/outbound/sip-line.js';
import { PhoneHost, type PhoneHostInit } from '../../session/phone-host.js';
import type { SessionInfo, SessionObserver, SessionOptions, SessionPorts } from '../../session/ports.js';
import type { RecordingDesk } from '../../session/recording/recording-desk.js';
import { localAddresses } from '../../sipserver/local-address.js';
import type { Metrics } from '../../telemetry/index.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import type { Config } from '../config/index.js';
import type { Supervised } from '../live.js';
import type { AppLog } from '../log.js';
import { CallTally } from '../measure/calls.js';
import { MediaTally } from '../measure/media.js';
import { sessionObserver } from '../observe.js';
import type { SipSide } from '../sip-server.js';
import { openExchanges, type Exchanges } from './exchanges.js';
import { LoadWatch } from './load-watch.js';
import type { Role, RoleHealth } from './role.js';

/** The SIP server and who may call it; the caller's to close. */
export interface Signalling {
  readonly sip: SipSide;
  readonly peers: Peers;
}

/** What carries calls and conversations. */
export interface CallPorts {
  readonly edge: SipEdge;
  readonly phones: PhoneHost;
  readonly conversations: ConversationHub;
  /** Calls people; `undefined` without a trunk. */
  readonly line: SipOutboundLine | undefined;
  readonly pacer: Pacer;
  readonly pool: RtpPortPool;
  readonly media: MediaTally;
  /** Where exchanges hand over calls as audio; 0 where closed. */
  readonly exchanges: Exchanges['ports'];
  /** Phone calls and conversations with a client, now. */
  activeCalls(): number;
  /** Refuses new calls and waits for those in progress, until `late` at the latest. */
  drain(late: Promise<unknown>): Promise<void>;
}

/** Longest call when none is configured: a leg that nobody hangs up must not live for ever. */
const DAY_MS = 86_400_000;
/** From the last call's end to the SIP server's: the answer to its BYE leaves, once more if it was lost (T1). */
const LAST_ANSWERS_MS = 600;

/**
 * Where a machine is plainly behind: a small one that starts a call or reads a document is late for a moment, and
 * still keeps up with its calls.
 */
const LOAD_MARKS = {
  recogniserQueueMs: { high: 3000, low: 1000 },
  eventLoopLagMs: { high: 500, low: 150 },
  pacerLatenessMs: { high: 80, low: 20 },
} as const;

/** Conversations kept at once; those with a client cost as much as calls and are bounded with them. */
export const MAX_CONVERSATIONS = 10_000;
export const MAX_CONVERSATIONS_OF_A_CLIENT = 100;

/** A configuration whose number of lines is known. */
export type LineConfig = Config & { readonly calls: { readonly max: number } };

/**
 * Phones and conversations on the given ports.
 *
 * @throws LeibnizError when the SIP server cannot be reached
 */
export async function startCallRole(
  config: LineConfig,
  { sip, peers }: Signalling,
  { sessionPorts, live, recordings }: Supervised & { readonly recordings: RecordingDesk },
  metrics: Metrics,
  log: AppLog,
): Promise<Role<CallPorts>> {
  let opened: SipEdge | undefined;
  const load = new LoadWatch((sample) => opened?.observeLoad(sample));
  const observe = observedBy(load, sessionObserver(metrics, log), [live, recordings]);
  const looked = lookedAfter(live, recordings);
  const pacer = watchedPacer(load, metrics, log);
  const tally = new CallTally(metrics);
  const media = new MediaTally(metrics);
  const pool = poolOf(config);
  const options = optionsOf(config);
  const phones = new PhoneHost({
    ports: sessionPorts,
    options,
    observe,
    ...looked,
    rejected: (reason) => metrics.increment('calls_rejected_total', { reason }),
    openMedia: await mediaOpener(config, pool, pacer, media, tally, log),
  });
  const dialling: { line?: SipOutboundLine | undefined } = {};
  const { conversations, lines, others } = withoutSip(
    config,
    sessionPorts,
    { options, pacer, observe, ...looked, metrics },
    () => opened,
    () => dialling.line?.reserved ?? 0,
  );
  dialling.line = lineOf(config, phones, tally, others, () => edge);
  let edge: SipEdge;
  let exchanges: Exchanges | undefined;
  try {
    exchanges = await openExchanges(config, lines, log);
    edge = opened = await openSipEdge({
      server: sip.control,
      host: tally.watch(phones),
      scheduler: realScheduler,
      maxCalls: config.calls.max,
      otherCalls: others,
      load: { marks: LOAD_MARKS, refuseAfterMs: 3000 },
      trustedPeers: config.sip.trustedPeers,
      peers,
      numbers: config.sip.numbers,
      log,
    });
  } catch (error) {
    load.close();
    conversations.close();
    await exchanges?.close();
    throw error;
  }
  return {
    ports: {
      edge,
      phones,
      conversations,
      line: dialling.line,
      pacer,
      pool,
      media,
      exchanges: exchanges.ports,
      activeCalls: () => edge.stats().active + others(),
      drain: async (late) => {
        lines.drain();
        await Promise.race([edge.drain(), late]).then(() => delay(LAST_ANSWERS_MS));
      },
    },
    health: () => Promise.resolve(healthOf(edge, conversations, lines, config.calls.max)),
    stop: async () => {
      load.close();
      live.close();
      await edge.close();
      conversations.close();
      lines.close();
      await recordings.close();
      await exchanges.close();
      pacer.close();
      await pool.close();
    },
  };
}

/** What calls people, where there is a trunk. */
function lineOf(
  { outbound: { trunk }, calls: { max } }: LineConfig,
  phones: PhoneHost,
  tally: CallTally,
  others: () => number,
  edge: () => SipEdge,
): SipOutboundLine | undefined {
  if (trunk === undefined) return undefined;
  const free = (): number => (edge().stats().accepting ? max - edge().stats().active - others() : 0);
  const watch = (host: CallHost): CallHost => tally.watch(host);
  return new SipOutboundLine({ trunk, phones, free, watch, dial: (options) => edge().dial(options) });
}

function poolOf({ sip: { host, publicHost }, rtp }: LineConfig): RtpPortPool {
  const own = new OwnAddresses(publicHost === undefined ? [] : [publicHost]);
  return new RtpPortPool({ host, min: rtp.portMin, max: rtp.portMax, own });
}

const optionsOf = ({ calls, speech }: LineConfig): Partial<SessionOptions> => ({
  maxCallMs: calls.maxDurationMs ?? DAY_MS,
  silence: speech.silence,
});

/** Counts what happens in a session, and shows it to supervisors. */
const observedBy =
  (
    load: LoadWatch,
    counts: (id: string) => SessionObserver,
    followers: readonly { observer(id: string): SessionObserver }[],
  ) =>
  (id: string): SessionObserver => {
    const followed = [load.watching(counts(id)), ...followers.map((one) => one.observer(id))];
    return (event) => {
      for (const follow of followed) follow(event);
    };
  };

/** Supervisors see each call, and it is recorded where that is the policy. */
const lookedAfter = (
  live: Supervision,
  recordings: RecordingDesk,
): Pick<Shared, 'supervision' | 'recording'> => ({
  supervision: bothOf(live, recordings),
  recording: (info) => recordings.policyFor(info),
});

/** Two who look after calls: the second one ends first. */
const bothOf = (first: Supervision, second: Supervision): Supervision => ({
  opened: (call) => {
    const ends = [first.opened(call), second.opened(call)];
    return () => {
      for (const end of ends.toReversed()) end();
    };
  },
});

interface Shared {
  readonly options: Partial<SessionOptions>;
  readonly pacer: Pacer;
  readonly observe: (id: string) => SessionObserver;
  readonly supervision: Supervision;
  readonly recording: (info: SessionInfo) => RecordingPolicy;
  readonly metrics: Metrics;
}

/** What shares the lines with phones: conversations, and calls that exchanges hand over as audio. */
function withoutSip(
  config: LineConfig,
  ports: SessionPorts,
  { options, pacer, observe, supervision, recording, metrics }: Shared,
  edge: () => SipEdge | undefined,
  reserved: () => number,
): { conversations: ConversationHub; lines: SessionLineHost; others: () => number } {
  const { max } = config.calls;
  const phoneCalls = (): number => edge()?.stats().active ?? 0;
  const lines: SessionLineHost = new SessionLineHost({
    ports,
    options,
    pacer,
    observe,
    supervision,
    recording,
    free: () => (edge()?.stats().accepting === true ? max - phoneCalls() - others() : 0),
    rejected: (reason) => metrics.increment('calls_rejected_total', { reason }),
  });
  const conversations = new ConversationHub({
    ports,
    pacer,
    ttlMs: config.sessions.ttlMs,
    maxSessions: MAX_CONVERSATIONS,
    maxPerClient: MAX_CONVERSATIONS_OF_A_CLIENT,
    // With MAX_CALLS=0 the office is closed to phones; one conversation may still try the agent out.
    get maxAttached(): number {
      return max === 0 ? 1 : max - phoneCalls() - lines.active;
    },
    session: options,
    newId: () => randomUUID(),
    observe,
    supervision,
  });
  const others = (): number => conversations.attached + lines.active + reserved();
  return { conversations, lines, others };
}

function healthOf(
  edge: SipEdge,
  conversations: ConversationHub,
  lines: SessionLineHost,
  maxCalls: number,
): RoleHealth {
  const { connected, active, accepting } = edge.stats();
  return {
    status: connected ? (accepting ? 'healthy' : 'degraded') : 'unhealthy',
    details: {
      active,
      max_calls: maxCalls,
      accepting,
      conversations: conversations.attached,
      lines: lines.active,
    },
  };
}

function watchedPacer(load: LoadWatch, metrics: Metrics, log: AppLog): Pacer {
  const lateness = metrics.recorder('pacer_lateness_ms');
  return new Pacer(
    realScheduler,
    (error) => log.error({ err: error }, 'a stream failed and is no longer sent'),
    (ms) => {
      lateness(ms);
      load.packet(ms);
    },
  );
}

async function mediaOpener(
  config: Config,
  pool: RtpPortPool,
  pacer: Pacer,
  media: MediaTally,
  tally: CallTally,
  log: AppLog,
): Promise<PhoneHostInit['openMedia']> {
  const addresses = await localAddresses(config.sip.host);
  const { codecs, missing } = await availableCodecs(config.rtp.codecs);
  for (const { name, reason } of missing) log.warn({ codec: name, reason }, 'a codec is not offered');
  return async (id: CallId, remoteAddress) => {
    const transport = await pool.allocate(remoteAddress);
    if (!transport.ok) return err({ status: 503, reason: transport.error.message });
    const session = new TalliedMedia(
      {
        transport: transport.value,
        pacer,
        scheduler: realScheduler,
        rng: cryptoRng,
        localHost: config.sip.publicHost ?? addresses.towards(remoteAddress),
        codecs,
        inactivityMs: config.rtp.inactivityMs ?? 0,
        awaitConfirmation: true,
        latch: { signallingHost: remoteAddress },
        onListenerError: (error) => log.error({ err: error }, 'a media listener failed'),
      },
      media,
    );
    tally.media(id, session);
    return ok(session);
  };
}

/** A call's media, which leaves its figures behind when it closes. */
class TalliedMedia extends RtpMediaSession {
  constructor(
    options: RtpMediaSessionOptions,
    private readonly tally: MediaTally,
  ) {
    super(options);
    tally.opened(this);
  }

  override close(): Promise<void> {
    this.tally.closed(this);
    return super.close();
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
