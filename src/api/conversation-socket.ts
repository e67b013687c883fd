import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { App, RouteContext } from './context.js';
import { idText } from './schemas/common.js';
import { SocketConversation } from './socket-conversation.js';

/** Sockets that have not closed this long after they were asked to are cut, ms. */
const CLOSE_GRACE_MS = 1000;

/** The open sockets by session: the newest socket of a session wins, an older one is closed. */
export class ConversationHub {
  readonly #bySession = new Map<string, SocketConversation>();

  constructor(private readonly context: RouteContext) {}

  accept(socket: WebSocket, sessionId: string): void {
    this.#bySession.get(sessionId)?.close('replaced');
    const conversation = new SocketConversation(socket, sessionId, this.context, () => {
      if (this.#bySession.get(sessionId) === conversation) this.#bySession.delete(sessionId);
    });
    this.#bySession.set(sessionId, conversation);
    conversation.start();
  }

  /** Tells every client that the server goes away; sessions stay resumable. */
  closeAll(): void {
    for (const conversation of [...this.#bySession.values()]) conversation.close('server_shutdown');
  }
}

/** Ends the sockets before the server stops listening. */
export function closeSockets(app: App, hub: ConversationHub): void {
  hub.closeAll();
  const { websocketServer } = app;
  const timer = setTimeout(() => {
    for (const client of websocketServer.clients) client.terminate();
  }, CLOSE_GRACE_MS);
  // Open sockets keep the thread alive, and with it this timer.
  timer.unref();
  websocketServer.close();
}

/** `WS /api/v1/conversation`. */
export function conversationSocket(app: App, hub: ConversationHub): void {
  app.get(
    '/api/v1/conversation',
    {
      websocket: true,
      config: { permission: 'test.use', ticket: 'conversation' },
      schema: {
        querystring: z.object({
          session_id: idText,
          token: z.string().optional(),
          ticket: z.string().optional(),
        }),
      },
    },
    (socket, request) => {
      const { session_id: sessionId } = request.query as { session_id: string };
      hub.accept(socket, sessionId);
    },
  );
}
