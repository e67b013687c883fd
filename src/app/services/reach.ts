import { openKnowledge, type Knowledge, type OpenKnowledgeOptions } from '../../dialog/open-knowledge.js';
import type { BreakerPhase } from '../../kernel/failover.js';
import { requestId } from '../../kernel/ids.js';
import { SttFailover } from '../../speech/stt/failover.js';
import { TtsFailover } from '../../speech/tts/failover.js';
import type { SttEngine, TtsEngine } from '../../speech/ports.js';
import type { Store } from '../../store/types.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import type { Config } from '../config/index.js';
import { worst, type RoleStatus } from '../roles/role.js';
import { SERVICE_BREAKER } from './breaker.js';
import { DeskFailover, deskService, type Desk } from './desk-service.js';
import { ServiceEndpoint } from './endpoint.js';
import { KnowledgeFailover, KnowledgeService } from './knowledge-service.js';
import { lazyKnowledge, lazyStt, lazyTts } from './lazy.js';
import { Probe } from './probe.js';
import { SttService } from './stt-service.js';
import { ThreadWatch, type ThreadFigures } from './thread-watch.js';
import { TtsService } from './tts-service.js';

/** What a provider of a service is left alone for. */
export interface Breaker {
  readonly service: string;
  /** Host and port of a role, or `embedded`. */
  readonly provider: string;
  readonly phase: BreakerPhase;
}

/** A port with whatever stands behind it: an engine of this process, or roles with a stand-in. */
export interface Reached<Port> {
  readonly port: Port;
  /** Asks; never rejects. */
  health(): Promise<RoleStatus>;
  breakers(): readonly Breaker[];
}

/** Names of intent and documents have a state each. */
export interface ReachedKnowledge extends Reached<Knowledge> {
  intent(): Promise<RoleStatus>;
  rag(): Promise<RoleStatus>;
}

/** A role that takes longer to begin is overtaken by the stand-in; the caller waits for the sum. */
const HEDGE_MS = { stt: 1500, tts: 500 } as const;

type Services = Pick<Config, 'services' | 'http'>;

const endpointsOf = (urls: readonly string[], config: Services): ServiceEndpoint[] =>
  urls.map((url) => new ServiceEndpoint(url, config.http.adminToken));

/** Speech to text, as the settings have it. @param open - the engine of this process */
export async function reachStt(
  config: Services,
  open: () => Promise<SttEngine>,
): Promise<Reached<SttEngine>> {
  const endpoints = endpointsOf(config.services.stt, config);
  if (endpoints.length === 0) return embedded(await open(), sttWorks);
  const [first, ...rest] = endpoints.map((endpoint) => new SttService(endpoint));
  if (first === undefined) throw new Error('there is an endpoint');
  const isLazy = config.services.fallback === 'first_use';
  const standIn = isLazy ? lazyStt(open, first.capabilities) : await open();
  const options = { ...SERVICE_BREAKER, alike: endpoints.length, hedgeMs: HEDGE_MS.stt };
  const port = new SttFailover([first, ...rest, standIn], options);
  return {
    port,
    health: () => healthOf(endpoints, true),
    breakers: () => breakersOf('stt', endpoints, port.phases()),
  };
}

/** Text to speech, likewise. */
export async function reachTts(
  config: Services,
  open: () => Promise<TtsEngine>,
): Promise<Reached<TtsEngine>> {
  const endpoints = endpointsOf(config.services.tts, config);
  if (endpoints.length === 0) return embedded(await open(), ttsWorks);
  const services = endpoints.map((endpoint) => new TtsService(endpoint));
  const [first, ...rest] = services;
  if (first === undefined) throw new Error('there is an endpoint');
  await Promise.all(services.map((service) => service.describe()));
  const isLazy = config.services.fallback === 'first_use';
  const standIn = isLazy ? lazyTts(open, first.capabilities) : await open();
  const options = { ...SERVICE_BREAKER, alike: endpoints.length, hedgeMs: HEDGE_MS.tts };
  const port = new TtsFailover([first, ...rest, standIn], options);
  return {
    port,
    health: () => healthOf(endpoints, true),
    breakers: () => breakersOf('tts', endpoints, port.phases()),
  };
}

/** Intents and documents, likewise: each by itself elsewhere or here. */
export async function reachKnowledge(
  config: Services,
  options: OpenKnowledgeOptions,
): Promise<ReachedKnowledge> {
  const { intent, rag, fallback } = config.services;
  const intents = endpointsOf(intent, config);
  const documents = endpointsOf(rag, config);
  const isAllElsewhere = intents.length > 0 && documents.length > 0;
  const open = (): Promise<Knowledge> => openKnowledge(options);
  const own = isAllElsewhere && fallback === 'first_use' ? lazyKnowledge(open) : await open();
  const works = new Probe(knowledgeTrial(own), KNOWLEDGE_GOOD_MS);
  const here = (): Promise<RoleStatus> => works.status();
  if (intents.length === 0 && documents.length === 0) {
    return { port: own, health: here, intent: here, rag: here, breakers: () => [] };
  }
  const over = (endpoints: readonly ServiceEndpoint[]): Knowledge[] => [
    ...endpoints.map((endpoint) => new KnowledgeService(endpoint)),
    own,
  ];
  const port = new KnowledgeFailover(over(intents), over(documents), {
    ...{ scheduler: realScheduler, alikeIntents: intents.length, alikeDocuments: documents.length },
  });
  const state = (endpoints: readonly ServiceEndpoint[]): Promise<RoleStatus> =>
    endpoints.length === 0 ? here() : healthOf(endpoints, true);
  return {
    port,
    intent: () => state(intents),
    rag: () => state(documents),
    health: async () => worst(await Promise.all([state(intents), state(documents)])),
    breakers: () => [
      ...breakersOf('intent', intents, port.phases().intent),
      ...breakersOf('rag', documents, port.phases().rag),
    ],
  };
}

/**
 * The store with its desk elsewhere, where the settings say so. Without DATABASE_URL this process has another
 * database than the role: nothing stands in, or two callers would be given the same time.
 */
export function reachDesk(
  config: Services & Pick<Config, 'store'>,
  own: Store,
): Reached<Desk> & { close(): void } {
  const endpoints = endpointsOf(config.services.appointment, config);
  const here = (): RoleStatus => (own.health().databaseWritable ? 'healthy' : 'unhealthy');
  if (endpoints.length === 0) {
    return { port: own, health: () => Promise.resolve(here()), breakers: () => [], close: () => undefined };
  }
  const isShared = config.store.databaseUrl !== undefined;
  const desks = [...endpoints.map((endpoint) => deskService(endpoint)), ...(isShared ? [own] : [])];
  const failover = new DeskFailover(desks, endpoints.length, realScheduler);
  return {
    port: failover.desk,
    health: () => healthOf(endpoints, isShared),
    breakers: () => breakersOf('appointment', endpoints, failover.phases()),
    close: () => {
      failover.close();
      for (const endpoint of endpoints) void endpoint.close();
    },
  };
}

function embedded<Port extends SttEngine | TtsEngine>(
  port: Port,
  works: (port: Port) => Promise<RoleStatus>,
): Reached<Port> {
  const probe = new Probe(() => works(port));
  const threads = new ThreadWatch(() => port.stats(), (port.engines?.().length ?? 1) > 1);
  const health = async (): Promise<RoleStatus> => {
    const ofThreads = threads.status();
    // Without a thread a trial would only wait for one.
    return ofThreads === 'unhealthy' ? ofThreads : worst([ofThreads, await probe.status()]);
  };
  return { port, health, breakers: () => [] };
}

/** Healthy when all are; unhealthy when none is and nothing stands in. */
export async function healthOf(endpoints: readonly ServiceEndpoint[], standIn: boolean): Promise<RoleStatus> {
  const states = await Promise.all(endpoints.map((endpoint) => endpoint.health()));
  if (states.every((state) => state === 'healthy')) return 'healthy';
  return standIn || states.some((state) => state !== 'unhealthy') ? 'degraded' : 'unhealthy';
}

export function breakersOf(
  service: string,
  endpoints: readonly ServiceEndpoint[],
  phases: readonly BreakerPhase[],
): Breaker[] {
  return phases.map((phase, place) => ({ service, provider: endpoints[place]?.name ?? 'embedded', phase }));
}

let probes = 0;

/** With the longest wait of a trial this is below the five seconds within which a fault is told. */
const KNOWLEDGE_GOOD_MS = 2000;

async function sttWorks(stt: SttEngine): Promise<RoleStatus> {
  const result = await stt.transcribe({
    ...{ requestId: requestId(`probe${probes++}`), pcm: new Int16Array(4000), sampleRateHz: 8000 },
    kind: 'speculative',
  });
  if (result.ok) return 'healthy';
  return result.error.code === 'overloaded' ? 'degraded' : 'unhealthy';
}

/** Each probe says another number, or the cache would answer. */
async function ttsWorks(tts: TtsEngine): Promise<RoleStatus> {
  const text = `ready ${probes++}`;
  const result = await tts.synthesize({ requestId: requestId(text), text, sampleRateHz: 8000 });
  if (result.ok) return 'healthy';
  return result.error.code === 'overloaded' ? 'degraded' : 'unhealthy';
}

/** Asks the thread of intents and documents; one that died and was back before it was asked is told of, too. */
function knowledgeTrial(knowledge: Knowledge): () => Promise<RoleStatus> {
  let figures: ThreadFigures = { workers: 1, workerRestarts: 0 };
  const thread = new ThreadWatch(() => figures, true);
  return async () => {
    const { index_loaded: isLoaded, restarts } = await knowledge.stats();
    figures = { workers: isLoaded ? 1 : 0, workerRestarts: restarts };
    return thread.status();
  };
}
