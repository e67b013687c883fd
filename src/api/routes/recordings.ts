import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { MonoMs } from '../../kernel/time.js';
import type { RecordingRecord } from '../../store/types.js';
import { requirePermission, type Principal } from '../auth/principal.js';
import type { App, RouteContext } from '../context.js';
import { byteRange } from '../core/byte-range.js';
import { callEntry } from '../trail.js';
import type { RecordingPorts } from '../ports.js';
import { errorSchema, failures, idParams } from '../schemas/common.js';
import { recordingView, viewRecording } from '../schemas/recordings.js';

const tags = ['Calls'];
/** Bytes that are asked of the program in one go. */
const PIECE_BYTES = 256 * 1024;
/** A player asks many times; within this time it is one play, ms. */
const PLAY_MS = 600_000;
/** Plays that are remembered. */
const MAX_PLAYS = 1000;

const none = (): LeibnizError =>
  new LeibnizError('NOT_FOUND', 'There is no recording of this call.', { field: 'id' });

/** Recordings of calls: what is known of them, their audio, their end. */
export function recordingRoutes(app: App, context: RouteContext): void {
  metadata(app, context);
  audio(app, context);
  removal(app, context);
}

/** Whose lines do not hold a call does not learn that there is one. */
async function mustSee({ ports }: RouteContext, callId: string, { lines }: Principal): Promise<void> {
  if (lines.length === 0) return;
  const called = (await ports.calls.get(callId))?.pii.to;
  if (called === undefined || !lines.includes(called)) throw none();
}

/** @throws LeibnizError NOT_FOUND */
async function found(
  context: RouteContext,
  callId: string,
  principal: Principal,
): Promise<NonNullable<Awaited<ReturnType<RecordingPorts['find']>>>> {
  await mustSee(context, callId, principal);
  const known = await context.ports.recordings.find(callId);
  if (known === undefined) throw none();
  return known;
}

function metadata(app: App, context: RouteContext): void {
  app.get(
    '/api/v1/calls/:id/recording',
    {
      config: { permission: 'calls.read' },
      schema: {
        summary: 'The recording of a call: consent, length, what is blanked, its shape',
        tags,
        params: idParams,
        response: { 200: recordingView, ...failures },
      },
    },
    async ({ params, principal }) => {
      const { record, peaks } = await found(context, params.id, principal);
      return viewRecording(record, principal.permissions.has('calls.audio') ? peaks : undefined);
    },
  );
}

function audio(app: App, context: RouteContext): void {
  const plays = new Plays();
  app.get(
    '/api/v1/calls/:id/recording/audio',
    {
      config: { permission: 'calls.audio' },
      schema: {
        summary: 'The audio of a recording: WAV, stereo, the caller left',
        description:
          'Takes a `Range` of bytes. A play is an entry of the trail. A voice is personal data: calls.pii is needed too.',
        tags,
        params: idParams,
        produces: ['audio/wav'],
        response: {
          ...failures,
          403: errorSchema.describe('calls.audio or calls.pii is missing'),
          416: errorSchema.describe('The range lies outside of the file'),
        },
      },
    },
    async (request, reply) => {
      const { params, principal, headers } = request;
      requirePermission(principal, 'calls.pii');
      const { record } = await found(context, params.id, principal);
      const size = await context.ports.recordings.size(record.id);
      if (size === undefined) throw none();
      const range = byteRange(headers.range, size);
      void reply.header('accept-ranges', 'bytes');
      if (range === 'outside') {
        void reply.header('content-range', `bytes */${size}`);
        const error = { code: 'BAD_REQUEST', message: 'The range lies outside of the file.', field: 'range' };
        return reply.code(416).send({ error });
      }
      await noted(context, request, record, plays);
      const { from, to } = range === 'whole' ? { from: 0, to: size - 1 } : range;
      if (range !== 'whole') void reply.code(206).header('content-range', `bytes ${from}-${to}/${size}`);
      void reply.type('audio/wav').header('content-length', to - from + 1);
      return reply.send(Readable.from(pieces(context.ports.recordings, record.id, from, to)) as never);
    },
  );
}

/** The bytes of a stretch, one piece in memory at a time. */
async function* pieces(
  recordings: RecordingPorts,
  id: string,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at <= to;) {
    const piece = await recordings.read(id, at, Math.min(PIECE_BYTES, to - at + 1));
    // It was deleted meanwhile: the answer stays short of what was promised, which a player takes for its end.
    if (piece === undefined || piece.length === 0) throw none();
    yield piece;
    at += piece.length;
  }
}

/** A play is written down before it begins; what cannot be written down is not played. */
async function noted(
  { ports, clock }: RouteContext,
  request: FastifyRequest,
  { id, callId }: RecordingRecord,
  plays: Plays,
): Promise<void> {
  const { kind, userId } = request.principal;
  if (!plays.isNew(`${userId ?? kind} ${request.ip} ${id}`, clock.now())) return;
  await ports.accounts.audit(callEntry(request, 'recording.play', callId, 'ok', { recording_id: id }));
}

/** Who has played what of late. */
class Plays {
  readonly #since = new Map<string, MonoMs>();

  /** Whether this is another play than the last one. */
  isNew(key: string, now: MonoMs): boolean {
    const before = this.#since.get(key);
    if (before !== undefined && now - before < PLAY_MS) return false;
    this.#since.delete(key);
    this.#since.set(key, now);
    const [oldest] = this.#since.keys();
    if (this.#since.size > MAX_PLAYS && oldest !== undefined) this.#since.delete(oldest);
    return true;
  }
}

function removal(app: App, context: RouteContext): void {
  app.delete(
    '/api/v1/calls/:id/recording',
    {
      config: { permission: 'calls.delete' },
      schema: {
        summary: 'Deletes the recording of a call; the trail keeps a receipt',
        tags,
        params: idParams,
        response: { 204: z.null(), ...failures },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await mustSee(context, id, request.principal);
      const receipt = callEntry(request, 'recording.delete', id, 'ok');
      if (!(await context.ports.recordings.remove(id, receipt))) throw none();
      return reply.code(204).send(null);
    },
  );
}
