import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exactIndex, loadHnswIndex } from '../../../src/dialog/knowledge/vector-index.js';
import { openKnowledge, type Knowledge } from '../../../src/dialog/open-knowledge.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { knowledgePack } from '../../support/root-catalogue.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { knowledgeContract } from './knowledge-suite.js';
import { vectorIndexContract } from './vector-index-suite.js';

const folder = mkdtempSync(join(tmpdir(), 'leibniz-knowledge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

vectorIndexContract('exact', exactIndex);
const hnsw = await loadHnswIndex();
if (hnsw === undefined) console.log('skipped: the optional package hnswlib-node is not installed');
else vectorIndexContract('hnswlib-node', hnsw);

knowledgeContract('fake', async () => ({
  knowledge: new FakeKnowledge({
    scheduler: new VirtualTime(),
    answers: { open: 'We open at nine.' },
    intents: { 'book an appointment': 'APPOINTMENT_SCHEDULING' },
  }),
  answerable: { question: 'When do you open?', says: /nine/ },
  unanswerable: 'Who won the football match?',
}));

knowledgeContract('the office', async () => ({
  knowledge: await openKnowledge({
    knowledgeBaseDir: join(projectRoot(), 'knowledge_base'),
    cacheDir: join(folder, 'office'),
    pack: knowledgePack(),
  }),
  answerable: { question: 'What are your opening hours?', says: /Monday to Friday, from nine/ },
  unanswerable: 'Who won the football match last night?',
}));

describe('openKnowledge', () => {
  const base = join(folder, 'small');
  const cacheDir = join(folder, 'small-cache');
  const open = (): Promise<Knowledge> =>
    openKnowledge({ knowledgeBaseDir: base, cacheDir, pack: knowledgePack() });

  beforeAll(() => {
    mkdirSync(base);
    writeFileSync(join(base, 'fees.md'), '---\ntitle: Fees\n---\n\nA parking permit costs forty dollars.\n');
  });

  it('open, close, open: the vectors come from the disk', async () => {
    const first = await open();
    expect((await first.stats()).embeddings).toMatchObject({ file: 'missing' });
    await first.close();
    const second = await open();
    expect((await second.stats()).embeddings).toMatchObject({ file: 'loaded', computed: 0 });
    await second.close();
  }, 60_000);

  it('a broken document stops the start, and a rebuild not', async () => {
    const knowledge = await open();
    writeFileSync(join(base, 'broken.md'), '---\ntitle: [\n---\n');
    const error = { code: 'DOCUMENT_UNREADABLE', field: 'broken.md' };
    await expect(knowledge.rebuild()).rejects.toMatchObject(error);
    expect((await knowledge.query('what does a parking permit cost')).answer).toContain('forty dollars');
    await expect(open()).rejects.toMatchObject(error);
    rmSync(join(base, 'broken.md'));
    await expect(knowledge.rebuild('/')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await knowledge.close();
    await expect(knowledge.query('parking permits')).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
  }, 60_000);
});
