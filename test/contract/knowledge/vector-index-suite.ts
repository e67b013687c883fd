import { normalized, type Vector } from '../../../src/dialog/knowledge/core/vector.js';
import type { VectorIndex, VectorIndexFactory } from '../../../src/dialog/knowledge/vector-index.js';
import { seededRng } from '../../../src/kernel/rng.js';

const DIMENSIONS = 64;

/** What every index of vectors must do. */
export function vectorIndexContract(name: string, createIndex: VectorIndexFactory): void {
  describe(`vector index: ${name}`, () => {
    const rng = seededRng(7);
    const random = (): Vector => normalized(Array.from({ length: DIMENSIONS }, () => rng.float() - 0.5));
    const vectors = Array.from({ length: 500 }, random);
    let index: VectorIndex;
    beforeAll(async () => {
      index = await createIndex(vectors);
    });

    it('finds each vector itself first, with cosine 1', () => {
      const found = vectors.map((vector) => index.search(vector, 1)[0]);
      expect(found.filter((hit, at) => hit?.index === at).length).toBeGreaterThanOrEqual(495);
      expect(found[0]?.score).toBeCloseTo(1, 4);
    });

    it('gives the limit, best first, with the cosines of the vectors', () => {
      const query = random();
      const hits = index.search(query, 10);
      expect(hits).toHaveLength(10);
      const scores = hits.map((hit) => hit.score);
      expect([...scores].sort((a, b) => b - a)).toEqual(scores);
      for (const { index: at, score } of hits) {
        const cosine = vectors[at]?.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0);
        expect(score).toBeCloseTo(cosine ?? Number.NaN, 4);
      }
    });

    it('gives no more than it holds', async () => {
      expect(index.size).toBe(500);
      expect((await createIndex(vectors.slice(0, 3))).search(random(), 10)).toHaveLength(3);
      expect((await createIndex([])).search(random(), 10)).toEqual([]);
    });

    it('accepts the zero vector of a text without words', () => {
      expect(index.search(new Float32Array(DIMENSIONS), 5)).toHaveLength(5);
    });

    it('says what it is', () => {
      expect(['hnsw', 'exact']).toContain(index.capabilities.kind);
    });
  });
}
