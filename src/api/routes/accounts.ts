import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { AccountOutcome, AccountRefusal, AuditEntry } from '../../store/types.js';
import { compact } from '../compact.js';
import { consoleUrl } from '../console-url.js';
import type { App, RouteContext } from '../context.js';
import { trailEntry } from '../trail.js';
import {
  auditView,
  linkView,
  newUser,
  userChange,
  userView,
  viewAudit,
  viewUser,
} from '../schemas/accounts.js';
import { failures, idParams, idText, instant, instantParam, listOf, paging } from '../schemas/common.js';

const config = { permission: 'users.manage', unmasked: true } as const;
const tags = ['Users'];

/** People who may sign in, and the trail of what was done. */
export function accountRoutes(app: App, context: RouteContext): void {
  userRoutes(app, context);
  changeRoutes(app, context);
  auditRoutes(app, context);
}

function userRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/users',
    {
      config,
      schema: {
        summary: 'Accounts by address',
        tags,
        querystring: z.strictObject(paging),
        response: { 200: listOf(userView), ...failures },
      },
    },
    async ({ query }) => {
      const page = await ports.accounts.list(query);
      return { items: page.items.map(viewUser), total: page.total };
    },
  );

  app.get(
    '/api/v1/users/:id',
    {
      config,
      schema: { summary: 'An account', tags, params: idParams, response: { 200: userView, ...failures } },
    },
    async ({ params }) => {
      const account = await ports.accounts.get(params.id);
      if (account === undefined) throw refused('not_found');
      return viewUser(account);
    },
  );

  app.post(
    '/api/v1/users',
    {
      config,
      schema: {
        summary: 'Makes an account without a password; a link lets the person choose one',
        tags,
        body: newUser,
        response: { 201: userView, ...failures },
      },
    },
    async (request, reply) => {
      const outcome = await ports.accounts.create({ ...request.body, emailVerified: true });
      const { account } = accepted(outcome);
      await note(ports, request, 'user.create', account.id, { roles: [...account.roles] });
      return reply.code(201).send(viewUser(account));
    },
  );
}

function changeRoutes(app: App, { ports, auth, options }: RouteContext): void {
  app.patch(
    '/api/v1/users/:id',
    {
      config,
      schema: {
        summary: 'Changes roles, lines or name, or disables; needs the version that was read',
        tags,
        params: idParams,
        body: userChange,
        response: { 200: userView, ...failures },
      },
    },
    async (request) => {
      const { disabled, ...change } = request.body;
      const status =
        disabled === undefined ? undefined : disabled ? ('disabled' as const) : ('active' as const);
      const outcome = await ports.accounts.change(request.params.id, compact({ ...change, status }));
      const { account } = accepted(outcome);
      auth.forget(account.id);
      await note(ports, request, 'user.change', account.id, compact({ roles: change.roles, disabled }));
      return viewUser(account);
    },
  );

  app.delete(
    '/api/v1/users/:id',
    {
      config,
      schema: {
        summary: 'Removes an account',
        tags,
        params: idParams,
        response: { 204: z.null(), ...failures },
      },
    },
    async (request, reply) => {
      accepted(await ports.accounts.remove(request.params.id));
      auth.forget(request.params.id);
      await note(ports, request, 'user.remove', request.params.id, {});
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/users/:id/link',
    {
      config,
      schema: {
        summary: 'A one-time link to choose a password or to confirm the address',
        tags,
        params: idParams,
        body: z.strictObject({ purpose: z.enum(['invite', 'reset', 'verify']) }),
        response: { 200: linkView, ...failures },
      },
    },
    async (request) => {
      const { params, body } = request;
      if ((await ports.accounts.get(params.id)) === undefined) throw refused('not_found');
      const { secret, expiresAtMs } = await auth.makeLink(body.purpose, params.id);
      await note(ports, request, 'user.link', params.id, { purpose: body.purpose });
      const bound = app.server.address();
      const port = typeof bound === 'object' ? bound?.port : undefined;
      return {
        url: consoleUrl(options, port, body.purpose, secret),
        expires_at: new Date(expiresAtMs).toISOString(),
      };
    },
  );
}

function auditRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/audit',
    {
      config: { permission: 'audit.read' },
      schema: {
        summary: 'What was done and refused, newest first',
        tags: ['Audit'],
        querystring: z.strictObject({
          ...paging,
          from: instantParam.optional(),
          to: instantParam.optional(),
          actor: idText.optional(),
          action: idText.optional(),
          call_id: idText.optional(),
        }),
        response: { 200: listOf(auditView), ...failures },
      },
    },
    async ({ query: { limit, offset, from, to, actor, action, call_id: callId } }) => {
      const at = (text: string | undefined): number | undefined =>
        text === undefined ? undefined : instant(text, 'UTC');
      const filter = compact({ fromMs: at(from), toMs: at(to), actorId: actor, action, callId });
      const page = await ports.accounts.trail({ limit, offset, ...filter });
      return { items: page.items.map(viewAudit), total: page.total };
    },
  );

  app.get(
    '/api/v1/audit/check',
    {
      config: { permission: 'audit.read' },
      schema: {
        summary: 'Whether the chain of the trail is whole',
        tags: ['Audit'],
        response: { 200: z.object({ whole: z.boolean(), broken_at: z.number().nullable() }), ...failures },
      },
    },
    async () => {
      const brokenAt = await ports.accounts.brokenAt();
      return { whole: brokenAt === undefined, broken_at: brokenAt ?? null };
    },
  );
}

/** Writes down what somebody did to an account. */
const note = (
  ports: RouteContext['ports'],
  request: FastifyRequest,
  action: string,
  id: string,
  detail: NonNullable<AuditEntry['detail']>,
): Promise<void> => ports.accounts.audit(trailEntry(request, action, { type: 'user', id }, detail));

function accepted(outcome: AccountOutcome): Extract<AccountOutcome, { ok: true }> {
  if (!outcome.ok) throw refused(outcome.why);
  return outcome;
}

function refused(why: AccountRefusal): LeibnizError {
  switch (why) {
    case 'not_found':
      return new LeibnizError('NOT_FOUND', 'There is no such account.', { field: 'id' });
    case 'email_taken':
      return new LeibnizError('CONFLICT', 'This address has an account already.', { field: 'email' });
    case 'stale':
      return new LeibnizError('VERSION_CONFLICT', 'The account has changed since it was read.', {
        field: 'version',
      });
    case 'last_admin':
      return new LeibnizError('CONFLICT', 'The last admin stays one; make another first.', {
        field: 'roles',
      });
  }
}
