import { z } from 'zod';
import type { App, RouteContext } from '../context.js';
import { clientKey } from '../security.js';
import { failures, idParams } from '../schemas/common.js';

const created = z.object({
  session_id: z.string(),
  created_at: z.number().describe('Seconds since the Unix epoch'),
});

const history = z.object({
  session_id: z.string(),
  turns: z.array(
    z.object({
      user: z.string(),
      agent: z.string(),
      timestamp: z.number().describe('Seconds since the Unix epoch'),
      confidence: z.number().nullable(),
      sources: z.array(z.string()),
    }),
  ),
});

const ended = z.object({ session_id: z.string(), status: z.literal('ended') });

/** Sessions of the conversation socket. */
export function conversationRoutes(app: App, { ports, gate }: RouteContext): void {
  app.post(
    '/api/v1/session/create',
    {
      config: { newSession: true },
      schema: {
        summary: 'A new conversation',
        tags: ['Conversation'],
        response: { 200: created, ...failures },
      },
    },
    async ({ headers, ip }) =>
      ports.conversation.create(gate.hasToken(headers.authorization) ? '' : clientKey(ip)),
  );

  app.get(
    '/api/v1/session/:id/history',
    {
      config: { permission: 'test.use' },
      schema: {
        summary: 'What has been said',
        tags: ['Conversation'],
        params: idParams,
        response: { 200: history, ...failures },
      },
    },
    async ({ params }) => {
      const { turns } = await ports.conversation.history(params.id);
      return {
        session_id: params.id,
        turns: turns.map((turn) => ({
          user: turn.user,
          agent: turn.agent,
          timestamp: turn.timestamp,
          confidence: turn.confidence ?? null,
          sources: [...(turn.sources ?? [])],
        })),
      };
    },
  );

  app.delete(
    '/api/v1/session/:id',
    {
      config: { permission: 'test.use' },
      schema: {
        summary: 'Ends a conversation',
        tags: ['Conversation'],
        params: idParams,
        response: { 200: ended, ...failures },
      },
    },
    async ({ params }) => {
      await ports.conversation.end(params.id);
      return { session_id: params.id, status: 'ended' as const };
    },
  );
}
