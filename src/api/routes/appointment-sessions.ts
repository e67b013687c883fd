import { z } from 'zod';
import { APPOINTMENT_STATES, SLOT_NAMES } from '../../dialog/core/tasks/appointments/progress.js';
import type { App, RouteContext } from '../context.js';
import type { AppointmentSession } from '../ports.js';
import { failures, freeText, idParams, idText } from '../schemas/common.js';

const slots = {
  slots_filled: z.partialRecord(z.enum(SLOT_NAMES), z.string()),
  slots_remaining: z.array(z.enum(SLOT_NAMES)),
};
const current_state = z.enum(APPOINTMENT_STATES);

const createdView = z.object({ session_id: z.string(), current_state, next_prompt: z.string(), ...slots });
const processedView = z.object({
  current_state,
  next_prompt: z.string(),
  ...slots,
  is_complete: z.boolean(),
});
const stateView = z.object({ session_id: z.string(), current_state, ...slots });
const deletedView = z.object({ status: z.literal('deleted') });

const view = (s: AppointmentSession) => ({
  ...s,
  slots_filled: { ...s.slots_filled },
  slots_remaining: [...s.slots_remaining],
});

/**
 * Appointments by text.
 *
 * @param prefix - `/api/v1/appointment/session`, beside the conversation's own `/api/v1/session`
 */
export function appointmentSessionRoutes(app: App, { ports }: RouteContext, prefix: string): void {
  const config = { permission: 'test.use' } as const;
  const tags = ['Appointment sessions'];

  app.post(
    `${prefix}/create`,
    {
      config,
      schema: {
        summary: 'Starts or resumes a session',
        tags,
        body: z.object({ session_id: idText }),
        response: { 200: createdView, ...failures },
      },
    },
    async ({ body }) => view(await ports.appointmentSessions.create(body.session_id)),
  );

  app.post(
    `${prefix}/process`,
    {
      config: { ...config, textEntry: true },
      schema: {
        summary: 'What the person said next',
        tags,
        body: z.object({ session_id: idText, user_input: freeText }),
        response: { 200: processedView, ...failures },
      },
    },
    async ({ body }) => view(await ports.appointmentSessions.process(body.session_id, body.user_input)),
  );

  app.get(
    `${prefix}/:id`,
    {
      config,
      schema: {
        summary: 'State of a session',
        tags,
        params: idParams,
        response: { 200: stateView, ...failures },
      },
    },
    async ({ params }) => view(await ports.appointmentSessions.get(params.id)),
  );

  app.delete(
    `${prefix}/:id`,
    {
      config,
      schema: {
        summary: 'Forgets a session',
        tags,
        params: idParams,
        response: { 200: deletedView, ...failures },
      },
    },
    async ({ params }) => {
      await ports.appointmentSessions.delete(params.id);
      return { status: 'deleted' as const };
    },
  );
}
