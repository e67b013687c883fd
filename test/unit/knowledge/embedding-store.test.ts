import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddingForm, MAX_EMBED_CHARS } from '../../../src/dialog/knowledge/embedder.js';
import { EmbeddingStore } from '../../../src/dialog/knowledge/embedding-store.js';
import { hashEmbedder } from '../../../src/dialog/testing/hash-embedder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leibniz-embeddings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const texts = Array.from({ length: 10 }, (_, at) => `text of passage ${at}`);

async function filled(): Promise<string> {
  const store = await EmbeddingStore.open(hashEmbedder(), folder);
  await store.embedAll(texts);
  await store.save(texts);
  return join(folder, readdirSync(folder)[0] ?? '');
}

it('save, open: nothing is computed again, and the vectors are the same', async () => {
  await filled();
  const store = await EmbeddingStore.open(hashEmbedder(), folder);
  const vectors = await store.embedAll(texts);
  expect(store.stats()).toEqual({ file: 'loaded', kept: 10, computed: 0 });
  expect(vectors).toEqual(await hashEmbedder().embed(texts));
});

it('a changed text: only that one is computed, and the old one is forgotten at the next save', async () => {
  await filled();
  const store = await EmbeddingStore.open(hashEmbedder(), folder);
  const changed = [...texts.slice(1), 'new words'];
  await store.embedAll(changed);
  await store.save(changed);
  expect(store.stats()).toMatchObject({ kept: 10, computed: 1 });
});

it.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
  ['empty', () => Buffer.alloc(0)],
  ['of another format', () => Buffer.from('hello')],
  [
    'flipped in one bit',
    (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      copy[copy.length - 5] = (copy[copy.length - 5] ?? 0) ^ 1;
      return copy;
    },
  ],
])('a file that is %s is rebuilt', async (_name, damage) => {
  const file = await filled();
  writeFileSync(file, damage(readFileSync(file)));
  const store = await EmbeddingStore.open(hashEmbedder(), folder);
  expect(store.stats()).toMatchObject({ file: 'corrupt', kept: 0 });
  await store.embedAll(texts);
  await store.save(texts);
  expect((await EmbeddingStore.open(hashEmbedder(), folder)).stats().file).toBe('loaded');
});

it('vectors of another size are not mixed in', async () => {
  await filled();
  const store = await EmbeddingStore.open(hashEmbedder({ dimensions: 32 }), folder);
  expect(store.stats().file).toBe('corrupt');
});

it('a failed save leaves the old file and no other', async () => {
  const file = await filled();
  const before = readFileSync(file);
  rmSync(file);
  const store = await EmbeddingStore.open(hashEmbedder(), folder);
  await store.embedAll(texts);
  rmSync(folder, { recursive: true });
  await expect(store.save(texts)).rejects.toThrow();
  expect(before.length).toBeGreaterThan(0);
});

it('works in small batches, tells its progress, and computes equal texts once', async () => {
  const batches: number[] = [];
  const embedder = hashEmbedder({ onBatch: (batch) => void batches.push(batch.length) });
  const store = await EmbeddingStore.open(embedder, folder);
  const progress: string[] = [];
  await store.embedAll([...texts, ...texts], (done, total) => progress.push(`${done}/${total}`));
  expect(batches).toEqual([4, 4, 2]);
  expect(progress).toEqual(['4/10', '8/10', '10/10']);
});

it('embeds lower case without final marks, up to a bound', () => {
  expect(embeddingForm('  What ARE your\nhours?! ')).toBe('what are your hours');
  expect(embeddingForm('x'.repeat(10_000))).toHaveLength(MAX_EMBED_CHARS);
});
