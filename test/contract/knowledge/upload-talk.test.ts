import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApi } from '../../../src/api/build.js';
import { officeOf } from '../../../src/app/engines.js';
import { openMaterials } from '../../../src/app/materials.js';
import { openKnowledge } from '../../../src/dialog/open-knowledge.js';
import { loadPack } from '../../../src/dialog/pack/load.js';
import { FakeMaterials } from '../../../src/store/testing/fake-materials.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { makePdf } from '../../support/document-files.js';
import { Talk } from '../../support/talk.js';
import { fakeProgram } from '../api/fake-ports.js';

const folder = mkdtempSync(join(tmpdir(), 'leibniz-upload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

it('a PDF that is uploaded answers the next question of a conversation, and answers no more when it is removed', async () => {
  const pack = await loadPack(projectRoot());
  const knowledgeBaseDir = join(folder, 'documents');
  mkdirSync(knowledgeBaseDir);
  const knowledge = await openKnowledge({ pack, knowledgeBaseDir, cacheDir: join(folder, 'vectors') });
  await knowledge.classify('hello', {}, { timeoutMs: 60_000 });
  const desk = openMaterials(
    { materials: new FakeMaterials(Date.now), jobs: fakeProgram().ports.jobs },
    knowledge,
    [],
    silent as never,
  );
  const app = await buildApi(
    { ...fakeProgram().ports, materials: desk.ports },
    { host: '127.0.0.1', version: '0' },
  );
  try {
    const question = 'When is the observatory open for visitors?';
    const ask = async (): Promise<string> => {
      const talk = new Talk({ context: officeOf(pack), knowledge });
      await talk.start();
      return talk.say(question);
    };
    expect(await ask()).not.toMatch(/thursday/i);

    const page = [
      { text: 'Observatory', y: 720, size: 20 },
      { text: 'The observatory is open for visitors on Thursday evenings from eight to ten.', y: 690 },
    ];
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(makePdf([page]))]), 'observatory.pdf');
    const request = new Request('http://localhost/', { method: 'POST', body: form });
    const upload = await app.inject({
      method: 'POST',
      url: '/api/v1/upload-material',
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      payload: Buffer.from(await request.arrayBuffer()),
    });
    expect(upload.json()).toMatchObject({ title: 'Observatory', status: 'ready' });
    expect(await ask()).toContain('open for visitors on Thursday evenings from eight to ten');

    const { id } = upload.json<{ id: string }>();
    await app.inject({ method: 'DELETE', url: `/api/v1/materials/${id}` });
    expect(await ask()).not.toMatch(/thursday/i);
  } finally {
    await app.close();
    desk.stop();
    await knowledge.close();
  }
}, 120_000);
