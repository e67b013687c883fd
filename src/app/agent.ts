import { openPeers } from '../call/peers.js';
import type { LiveDesk } from '../session/live/live-desk.js';
import type { DialogPort, SessionPorts } from '../session/ports.js';
import type { RecordingDesk } from '../session/recording/recording-desk.js';
import { openRnnoise } from '../speech/denoise/rnnoise-denoiser.js';
import type { Metrics } from '../telemetry/index.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import { dialogBehind } from './dialog-wiring.js';
import { openEngines, type Engines, type Progress } from './engines.js';
import type { AppLog } from './log.js';
import { openOutbound, type OutboundSide } from './outbound.js';
import { measuredDialog, measuredEngines } from './measure/engines.js';
import { superviseSessions } from './live.js';
import { openRecordings } from './recordings.js';
import { timedGuard } from './measure/guard.js';
import { startCallRole, type CallPorts, type LineConfig, type Signalling } from './roles/call.js';
import type { Role } from './roles/role.js';
import { linesOf } from './self-test.js';
import { openSipSide, type SipSide } from './sip-server.js';

/** The agent without its web side: answers phones and conversations. */
export interface Agent {
  readonly engines: Engines;
  /** What every conversation runs on. */
  readonly sessionPorts: SessionPorts;
  /** Calls in progress, for supervisors. */
  readonly live: LiveDesk;
  /** Recordings of calls. */
  readonly recordings: RecordingDesk;
  readonly sip: SipSide;
  readonly calls: Role<CallPorts>;
  /** Calls that the agent makes. */
  readonly outbound: OutboundSide;
  /** Hangs up what is still open and closes everything in order; `CallPorts.drain` lets calls end first. */
  stop(): Promise<void>;
}

/**
 * Builds the agent from its roles. On an error what was opened is closed again.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function startAgent(
  config: Config,
  log: AppLog,
  metrics: Metrics,
  progress: Progress,
): Promise<Agent> {
  const peers = await openPeers(config.sip.peers, { scheduler: realScheduler, log });
  const sip = await openSipSide(config, log, (address) => peers.has(address));
  let engines: Engines | undefined;
  let recordings: RecordingDesk | undefined;
  try {
    engines = measuredEngines(await openEngines(config, log, metrics, progress), metrics, realScheduler);
    const { denoiseBelowDb: belowDb } = config.speech;
    const denoising = belowDb === undefined ? undefined : { denoiser: await openRnnoise(), belowDb };
    const dialog = measuredDialog(dialogBehind(timedGuard(metrics, realScheduler)), metrics);
    const ports = Object.assign(portsOf(engines, dialog), { denoising });
    const supervised = superviseSessions(ports, config, metrics);
    recordings = await openRecordings(config, engines.store, supervised.live, metrics, log);
    const lined = withLines(config, engines, progress);
    const calls = await startCallRole(lined, { sip, peers }, { ...supervised, recordings }, metrics, log);
    const holidays = engines.office.business.holidays.map(({ date }) => date);
    const { outbound: kept } = engines.store;
    const outbound = openOutbound(config, { line: calls.ports.line, outbound: kept }, holidays, log);
    return {
      engines,
      ...supervised,
      recordings,
      sip,
      calls,
      outbound,
      stop: stopper(calls, { sip, peers }, engines, outbound),
    };
  } catch (error) {
    peers.close();
    await recordings?.close();
    await engines?.close();
    await sip.embedded?.close();
    throw error;
  }
}

/** The configuration with the number of calls that the machine can carry, where none is set. */
function withLines(config: Config, { machine }: Engines, progress: Progress): LineConfig {
  const { cores, decodeMsPerSecond: ms } = machine;
  const max = config.calls.max ?? linesOf(machine, config.rtp.pairs);
  if (config.calls.max === undefined) {
    const speed = ms === undefined ? '' : `, ${Math.round(ms)} ms to understand a second of speech`;
    progress(`Takes ${max} calls at a time (${cores} cores${speed}); MAX_CALLS sets another number.`);
  }
  return { ...config, calls: { ...config.calls, max } };
}

const stopper =
  (calls: Role<CallPorts>, { sip, peers }: Signalling, engines: Engines, outbound: OutboundSide) =>
  async (): Promise<void> => {
    outbound.stop();
    await calls.stop();
    peers.close();
    await sip.embedded?.close();
    await engines.close();
  };

/** What every conversation runs on. */
export function portsOf(engines: Engines, dialog: DialogPort): SessionPorts {
  const { office, speech, knowledge, store, tools, roles } = engines;
  const { model } = roles.llm.ports;
  return {
    ...(model === undefined ? {} : { model }),
    ...(roles.guard.isElsewhere && office.guardrails !== undefined ? { guard: roles.guard.ports } : {}),
    scheduler: realScheduler,
    vad: speech.vad,
    stt: speech.stt,
    tts: speech.tts,
    dialog,
    knowledge: {
      classify: (text, context) => knowledge.classify(text, context),
      query: (text, context) => knowledge.query(text, { ...context, persona: office.persona.id }),
    },
    journal: store.journal,
    appointments: store.appointments,
    callbacks: store.callbacks,
    waitingList: store.waitingList,
    doNotCall: store.outbound,
    tools,
    conversations: store.conversations,
    // The tools that are offered change while servers come and go.
    get context() {
      const known = roles.llm.ports.context();
      return known === undefined ? office : { ...office, model: known };
    },
  };
}
