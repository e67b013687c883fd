import type { DialogContext } from '../dialog/core/context.js';
import { warmUpDialog } from '../dialog/core/warm-up.js';
import type { Knowledge } from '../dialog/open-knowledge.js';
import { loadPack } from '../dialog/pack/load.js';
import { createToolClient } from '../dialog/pack/tool-client.js';
import type { Pack } from '../dialog/pack/types.js';
import type { ToolPort } from '../session/ports.js';
import type { LayeredCache } from '../net/cache/layered-cache.js';
import type { Speech } from '../speech/index.js';
import type { Store } from '../store/types.js';
import type { Metrics } from '../telemetry/index.js';
import { projectRoot } from '../threads/project-root.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import type { AppLog } from './log.js';
import { openMaterials, type MaterialDesk } from './materials.js';
import { openCache } from './caches.js';
import { guardrailsOf, startGuardRole, type GuardRole } from './roles/guard.js';
import { startKnowledgeRole, type KnowledgeRole } from './roles/knowledge.js';
import { startLlmRole, type LlmPorts } from './roles/llm.js';
import type { Role } from './roles/role.js';
import { startSpeechRole, type SpeechRole } from './roles/speech.js';
import { startWorkerRole, type WorkerRole } from './roles/worker.js';
import { testMachine, type MachineSpeed } from './self-test.js';
import type { Desk } from './services/desk-service.js';
import { reachDesk, type Breaker } from './services/reach.js';
import { warmGreeting, warmPrompts } from './warm-speech.js';

/** What conversations are made of, whoever carries them. */
export interface Engines {
  readonly pack: Pack;
  /** The pack as the dialog sees it; the clock is added at each step. */
  readonly office: Omit<DialogContext, 'wallMs'>;
  /** The parts that were started, to be asked how they are. */
  readonly roles: {
    readonly worker: WorkerRole;
    readonly speech: SpeechRole;
    readonly knowledge: KnowledgeRole;
    readonly desk: ReturnType<typeof reachDesk>;
    readonly llm: Role<LlmPorts>;
    readonly guard: GuardRole;
  };
  readonly machine: MachineSpeed;
  readonly speech: Speech;
  readonly knowledge: Knowledge;
  readonly store: Store;
  readonly tools: ToolPort;
  readonly materials: MaterialDesk['ports'];
  readonly cache: LayeredCache;
  /** Services of other processes that are left alone, or not. */
  breakers(): readonly Breaker[];
  close(): Promise<void>;
}

/** Progress of a start that takes seconds, in words for a person. */
export type Progress = (message: string) => void;

/** The pack with what settings change of it. */
export async function loadOffice(config: Config): Promise<Pick<Engines, 'pack' | 'office'>> {
  const { timezone, packDir, promptsDir } = config.dialog;
  const pack = await loadPack(packDir ?? projectRoot(), {
    ...(timezone === undefined ? {} : { timezone }),
    ...(promptsDir === undefined ? {} : { promptsDir }),
  });
  const { transferTarget } = config.calls;
  const person =
    transferTarget === undefined
      ? pack.business.person
      : { name: pack.business.person?.name ?? 'a colleague', sipUri: transferTarget };
  const [persona] = Object.values(pack.personas);
  if (persona === undefined) throw new Error('loadPack gives at least one persona');
  const { voice } = config.speech;
  const office = officeOf(pack);
  return {
    pack,
    office: {
      ...office,
      ...(config.guard.enabled ? { guardrails: guardrailsOf(config, pack.lexicon.locale.id) } : {}),
      business: { ...office.business, ...(person === undefined ? {} : { person }) },
      // The persona's own voice wins; the setting is for those without.
      persona: { ...office.persona, voice: persona.voice ?? voice },
    },
  };
}

/** A pack as the dialog sees it. */
export function officeOf(pack: Pack): Engines['office'] {
  const [persona] = Object.values(pack.personas);
  if (persona === undefined) throw new Error('loadPack gives at least one persona');
  const { id, name, voice, speed } = persona;
  return {
    business: pack.business,
    prompts: pack.prompts,
    lexicon: pack.lexicon,
    intents: pack.actions,
    forms: pack.forms,
    tools: pack.tools,
    guard: pack.guard,
    persona: {
      id,
      name,
      ...(voice === undefined ? {} : { voice }),
      ...(speed === undefined ? {} : { speed }),
    },
  };
}

/** The pack's tools, called at the addresses that the environment gives. */
export function toolPort(pack: Pack, environment: Readonly<Record<string, string | undefined>>): ToolPort {
  const client = createToolClient({ environment });
  return {
    call: (name, args) => {
      const spec = pack.tools[name];
      return spec === undefined
        ? Promise.resolve({ type: 'failed', why: 'refused' })
        : client.callTool(spec, args);
    },
  };
}

/**
 * Starts everything that takes time, side by side. On an error what was opened is closed again.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function openEngines(
  config: Config,
  log: AppLog,
  metrics: Metrics,
  progress: Progress,
): Promise<Engines> {
  const { pack, office } = await loadOffice(config);
  // The store comes first: a second start on the same data ends here, before it has loaded 300 MB of models.
  const worker = await startWorkerRole(config, pack, log, progress);
  const cache = openCache(config, metrics, log, worker.ports.conversations);
  const opened = await Promise.allSettled([
    startSpeechRole(config, pack, metrics),
    startKnowledgeRole(config, pack, log, progress, cache),
  ]);
  const [speech, knowledge] = opened;
  if (speech.status === 'rejected' || knowledge.status === 'rejected') {
    if (speech.status === 'fulfilled') await speech.value.stop();
    if (knowledge.status === 'fulfilled') await knowledge.value.stop();
    await cache.close();
    await worker.stop();
    throw opened.find((result) => result.status === 'rejected')?.reason;
  }
  warmUpDialog({ ...office, wallMs: realScheduler.wall() });
  await warmGreeting(speech.value.ports.tts, office);
  const machine = await testMachine(speech.value.ports);
  void warmPrompts(speech.value.ports.tts, office);
  const desk = reachDesk(config, worker.ports);
  const llm = await startLlmRole(config, pack, toolPort(pack, config.environment), metrics, log);
  const materials = openMaterials(worker.ports, knowledge.value.ports, config.knowledge.crawlHosts, log);
  const guard = startGuardRole(config, office, metrics);
  // The first verdict compiles its patterns.
  await guard.health();
  const roles = { worker, speech: speech.value, knowledge: knowledge.value, desk, llm, guard };
  return {
    pack,
    office,
    roles,
    machine,
    speech: roles.speech.ports,
    knowledge: roles.knowledge.ports,
    cache,
    store: withDesk(worker.ports, desk.port),
    tools: llm.ports.tools,
    materials: materials.ports,
    breakers: () => [
      ...roles.speech.breakers(),
      ...roles.knowledge.breakers(),
      ...desk.breakers(),
      ...guard.breakers(),
    ],
    close: async () => {
      materials.stop();
      await Promise.all([roles.speech.stop(), roles.knowledge.stop(), llm.stop(), guard.stop()]);
      desk.close();
      await cache.close();
      await worker.stop();
    },
  };
}

/** A store whose appointments, call-backs and waiting list are another's. */
export function withDesk(store: Store, { appointments, callbacks, waitingList }: Desk): Store {
  if (appointments === store.appointments) return store;
  const { journal, calls, conversations, jobs, accounts, materials, recordings, insights, outbound } = store;
  return {
    ...{ journal, calls, conversations, jobs, accounts, materials, recordings, insights, outbound },
    ...{ appointments, callbacks, waitingList },
    health: () => store.health(),
    close: () => store.close(),
  };
}
