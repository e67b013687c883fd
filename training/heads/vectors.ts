import { openUseEmbedder } from '../../src/dialog/knowledge/embedder.js';
import { EmbeddingStore } from '../../src/dialog/knowledge/embedding-store.js';
import type { Vector } from '../../src/dialog/knowledge/core/vector.js';

/** Vectors of sentences, computed once and kept in a folder outside the tree. */
export async function openVectors(
  cacheDir: string,
  save = true,
): Promise<(texts: readonly string[]) => Promise<readonly Vector[]>> {
  const store = await EmbeddingStore.open(await openUseEmbedder(), cacheDir);
  const kept = new Set<string>();
  return async (texts) => {
    const vectors = await store.embedAll(texts, (done, total) => {
      if (done % 1600 < 32) process.stderr.write(`${done} of ${total}\n`);
    });
    for (const text of texts) kept.add(text);
    if (save) await store.save([...kept]);
    return vectors;
  };
}
