import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIndex } from '../../../src/dialog/build-index.js';
import type { Embedder } from '../../../src/dialog/knowledge/embedder.js';
import {
  KnowledgeEngine,
  type EngineOptions,
  type EngineParts,
} from '../../../src/dialog/knowledge/knowledge-engine.js';
import type { KeptDocument } from '../../../src/dialog/knowledge/types.js';
import { exactIndex } from '../../../src/dialog/knowledge/vector-index.js';
import { hashEmbedder } from '../../../src/dialog/testing/hash-embedder.js';

let root: string;
let base: string;
let gate: Promise<void> | undefined;
let wallMs = 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'leibniz-engine-'));
  base = join(root, 'kb');
  mkdirSync(base);
  gate = undefined;
  wallMs = 0;
  put('parking.md', '---\ntitle: Parking\n---\n\n## Permits\n\nA parking permit costs forty dollars.\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(base, name), text);

const embedder = hashEmbedder({ dimensions: 512, onBatch: () => gate });
const open = (
  options: Partial<EngineOptions> = {},
  parts: Partial<EngineParts> = {},
): Promise<KnowledgeEngine> =>
  KnowledgeEngine.open(
    {
      ...options,
      ...{ knowledgeBaseDir: base, cacheDir: join(root, 'cache'), roots: [] },
      services: [{ id: 'p', name: 'parking help', aliases: ['parking permit'] }],
      situations: { 'international student': ['international student'] },
      catalogue: {
        ids: ['APPOINTMENT_SCHEDULING', 'RAG_QUERY', 'OUT_OF_SCOPE'],
        answers: ['RAG_QUERY'],
        examples: [
          { text: 'i need an appointment', intent: 'APPOINTMENT_SCHEDULING' },
          { text: 'book me in for tomorrow', intent: 'APPOINTMENT_SCHEDULING' },
          { text: 'where do i park', intent: 'RAG_QUERY' },
          { text: 'what does a permit cost', intent: 'RAG_QUERY' },
          { text: 'order a pizza', intent: 'OUT_OF_SCOPE' },
        ],
      },
    },
    { embedder, createIndex: exactIndex, now: () => 0, wall: () => wallMs, ...parts },
  );

it('answers from a document and names it as the source', async () => {
  const engine = await open();
  const reply = await engine.query('how much is a parking permit');
  expect(reply).toMatchObject({ found: true, answer: 'A parking permit costs forty dollars.' });
  expect(reply.sources[0]).toMatchObject({ id: 'parking#1', title: 'Parking', path: 'parking.md' });
  expect(reply.sources[0]?.text).toContain('forty');
});

it('says that it has no answer, without sources, for what it does not hold', async () => {
  const engine = await open();
  expect(await engine.query('who won the football match yesterday')).toMatchObject({
    ...{ found: false, answer: '', sources: [] },
  });
  expect((await engine.query('')).found).toBe(false);
  expect((await engine.query('?!')).found).toBe(false);
});

it('an empty knowledge base answers nothing', async () => {
  rmSync(join(base, 'parking.md'));
  const engine = await open();
  expect((await engine.query('parking')).found).toBe(false);
  expect(engine.stats()).toMatchObject({ index_size: 0, documents: 0 });
});

it("takes the caller's situation into the search", async () => {
  put('visa.md', '---\ntitle: Visa students\n---\n\n## Credits\n\nVisa students take twelve credits.\n');
  const engine = await open();
  const ids = (await engine.query('parking permit', { user_context: 'visa students' })).sources.map(
    (hit) => hit.id,
  );
  expect(ids).toContain('visa#1');
});

it('rebuild, query in the middle, done: the old index answers until the new one is complete', async () => {
  const engine = await open();
  const before = engine.stats().index_version;
  put('library.md', '---\ntitle: Library\n---\n\n## Books\n\nThe library lends forty books.\n');
  let release: () => void = () => undefined;
  gate = new Promise((resolve) => {
    release = resolve;
  });
  const rebuilt = engine.rebuild();
  const held = gate;
  gate = undefined;
  expect((await engine.query('how many books does the library lend')).found).toBe(false);
  expect(engine.stats().index_version).toBe(before);
  release();
  await held;
  const report = await rebuilt;
  expect(report).toMatchObject({ status: 'success', documents_indexed: 2, passages_indexed: 2 });
  expect(report.index_version).not.toBe(before);
  expect((await engine.query('how many books does the library lend')).found).toBe(true);
});

it('rebuild with a broken document: the error names it and the old index stays', async () => {
  const engine = await open();
  put('broken.md', '---\ntitle: [\n---\n');
  await expect(engine.rebuild()).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE', field: 'broken.md' });
  expect((await engine.query('how much is a parking permit')).found).toBe(true);
  rmSync(join(base, 'broken.md'));
  expect(await engine.rebuild()).toMatchObject({ documents_indexed: 1 });
});

it('rebuild of a folder outside the roots is refused', async () => {
  const engine = await open();
  await expect(engine.rebuild('/etc')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

it('rebuilds queue up to one; a third is refused', async () => {
  const engine = await open();
  const first = engine.rebuild();
  const second = engine.rebuild();
  await expect(engine.rebuild()).rejects.toMatchObject({ code: 'CAPACITY_FULL' });
  await Promise.all([first, second]);
  await engine.rebuild();
});

it('the same documents give the same version, other synonyms another', async () => {
  const version = (await open()).stats().index_version;
  expect((await open()).stats().index_version).toBe(version);
  put('synonyms.yaml', '- [parking, garage]\n');
  expect((await open()).stats().index_version).not.toBe(version);
});

it('classifies with the service and the situation that the sentence names', async () => {
  const engine = await open();
  const result = await engine.classify("I'm an international student and need a parking permit");
  expect(result).toMatchObject({
    method: 'embedding',
    entities: { service: 'parking help' },
    user_context: 'international student',
  });
});

it('a very long question is answered within its bound', async () => {
  const engine = await open();
  await expect(engine.query('parking . '.repeat(10_000))).resolves.toMatchObject({ found: true });
});

describe('documents that are not of the folder', () => {
  const kept = (id: string, text: string, bounds: object = {}): KeptDocument => ({
    ...{ id, title: 'Library', tags: [], path: `${id}.pdf`, stamp: '1', ...bounds },
    sections: [{ headings: ['Books'], paragraphs: [text] }],
  });
  const ask = async (engine: KnowledgeEngine): Promise<string> =>
    (await engine.query('how many books does the library lend')).answer;

  it('put, asked at once, removed, gone; the folder stays', async () => {
    const engine = await open();
    await engine.take({ put: [kept('a', 'The library lends forty books.')] });
    expect(await ask(engine)).toBe('The library lends forty books.');
    expect(engine.held()).toEqual({ a: '1' });
    await engine.take({ remove: ['a'] });
    expect(await ask(engine)).toBe('');
    expect((await engine.query('how much is a parking permit')).found).toBe(true);
  });

  it('only new texts are embedded, and nothing is done for what is there already', async () => {
    const engine = await open();
    await engine.take({ put: [kept('a', 'The library lends forty books.')] });
    const { computed } = engine.stats().embeddings;
    const version = engine.stats().index_version;
    await engine.take({ put: [kept('a', 'The library lends forty books.')] });
    expect(engine.stats()).toMatchObject({ index_version: version, embeddings: { computed } });
    await engine.take({ put: [kept('b', 'The library closes at ten.')] });
    expect(engine.stats().embeddings.computed).toBe(computed + 1);
  });

  it('a broken file of the folder keeps an upload from nothing', async () => {
    const engine = await open();
    put('broken.md', '---\ntitle: [\n---\n');
    await expect(engine.rebuild()).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
    await engine.take({ put: [kept('a', 'The library lends forty books.')] });
    expect(await ask(engine)).toBe('The library lends forty books.');
  });

  it('each version answers in its time, by the clock of the question', async () => {
    const engine = await open();
    wallMs = 1000;
    const change = 5000;
    await engine.take({
      put: [
        kept('a@1', 'The library lends forty books.', { validUntilMs: change }),
        kept('a@2', 'The library lends fifty books.', { validFromMs: change, validUntilMs: 9000 }),
      ],
    });
    expect(await engine.query('how many books does the library lend')).toMatchObject({
      ...{ answer: 'The library lends forty books.', holds_until_ms: change },
    });
    wallMs = change;
    expect(await ask(engine)).toBe('The library lends fifty books.');
    wallMs = 9000;
    const last = await engine.query('how many books does the library lend');
    expect(last).toMatchObject({ found: false });
    expect(last).not.toHaveProperty('holds_until_ms');
  });

  it('retrieve gives passages without an answer', async () => {
    const engine = await open();
    await engine.take({ put: [kept('a', 'The library lends forty books.')] });
    const { passages } = await engine.retrieve('books of the library', 1);
    expect(passages).toMatchObject([
      { id: 'a#1', title: 'Library', path: 'a.pdf', text: 'The library lends forty books.' },
    ]);
  });
});

describe('an index file', () => {
  const file = (): string => join(root, 'knowledge.idx');

  it('build, start from it without a folder and without computing a vector of a document', async () => {
    const report = await buildIndex(base, file(), undefined, async () => embedder);
    expect(report).toMatchObject({
      documents: 1,
      passages: 1,
      computed: 3,
      models: [embedder.capabilities.model],
    });
    rmSync(base, { recursive: true });
    const engine = await open({ indexPath: file() });
    expect((await engine.query('how much is a parking permit')).answer).toBe(
      'A parking permit costs forty dollars.',
    );
    // The examples of the intents are not part of it.
    expect(engine.stats().embeddings.computed).toBe(5);
  });

  it('build again: what has not changed is taken from the file before', async () => {
    await buildIndex(base, file(), undefined, async () => embedder);
    put('library.md', '---\ntitle: Library\n---\n\nThe library lends forty books.\n');
    expect(await buildIndex(base, file(), undefined, async () => embedder)).toMatchObject({
      documents: 2,
      computed: 2,
    });
    const other = hashEmbedder({ dimensions: 64 });
    const report = await buildIndex(base, file(), undefined, async () => ({
      ...other,
      capabilities: { model: 'another', dimensions: 64 },
    }));
    expect(report).toMatchObject({ computed: 5, models: ['another'] });
  });

  it('a rebuild reads the file that has taken its place', async () => {
    await buildIndex(base, file(), undefined, async () => embedder);
    const engine = await open({ indexPath: file() });
    put('library.md', '---\ntitle: Library\n---\n\n## Books\n\nThe library lends forty books.\n');
    await buildIndex(base, file(), undefined, async () => embedder);
    expect(await engine.rebuild()).toMatchObject({ documents_indexed: 2 });
    expect((await engine.query('how many books does the library lend')).found).toBe(true);
  });

  it('a broken file stops a start and names its setting', async () => {
    writeFileSync(file(), 'LBZIDX01 and then nothing');
    await expect(open({ indexPath: file() })).rejects.toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
      field: 'INDEX_PATH',
    });
  });
});

describe('a searcher', () => {
  it('finds the passages, and the encoder stands in when it fails, at a build and at a question', async () => {
    put('library.md', '---\ntitle: Library\n---\n\n## Books\n\nThe library lends forty books.\n');
    let works = true;
    const failures: string[] = [];
    const searcher: Embedder = {
      capabilities: { model: 'other-512', dimensions: 512 },
      embed: (texts) => (works ? embedder.embed(texts) : Promise.reject(new Error('down'))),
    };
    const engine = await open({}, { searcher, onSearcherFailure: ({ message }) => failures.push(message) });
    expect(engine.stats().embedding_model).toBe('other-512');
    const asked = 'how many books does the library lend';
    expect((await engine.query(asked)).found).toBe(true);
    works = false;
    expect((await engine.query(asked)).found).toBe(true);
    put('fees.md', '---\ntitle: Fees\n---\n\nA fee is due.\n');
    await engine.rebuild();
    expect(failures).toEqual(['down']);
    expect(engine.stats().embedding_model).toBe(embedder.capabilities.model);
    expect((await engine.query(asked)).found).toBe(true);
  });
});
