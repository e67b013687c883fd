import type { HealthReport, ServiceStatus } from '../../api/ports.js';
import type { Metrics } from '../../telemetry/index.js';
import type { Engines } from '../engines.js';
import type { Breaker } from './reach.js';

/** Every engine is asked; nothing is taken for granted. */
export async function engineServices({ roles }: Engines): Promise<Record<string, ServiceStatus>> {
  const { speech, knowledge, desk, worker, guard } = roles;
  const [stt, tts, intent, rag, appointment, guarded] = await Promise.all([
    ...([speech.stt(), speech.tts(), knowledge.intent(), knowledge.rag()] as const),
    desk.health(),
    guard.health(),
  ]);
  return {
    ...{ stt, tts, intent, rag, appointment, guard: guarded.status },
    ...{ store: worker.store(), jobs: worker.jobs(), disk: worker.disk() },
  };
}

const WELL: Readonly<Record<ServiceStatus, number>> = { healthy: 1, degraded: 0.5, unhealthy: 0 };
const OPEN: Readonly<Record<Breaker['phase'], number>> = { closed: 0, half_open: 0.5, open: 1 };
/** Longest wait of a scrape; after it the states of the scrape before stand. */
const WAIT_MS = 400;

/** Shows before each scrape how every service is, and which are left alone. */
export function watchHealth(
  metrics: Metrics,
  health: () => Promise<Pick<HealthReport, 'status' | 'services'>>,
  breakers: () => readonly Breaker[],
): () => void {
  return metrics.beforeScrape(async () => {
    for (const { service, provider, phase } of breakers()) {
      metrics.set('service_breaker_open', { service, provider }, OPEN[phase]);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS, undefined);
    });
    const report = await Promise.race([health(), late]).finally(() => clearTimeout(timer));
    if (report === undefined) return;
    metrics.set('service_health_status', { component: 'overall' }, WELL[report.status]);
    for (const [component, status] of Object.entries(report.services)) {
      metrics.set('service_health_status', { component }, WELL[status]);
    }
  });
}
