import { terms } from '../knowledge/core/terms.js';
import { normalized, type Vector } from '../knowledge/core/vector.js';
import type { Embedder } from '../knowledge/embedder.js';

/** Settings of {@link hashEmbedder}. */
export interface HashEmbedderOptions {
  /** Default 64. */
  readonly dimensions?: number;
  /** Told of every batch before it is embedded; may wait. */
  readonly onBatch?: (texts: readonly string[]) => Promise<void> | void;
}

/** An embedder without a model: texts that share stemmed words are near each other. Deterministic. */
export function hashEmbedder(options: HashEmbedderOptions = {}): Embedder {
  const { dimensions = 64, onBatch } = options;
  return {
    capabilities: { model: 'hash', dimensions },
    embed: async (texts) => {
      await onBatch?.(texts);
      return texts.map((text) => embed(text, dimensions));
    },
  };
}

function embed(text: string, dimensions: number): Vector {
  const values = new Float32Array(dimensions);
  for (const term of terms(text)) {
    let hash = 2166136261;
    for (const char of term) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
    const at = hash % dimensions;
    values[at] = (values[at] ?? 0) + 1;
  }
  return normalized(values);
}
