import type { AloneRole, RoleKit } from './alone.js';
import { startOffice } from './office.js';

/** Everything that operators and programs ask, without sound. */
export const startApiAlone = (kit: RoleKit): Promise<AloneRole> =>
  startOffice(kit, {
    routes: [
      ...(['accounts', 'records', 'appointments', 'calendar', 'callbacks', 'jobs', 'materials'] as const),
      ...(['insights', 'intent', 'knowledge', 'appointment_sessions', 'caches'] as const),
    ],
    desk: false,
  });
