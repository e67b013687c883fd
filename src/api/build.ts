import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import fastify, { type FastifyRequest } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { isLeibnizError, LeibnizError } from '../kernel/errors.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Scheduler } from '../kernel/time.js';
import { AuthService } from './auth/auth-service.js';
import { Doorman } from './auth/doorman.js';
import { ANONYMOUS, requirePermission, type Principal } from './auth/principal.js';
import { Tickets } from './auth/tickets.js';
import { takeAudioBodies } from './audio-body.js';
import type { App, RouteContext } from './context.js';
import { controlIn, unstorableIn } from './core/fit-text.js';
import { LogThrottle } from './core/log-throttle.js';
import { RateLimiter } from './core/rate-limiter.js';
import { redacted } from './core/redaction.js';
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
import { ROUTE_GROUPS } from './group-names.js';
import { routesOf } from './route-groups.js';
import { consoleRoutes } from './routes/console.js';
import { docsRoutes } from './routes/docs.js';
import { systemRoutes } from './routes/system.js';
import { transcribeRoutes } from './routes/transcribe.js';
import { deskRoutes, guardServiceRoutes, knowledgeServiceRoutes } from './services/office-routes.js';
import { sttRoutes, ttsRoutes } from './services/speech-routes.js';
import type { ServicePorts } from './services/wire.js';
import { closeSockets, ConversationHub, conversationSocket } from './conversation-socket.js';
import { bearerOf, clientKey, Gate } from './security.js';
import type { TranscribeSocket } from './transcribe-socket.js';
import { boundPorts } from './with-timeout.js';

/** Largest WebSocket message, bytes: 32 s of audio. */
const MAX_SOCKET_MESSAGE_BYTES = 1024 * 1024;
/** Wrong tokens of a client in a minute that are answered as such; more are told to wait. */
const WRONG_TOKENS_PER_MINUTE = 10;

/** What {@link buildApi} may be given beside ports and options. */
export interface ApiEnvironment {
  readonly log?: ApiLog;
  readonly observer?: ApiObserver;
  readonly clock?: Scheduler;
  /** The API's own metrics in Prometheus' text format. */
  readonly metrics?: () => Promise<string>;
  /** Engines for other roles; none unless given. */
  readonly services?: ServicePorts;
}

/**
 * The whole API, not listening: test it with `inject`.
 */
export async function buildApi(
  ports: ApiPorts,
  options: ApiOptions,
  environment: ApiEnvironment = {},
): Promise<App> {
  const resolved = resolveApiOptions(options);
  const bounded = boundPorts(ports, resolved.portTimeoutMs);
  const clock = environment.clock ?? realScheduler;
  const context: RouteContext = {
    ports: bounded,
    options: resolved,
    gate: new Gate(resolved),
    auth: new AuthService(bounded.accounts, resolved.auth, clock),
    tickets: new Tickets(),
    clock,
    log: environment.log ?? SILENT_API_LOG,
    observer: environment.observer ?? NO_OBSERVER,
  };
  const app = createApp(context);
  const hub = new ConversationHub(context);
  await app.register(cookie);
  const transcribing = new Set<TranscribeSocket>();
  await app.register(websocket, {
    options: { maxPayload: MAX_SOCKET_MESSAGE_BYTES },
    preClose: (done) => {
      for (const socket of [...transcribing]) socket.close('server_shutdown');
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
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          feed: { type: 'apiKey', in: 'query', name: 'token' },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const { permission, feed, principal } = document.route.config ?? {};
      const security = [
        ...(permission !== undefined || feed ? [{ bearer: [] }] : []),
        ...(feed ? [{ feed: [] }] : []),
      ];
      const needs = permission ?? (principal === true ? 'signed in' : undefined);
      const described = needs === undefined ? schema : { ...schema, 'x-permission': needs };
      return { schema: security.length > 0 ? { ...described, security } : described, url };
    },
  });
  docsRoutes(app);
  systemRoutes(app, context, environment.metrics ?? (() => Promise.resolve('')));
  for (const group of resolved.routes ?? ROUTE_GROUPS) {
    // A scope of its own: the types of body that a group takes are not those of the others.
    await app.register(async (plain) => {
      const scope: App = plain.withTypeProvider<ZodTypeProvider>();
      if (group === 'conversation') conversationSocket(scope, hub);
      if (group === 'transcription') transcribeRoutes(scope, context, transcribing);
      else routesOf(group)(scope, context);
    });
  }
  serviceRoutes(app, environment.services ?? {});
  if (resolved.consoleDir !== undefined) {
    await consoleRoutes(app, resolved.consoleDir, resolved.auth.secureCookies);
  }
  await app.ready();
  return app;
}

function serviceRoutes(app: App, { stt, tts, knowledge, guard, desk }: ServicePorts): void {
  if (stt !== undefined) sttRoutes(app, stt);
  if (tts !== undefined) ttsRoutes(app, tts);
  if (knowledge !== undefined) knowledgeServiceRoutes(app, knowledge);
  if (guard !== undefined) guardServiceRoutes(app, guard);
  if (desk !== undefined) deskRoutes(app, desk);
}

function createApp(context: RouteContext): App {
  const { options, log } = context;
  const app = fastify({
    logger: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
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
  takeAudioBodies(app);
  return app;
}

function addHooks(app: App, context: RouteContext): void {
  const { options, gate, clock, observer, log } = context;
  const doorman = new Doorman(gate, context.auth, options.host);
  const guarded = guard(context);
  const limit = limiter(context);
  const throttle = new LogThrottle();
  app.decorateRequest('principal');

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    request.principal = ANONYMOUS;
    gate.checkOrigin(request);
    const { config, url: route = '' } = request.routeOptions;
    const client = clientKey(request.ip);
    const permission = config.permission ?? (isAdminPath(request.url) ? 'settings.write' : undefined);
    if (permission !== undefined || config.feed === true || config.principal === true) {
      await guarded(request, async () => {
        request.principal =
          ticketHolder(context, request) ?? (await doorman.principalOf(request, socketToken(request)));
        if (permission !== undefined) requirePermission(request.principal, permission);
        if (config.feed === true) checkFeed(gate, request);
      });
    }
    if (config.textEntry === true) limit(route, client);
    if (config.newSession === true && !gate.hasToken(request.headers.authorization)) limit(route, client);
  });

  app.addHook('preValidation', async ({ query, params, body }) => {
    const address = controlIn(query) ?? controlIn(params);
    if (address !== undefined) throw unfit(address, 'must not have control characters');
    const field = unstorableIn(body);
    if (field !== undefined) throw unfit(field, 'must not have NUL or half characters');
  });

  app.addHook('preSerialization', async (request, _reply, payload) => {
    const { permission, unmasked } = request.routeOptions.config;
    const isOpen = permission === undefined || unmasked === true;
    return isOpen || request.principal.permissions.has('calls.pii') ? payload : redacted(payload);
  });

  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    observer.request(fields);
    if (fields.status < statusOf('INTERNAL')) return;
    const leftOut = throttle.pass(`${fields.route} ${fields.status}`, clock.now());
    if (leftOut === undefined) return;
    const { method, route, status, ms } = fields;
    log.warn({ method, route, status, ms, left_out: leftOut }, 'request answered with an error');
  });
}

/** Counts the requests of each client at each entry point. @throws RetryLaterError beyond the limit */
function limiter({ options, clock, observer }: RouteContext): (route: string, client: string) => void {
  const limiters = new Map<string, RateLimiter>();
  return (route, client) => {
    let known = limiters.get(route);
    if (known === undefined) limiters.set(route, (known = new RateLimiter(options.rateLimitPerMinute)));
    const waitMs = known.take(client, clock.now());
    if (waitMs === 0) return;
    observer.rateLimited(route);
    throw new RetryLaterError(
      'RATE_LIMITED',
      `At most ${options.rateLimitPerMinute} requests a minute are taken here.`,
      Math.ceil(waitMs),
    );
  };
}

const unfit = (field: string, problem: string): LeibnizError =>
  new LeibnizError('BAD_REQUEST', `${field === '' ? 'The request' : field}: ${problem}.`, {
    ...(field === '' ? {} : { field }),
  });

/**
 * Runs a check of tokens. Who sends many wrong ones is told to wait; a right one is let in all the same, because others may
 * share the address. What is made by this program cannot be guessed, and ADMIN_TOKEN is long where others can reach it.
 */
function guard({
  clock,
  observer,
}: RouteContext): (request: FastifyRequest, check: () => Promise<void>) => Promise<void> {
  const wrong = new RateLimiter(WRONG_TOKENS_PER_MINUTE);
  return async (request, check) => {
    try {
      await check();
    } catch (error) {
      const given = bearerOf(request.headers.authorization) ?? queryToken(request);
      // A permission that is missing, or a token that has expired, is no guess.
      const isGuess = given !== undefined && isLeibnizError(error) && error.code === 'UNAUTHORIZED';
      const waitMs = isGuess ? wrong.take(clientKey(request.ip), clock.now()) : 0;
      if (waitMs === 0) throw error;
      observer.rateLimited('token');
      throw new RetryLaterError('RATE_LIMITED', 'Too many wrong tokens came from here.', Math.ceil(waitMs));
    }
  };
}

/** The feed opens by its own token; where it has one, this machine needs it too. */
function checkFeed(gate: Gate, request: FastifyRequest): void {
  const token = queryToken(request);
  if (token !== undefined && gate.isFeedToken(token)) return;
  const { principal } = request;
  requirePermission(gate.hasFeedToken && principal.kind === 'local' ? ANONYMOUS : principal, 'calls.pii');
}

/** Who was given the ticket in a socket's address; a ticket that does not fit is nobody's. */
function ticketHolder({ tickets, clock }: RouteContext, request: FastifyRequest): Principal | undefined {
  const { ticket: purpose } = request.routeOptions.config;
  const { ticket } = request.query as Readonly<Record<string, unknown>>;
  if (!request.ws || purpose === undefined || typeof ticket !== 'string') return undefined;
  // One for a call opens that call only.
  const { id } = request.params as Readonly<Record<string, string | undefined>>;
  return tickets.redeem(ticket, purpose, purpose === 'audio' ? id : undefined, clock.now()) ?? ANONYMOUS;
}

/** Browsers cannot set headers on a socket: there the token may stand in the query. */
function socketToken(request: FastifyRequest): string | undefined {
  return request.ws ? queryToken(request) : undefined;
}

function queryToken(request: FastifyRequest): string | undefined {
  const { token } = request.query as Readonly<Record<string, unknown>>;
  return typeof token === 'string' ? token : undefined;
}

function isAdminPath(url: string): boolean {
  return /(^|\/)admin(\/|$)/i.test(url.split('?')[0] ?? '');
}
