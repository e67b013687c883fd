import { z } from 'zod';
import { INTENT_NAMES } from '../../dialog/core/types.js';
import type { App, RouteContext } from '../context.js';
import { compact } from '../compact.js';
import { errorSchema, failures, freeText, idText } from '../schemas/common.js';

const classifyBody = z.object({
  text: freeText,
  context: z
    .object({
      previous_intent: z.enum(INTENT_NAMES).optional(),
      session_id: idText.optional(),
      conversation_turn: z.number().int().min(0).max(10_000).optional(),
    })
    .optional(),
});

const classification = z.object({
  intent: z.enum(INTENT_NAMES),
  confidence: z.number().min(0).max(1),
  user_context: z.string().nullable(),
  entities: z.record(z.string(), z.string()),
  extracted_meaning: z.string().nullable(),
  method: z.enum(['pattern', 'embedding', 'llm']),
  response_time_ms: z.number(),
});

const queryBody = z.object({
  query: freeText,
  context: z
    .object({ user_context: z.string().max(500).optional(), session_id: idText.optional() })
    .optional(),
});

const answer = z.object({
  answer: z.string(),
  found: z.boolean().describe('False when no document answers the question; `answer` then says so'),
  sources: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      path: z.string().nullable(),
      score: z.number().nullable(),
    }),
  ),
  confidence: z.number().min(0).max(1),
  timing_breakdown: z.object({
    cache_check_ms: z.number(),
    embedding_ms: z.number(),
    retrieval_ms: z.number(),
    generation_ms: z.number(),
    total_ms: z.number(),
  }),
});

const rebuildBody = z
  .object({ knowledge_base_path: z.string().min(1).max(1024).optional() })
  .nullish()
  .describe('A folder inside the configured ones; none rebuilds the present one');

const rebuilt = z.object({ status: z.literal('success'), documents_indexed: z.number().int() });

const UNKNOWN_ANSWER = "I don't know. Shall I connect you to a person?";

/** Intent and knowledge. */
export function knowledgeRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/api/v1/classify',
    {
      config: { textEntry: true },
      schema: {
        summary: 'What a sentence is about',
        tags: ['Intent'],
        body: classifyBody,
        response: { 200: classification, ...failures },
      },
    },
    async ({ body }) => {
      const result = await ports.intent.classify(body.text, compact(body.context ?? {}));
      return {
        ...result,
        entities: { ...result.entities },
        user_context: result.user_context ?? null,
        extracted_meaning: result.extracted_meaning ?? null,
      };
    },
  );

  app.post(
    '/api/v1/query',
    {
      config: { textEntry: true },
      schema: {
        summary: 'An answer from the documents',
        tags: ['Knowledge'],
        body: queryBody,
        response: { 200: answer, ...failures },
      },
    },
    async ({ body }) => {
      const reply = await ports.knowledge.query(body.query, compact(body.context ?? {}));
      return {
        ...reply,
        answer: reply.found ? reply.answer : UNKNOWN_ANSWER,
        sources: reply.sources.map(({ id, title, path, score }) => ({
          id,
          title,
          path: path ?? null,
          score: score ?? null,
        })),
      };
    },
  );

  app.post(
    '/api/v1/admin/rebuild_index',
    {
      config: { protected: true },
      schema: {
        summary: 'Reads the documents again',
        tags: ['Knowledge'],
        body: rebuildBody,
        response: { 200: rebuilt, ...failures, 422: errorSchema.describe('A document cannot be read') },
      },
    },
    async ({ body }) => ports.knowledge.rebuild(body?.knowledge_base_path),
  );
}
