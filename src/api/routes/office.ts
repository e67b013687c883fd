import type { App, RouteContext } from '../context.js';
import { failures, listOf } from '../schemas/common.js';
import { officeView, settingView } from '../schemas/office.js';

/** The office, and the settings in force. */
export function officeRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/office',
    {
      config: { permission: 'chat.use' },
      schema: {
        summary: 'Name and zone of the office, its services and who gives them',
        tags: ['Office'],
        response: { 200: officeView, ...failures },
      },
    },
    async () => {
      const { name, timezone, services, resources } = await ports.schedule.office();
      return { name, timezone, services: [...services], resources: [...resources] };
    },
  );

  app.get(
    '/api/v1/settings',
    {
      config: { permission: 'settings.read' },
      schema: {
        summary: 'Every setting with the value in force; secrets are hidden',
        tags: ['Office'],
        response: { 200: listOf(settingView), ...failures },
      },
    },
    async () => {
      const items = await ports.settings.list();
      return { items: [...items], total: items.length };
    },
  );
}
