import { z } from 'zod';

/** Texts of one kind: what is searched, or what is looked for. Some models embed them differently. */
export type EmbeddingPurpose = 'document' | 'query';

const OPENAI = z.looseObject({
  data: z.array(z.looseObject({ index: z.number().int().min(0), embedding: z.array(z.number()) })),
});
const GEMINI = z.looseObject({ embeddings: z.array(z.looseObject({ values: z.array(z.number()) })) });

/** How a service is asked for vectors. */
export interface EmbeddingWire {
  readonly path: string;
  body(texts: readonly string[], purpose: EmbeddingPurpose): object;
  /** The vectors in the order of the texts; undefined for an answer of another shape. */
  read(answer: unknown): readonly (readonly number[])[] | undefined;
}

/** `POST /embeddings` of OpenAI and of servers that speak like it. */
export const openAiWire = (model: string, basePath: string): EmbeddingWire => ({
  path: `${basePath}/embeddings`,
  body: (input) => ({ model, input, encoding_format: 'float' }),
  read: (answer) => {
    const parsed = OPENAI.safeParse(answer);
    if (!parsed.success) return undefined;
    // The order is not promised.
    return [...parsed.data.data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  },
});

/** `models/*:batchEmbedContents` of Gemini. */
export const geminiWire = (model: string): EmbeddingWire => ({
  path: `/v1beta/models/${encodeURIComponent(model)}:batchEmbedContents`,
  body: (texts, purpose) => ({
    requests: texts.map((text) => ({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      taskType: purpose === 'query' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT',
    })),
  }),
  read: (answer) => {
    const parsed = GEMINI.safeParse(answer);
    return parsed.success ? parsed.data.embeddings.map(({ values }) => values) : undefined;
  },
});
