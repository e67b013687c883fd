import type { App } from '../../../src/api/context.js';
import { makeDocx, makePdf, wordParagraph } from '../../support/document-files.js';
import { SuiteApi } from './suite-api.js';

const suite = new SuiteApi();

const pdf = makePdf([[{ text: 'The desk opens at nine.', y: 700 }]]);

interface Answer {
  readonly status: number;
  readonly body: Record<string, never> & {
    readonly error?: { code: string; field?: string; message: string };
  };
}

async function send(
  app: App,
  url: string,
  file: Uint8Array | undefined,
  name: string,
  fields: Record<string, string> = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  if (file !== undefined) form.append('file', new Blob([new Uint8Array(file)]), name);
  const request = new Request('http://localhost/', { method: 'POST', body: form });
  const response = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  });
  return { status: response.statusCode, body: response.json<Answer['body']>() };
}

const upload = (
  app: App,
  file: Uint8Array | undefined,
  name = 'desk.pdf',
  fields: Record<string, string> = {},
): Promise<Answer> => send(app, '/api/v1/upload-material', file, name, fields);

test('a document is read, kept under its title, listed, read back, removed', async () => {
  const app = await suite.build();
  const made = await upload(app, pdf, 'front-desk.pdf', { subject: 'places' });
  expect(made).toMatchObject({
    status: 200,
    body: {
      user_id: null,
      title: 'Front desk',
      subject: 'places',
      file_path: 'front-desk.pdf',
      source: 'upload',
      status: 'ready',
    },
  });
  const id = String(made.body['id']);
  const list = await app.inject('/api/v1/materials?q=desk');
  expect(list.json()).toMatchObject({
    total: 1,
    items: [{ id, versions: [{ version: 1, kind: 'pdf', bytes: pdf.length }] }],
  });
  const text = await app.inject(`/api/v1/materials/${id}/text`);
  expect(text.json()).toEqual({
    version: 1,
    sections: [{ headings: [], paragraphs: ['The desk opens at nine.'] }],
  });
  expect((await app.inject({ method: 'DELETE', url: `/api/v1/materials/${id}` })).statusCode).toBe(204);
  expect((await app.inject(`/api/v1/materials/${id}`)).statusCode).toBe(404);
  const { items } = await suite.program.ports.accounts.trail({});
  expect(items.map(({ action, objectId }) => [action, objectId])).toEqual([
    ['material.remove', id],
    ['material.upload', id],
  ]);
});

test('the title of the form counts before that of the file, and what the file is, is told by its content', async () => {
  const app = await suite.build();
  const docx = makeDocx(wordParagraph('Hello.', 'Heading1') + wordParagraph('Text.'));
  const { body } = await upload(app, docx, '../../etc/passwd.txt', { title: 'Greetings' });
  expect(body).toMatchObject({ title: 'Greetings', file_path: 'passwd.txt', versions: [{ kind: 'docx' }] });
});

test('a later version with its dates, local ones in the zone of the office', async () => {
  const app = await suite.build();
  const { body } = await upload(app, pdf);
  const url = `/api/v1/materials/${String(body['id'])}/versions`;
  const later = await send(app, url, Buffer.from('# Desk\n\nThe desk opens at ten.\n'), 'desk.md', {
    valid_from: '2026-12-24',
    valid_until: '2027-01-02T00:00:00Z',
  });
  expect(later.body['versions']).toMatchObject([
    { version: 2, kind: 'markdown', valid_until: '2027-01-02T00:00:00.000Z' },
    { version: 1, valid_from: null, valid_until: null },
  ]);
  const from = (later.body['versions'] as unknown as { valid_from: string }[])[0]?.valid_from;
  expect(from).toMatch(/^2026-12-2[34]T\d\d:00:00.000Z$/);
  expect((await send(app, '/api/v1/materials/unknown/versions', pdf, 'x.pdf')).status).toBe(404);
});

test.each<[string, Uint8Array | undefined, string, Record<string, string>, number, string, string]>([
  ['a broken file', Buffer.from('%PDF-1.7 no'), 'x.pdf', {}, 422, 'DOCUMENT_UNREADABLE', 'x.pdf'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'x.md', {}, 422, 'DOCUMENT_UNREADABLE', 'x.md'],
  ['an empty text', Buffer.from('  '), 'x.txt', {}, 422, 'DOCUMENT_UNREADABLE', 'x.txt'],
  ['no file', undefined, '', { title: 'x' }, 400, 'BAD_REQUEST', 'file'],
  ['a field that is not known', pdf, 'x.pdf', { owner: 'me' }, 400, 'BAD_REQUEST', 'owner'],
  ['a date that is none', pdf, 'x.pdf', { valid_from: 'soon' }, 400, 'BAD_REQUEST', 'valid_from'],
  [
    'dates in the wrong order',
    pdf,
    'x.pdf',
    { valid_from: '2026-12-02', valid_until: '2026-12-01' },
    400,
    'BAD_REQUEST',
    'valid_until',
  ],
  ['a file that is too large', Buffer.alloc(3000, 'a'), 'x.txt', {}, 413, 'PAYLOAD_TOO_LARGE', 'file'],
])('%s is refused and keeps nothing', async (_what, file, name, fields, status, code, field) => {
  const app = await suite.build({ uploadMaxBytes: 2000 });
  const answer = await upload(app, file, name, fields);
  expect([answer.status, answer.body.error?.code, answer.body.error?.field]).toEqual([status, code, field]);
  expect((await suite.program.ports.materials.list({})).total).toBe(0);
});

test('a body that is no form is refused', async () => {
  const app = await suite.build();
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/upload-material',
    payload: { file: 'x' },
  });
  expect(response.statusCode).toBe(415);
});

test('reading needs an account, changing needs knowledge.write', async () => {
  const app = await suite.build({ host: '0.0.0.0', token: 'a-long-random-token-for-tests' });
  expect((await upload(app, pdf)).status).toBe(401);
  expect((await app.inject('/api/v1/materials')).statusCode).toBe(401);
  const crawl = await app.inject({
    method: 'POST',
    url: '/api/v1/admin/crawl',
    payload: { urls: ['https://example.org/'] },
  });
  expect(crawl.statusCode).toBe(401);
});

test('a crawl is begun with its limits; an address of another scheme is refused', async () => {
  const app = await suite.build();
  const post = async (payload: object): Promise<{ statusCode: number; json(): unknown }> =>
    app.inject({ method: 'POST', url: '/api/v1/admin/crawl', payload });
  const begun = await post({ urls: ['https://www.example.org/'], max_pages: 10 });
  expect(begun.json()).toMatchObject({
    type: 'crawl',
    status: 'pending',
    payload: { maxPages: 10, maxDepth: 3 },
  });
  expect((await post({ urls: ['file:///etc/passwd'] })).statusCode).toBe(400);
  expect((await post({ urls: [] })).statusCode).toBe(400);
});

test('passages are given without an answer', async () => {
  const app = await suite.build();
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/retrieve',
    payload: { query: 'opening hours' },
  });
  expect(response.json()).toMatchObject({
    passages: [{ id: 'hours#1', text: 'At nine.' }],
    index_version: 'v1',
  });
  expect(suite.program.asked.at(-1)).toEqual({ method: 'retrieve', args: ['opening hours', 5] });
});
