import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseCsv } from '../../documents/core/csv.js';
import { LeibnizError } from '../../kernel/errors.js';
import { wallMs } from '../../kernel/time.js';
import { CAMPAIGN_ORIGINS, CAMPAIGN_STATUSES, CONTACT_STATES, type Contact } from '../../store/types.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { trailEntry } from '../trail.js';
import { errorSchema, failures, idParams, idText, listOf, paging } from '../schemas/common.js';
import {
  campaignBody,
  campaignView,
  contactBody,
  contactView,
  newContact,
  oneCall,
  phone,
  stopView,
  viewCampaign,
  viewContact,
  viewStop,
} from '../schemas/outbound.js';

const read = { permission: 'calls.read' } as const;
const write = { permission: 'outbound.write' } as const;
const tags = ['Outbound calls'];
const answers = { ...failures, 409: errorSchema.describe('Nobody is called now; the message says why') };
/** How long a single call is tried unless told, ms. */
const CALL_LIFE_MS = 86_400_000;
const PAGE = 500;

const missing = (what: string): LeibnizError =>
  new LeibnizError('NOT_FOUND', `There is no such ${what}.`, { field: 'id' });

/** Calls that the agent makes: one, many, and numbers that are not called. */
export function outboundRoutes(app: App, context: RouteContext): void {
  making(app, context);
  campaigns(app, context);
  results(app, context);
  doNotCall(app, context);
}

/** Writes down who has somebody called, or has it stopped. */
const note = (
  { ports }: RouteContext,
  request: FastifyRequest,
  action: string,
  type: 'campaign' | 'do_not_call',
  id: string,
): Promise<void> => ports.accounts.audit(trailEntry(request, action, { type, id }));

function making(app: App, context: RouteContext): void {
  const { ports, clock } = context;
  app.post(
    '/api/v1/calls',
    {
      config: write,
      schema: {
        summary: 'Calls somebody, as soon as they may be called',
        tags,
        body: oneCall,
        response: { 200: contactView, ...answers },
      },
    },
    async (request) => {
      const { body, headers } = request;
      const { purpose, topic, expires_at: end, ...contact } = body;
      const campaign = await ports.outbound.create({
        ...{ idempotencyKey: keyOf(headers), name: 'Call', origin: 'call', purpose },
        ...compact({ topic }),
        rules: await ports.outbound.rules(),
        expiresAtMs: wallMs(end === undefined ? clock.wall() + CALL_LIFE_MS : Date.parse(end)),
        contacts: [newContact(contact)],
      });
      const [made] = (await ports.outbound.contacts(campaign.id, { limit: 1 })).items;
      if (made === undefined) throw missing('call');
      await note(context, request, 'outbound.call', 'campaign', campaign.id);
      return viewContact(made);
    },
  );

  app.post(
    '/api/v1/campaigns',
    {
      config: write,
      schema: {
        summary: 'Makes a campaign; contacts as JSON, or as CSV with a header row',
        tags,
        body: campaignBody,
        response: { 200: campaignView, ...answers },
      },
    },
    async (request) => {
      const { body, headers } = request;
      const {
        name,
        purpose,
        topic,
        starts_at: from,
        expires_at: end,
        rules,
        contacts = [],
        csv,
        consent,
      } = body;
      const all = [...contacts, ...(csv === undefined ? [] : contactsIn(csv))];
      const given = await ports.outbound.rules();
      const {
        per_day: perDay,
        per_week: perWeek,
        max_attempts: maxAttempts,
        max_concurrent: maxConcurrent,
      } = rules ?? {};
      const made = await ports.outbound.create({
        ...{ idempotencyKey: keyOf(headers), name, origin: 'campaign', purpose },
        ...compact({ topic }),
        rules: { ...given, ...compact({ perDay, perWeek, maxAttempts, maxConcurrent }) },
        ...(from === undefined ? {} : { startsAtMs: wallMs(Date.parse(from)) }),
        expiresAtMs: wallMs(Date.parse(end)),
        contacts: all.map((one) => newContact({ ...compact({ consent }), ...one })),
      });
      await note(context, request, 'outbound.create', 'campaign', made.id);
      return viewCampaign(made);
    },
  );
}

/** The same key makes one campaign; a request without one is one of its own. */
function keyOf(headers: FastifyRequest['headers']): string {
  const given = headers['idempotency-key'];
  return typeof given === 'string' && given !== '' ? given.slice(0, 200) : randomUUID();
}

/** @throws LeibnizError BAD_REQUEST naming the row */
function contactsIn(csv: string): z.infer<typeof contactBody>[] {
  const [header = [], ...rows] = parseCsv(csv).filter((row) => row.some((cell) => cell.trim() !== ''));
  const names = header.map((name) => name.trim().toLowerCase());
  return rows.map((row, n) => {
    const named = names.map((name, k): [string, string | undefined] => [name, row[k]?.trim()]);
    const cells = Object.fromEntries(named.filter(([, cell]) => cell !== ''));
    const { consent_source: source, consent_at: at, ...rest } = cells;
    const parsed = contactBody.safeParse({
      ...rest,
      ...(source === undefined ? {} : { consent: { source, at } }),
    });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const what = issue === undefined ? '' : ` ${issue.path.join('.')}: ${issue.message}`;
    throw new LeibnizError('BAD_REQUEST', `Row ${n + 2} of the CSV is no contact:${what}.`, { field: 'csv' });
  });
}

function campaigns(app: App, context: RouteContext): void {
  const { ports } = context;
  const query = z.strictObject({
    ...paging,
    status: z.enum(CAMPAIGN_STATUSES).optional(),
    origin: z.enum(CAMPAIGN_ORIGINS).optional(),
  });
  app.get(
    '/api/v1/campaigns',
    {
      config: read,
      schema: {
        summary: 'Campaigns, newest first',
        tags,
        querystring: query,
        response: { 200: listOf(campaignView), ...failures },
      },
    },
    async ({ query: { limit, offset, status, origin } }) => {
      const page = await ports.outbound.list({ limit, offset, ...compact({ status, origin }) });
      return { items: page.items.map(viewCampaign), total: page.total };
    },
  );
  app.get(
    '/api/v1/campaigns/:id',
    {
      config: read,
      schema: { summary: 'A campaign', tags, params: idParams, response: { 200: campaignView, ...failures } },
    },
    async ({ params }) => {
      const found = await ports.outbound.get(params.id);
      if (found === undefined) throw missing('campaign');
      return viewCampaign(found);
    },
  );
  const changes = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const;
  for (const [verb, to] of Object.entries(changes)) {
    app.post(
      `/api/v1/campaigns/:id/${verb}`,
      {
        config: write,
        schema: {
          summary: `Campaign: ${verb}; calls in progress go on`,
          tags,
          params: idParams,
          response: { 200: campaignView, ...answers },
        },
      },
      async (request) => {
        const { params } = request;
        const changed = await ports.outbound.change(params.id, to);
        if (changed === undefined) throw missing('campaign');
        await note(context, request, `outbound.${verb}`, 'campaign', params.id);
        return viewCampaign(changed);
      },
    );
  }
}

function results(app: App, { ports }: RouteContext): void {
  const query = z.strictObject({ ...paging, state: z.enum(CONTACT_STATES).optional() });
  app.get(
    '/api/v1/campaigns/:id/results',
    {
      config: read,
      schema: {
        summary: 'Contacts of a campaign with their attempts',
        tags,
        params: idParams,
        querystring: query,
        response: { 200: listOf(contactView), ...failures },
      },
    },
    async ({ params, query: { limit, offset, state } }) => {
      if ((await ports.outbound.get(params.id)) === undefined) throw missing('campaign');
      const page = await ports.outbound.contacts(params.id, { limit, offset, ...compact({ state }) });
      return { items: page.items.map(viewContact), total: page.total };
    },
  );
  app.get(
    '/api/v1/campaigns/:id/results.csv',
    {
      config: { permission: 'calls.pii' },
      schema: {
        summary: 'The results of a campaign as CSV',
        tags,
        params: idParams,
        produces: ['text/csv'],
        response: failures,
      },
    },
    async ({ params }, reply) => {
      if ((await ports.outbound.get(params.id)) === undefined) throw missing('campaign');
      const rows: string[] = ['number,name,state,outcome,refusal,result,attempts,last_at,call_id'];
      for (let offset = 0; ; offset += PAGE) {
        const { items } = await ports.outbound.contacts(params.id, { limit: PAGE, offset });
        rows.push(...items.map(csvRow));
        if (items.length < PAGE) break;
      }
      return sendCsv(reply, rows);
    },
  );
}

const sendCsv = (reply: FastifyReply, rows: readonly string[]): FastifyReply =>
  reply.type('text/csv; charset=utf-8').send(`${rows.join('\r\n')}\r\n`);

function csvRow(contact: Contact): string {
  const { pii, state, outcome, refusal, result, attempts } = viewContact(contact);
  const last = attempts.at(-1);
  const cells = [
    pii.number,
    pii.name,
    state,
    outcome,
    refusal,
    result,
    attempts.length,
    last?.at,
    last?.call_id,
  ];
  return cells.map((cell) => csvCell(String(cell ?? ''))).join(',');
}

/** A name that begins like a formula is none for the program that opens the file. */
function csvCell(text: string): string {
  const plain = /^[=@\t\r-]|^\+(?!\d+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function doNotCall(app: App, context: RouteContext): void {
  const { ports } = context;
  app.get(
    '/api/v1/do-not-call',
    {
      config: read,
      schema: {
        summary: 'Numbers that are not called, newest first',
        tags,
        querystring: z.strictObject(paging),
        response: { 200: listOf(stopView), ...failures },
      },
    },
    async ({ query }) => {
      const page = await ports.outbound.doNotCall(query);
      return { items: page.items.map(viewStop), total: page.total };
    },
  );
  app.post(
    '/api/v1/do-not-call',
    {
      config: write,
      schema: {
        summary: 'A number is not called any more',
        tags,
        body: z.strictObject({ number: phone }),
        response: { 200: stopView, ...failures },
      },
    },
    async (request) => {
      const { number } = request.body;
      const stop = await ports.outbound.stopCalls({ source: 'api', pii: { number } });
      await note(context, request, 'outbound.stop', 'do_not_call', stop.id);
      return viewStop(stop);
    },
  );
  app.delete(
    '/api/v1/do-not-call/:id',
    {
      config: write,
      schema: {
        summary: 'A number may be called again',
        tags,
        params: z.object({ id: idText }),
        response: { 204: z.null(), ...failures },
      },
    },
    async (request, reply) => {
      const { params } = request;
      if (!(await ports.outbound.allowCalls(params.id))) throw missing('number on the list');
      await note(context, request, 'outbound.allow', 'do_not_call', params.id);
      return reply.code(204).send(null);
    },
  );
}
