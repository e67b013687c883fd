import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { Note, Question, Rating } from '../../store/types.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { supervisorOf } from '../live/supervisor.js';
import { failures, idParams, idText, iso } from '../schemas/common.js';
import { callEntry, trailEntry } from '../trail.js';
import {
  feedbackView,
  noteBody,
  noteView,
  questionList,
  questionQuery,
  questionView,
  ratingBody,
  ratingView,
  settleBody,
} from '../schemas/analytics.js';

const noSuch = (what: string): LeibnizError =>
  new LeibnizError('NOT_FOUND', `There is no such ${what}.`, { field: 'id' });

/** Questions that the documents have no answer to. */
export function questionRoutes(app: App, { ports }: RouteContext): void {
  const tags = ['Knowledge'];
  app.get(
    '/api/v1/knowledge/gaps',
    {
      config: { permission: 'knowledge.read' },
      schema: {
        summary: 'Questions without an answer, most asked first',
        tags,
        querystring: questionQuery,
        response: { 200: questionList, ...failures },
      },
    },
    async ({ query: { limit, offset, status } }) => {
      const { items, total } = await ports.insights.questions({ limit, offset, ...compact({ status }) });
      return { items: items.map(viewQuestion), total };
    },
  );
  app.patch(
    '/api/v1/knowledge/gaps/:id',
    {
      config: { permission: 'knowledge.write' },
      schema: {
        summary: 'Says what became of a question',
        tags,
        params: idParams,
        body: settleBody,
        response: { 200: questionView, ...failures },
      },
    },
    async (request) => {
      const { status, material_id: materialId } = request.body;
      const settled = await ports.insights.settleQuestion(request.params.id, status, materialId);
      if (settled === undefined) throw noSuch('question');
      const object = { type: 'question', id: settled.id };
      await ports.accounts.audit(trailEntry(request, 'question.settle', object, { status }));
      return viewQuestion(settled);
    },
  );
}

/** What the staff thinks of calls. */
export function feedbackRoutes(app: App, context: RouteContext): void {
  readingFeedback(app, context);
  ratingRoutes(app, context);
  noteRoutes(app, context);
}

const tags = ['Calls'];
const config = { permission: 'calls.rate' } as const;

/** Account, or what stands for one. */
const who = async ({ principal }: FastifyRequest, { accounts }: Ports): Promise<string> =>
  (await supervisorOf(principal, accounts)).id;

const by = async (id: string, { accounts }: Ports): Promise<By> => ({
  id,
  name: (await accounts.get(id))?.pii.name ?? id,
});

/** Writes down who thought something of a call. */
const note = (request: FastifyRequest, ports: Ports, action: string, detail = {}): Promise<void> => {
  const { id } = request.params as { readonly id: string };
  return ports.accounts.audit(callEntry(request, action, id, 'ok', detail));
};

function readingFeedback(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/calls/:id/feedback',
    {
      config: { permission: 'calls.read' },
      schema: {
        summary: 'Ratings and notes of a call; notes need calls.pii',
        tags,
        params: idParams,
        response: { 200: feedbackView, ...failures },
      },
    },
    async ({ params }) => {
      const { ratings, notes } = await ports.insights.feedback(params.id);
      return {
        ratings: await Promise.all(
          ratings.map(async (rating) => viewRating(rating, await by(rating.userId, ports))),
        ),
        notes: await Promise.all(notes.map(async (one) => viewNote(one, await by(one.userId, ports)))),
      };
    },
  );
}

function ratingRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/api/v1/calls/:id/ratings',
    {
      config,
      schema: {
        summary: 'Rates a call or a turn; replaces what one thought before',
        tags,
        params: idParams,
        body: ratingBody,
        response: { 200: ratingView, ...failures },
      },
    },
    async (request) => {
      const { score, reasons, comment, turn_id: turnId } = request.body;
      const { id: callId } = request.params;
      const userId = await who(request, ports);
      const made = await ports.insights.rate({
        callId,
        userId,
        score,
        reasons,
        ...compact({ turnId }),
        pii: compact({ comment }),
      });
      if (made === undefined) throw noSuch('call');
      await note(request, ports, 'call.rate', { score, ...compact({ turn_id: turnId }) });
      return viewRating(made, await by(userId, ports));
    },
  );
  app.delete(
    '/api/v1/calls/:id/ratings',
    {
      config,
      schema: {
        summary: "Takes one's own rating back",
        tags,
        params: idParams,
        querystring: z.strictObject({ turn_id: z.string().max(128).optional() }),
        response: { 204: z.null(), ...failures },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await ports.insights.unrate(id, await who(request, ports), request.query.turn_id))) {
        throw noSuch('rating');
      }
      await note(request, ports, 'call.unrate');
      return reply.code(204).send(null);
    },
  );
}

function noteRoutes(app: App, { ports }: RouteContext): void {
  app.post(
    '/api/v1/calls/:id/notes',
    {
      config,
      schema: {
        summary: 'Writes something down about a call',
        tags,
        params: idParams,
        body: noteBody,
        response: { 200: noteView, ...failures },
      },
    },
    async (request) => {
      const { text, at_ms: offsetMs } = request.body;
      const { id: callId } = request.params;
      const userId = await who(request, ports);
      const made = await ports.insights.addNote({ callId, userId, ...compact({ offsetMs }), pii: { text } });
      if (made === undefined) throw noSuch('call');
      await note(request, ports, 'call.note');
      return viewNote(made, await by(userId, ports));
    },
  );
  app.delete(
    '/api/v1/calls/:id/notes/:note_id',
    {
      config,
      schema: {
        summary: "Removes one's own note",
        tags,
        params: z.object({ id: idText, note_id: idText }),
        response: { 204: z.null(), ...failures },
      },
    },
    async (request, reply) => {
      const { id, note_id: noteId } = request.params;
      if (!(await ports.insights.removeNote(id, noteId, await who(request, ports)))) throw noSuch('note');
      await note(request, ports, 'call.unnote');
      return reply.code(204).send(null);
    },
  );
}

type Ports = Pick<RouteContext['ports'], 'accounts'>;
type By = z.output<typeof ratingView>['by'];

function viewQuestion(question: Question): z.output<typeof questionView> {
  const { id, count, status, materialId, firstAtMs, lastAtMs, lastCallId, pii } = question;
  const times = { first_at: iso(firstAtMs), last_at: iso(lastAtMs) };
  return {
    id,
    question: pii.question,
    count,
    status,
    material_id: materialId ?? null,
    ...times,
    last_call_id: lastCallId,
  };
}

function viewRating({ id, score, reasons, turnId, atMs, pii }: Rating, by: By): z.output<typeof ratingView> {
  const facts = { id, score, reasons: [...reasons], comment: pii.comment ?? null };
  return { ...facts, turn_id: turnId ?? null, by, at: iso(atMs) };
}

function viewNote({ id, offsetMs, atMs, pii }: Note, by: By): z.output<typeof noteView> {
  return { id, text: pii.text, at_ms: offsetMs ?? null, by, at: iso(atMs) };
}
