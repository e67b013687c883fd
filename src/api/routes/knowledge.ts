import { z } from 'zod';
import { INTENT_NAMES } from '../../dialog/core/types.js';
import type { App, RouteContext } from '../context.js';
import { compact } from '../compact.js';
import { errorSchema, failures, freeText, idText } from '../schemas/common.js';

const classifyBody = z.object({
  text: freeText,
  context: z
    .object({
      previous_intent: z.enum(INTENT_NAMES).nullish(),
      session_id: idText.optional(),
      conversation_turn: z.number().int().min(0).max(10_000).optional(),
    })
    .optional(),
});

const classification = z.object({
  intent: z.string().describe('Id of an intent of the pack, OUT_OF_SCOPE where none fits'),
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

const passageView = z.object({
  id: z.string(),
  title: z.string(),
  path: z.string().nullable(),
  score: z.number().nullable(),
  text: z.string(),
});

/** The wire form of a classification. */
export type ClassificationView = z.output<typeof classification>;
/** The wire form of an answer. */
export type AnswerView = z.output<typeof answer>;

const rebuildBody = z
  .object({ knowledge_base_path: z.string().min(1).max(1024).optional() })
  .nullish()
  .describe('A folder inside the configured ones; none rebuilds the present one');

const rebuilt = z.object({ status: z.literal('success'), documents_indexed: z.number().int() });

const UNKNOWN_ANSWER = "I don't know. Shall I connect you to a person?";

/** Intent. */
export function intentRoutes(app: App, { ports }: RouteContext): void {
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
      const { previous_intent: previous, ...context } = body.context ?? {};
      const result = await ports.intent.classify(
        body.text,
        compact({ ...context, previous_intent: previous ?? undefined }),
      );
      return {
        ...result,
        entities: { ...result.entities },
        user_context: result.user_context ?? null,
        extracted_meaning: result.extracted_meaning ?? null,
      };
    },
  );
}

/** Answers from the documents. */
export function knowledgeRoutes(app: App, { ports }: RouteContext): void {
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
    '/api/v1/retrieve',
    {
      config: { textEntry: true },
      schema: {
        summary: 'The passages nearest to a text, without an answer',
        tags: ['Knowledge'],
        body: z.strictObject({ query: freeText, limit: z.number().int().min(1).max(50).default(5) }),
        response: {
          200: z.object({ passages: z.array(passageView), index_version: z.string() }),
          ...failures,
        },
      },
    },
    async ({ body }) => {
      const { passages, index_version } = await ports.knowledge.retrieve(body.query, body.limit);
      return {
        passages: passages.map(({ id, title, path, score, text }) => ({
          ...{ id, title, text, path: path ?? null, score: score ?? null },
        })),
        index_version,
      };
    },
  );

  app.post(
    '/api/v1/admin/rebuild_index',
    {
      config: { permission: 'knowledge.write' },
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
