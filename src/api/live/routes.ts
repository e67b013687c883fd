import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { LiveCommand, LiveReply } from '../../session/live/commands.js';
import type { AuditEntry } from '../../store/types.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { errorSchema, failures, idParams, idText } from '../schemas/common.js';
import { TICKET_MS } from '../auth/tickets.js';
import { AudioSocket } from './audio-socket.js';
import { EventSocket } from './event-socket.js';
import type { LiveCloseReason } from './paced-socket.js';
import {
  accepted,
  endBody,
  handBackAnswer,
  handBackBody,
  instructionAnswer,
  takeAnswer,
  takeBody,
  transferBody,
  whisperBody,
} from './schemas.js';
import { LiveStation } from './station.js';
import { recordingAnswer, recordingCommand } from '../schemas/recordings.js';
import { callEntry } from '../trail.js';
import { supervisorOf } from './supervisor.js';

const tags = ['Live'];
const answers = {
  ...failures,
  403: errorSchema.describe('The permission is missing'),
  409: errorSchema.describe('`CALL_ENDED`, `CONTROL_TAKEN` or `NOT_ALLOWED_NOW`'),
};
const socketQuery = z.object({
  token: z.string().optional(),
  ticket: z.string().optional(),
  tab: idText.optional().describe('A newer socket with the same one takes its place'),
});

/** Watching, hearing and taking calls in progress. */
export function liveRoutes(app: App, context: RouteContext): void {
  const station = new LiveStation(context);
  const sockets = new Set<{ close(reason: LiveCloseReason): void }>();
  app.addHook('preClose', (done) => {
    for (const socket of [...sockets]) socket.close('server_shutdown');
    station.close();
    done();
  });
  eventSocket(app, context, station, sockets);
  audioSocket(app, context, station, sockets);
  whisperRoutes(app, context, station);
  controlRoutes(app, context, station);
  endRoutes(app, context, station);
  recordingRoute(app, context, station);
}

function eventSocket(app: App, context: RouteContext, station: LiveStation, sockets: Set<unknown>): void {
  const tabs = new Map<string, EventSocket>();
  app.get(
    '/api/v1/live',
    {
      websocket: true,
      config: { permission: 'live.read', ticket: 'live' },
      schema: { summary: 'What happens in calls, as a stream', tags, querystring: socketQuery },
    },
    (socket, request) => {
      const { tab } = request.query;
      const key =
        tab === undefined ? undefined : `${request.principal.userId ?? request.principal.kind} ${tab}`;
      if (key !== undefined) tabs.get(key)?.close('replaced');
      const served: EventSocket = new EventSocket(socket, request.principal, station, context, () => {
        sockets.delete(served);
        if (key !== undefined && tabs.get(key) === served) tabs.delete(key);
      });
      if (key !== undefined) tabs.set(key, served);
      sockets.add(served);
      served.start();
    },
  );
}

function audioSocket(app: App, context: RouteContext, station: LiveStation, sockets: Set<unknown>): void {
  app.get(
    '/api/v1/live/calls/:id/audio',
    {
      websocket: true,
      config: { permission: 'live.listen', ticket: 'audio' },
      schema: { summary: 'Hears a call, and speaks in it', tags, params: idParams, querystring: socketQuery },
    },
    (socket, request) => {
      const { id } = request.params;
      const served: AudioSocket = new AudioSocket(socket, id, request, station, context, () =>
        sockets.delete(served),
      );
      sockets.add(served);
      served.start();
    },
  );
}

/** Has a command carried out, and writes it into the trail, whatever comes of it. */
async function run(
  context: RouteContext,
  station: LiveStation,
  request: FastifyRequest,
  command: LiveCommand,
  detail: Readonly<Record<string, string | boolean>> = {},
): Promise<LiveReply> {
  const { id } = request.params as { id: string };
  const { principal } = request;
  const { accounts, live } = context.ports;
  const note = (outcome: 'ok' | 'denied' | 'failed'): Promise<void> =>
    accounts.audit(callEntry(request, `call.${command.type}`, id, outcome, detail)).catch(() => undefined);
  try {
    await station.mustSee(id, principal);
    const reply = await live.command(id, command, await supervisorOf(principal, accounts));
    await note('ok');
    return reply;
  } catch (error) {
    await note(error instanceof LeibnizError ? 'denied' : 'failed');
    throw error;
  }
}

function whisperRoutes(app: App, context: RouteContext, station: LiveStation): void {
  app.post(
    '/api/v1/live/calls/:id/whisper',
    {
      config: { permission: 'live.whisper' },
      schema: {
        summary: 'Tells the agent something, or has it say something',
        description:
          'It is used at the next gap in the conversation. Nothing of it ever counts as an agreement of the caller.',
        tags,
        params: idParams,
        body: whisperBody,
        response: { 200: instructionAnswer, ...answers },
      },
    },
    async (request) => {
      const { expires_turns: expiresTurns, ...rest } = request.body;
      const command: LiveCommand = { type: 'whisper', expiresTurns, ...compact(rest) };
      const reply = await run(context, station, request, command, { kind: rest.kind });
      if (reply.type !== 'instruction') throw new Error('a whisper gives an instruction');
      return { instruction_id: reply.id, state: reply.state, reason: reply.reason ?? null };
    },
  );
}

function controlRoutes(app: App, context: RouteContext, station: LiveStation): void {
  const { tickets, clock } = context;
  const config = { permission: 'live.control' } as const;
  app.post(
    '/api/v1/live/calls/:id/take',
    {
      config,
      schema: {
        summary: 'Takes the call from the agent',
        description: 'The agent falls silent. Who then sends no audio for 10 s gives the call back.',
        tags,
        params: idParams,
        body: takeBody,
        response: { 200: takeAnswer, ...answers },
      },
    },
    async (request) => {
      const { principal, params, body } = request;
      if (body.force && !principal.permissions.has('users.manage')) {
        throw new LeibnizError('FORBIDDEN', 'Only admins take a call from another person.', {
          field: 'force',
        });
      }
      const detail = compact({ force: body.force, reason: body.reason });
      await run(context, station, request, { type: 'take', force: body.force }, detail);
      return {
        controller: 'human' as const,
        ticket: tickets.issue(principal, 'audio', params.id, clock.now()),
        expires_at: new Date(clock.wall() + TICKET_MS).toISOString(),
      };
    },
  );
  app.post(
    '/api/v1/live/calls/:id/hand_back',
    {
      config,
      schema: {
        summary: 'Gives the call back to the agent',
        description: 'The agent speaks at once, knows what was said, and does not greet again.',
        tags,
        params: idParams,
        body: handBackBody,
        response: { 200: handBackAnswer, ...answers },
      },
    },
    async (request) => {
      await run(
        context,
        station,
        request,
        { type: 'hand_back', ...compact(request.body) },
        { next: request.body.next },
      );
      return { controller: 'agent' as const };
    },
  );
}

function endRoutes(app: App, context: RouteContext, station: LiveStation): void {
  const config = { permission: 'live.control' } as const;
  app.post(
    '/api/v1/live/calls/:id/transfer',
    {
      config,
      schema: {
        summary: 'Transfers the caller to the person of the business file',
        tags,
        params: idParams,
        body: transferBody,
        response: { 200: accepted, ...answers },
      },
    },
    async (request) => {
      await run(context, station, request, { type: 'transfer', target: request.body.target });
      return { status: 'accepted' as const };
    },
  );
  app.post(
    '/api/v1/live/calls/:id/end',
    {
      config,
      schema: {
        summary: 'Says goodbye and hangs up',
        tags,
        params: idParams,
        body: endBody,
        response: { 200: accepted, ...answers },
      },
    },
    async (request) => {
      await run(context, station, request, { type: 'end', ...compact(request.body) });
      return { status: 'accepted' as const };
    },
  );
}

function recordingRoute(app: App, context: RouteContext, station: LiveStation): void {
  app.post(
    '/api/v1/live/calls/:id/recording',
    {
      config: { permission: 'live.control' },
      schema: {
        summary: 'Pauses, resumes, stops or deletes the recording of a call in progress',
        description:
          'Within the consent of the caller only: nobody can begin a recording, or begin it again.',
        tags,
        params: idParams,
        body: recordingCommand,
        response: { 200: recordingAnswer, ...answers },
      },
    },
    async (request) => {
      const { accounts, recordings } = context.ports;
      const { id } = request.params;
      const { action } = request.body;
      const entry = (outcome: 'ok' | 'denied' | 'failed'): AuditEntry =>
        callEntry(request, 'call.recording', id, outcome, { action });
      try {
        await station.mustSee(id, request.principal);
        const { state } = await recordings.command(id, action, entry('ok'));
        await accounts.audit(entry('ok')).catch(() => undefined);
        return { state };
      } catch (error) {
        await accounts
          .audit(entry(error instanceof LeibnizError ? 'denied' : 'failed'))
          .catch(() => undefined);
        throw error;
      }
    },
  );
}
