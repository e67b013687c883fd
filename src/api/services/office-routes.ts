import { z } from 'zod';
import type { DocumentChange } from '../../dialog/knowledge/types.js';
import { compact } from '../compact.js';
import type { App } from '../context.js';
import {
  classifyBody,
  DESK_METHODS,
  deskBody,
  documentsBody,
  guardBody,
  MAX_DOCUMENTS_BODY_BYTES,
  queryBody,
  rebuildBody,
  retrieveBody,
  SERVICE_PREFIX,
  type ServicePorts,
} from './wire.js';

const config = { permission: 'settings.write' } as const;
const hide = true;

/** Classifier and documents for other roles. */
export function knowledgeServiceRoutes(app: App, knowledge: NonNullable<ServicePorts['knowledge']>): void {
  app.post(
    `${SERVICE_PREFIX}/intent/classify`,
    { config, schema: { hide, body: classifyBody } },
    async ({ body }) => knowledge.classify(body.text, compact(body.context)),
  );
  app.post(`${SERVICE_PREFIX}/rag/query`, { config, schema: { hide, body: queryBody } }, async ({ body }) =>
    knowledge.query(body.text, compact(body.context)),
  );
  app.post(
    `${SERVICE_PREFIX}/rag/rebuild`,
    { config, schema: { hide, body: rebuildBody } },
    async ({ body }) => knowledge.rebuild(body.path),
  );
  app.post(
    `${SERVICE_PREFIX}/rag/retrieve`,
    { config, schema: { hide, body: retrieveBody } },
    async ({ body }) => knowledge.retrieve(body.text, body.limit),
  );
  app.get(`${SERVICE_PREFIX}/rag/documents`, { config, schema: { hide } }, async () => knowledge.held());
  app.post(
    `${SERVICE_PREFIX}/rag/documents`,
    { config, bodyLimit: MAX_DOCUMENTS_BODY_BYTES, schema: { hide, body: documentsBody } },
    async ({ body }) => {
      await knowledge.take(body as DocumentChange);
      return {};
    },
  );
  app.get(`${SERVICE_PREFIX}/knowledge/stats`, { config, schema: { hide } }, async () => knowledge.stats());
}

/** Verdicts for other roles. */
export function guardServiceRoutes(app: App, guard: NonNullable<ServicePorts['guard']>): void {
  for (const stage of ['input', 'output'] as const) {
    app.post(
      `${SERVICE_PREFIX}/guard/${stage}`,
      { config, schema: { hide, body: guardBody } },
      async ({ body }) => guard[stage](body.text),
    );
  }
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** Appointments, call-backs and waiting list for other roles; the store itself checks what it is asked. */
export function deskRoutes(app: App, desk: NonNullable<ServicePorts['desk']>): void {
  for (const [part, methods] of Object.entries(DESK_METHODS)) {
    const params = z.object({ method: z.enum(methods as readonly [string, ...string[]]) });
    app.post(
      `${SERVICE_PREFIX}/desk/${part}/:method`,
      { config, schema: { hide, params, body: deskBody } },
      async ({ params: { method }, body }) => {
        const port = desk[part as keyof typeof DESK_METHODS];
        const run = (port as unknown as Readonly<Record<string, Method>>)[method];
        return { value: await run?.apply(port, body.args) };
      },
    );
  }
}
