import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import fastify, { type FastifyRequest } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { LeibnizError } from '../kernel/errors.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Scheduler } from '../kernel/time.js';
import type { App, RouteContext } from './context.js';
import { RateLimiter } from './core/rate-limiter.js';
import { errorBody, errorHandler, RetryLaterError, sendError, statusOf } from './errors.js';
import {
  NO_OBSERVER,
  resolveApiOptions,
  SILENT_API_LOG,
  type ApiLog,
  type ApiObserver,
  type ApiOptions,
} from './options.js';
import type { ApiPorts } from './ports.js';
import { appointmentSessionRoutes } from './routes/appointment-sessions.js';
import { conversationRoutes } from './routes/conversation.js';
import { docsRoutes } from './routes/docs.js';
import { jobRoutes } from './routes/jobs.js';
import { knowledgeRoutes } from './routes/knowledge.js';
import { recordRoutes } from './routes/records.js';
import { systemRoutes } from './routes/system.js';
import { closeSockets, ConversationHub, conversationSocket } from './conversation-socket.js';
import { clientKey, Gate, requireToken } from './security.js';
import { boundPorts } from './with-timeout.js';

/** Largest WebSocket message, bytes: 32 s of audio. */
const MAX_SOCKET_MESSAGE_BYTES = 1024 * 1024;

/** What {@link buildApi} may be given beside ports and options. */
export interface ApiEnvironment {
  readonly log?: ApiLog;
  readonly observer?: ApiObserver;
  readonly clock?: Scheduler;
  /** The API's own metrics in Prometheus' text format. */
  readonly metrics?: () => Promise<string>;
}

/**
 * The whole API, not listening: test it with `inject`.
 *
 * @throws LeibnizError CONFIG_INVALID when the host is not loopback and there is no token
 */
export async function buildApi(
  ports: ApiPorts,
  options: ApiOptions,
  environment: ApiEnvironment = {},
): Promise<App> {
  const resolved = resolveApiOptions(options);
  requireToken(resolved);
  const context: RouteContext = {
    ports: boundPorts(ports, resolved.portTimeoutMs),
    options: resolved,
    gate: new Gate(resolved),
    clock: environment.clock ?? realScheduler,
    log: environment.log ?? SILENT_API_LOG,
    observer: environment.observer ?? NO_OBSERVER,
  };
  const app = createApp(context);
  const hub = new ConversationHub(context);
  await app.register(websocket, {
    options: { maxPayload: MAX_SOCKET_MESSAGE_BYTES },
    preClose: (done) => {
      closeSockets(app, hub);
      done();
    },
  });
  // After the plugin, whose own hook tells sockets from requests.
  addHooks(app, context);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Leibniz',
        version: resolved.version,
        description:
          'Telephony voice agent. Errors are `{"error": {"code", "message", "field"?, "retry_after_ms"?}}` everywhere.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const secured = document.route.config?.protected === true;
      return { schema: secured ? { ...schema, security: [{ bearer: [] }] } : schema, url };
    },
  });
  docsRoutes(app);
  systemRoutes(app, context, environment.metrics ?? (() => Promise.resolve('')));
  conversationRoutes(app, context);
  conversationSocket(app, hub);
  knowledgeRoutes(app, context);
  appointmentSessionRoutes(app, context, '/api/v1/appointment/session');
  recordRoutes(app, context);
  jobRoutes(app, context);
  await app.ready();
  return app;
}

function createApp(context: RouteContext): App {
  const { options, log } = context;
  const app = fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: 30_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (_error, _request, reply) => {
      void sendError(reply, new LeibnizError('BAD_REQUEST', 'The address is malformed.'));
    },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return;
      const body = JSON.stringify(
        errorBody(new LeibnizError('BAD_REQUEST', 'The request is not valid HTTP.')),
      );
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(errorHandler(log));
  app.setNotFoundHandler((_request, reply) =>
    sendError(
      reply,
      new LeibnizError('NOT_FOUND', 'There is no such path, or it does not take this method.'),
    ),
  );
  // A plain-text body would slip past the rule that only JSON needs a preflight request from a browser.
  app.removeContentTypeParser('text/plain');
  return app;
}

function addHooks(app: App, { options, gate, clock, observer, log }: RouteContext): void {
  const limiters = new Map<string, RateLimiter>();
  const limiterOf = (route: string): RateLimiter => {
    let limiter = limiters.get(route);
    if (limiter === undefined) limiters.set(route, (limiter = new RateLimiter(options.rateLimitPerMinute)));
    return limiter;
  };

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    gate.checkOrigin(request);
    const { config, url: route = '' } = request.routeOptions;
    if (config.protected === true || isAdminPath(request.url)) {
      gate.checkToken(request.headers.authorization, socketToken(request));
    }
    if (config.textEntry !== true) return;
    const waitMs = limiterOf(route).take(clientKey(request.ip), clock.now());
    if (waitMs === 0) return;
    observer.rateLimited(route);
    throw new RetryLaterError(
      'RATE_LIMITED',
      `At most ${options.rateLimitPerMinute} requests a minute are taken here.`,
      Math.ceil(waitMs),
    );
  });

  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    observer.request(fields);
    if (fields.status >= statusOf('INTERNAL')) log.warn(fields, 'request answered with an error');
  });
}

/** Browsers cannot set headers on a socket: there the token may stand in the query. */
function socketToken(request: FastifyRequest): string | undefined {
  const { token } = request.query as Readonly<Record<string, unknown>>;
  return request.ws && typeof token === 'string' ? token : undefined;
}

function isAdminPath(url: string): boolean {
  return /(^|\/)admin(\/|$)/i.test(url.split('?')[0] ?? '');
}
