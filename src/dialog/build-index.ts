import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';
import { loadKnowledge } from './knowledge/documents.js';
import { openUseEmbedder, type Embedder } from './knowledge/embedder.js';
import { RemoteEmbedder, type EmbeddingSpec } from './knowledge/embedders/remote.js';
import { EmbeddingStore } from './knowledge/embedding-store.js';
import { readIndexFile, vectorsOf, writeIndexFile, type ModelVectors } from './knowledge/index-file.js';
import { indexTexts } from './knowledge/knowledge-index.js';

/** What {@link buildIndex} did. */
export interface IndexReport {
  readonly documents: number;
  readonly passages: number;
  /** Of each model. */
  readonly vectors: number;
  /** Those that an earlier file did not hold, of all models. */
  readonly computed: number;
  readonly bytes: number;
  readonly models: readonly string[];
}

/**
 * Makes the index file of a folder, with vectors of the package's encoder and, where one is given, of another model. What an
 * earlier file at the same place holds, made by the same model, is taken from it.
 *
 * @throws LeibnizError DOCUMENT_UNREADABLE, NOT_FOUND or MODEL_UNAVAILABLE; an earlier file stays as it is
 */
export async function buildIndex(
  input: string,
  output: string,
  spec?: EmbeddingSpec,
  openOwn: () => Promise<Embedder> = openUseEmbedder,
): Promise<IndexReport> {
  const isFolder = await stat(input).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new LeibnizError('NOT_FOUND', `the folder ${input} does not exist: give one with --input`, {
      field: 'input',
    });
  }
  const content = await loadKnowledge(input);
  const { chunks, parts } = indexTexts(content);
  const earlier = await readIndexFile(output).catch(() => undefined);
  const embedders: (Embedder & { close?: () => Promise<void> })[] = [await openOwn()];
  if (spec !== undefined) embedders.push(await RemoteEmbedder.open(spec));
  const folder = await mkdtemp(join(tmpdir(), 'leibniz-index-'));
  try {
    const vectors: ModelVectors[] = [];
    let computed = 0;
    for (const embedder of embedders) {
      const { model } = embedder.capabilities;
      const store = await EmbeddingStore.open(embedder, folder, vectorsOf(earlier, model));
      await store.embedAll(parts);
      computed += store.stats().computed;
      vectors.push({ model, bytes: store.encoded(parts) });
    }
    const bytes = await writeIndexFile(output, { content, vectors });
    return {
      ...{ documents: content.documents.length, passages: chunks.length, vectors: new Set(parts).size },
      ...{ computed, bytes, models: vectors.map(({ model }) => model) },
    };
  } finally {
    await Promise.all(embedders.map(async (embedder) => embedder.close?.()));
    await rm(folder, { recursive: true, force: true });
  }
}
