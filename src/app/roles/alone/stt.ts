import { TranscriptionDesk } from '../../../session/transcription.js';
import { listModels, openStt, openVad } from '../../../speech/index.js';
import { realScheduler } from '../../../threads/real-scheduler.js';
import { loadOffice } from '../../engines.js';
import { measuredStt } from '../../measure/engines.js';
import { reachStt } from '../../services/reach.js';
import { speechOptions, sttDetails } from '../speech.js';
import type { AloneRole, RoleKit } from './alone.js';

/** Speech to text alone. */
export async function startStt({ config, metrics }: RoleKit): Promise<AloneRole> {
  const { pack } = await loadOffice(config);
  const options = speechOptions(config, pack, metrics);
  const stt = await reachStt(withoutServices(config), () => openStt(options));
  const vad = await openVad(options).catch(async (error: unknown) => {
    await stt.port.close();
    throw error;
  });
  const measured = measuredStt(stt.port, metrics);
  return {
    routes: ['transcription'],
    ports: { transcription: new TranscriptionDesk({ vad, stt: measured, scheduler: realScheduler }) },
    services: { stt: measured },
    models: listModels().flatMap(({ role, name }) => (role === 'stt' ? [name] : [])),
    health: async () => ({ services: { stt: await stt.health() }, details: { stt: sttDetails(stt) } }),
    scrape: () => {
      metrics.set('stt_queue_depth', {}, stt.port.stats().queued);
      return Promise.resolve();
    },
    stop: async () => {
      await Promise.all([vad.close(), stt.port.close()]);
    },
  };
}

/** A role does its own work, whatever addresses stand in an environment that all roles share. */
export function withoutServices<C extends RoleKit['config']>(config: C): C {
  const services = { ...config.services, stt: [], tts: [], intent: [], rag: [], appointment: [], guard: [] };
  return { ...config, services };
}
