import { z } from 'zod';
import type { App, RouteContext } from './context.js';
import { idText } from './schemas/common.js';
import { SocketConversation } from './socket-conversation.js';

/** `WS /api/v1/conversation`: the newest socket of a session wins, an older one is closed. */
export function conversationSocket(app: App, context: RouteContext): void {
  const bySession = new Map<string, SocketConversation>();

  app.get(
    '/api/v1/conversation',
    {
      websocket: true,
      config: { protected: true },
      schema: { querystring: z.object({ session_id: idText, token: z.string().optional() }) },
    },
    (socket, request) => {
      const { session_id: sessionId } = request.query as { session_id: string };
      bySession.get(sessionId)?.close('replaced');
      const conversation = new SocketConversation(socket, sessionId, context, () => {
        if (bySession.get(sessionId) === conversation) bySession.delete(sessionId);
      });
      bySession.set(sessionId, conversation);
      conversation.start();
    },
  );

  app.addHook('preClose', (done) => {
    for (const conversation of bySession.values()) conversation.close('server_shutdown');
    done();
  });
}
