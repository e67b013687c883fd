import { createHash } from 'node:crypto';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DocumentReader } from '../../documents/reader.js';
import { unreadable } from '../../documents/unreadable.js';
import { LeibnizError } from '../../kernel/errors.js';
import type { WallMs } from '../../kernel/time.js';
import type { NewVersion } from '../../store/types.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { trailEntry } from '../trail.js';
import type { SearchedMaterial } from '../ports.js';
import {
  errorSchema,
  failures,
  idParams,
  idText,
  instant,
  iso,
  isoOrNull,
  listOf,
  paging,
} from '../schemas/common.js';
import { materialView, type versionView } from '../schemas/materials.js';
import { jobView } from '../schemas/jobs.js';

const sectionView = z.object({ headings: z.array(z.string()), paragraphs: z.array(z.string()) });

const page = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    message: 'give an address that begins with http:// or https://',
  });

const crawlBody = z.strictObject({
  urls: z.array(page).min(1).max(20).describe('Pages or sitemaps to begin with'),
  max_pages: z.number().int().min(1).max(2000).default(200),
  max_depth: z.number().int().min(0).max(10).default(3).describe('Links followed one after the other'),
  subject: z.string().trim().min(1).max(200).optional(),
});

/** What a form may hold beside the file. */
const fields = z.strictObject({
  title: z.string().trim().min(1).max(300).optional(),
  subject: z.string().trim().min(1).max(200).optional(),
  valid_from: z.string().max(40).optional(),
  valid_until: z.string().max(40).optional(),
});

const tags = ['Materials'];
const FORM =
  'multipart/form-data: `file` (PDF, Word, HTML, Markdown, CSV or text), `title`, `subject`, `valid_from` and `valid_until` (a local date or ISO 8601 with a zone). What the file is, is told by its content.';
const notRead = {
  422: errorSchema.describe('The file cannot be read'),
  413: errorSchema.describe('It is too large'),
};
const noSuch = (): LeibnizError =>
  new LeibnizError('NOT_FOUND', 'There is no such material.', { field: 'id' });

/** Documents that people upload, and sites that are read. */
export function materialRoutes(app: App, context: RouteContext): void {
  const { options } = context;
  const limits = {
    fileSize: options.uploadMaxBytes,
    files: 1,
    fields: 8,
    parts: 10,
    fieldSize: 2000,
    fieldNameSize: 100,
  };
  void app.register(multipart, { limits });
  const reader = new DocumentReader();
  app.addHook('onClose', () => reader.close());
  uploads(app, context, reader);
  reading(app, context);
  changing(app, context);
}

function reading(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/materials',
    {
      config: { permission: 'materials.read' },
      schema: {
        summary: 'Materials, newest change first',
        tags,
        querystring: z.strictObject({
          ...paging,
          q: z.string().max(200).optional().describe('Part of the title'),
          subject: z.string().max(200).optional(),
          user_id: idText.optional(),
          source: z.enum(['upload', 'crawl']).optional(),
        }),
        response: { 200: listOf(materialView), ...failures },
      },
    },
    async ({ query: { limit, offset, q, subject, user_id: userId, source } }) => {
      const found = await ports.materials.list({
        limit,
        offset,
        ...compact({ text: q, subject, userId, source }),
      });
      return { items: found.items.map(viewOf), total: found.total };
    },
  );

  app.get(
    '/api/v1/materials/:id',
    {
      config: { permission: 'materials.read' },
      schema: { summary: 'A material', tags, params: idParams, response: { 200: materialView, ...failures } },
    },
    async ({ params }) => {
      const found = await ports.materials.get(params.id);
      if (found === undefined) throw noSuch();
      return viewOf(found);
    },
  );

  app.get(
    '/api/v1/materials/:id/text',
    {
      config: { permission: 'materials.read' },
      schema: {
        summary: 'The text of a material as it was read',
        tags,
        params: idParams,
        querystring: z.strictObject({ version: z.coerce.number().int().min(1).optional() }),
        response: {
          200: z.object({ version: z.number().int(), sections: z.array(sectionView) }),
          ...failures,
        },
      },
    },
    async ({ params: { id }, query }) => {
      const version = query.version ?? (await ports.materials.get(id))?.versions[0]?.version;
      const sections = version === undefined ? undefined : await ports.materials.sections(id, version);
      if (version === undefined || sections === undefined) throw noSuch();
      return {
        version,
        sections: sections.map(({ headings, paragraphs }) => ({
          headings: [...headings],
          paragraphs: [...paragraphs],
        })),
      };
    },
  );
}

function changing(app: App, context: RouteContext): void {
  const { ports } = context;
  app.delete(
    '/api/v1/materials/:id',
    {
      config: { permission: 'knowledge.write' },
      schema: {
        summary: 'Removes a material; it answers no more',
        tags,
        params: idParams,
        response: { 204: z.null(), ...failures },
      },
    },
    async (request, reply) => {
      if (!(await ports.materials.remove(request.params.id))) throw noSuch();
      await note(context, request, 'material.remove', request.params.id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/admin/crawl',
    {
      config: { permission: 'knowledge.write' },
      schema: {
        summary: 'Reads a site into the materials, as a job',
        tags,
        body: crawlBody,
        response: { 200: jobView, ...failures },
      },
    },
    async (request) => {
      const { urls, max_pages: maxPages, max_depth: maxDepth, subject } = request.body;
      const job = await ports.materials.crawl({ urls, maxPages, maxDepth, ...compact({ subject }) });
      await note(context, request, 'crawl.start', job.id);
      return job;
    },
  );
}

function uploads(app: App, context: RouteContext, reader: DocumentReader): void {
  const { ports } = context;
  const config = { permission: 'knowledge.write' } as const;
  app.post(
    '/api/v1/upload-material',
    {
      config,
      schema: {
        summary: 'Uploads a document to answer from',
        description: FORM,
        tags,
        response: { 200: materialView, ...failures, ...notRead },
      },
    },
    async (request) => {
      const { title, subject, version, ownTitle } = await uploadOf(request, context, reader);
      const { userId } = request.principal;
      const material = { ...version, title: title ?? ownTitle, source: 'upload' as const };
      const made = await ports.materials.add({ ...material, ...compact({ subject, userId }) });
      await note(context, request, 'material.upload', made.id);
      return viewOf(made);
    },
  );

  app.post(
    '/api/v1/materials/:id/versions',
    {
      config,
      schema: {
        summary: 'Uploads a later version of a material, which answers in place of earlier ones in its time',
        description: FORM,
        tags,
        params: idParams,
        response: { 200: materialView, ...failures, ...notRead },
      },
    },
    async (request) => {
      const { id } = request.params;
      if ((await ports.materials.get(id)) === undefined) throw noSuch();
      const { version } = await uploadOf(request, context, reader);
      const made = await ports.materials.addVersion(id, version);
      if (made === undefined) throw noSuch();
      await note(context, request, 'material.version', id);
      return viewOf(made);
    },
  );
}

interface Upload {
  readonly title: string | undefined;
  readonly subject: string | undefined;
  readonly ownTitle: string;
  readonly version: NewVersion;
}

/** @throws LeibnizError BAD_REQUEST, PAYLOAD_TOO_LARGE, DOCUMENT_UNREADABLE */
async function uploadOf(
  request: FastifyRequest,
  { ports }: RouteContext,
  reader: DocumentReader,
): Promise<Upload> {
  const { file, given } = await formOf(request);
  const { timezone } = await ports.schedule.office();
  const { title, subject, valid_from: from, valid_until: until } = given;
  const validFromMs = from === undefined ? undefined : instantOf(from, timezone, 'valid_from');
  const validUntilMs = until === undefined ? undefined : instantOf(until, timezone, 'valid_until');
  if (validFromMs !== undefined && validUntilMs !== undefined && validFromMs >= validUntilMs) {
    throw new LeibnizError('BAD_REQUEST', 'valid_until must be after valid_from.', { field: 'valid_until' });
  }
  const { document, kind } = await reader.read({ bytes: file.bytes, path: file.name });
  const { sections, language } = document;
  if (sections.length === 0) {
    throw unreadable(file.name, 'it holds no text');
  }
  const sha256 = createHash('sha256').update(file.bytes).digest('hex');
  const facts = { filePath: file.name, kind, bytes: file.bytes.length, sha256, sections };
  return {
    title,
    subject,
    ownTitle: document.title,
    version: { ...facts, ...compact({ language, validFromMs, validUntilMs }) },
  };
}

interface Form {
  readonly file: { readonly name: string; readonly bytes: Uint8Array };
  readonly given: z.infer<typeof fields>;
}

async function formOf(request: FastifyRequest): Promise<Form> {
  if (!request.isMultipart()) {
    throw new LeibnizError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send a form: multipart/form-data with the part "file".',
    );
  }
  let file: Form['file'] | undefined;
  const values: Record<string, unknown> = {};
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') values[part.fieldname] = part.value;
      else file = { name: fileName(part.filename), bytes: await part.toBuffer() };
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === 'FST_REQ_FILE_TOO_LARGE') {
      throw new LeibnizError('PAYLOAD_TOO_LARGE', 'The file is larger than UPLOAD_MAX_MB.', {
        field: 'file',
      });
    }
    throw new LeibnizError('BAD_REQUEST', 'The form is malformed, or has more parts than a document needs.', {
      cause: error,
    });
  }
  if (file === undefined) {
    throw new LeibnizError('BAD_REQUEST', 'The part "file" is missing.', { field: 'file' });
  }
  const given = fields.safeParse(values);
  if (!given.success) {
    const [issue] = given.error.issues;
    const field = String(issue?.path[0] ?? (issue?.code === 'unrecognized_keys' ? issue.keys[0] : 'form'));
    throw new LeibnizError('BAD_REQUEST', `${field}: ${issue?.message ?? 'is not valid'}.`, { field });
  }
  return { file, given: given.data };
}

/** The name without folders and control characters. */
function fileName(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return name === '' ? 'document' : name.slice(-200);
}

function instantOf(text: string, timezone: string, field: string): WallMs {
  const at = instant(text, timezone);
  if (!Number.isFinite(at)) {
    throw new LeibnizError('BAD_REQUEST', `${field} is neither a date nor ISO 8601 with a zone.`, { field });
  }
  return at;
}

function viewOf(material: SearchedMaterial): z.infer<typeof materialView> {
  const { id, userId, title, subject, createdAtMs, updatedAtMs, source, searched, versions } = material;
  return {
    id,
    title,
    source,
    user_id: userId ?? null,
    subject: subject ?? null,
    file_path: versions[0]?.filePath ?? '',
    created_at: iso(createdAtMs),
    updated_at: iso(updatedAtMs),
    status: searched ? 'ready' : 'indexing',
    versions: versions.map(viewOfVersion),
  };
}

function viewOfVersion(version: SearchedMaterial['versions'][number]): z.infer<typeof versionView> {
  return {
    version: version.version,
    file_path: version.filePath,
    kind: version.kind,
    bytes: version.bytes,
    chars: version.chars,
    language: version.language ?? null,
    valid_from: isoOrNull(version.validFromMs),
    valid_until: isoOrNull(version.validUntilMs),
    created_at: iso(version.createdAtMs),
  };
}

/** Writes down who changed what is answered. */
const note = ({ ports }: RouteContext, request: FastifyRequest, action: string, id: string): Promise<void> =>
  ports.accounts.audit(trailEntry(request, action, { type: 'material', id }));
