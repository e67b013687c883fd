import {
  RemoteEmbedder,
  type EmbeddingSpec,
  type RemoteLimits,
} from '../../../src/dialog/knowledge/embedders/remote.js';
import { EmbeddingStandIn } from '../../support/providers/embeddings/stand-in.js';

const server = new EmbeddingStandIn();
const open: RemoteEmbedder[] = [];
beforeAll(() => server.start());
beforeEach(() => {
  server.calls.length = 0;
  server.faults.length = 0;
  server.dimensions = 26;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((embedder) => embedder.close()));
});
afterAll(() => server.stop());

const SPECS: Readonly<Record<string, () => EmbeddingSpec>> = {
  openai: () => ({ kind: 'openai', url: `${server.url}/v1/`, model: 'e5-small', apiKey: 'secret-key' }),
  gemini: () => ({ kind: 'gemini', url: server.url, model: 'gemini-embedding-001', apiKey: 'secret-key' }),
};

async function embedder(kind: string, limits: RemoteLimits = {}): Promise<RemoteEmbedder> {
  const spec = SPECS[kind]?.();
  if (spec === undefined) throw new Error('no such kind');
  const made = await RemoteEmbedder.open(spec, { backoffMs: 5, ...limits });
  open.push(made);
  return made;
}

describe.each(['openai', 'gemini'])('%s', (kind) => {
  test('vectors of length 1 in the order of the texts, and a name that tells model and size', async () => {
    const remote = await embedder(kind);
    expect(remote.capabilities).toMatchObject({ dimensions: 26 });
    expect(remote.capabilities.model).toMatch(/^(?:openai-e5-small|gemini-gemini-embedding-001)-26$/);
    const [a, b] = await remote.embed(['aaa', 'bbb']);
    expect([a?.[0], a?.[1], b?.[0], b?.[1]]).toEqual([1, 0, 0, 1]);
  });

  test('what is passing is tried again, what lasts is not, and the key stands in no error', async () => {
    const remote = await embedder(kind, { retries: 2 });
    server.faults.push({ status: 503 }, { status: 429, headers: { 'retry-after': '0' } });
    expect(await remote.embed(['a'])).toHaveLength(1);
    server.faults.push({ status: 503 }, { status: 503 }, { status: 503 });
    await expect(remote.embed(['a'])).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    server.calls.length = 0;
    server.faults.push({ status: 401, body: '{"error":{"message":"bad secret-key"}}' });
    const error: unknown = await remote.embed(['a']).catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('secret-key');
    expect(server.calls).toHaveLength(1);
  });

  test('a question is asked once and within its limit', async () => {
    const remote = await embedder(kind, { queryMs: 80 });
    server.faults.push({ hang: true });
    await expect(remote.embed(['a'], 'query')).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    server.faults.push({ status: 503 });
    await expect(remote.embed(['a'], 'query')).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(server.calls).toHaveLength(3);
  });

  test.each([
    ['other vectors than asked for', '{"data":[],"embeddings":[]}'],
    ['another shape', '{"vectors":[[1,2]]}'],
    ['no JSON', '<html>'],
  ])('%s are a failure', async (_what, body) => {
    const remote = await embedder(kind, { retries: 0 });
    server.faults.push({ body });
    await expect(remote.embed(['a'])).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  test('a model that changes the size of its vectors is a failure', async () => {
    const remote = await embedder(kind, { retries: 0 });
    server.dimensions = 10;
    await expect(remote.embed(['a'])).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });
});

test('each service is asked in its own way', async () => {
  await (await embedder('openai')).embed(['hello', '  ']);
  await (await embedder('gemini')).embed(['hello'], 'query');
  const [, openai, , gemini] = server.calls;
  expect(openai).toMatchObject({
    path: '/v1/embeddings',
    headers: { authorization: 'Bearer secret-key' },
    body: { model: 'e5-small', input: ['hello', '-'] },
  });
  expect(gemini).toMatchObject({
    path: '/v1beta/models/gemini-embedding-001:batchEmbedContents',
    headers: { 'x-goog-api-key': 'secret-key' },
    body: { requests: [{ model: 'models/gemini-embedding-001', taskType: 'RETRIEVAL_QUERY' }] },
  });
});

test('a service that is away is told at once', async () => {
  await expect(
    RemoteEmbedder.open({ kind: 'openai', url: 'http://127.0.0.1:1/v1', model: 'x' }, { retries: 0 }),
  ).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', field: 'EMBEDDING_MODEL' });
});
