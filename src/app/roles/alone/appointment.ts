import type { AloneRole, RoleKit } from './alone.js';
import { startOffice } from './office.js';

/** Appointments alone: the desk for other roles, sessions by text, and the lists of operators. */
export const startAppointment = ({ config, ...kit }: RoleKit): Promise<AloneRole> =>
  startOffice(
    // It keeps the appointments itself, whatever address stands in an environment that all roles share.
    { ...kit, config: { ...config, services: { ...config.services, appointment: [] } } },
    {
      routes: [
        ...(['appointment_sessions', 'appointment_sessions_alone', 'appointments'] as const),
        ...(['calendar', 'callbacks', 'jobs'] as const),
      ],
      desk: true,
    },
  );
