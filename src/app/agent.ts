import { randomUUID } from 'node:crypto';
import { openSipEdge, type SipEdge } from '../call/sip-edge.js';
import { err, ok } from '../kernel/result.js';
import type { CallId } from '../kernel/ids.js';
import { cryptoRng } from '../media/crypto-rng.js';
import { Pacer } from '../media/pacer.js';
import { RtpMediaSession, type RtpMediaSessionOptions } from '../media/rtp-media-session.js';
import { RtpPortPool } from '../media/rtp-port-pool.js';
import { ConversationHub } from '../session/conversation-hub.js';
import { PhoneHost } from '../session/phone-host.js';
import type { DialogPort, SessionOptions, SessionPorts } from '../session/ports.js';
import { localAddresses } from '../sipserver/local-address.js';
import type { Metrics } from '../telemetry/index.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import { dialogPort } from './dialog-wiring.js';
import { openEngines, type Engines, type Progress } from './engines.js';
import type { AppLog } from './log.js';
import { CallTally } from './measure/calls.js';
import { measuredDialog, measuredEngines } from './measure/engines.js';
import { MediaTally } from './measure/media.js';
import { sessionObserver } from './observe.js';
import { openSipSide, type SipSide } from './sip-server.js';

/** The agent without its web side: answers phones and conversations. */
export interface Agent {
  readonly engines: Engines;
  readonly sip: SipSide;
  readonly edge: SipEdge;
  readonly phones: PhoneHost;
  readonly conversations: ConversationHub;
  readonly pacer: Pacer;
  readonly ports: RtpPortPool;
  readonly media: MediaTally;
  /** Phone calls and conversations with a client, now. */
  activeCalls(): number;
  /** Refuses new calls and waits for those in progress, at most `graceMs`; then closes everything in order. */
  stop(graceMs: number): Promise<void>;
}

/** Longest call when none is configured: a leg that nobody hangs up must not live for ever. */
const DAY_MS = 86_400_000;
/** From the last call's end to the SIP server's: the answer to its BYE leaves, once more if it was lost (T1). */
const LAST_ANSWERS_MS = 600;

/**
 * Builds the agent: engines, SIP, RTP, sessions. On an error what was opened is closed again.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function startAgent(
  config: Config,
  log: AppLog,
  metrics: Metrics,
  progress: Progress,
): Promise<Agent> {
  const observe = sessionObserver(metrics, log);
  const sip = await openSipSide(config, log);
  let engines: Engines;
  try {
    engines = measuredEngines(await openEngines(config, log, metrics, progress), metrics, realScheduler);
  } catch (error) {
    await sip.embedded?.close();
    throw error;
  }
  const pacer = new Pacer(
    realScheduler,
    (error) => log.error({ err: error }, 'a stream failed and is no longer sent'),
    metrics.recorder('pacer_lateness_ms'),
  );
  const tally = new CallTally(metrics);
  const mediaTally = new MediaTally(metrics);
  const pool = new RtpPortPool({ host: config.sip.host, min: config.rtp.portMin, max: config.rtp.portMax });
  const sessionPorts = portsOf(engines, measuredDialog(dialogPort, metrics));
  const options: Partial<SessionOptions> = { maxCallMs: config.calls.maxDurationMs ?? DAY_MS };
  const addresses = await localAddresses(config.sip.host);
  const phones = new PhoneHost({
    ports: sessionPorts,
    options,
    observe,
    rejected: (reason) => metrics.increment('calls_rejected_total', { reason }),
    openMedia: async (id: CallId, remoteAddress) => {
      const transport = await pool.allocate();
      if (!transport.ok) return err({ status: 503, reason: transport.error.message });
      const media = new TalliedMedia(
        {
          transport: transport.value,
          pacer,
          scheduler: realScheduler,
          rng: cryptoRng,
          localHost: config.sip.publicHost ?? addresses.towards(remoteAddress),
          inactivityMs: config.rtp.inactivityMs ?? 0,
          onListenerError: (error) => log.error({ err: error }, 'a media listener failed'),
        },
        mediaTally,
      );
      tally.media(id, media);
      return ok(media);
    },
  });
  let opened: SipEdge | undefined;
  const phoneCalls = (): number => opened?.stats().active ?? 0;
  const conversations = new ConversationHub({
    ports: sessionPorts,
    pacer,
    ttlMs: config.sessions.ttlMs,
    maxSessions: 10_000,
    // With MAX_CALLS=0 the office is closed to phones; one conversation may still try the agent out.
    get maxAttached(): number {
      return config.calls.max === 0 ? 1 : config.calls.max - phoneCalls();
    },
    session: options,
    newId: () => randomUUID(),
    observe,
  });
  const activeCalls = (): number => phoneCalls() + conversations.attached;
  let edge: SipEdge;
  try {
    edge = opened = await openSipEdge({
      server: sip.control,
      host: tally.watch(phones),
      scheduler: realScheduler,
      maxCalls: config.calls.max,
      activeCalls,
      trustedPeers: config.sip.trustedPeers,
      log,
    });
  } catch (error) {
    conversations.close();
    await engines.close();
    await sip.embedded?.close();
    throw error;
  }
  const stop = async (graceMs: number): Promise<void> => {
    await Promise.race([edge.drain(), delay(graceMs)]);
    await delay(LAST_ANSWERS_MS);
    await edge.close();
    conversations.close();
    pacer.close();
    await pool.close();
    await sip.embedded?.close();
    await engines.close();
  };
  return {
    engines,
    sip,
    edge,
    phones,
    conversations,
    pacer,
    ports: pool,
    media: mediaTally,
    activeCalls,
    stop,
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

function portsOf(engines: Engines, dialog: DialogPort): SessionPorts {
  const { business, prompts, persona, speech, knowledge, store } = engines;
  return {
    scheduler: realScheduler,
    vad: speech.vad,
    stt: speech.stt,
    tts: speech.tts,
    dialog,
    knowledge: {
      classify: (text, context) => knowledge.classify(text, context),
      query: (text, context) => knowledge.query(text, { ...context, persona: persona.id }),
    },
    journal: store.journal,
    appointments: store.appointments,
    conversations: store.conversations,
    context: { business, prompts, persona },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
