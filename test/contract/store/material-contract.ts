import type { NewMaterial, Store } from '../../../src/store/types.js';
import { wallMs } from '../../../src/kernel/time.js';
import type { StoreUnderTest } from './store-contract.js';

const FEES: NewMaterial = {
  ...{
    title: 'Fees',
    subject: 'money',
    source: 'upload',
    filePath: 'fees.pdf',
    kind: 'pdf',
    bytes: 900,
    sha256: 'ab',
  },
  sections: [{ headings: ['Fees'], paragraphs: ['A permit costs forty dollars.'] }],
};

/** Materials, their versions and crawls: the same on every kind of store. */
export function describeMaterialContract(
  name: string,
  subject: StoreUnderTest,
  suite: typeof describe,
): void {
  suite(`materials: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await subject.open();
    }, 60_000);
    afterAll(() => subject.close());

    test('added, found by title and subject, read, removed, gone with its text', async () => {
      const { materials } = store;
      const made = await materials.add(FEES);
      expect(made).toMatchObject({ title: 'Fees', subject: 'money', source: 'upload' });
      expect(made.versions).toMatchObject([
        { version: 1, filePath: 'fees.pdf', kind: 'pdf', bytes: 900, chars: 29 },
      ]);
      expect(await materials.get(made.id)).toEqual(made);
      expect(await materials.list({ text: 'FEE', subject: 'money' })).toEqual({ items: [made], total: 1 });
      expect(await materials.list({ source: 'crawl' })).toEqual({ items: [], total: 0 });
      expect(await materials.sections(made.id, 1)).toEqual(FEES.sections);
      expect(await materials.all()).toEqual([made]);
      expect(await materials.remove(made.id)).toBe(true);
      expect(await materials.remove(made.id)).toBe(false);
      expect(await materials.get(made.id)).toBeUndefined();
      expect(await materials.sections(made.id, 1)).toBeUndefined();
    });

    test('a later version stands first and keeps its dates; the first one keeps its text', async () => {
      const { id } = await store.materials.add(FEES);
      const sections = [{ headings: [], paragraphs: ['A permit costs fifty dollars.'] }];
      const bounds = { validFromMs: wallMs(1000), validUntilMs: wallMs(2000) };
      const changed = await store.materials.addVersion(id, { ...FEES, ...bounds, language: 'en', sections });
      expect(changed?.versions).toMatchObject([{ version: 2, ...bounds, language: 'en' }, { version: 1 }]);
      expect(await store.materials.sections(id, 1)).toEqual(FEES.sections);
      expect(await store.materials.sections(id, 2)).toEqual(sections);
      expect(await store.materials.addVersion('nobody', FEES)).toBeUndefined();
      await store.materials.remove(id);
    });

    test('a crawl is a job', async () => {
      const request = { urls: ['https://www.example.org/'], maxPages: 5, maxDepth: 1 };
      const id = await store.materials.crawl(request);
      if (name !== 'fake') {
        expect(await store.jobs.get(id)).toMatchObject({ type: 'crawl', payload: request });
      }
    });
  });
}
