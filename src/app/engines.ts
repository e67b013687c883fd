import { join } from 'node:path';
import { loadBusiness } from '../dialog/business.js';
import type { Business } from '../dialog/core/business.js';
import type { Persona, PromptSet } from '../dialog/core/types.js';
import { warmUpDialog } from '../dialog/core/warm-up.js';
import { openKnowledge, type Knowledge } from '../dialog/open-knowledge.js';
import { loadPrompts } from '../dialog/prompts.js';
import { openStore } from '../jobs/open-store.js';
import { openSpeech, type Speech } from '../speech/index.js';
import type { Store } from '../store/types.js';
import type { Metrics } from '../telemetry/index.js';
import { projectRoot } from '../threads/project-root.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import type { AppLog } from './log.js';
import { warmGreeting, warmPrompts } from './warm-speech.js';

/** What conversations are made of, whoever carries them. */
export interface Engines {
  readonly business: Business;
  readonly prompts: PromptSet;
  readonly persona: Persona;
  readonly speech: Speech;
  readonly knowledge: Knowledge;
  readonly store: Store;
  close(): Promise<void>;
}

/** Progress of a start that takes seconds, in words for a person. */
export type Progress = (message: string) => void;

/** The facts and words of the office, checked. */
export async function loadOffice(config: Config): Promise<Pick<Engines, 'business' | 'prompts' | 'persona'>> {
  const root = projectRoot();
  const { timezone, businessFile, promptsDir } = config.dialog;
  const file = businessFile ?? join(root, 'business.yaml');
  const loaded = await loadBusiness(file, timezone === undefined ? {} : { timezone });
  const { transferTarget } = config.calls;
  const business: Business =
    transferTarget === undefined
      ? loaded
      : { ...loaded, person: { name: loaded.person?.name ?? 'a colleague', sipUri: transferTarget } };
  const { prompts, personas } = await loadPrompts(promptsDir ?? join(root, 'prompts'));
  const [persona] = Object.values(personas);
  if (persona === undefined) throw new Error('loadPrompts gives at least one persona');
  return { business, prompts, persona: { ...persona, voice: config.speech.voice } };
}

/**
 * Loads everything that takes time, side by side. On an error what was opened is closed again.
 *
 * @throws LeibnizError naming the setting or file and the remedy
 */
export async function openEngines(
  config: Config,
  log: AppLog,
  metrics: Metrics,
  progress: Progress,
): Promise<Engines> {
  const office = await loadOffice(config);
  const { dataDir, databaseUrl, redisUrl, redisPrefix, appointmentCapacity } = config.store;
  const { webhookUrl, webhookSecret } = config.followup;
  // The store comes first: a second start on the same data ends here, before it has loaded 300 MB of models.
  const store = await openStore({
    dataDir,
    onProgress: progress,
    log,
    appointmentCapacity,
    queue: { prefix: redisPrefix },
    followup: {
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
      ...(webhookSecret === undefined ? {} : { webhookSecret }),
    },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
  const { databaseConnected, queue } = store.health();
  if (redisUrl !== undefined && databaseConnected && !queue.connected) {
    log.warn(
      { key: 'REDIS_URL' },
      'Redis at REDIS_URL does not answer; calls are taken, follow-up jobs wait in the database until it does',
    );
  }
  const opened = await Promise.allSettled([
    openSpeech({
      sttWorkers: config.speech.sttWorkers,
      ttsWorkers: config.speech.ttsWorkers,
      onVadRun: metrics.recorder('vad_infer_ms'),
    }),
    openKnowledge({
      knowledgeBaseDir: config.dialog.knowledgeBaseDir ?? join(projectRoot(), 'knowledge_base'),
      cacheDir: join(dataDir, 'embeddings'),
      services: office.business.services,
      onProgress: (done, total) => {
        if (done === 0) {
          progress(`Computing ${total} embeddings of the knowledge base; this takes some seconds, once.`);
        }
      },
      onCrash: (error) => log.error({ err: error }, 'the knowledge worker died and is started again'),
    }),
  ]);
  const [speech, knowledge] = opened;
  if (speech.status === 'rejected' || knowledge.status === 'rejected') {
    if (speech.status === 'fulfilled') await speech.value.close();
    if (knowledge.status === 'fulfilled') await knowledge.value.close();
    await store.close();
    throw opened.find((result) => result.status === 'rejected')?.reason;
  }
  warmUpDialog({ ...office, wallMs: realScheduler.wall() });
  await warmGreeting(speech.value.tts, office);
  void warmPrompts(speech.value.tts, office);
  return {
    ...office,
    speech: speech.value,
    knowledge: knowledge.value,
    store,
    close: async () => {
      await Promise.all([speech.value.close(), knowledge.value.close()]);
      await store.close();
    },
  };
}
