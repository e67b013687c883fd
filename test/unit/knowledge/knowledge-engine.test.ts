import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KnowledgeEngine } from '../../../src/dialog/knowledge/knowledge-engine.js';
import { exactIndex } from '../../../src/dialog/knowledge/vector-index.js';
import { hashEmbedder } from '../../../src/dialog/testing/hash-embedder.js';

let root: string;
let base: string;
let gate: Promise<void> | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'leibniz-engine-'));
  base = join(root, 'kb');
  mkdirSync(base);
  gate = undefined;
  put('parking.md', '---\ntitle: Parking\n---\n\n## Permits\n\nA parking permit costs forty dollars.\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(base, name), text);

const embedder = hashEmbedder({ dimensions: 512, onBatch: () => gate });
const open = (): Promise<KnowledgeEngine> =>
  KnowledgeEngine.open(
    {
      ...{ knowledgeBaseDir: base, cacheDir: join(root, 'cache'), roots: [] },
      services: [{ id: 'p', name: 'parking help', aliases: ['parking permit'] }],
    },
    { embedder, createIndex: exactIndex, now: () => 0 },
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
