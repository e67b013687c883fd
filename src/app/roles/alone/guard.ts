import { LeibnizError } from '../../../kernel/errors.js';
import type { Callbacks } from '../../../store/types.js';
import { loadOffice } from '../../engines.js';
import { guardApi } from '../../guard-api.js';
import { deskService } from '../../services/desk-service.js';
import { ServiceEndpoint } from '../../services/endpoint.js';
import { Probe } from '../../services/probe.js';
import { startGuardRole } from '../guard.js';
import type { AloneRole, RoleKit } from './alone.js';
import { withoutServices } from './stt.js';

/** Guards alone. It keeps nothing itself: what is passed on to a person goes to a role `appointment`. */
export async function startGuard({ config, log, metrics }: RoleKit): Promise<AloneRole> {
  const { office } = await loadOffice(config);
  const guard = startGuardRole(withoutServices(config), office, metrics);
  const endpoints = config.services.appointment.map(
    (url) => new ServiceEndpoint(url, config.http.adminToken),
  );
  const [desk] = endpoints.map((endpoint) => deskService(endpoint));
  const callbacks: Pick<Callbacks, 'request'> = desk?.callbacks ?? {
    request: () =>
      Promise.reject(
        new LeibnizError(
          'STORE_UNAVAILABLE',
          'Set APPOINTMENT_SERVICE_URL: this role has no store of its own.',
        ),
      ),
  };
  // The first verdict compiles its patterns.
  await guard.health();
  const probe = new Probe(() => guard.health().then(({ status }) => status));
  return {
    routes: ['guard'],
    ports: { guard: guardApi(guard.ports, callbacks, log) },
    services: { guard: guard.ports },
    models: ['guard head'],
    health: async () => ({ services: { guard: await probe.status() }, details: {} }),
    stop: async () => {
      await guard.stop();
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}
