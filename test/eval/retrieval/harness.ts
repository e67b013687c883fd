import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openUseEmbedder } from '../../../src/dialog/knowledge/embedder.js';
import { EmbeddingStore } from '../../../src/dialog/knowledge/embedding-store.js';
import {
  indexTexts,
  KnowledgeIndex,
  type KnowledgeContent,
  type Lookup,
} from '../../../src/dialog/knowledge/knowledge-index.js';
import { exactIndex, loadHnswIndex } from '../../../src/dialog/knowledge/vector-index.js';

/** Asks questions of one set of documents. */
export interface Searcher {
  readonly kind: 'hnsw' | 'exact';
  readonly passages: number;
  ask(question: string): Promise<Lookup>;
}

/** Builds the index of `content` as the program does; vectors are kept in a temporary folder per `name`. */
export async function openSearcher(name: string, content: KnowledgeContent): Promise<Searcher> {
  const embedder = await openUseEmbedder();
  const store = await EmbeddingStore.open(embedder, join(tmpdir(), 'leibniz-eval', name));
  const texts = indexTexts(content);
  const vectors = await store.embedAll(texts.parts);
  const createIndex = (await loadHnswIndex()) ?? exactIndex;
  const index = await KnowledgeIndex.build(texts, vectors, createIndex);
  await store.save(texts.parts);
  return {
    kind: index.kind,
    passages: index.size,
    ask: async (text) => {
      const [vector] = await embedder.embed([text]);
      if (vector === undefined) throw new Error('no vector');
      const query = { text, vector };
      return index.lookup(query, index.search(query, Date.now()));
    },
  };
}
