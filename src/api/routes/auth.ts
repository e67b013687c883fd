import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { SignedIn } from '../auth/auth-service.js';
import { ACCESS_COOKIE } from '../auth/doorman.js';
import type { Principal } from '../auth/principal.js';
import { TICKET_MS } from '../auth/tickets.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { PERMISSIONS } from '../core/permissions.js';
import {
  credentials,
  meView,
  newToken,
  ownChange,
  password,
  registration,
  secret,
  sessionList,
  signedIn,
  tokenView,
  userView,
  viewSession,
  viewToken,
  viewUser,
} from '../schemas/accounts.js';
import { failures, idParams, idText, listOf } from '../schemas/common.js';

const tags = ['Sign-in'];
const REFRESH_COOKIE = 'leibniz_rt';
const asks = { principal: true } as const;
const nothing = z.null().describe('Nothing');

/** Signing in and out, and what belongs to oneself. */
export function authRoutes(app: App, context: RouteContext): void {
  signInRoutes(app, context);
  refreshRoutes(app, context);
  ownRoutes(app, context);
  linkRoutes(app, context);
  sessionRoutes(app, context);
  tokenRoutes(app, context);
  ticketRoute(app, context);
}

/** Gives the tokens, as cookies and in the body. */
function welcome(
  { options }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  signed: SignedIn,
): z.output<typeof signedIn> {
  const { secureCookies: secure, accessTtlS, refreshTtlS } = options.auth;
  const base = { httpOnly: true, sameSite: 'strict', secure } as const;
  void reply.setCookie(ACCESS_COOKIE, signed.accessToken, { ...base, path: '/', maxAge: accessTtlS });
  void reply.setCookie(REFRESH_COOKIE, signed.refreshToken, {
    ...base,
    path: '/api/v1/auth',
    maxAge: refreshTtlS,
  });
  return {
    access_token: signed.accessToken,
    token_type: 'Bearer',
    expires_in: accessTtlS,
    ...(request.headers['x-leibniz-client'] === 'api' ? { refresh_token: signed.refreshToken } : {}),
    user: viewUser(signed.account),
  };
}

function signInRoutes(app: App, context: RouteContext): void {
  const { auth } = context;
  app.post(
    '/api/v1/auth/register',
    {
      config: { textEntry: true },
      schema: {
        summary: 'Makes an account; the first one by the setup link that the start prints',
        tags,
        body: registration,
        response: { 201: z.object({ status: z.literal('registered') }), ...failures },
      },
    },
    async ({ body: { email, name, password: chosen, invite } }, reply) => {
      // Whether an address has an account already is told to nobody.
      await auth.register({ email, name, password: chosen }, invite);
      return reply.code(201).send({ status: 'registered' });
    },
  );

  app.post(
    '/api/v1/auth/login',
    { schema: { summary: 'Signs in', tags, body: credentials, response: { 200: signedIn, ...failures } } },
    async (request, reply) => {
      const { email, password: given } = request.body;
      const agent = request.headers['user-agent'];
      const client = { address: request.ip, ...(agent === undefined ? {} : { userAgent: agent }) };
      return welcome(context, request, reply, await auth.login(email, given, client));
    },
  );
}

function refreshRoutes(app: App, context: RouteContext): void {
  const { auth } = context;
  app.post(
    '/api/v1/auth/refresh',
    {
      schema: {
        summary: 'Exchanges the refresh token, of the cookie or the body, for new ones',
        tags,
        body: z.strictObject({ refresh_token: secret.optional() }).nullish(),
        response: { 200: signedIn, ...failures },
      },
    },
    async (request, reply) => {
      const token = request.body?.refresh_token ?? request.cookies[REFRESH_COOKIE];
      if (token === undefined) throw new LeibnizError('UNAUTHORIZED', 'Sign in first.');
      return welcome(context, request, reply, await auth.refresh(token));
    },
  );

  app.post(
    '/api/v1/auth/logout',
    {
      config: asks,
      schema: {
        summary: 'Ends this session, or all sessions of the account',
        tags,
        body: z.strictObject({ all: z.boolean().default(false) }).nullish(),
        response: { 204: nothing, ...failures },
      },
    },
    async (request, reply) => {
      await auth.logout(request.principal, request.body?.all ?? false);
      void reply
        .clearCookie(ACCESS_COOKIE, { path: '/' })
        .clearCookie(REFRESH_COOKIE, { path: '/api/v1/auth' });
      return reply.code(204).send(null);
    },
  );
}

function ownRoutes(app: App, { auth, ports, gate }: RouteContext): void {
  app.get(
    '/api/v1/auth/me',
    {
      config: asks,
      schema: { summary: 'Who asks, and what they may do', tags, response: { 200: meView, ...failures } },
    },
    async ({ principal }) => {
      if (principal.kind === 'anonymous') throw new LeibnizError('UNAUTHORIZED', 'Nobody is signed in.');
      const account = principal.userId === undefined ? undefined : await ports.accounts.get(principal.userId);
      return {
        user: account === undefined ? null : viewUser(account),
        permissions: PERMISSIONS.filter((permission) => principal.permissions.has(permission)),
        lines: [...principal.lines],
        session: principal.sessionId === undefined ? null : { id: principal.sessionId },
        mode:
          account !== undefined
            ? ('users' as const)
            : gate.hasAdminToken
              ? ('token' as const)
              : ('local' as const),
      };
    },
  );

  app.patch(
    '/api/v1/auth/me',
    {
      config: asks,
      schema: {
        summary: 'Changes name or preferences',
        tags,
        body: ownChange,
        response: { 200: userView, ...failures },
      },
    },
    async ({ principal, body }) => {
      const outcome = await ports.accounts.change(ownId(principal), compact(body));
      if (!outcome.ok) {
        throw new LeibnizError('VERSION_CONFLICT', 'The account has changed since it was read.');
      }
      return viewUser(outcome.account);
    },
  );

  app.post(
    '/api/v1/auth/password',
    {
      config: { ...asks, textEntry: true },
      schema: {
        summary: 'Changes the password; every session ends',
        tags,
        body: z.strictObject({ current: password, new: password }),
        response: { 204: nothing, ...failures },
      },
    },
    async ({ principal, body }, reply) => {
      await auth.changePassword(ownId(principal), body.current, body.new);
      return reply.code(204).send(null);
    },
  );
}

function linkRoutes(app: App, { auth }: RouteContext): void {
  app.post(
    '/api/v1/auth/password-reset/confirm',
    {
      config: { textEntry: true },
      schema: {
        summary: 'Chooses a password by a one-time link',
        tags,
        body: z.strictObject({ token: secret, password }),
        response: { 204: nothing, ...failures },
      },
    },
    async ({ body }, reply) => {
      await auth.passwordByLink(body.token, body.password);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/auth/verify-email',
    {
      config: { textEntry: true },
      schema: {
        summary: 'Confirms an address by a one-time link',
        tags,
        body: z.strictObject({ token: secret }),
        response: { 204: nothing, ...failures },
      },
    },
    async ({ body }, reply) => {
      await auth.verifyEmail(body.token);
      return reply.code(204).send(null);
    },
  );
}

function sessionRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/auth/sessions',
    {
      config: asks,
      schema: { summary: 'Where one is signed in', tags, response: { 200: sessionList, ...failures } },
    },
    async ({ principal }) => {
      const items = await ports.accounts.sessions(ownId(principal));
      return {
        items: items.map((session) => viewSession(session, principal.sessionId)),
        total: items.length,
      };
    },
  );

  app.delete(
    '/api/v1/auth/sessions/:id',
    {
      config: asks,
      schema: { summary: 'Ends a session', tags, params: idParams, response: { 204: nothing, ...failures } },
    },
    async ({ principal, params }, reply) => {
      const ended = await ports.accounts.signOut(ownId(principal), params.id);
      if (ended === 0) throw new LeibnizError('NOT_FOUND', 'There is no such session.', { field: 'id' });
      return reply.code(204).send(null);
    },
  );
}

function tokenRoutes(app: App, { auth, ports }: RouteContext): void {
  app.get(
    '/api/v1/auth/tokens',
    {
      config: asks,
      schema: { summary: 'Tokens for programs', tags, response: { 200: listOf(tokenView), ...failures } },
    },
    async ({ principal }) => {
      const items = await ports.accounts.tokens(ownId(principal));
      return { items: items.map(viewToken), total: items.length };
    },
  );

  app.post(
    '/api/v1/auth/tokens',
    {
      config: asks,
      schema: {
        summary: 'Makes a token for a program; its text is shown once',
        tags,
        body: newToken,
        response: { 201: z.object({ id: z.string(), token: z.string() }), ...failures },
      },
    },
    async ({ principal, body: { name, permissions, expires_at: until } }, reply) => {
      ownId(principal);
      const expiry = until === undefined ? {} : { expiresAtMs: Date.parse(until) };
      const { id, secret: token } = await auth.addToken(principal, { name, permissions, ...expiry });
      return reply.code(201).send({ id, token });
    },
  );

  app.delete(
    '/api/v1/auth/tokens/:id',
    {
      config: asks,
      schema: { summary: 'Removes a token', tags, params: idParams, response: { 204: nothing, ...failures } },
    },
    async ({ principal, params }, reply) => {
      const removed = await ports.accounts.removeToken(ownId(principal), params.id);
      if (!removed) throw new LeibnizError('NOT_FOUND', 'There is no such token.', { field: 'id' });
      return reply.code(204).send(null);
    },
  );
}

function ticketRoute(app: App, { tickets, clock }: RouteContext): void {
  app.post(
    '/api/v1/auth/ws-ticket',
    {
      config: asks,
      schema: {
        summary: 'A ticket for a socket: works once, for 30 s',
        tags,
        body: z.strictObject({
          purpose: z.enum(['live', 'audio', 'conversation', 'transcribe']),
          call_id: idText.optional(),
        }),
        response: { 200: z.object({ ticket: z.string(), expires_at: z.string() }), ...failures },
      },
    },
    async ({ principal, body }) => {
      if (principal.kind === 'anonymous') throw new LeibnizError('UNAUTHORIZED', 'Sign in first.');
      return {
        ticket: tickets.issue(principal, body.purpose, body.call_id, clock.now()),
        expires_at: new Date(clock.wall() + TICKET_MS).toISOString(),
      };
    },
  );
}

/** @throws LeibnizError UNAUTHORIZED when the sender is no person with an account */
function ownId({ kind, userId }: Principal): string {
  if (kind === 'user' && userId !== undefined) return userId;
  throw new LeibnizError('UNAUTHORIZED', 'This belongs to an account: sign in.');
}
