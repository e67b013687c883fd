import { listModels, openTts } from '../../../speech/index.js';
import { loadOffice } from '../../engines.js';
import { measuredTts } from '../../measure/engines.js';
import { openKeptFiles, speechPorts } from '../../spoken-files.js';
import { reachTts } from '../../services/reach.js';
import { realScheduler } from '../../../threads/real-scheduler.js';
import { warmPrompts } from '../../warm-speech.js';
import { speechOptions, ttsDetails } from '../speech.js';
import type { AloneRole, RoleKit } from './alone.js';
import { withoutServices } from './stt.js';

/** Text to speech alone. */
export async function startTts({ config, metrics }: RoleKit): Promise<AloneRole> {
  const { pack, office } = await loadOffice(config);
  const tts = await reachTts(withoutServices(config), () => openTts(speechOptions(config, pack, metrics)));
  const files = await openKeptFiles(config).catch(async (error: unknown) => {
    await tts.port.close();
    throw error;
  });
  void warmPrompts(tts.port, office);
  const measured = measuredTts(tts.port, metrics, realScheduler);
  return {
    routes: ['speech'],
    ports: { speech: speechPorts(measured, files) },
    services: { tts: measured },
    models: listModels().flatMap(({ role, name }) => (role === 'tts' ? [name] : [])),
    health: async () => ({ services: { tts: await tts.health() }, details: { tts: ttsDetails(tts) } }),
    scrape: () => {
      const { cacheHits, cacheMisses } = tts.port.stats();
      metrics.countTo('cache_requests_total', { cache: 'tts', layer: 'process', result: 'hit' }, cacheHits);
      metrics.countTo(
        'cache_requests_total',
        { cache: 'tts', layer: 'process', result: 'miss' },
        cacheMisses,
      );
      return Promise.resolve();
    },
    stop: () => tts.port.close(),
  };
}
