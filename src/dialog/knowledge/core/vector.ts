import type { Scored } from './bm25.js';

/** An embedding. Vectors of an embedder have length 1, or 0 for a text without words. */
export type Vector = Float32Array;

/** Dot product; the cosine of two vectors of length 1. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The vector at length 1; a zero vector stays zero. */
export function normalized(values: ArrayLike<number>): Vector {
  const out = Float32Array.from(values);
  const length = Math.sqrt(dot(out, out));
  if (length > 0) for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) / length;
  return out;
}

/** The `limit` vectors nearest to `query` by cosine, best first; ties by position. Looks at every vector. */
export function nearestVectors(vectors: readonly Vector[], query: Vector, limit: number): Scored[] {
  return vectors
    .map((vector, index) => ({ index, score: dot(vector, query) }))
    .sort((x, y) => y.score - x.score || x.index - y.index)
    .slice(0, limit);
}
