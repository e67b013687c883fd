import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { SPEECH_STYLES } from '../../speech/ports.js';
import type { App, RouteContext } from '../context.js';
import { failures, idText } from '../schemas/common.js';

/** Longest text that is spoken, characters. */
const MAX_SPOKEN_CHARS = 9999;
const tags = ['Speech'];
const own = { permission: 'chat.use', unmasked: true } as const;
const config = { ...own, textEntry: true } as const;
const text = z.string().trim().min(1).max(MAX_SPOKEN_CHARS);
const voice = z
  .string()
  .max(64)
  .transform((name) => (name === 'default' || name === '' ? undefined : name))
  .optional();

const synthesizeBody = z.object({
  text,
  emotion: z.enum(SPEECH_STYLES).default('neutral').describe('An engine that lacks it speaks as usual'),
  cache_key: idText.optional().describe('Keeps files apart from those of others; never the whole key'),
  voice,
  speed: z.number().min(0.5).max(2).default(1),
});

const synthesized = z.object({
  audio_url: z.string().describe('Good for one hour; a path of this API unless PUBLIC_URL is set'),
  duration_ms: z.number().int(),
  provider: z.string(),
  cache_hit: z.boolean(),
});

const grouped = z.record(z.string(), z.array(z.string()));

/** Texts spoken into files, the voices that there are, and the files. */
export function speechRoutes(app: App, context: RouteContext): void {
  app.post(
    '/api/v1/synthesize',
    {
      config,
      schema: {
        summary: 'A text spoken into a WAV file',
        tags,
        body: synthesizeBody,
        response: { 200: synthesized, ...failures },
      },
    },
    async ({ body }) => {
      const { url, durationMs, provider, cacheHit } = await context.ports.speech.synthesize({
        ...{ text: body.text, style: body.emotion, speed: body.speed, voice: body.voice },
        namespace: body.cache_key,
      });
      return { audio_url: url, duration_ms: durationMs, provider, cache_hit: cacheHit };
    },
  );
  aliases(app, context);
  voiceList(app, context);
  files(app, context);
}

/** The same under other names. */
function aliases(app: App, { ports, clock }: RouteContext): void {
  app.post(
    '/synthesize',
    {
      config,
      schema: {
        summary: 'The same in short',
        tags,
        body: z.object({ text, voice }),
        response: { 200: z.object({ audio: z.string(), engine: z.string() }), ...failures },
      },
    },
    async ({ body }) => {
      const { url, provider } = await ports.speech.synthesize(body);
      return { audio: url, engine: provider };
    },
  );

  app.post(
    '/generate',
    {
      config,
      schema: {
        summary: 'The same with the engine that is preferred',
        tags,
        body: z.object({ text, voice, provider: z.string().max(64).default('azure') }),
        response: {
          200: z.object({
            id: z.string(),
            file_url: z.string(),
            duration: z.number().describe('Seconds'),
            provider: z.string(),
            created_at: z.string(),
          }),
          ...failures,
        },
      },
    },
    async ({ body }) => {
      const { id, url, durationMs, provider } = await ports.speech.synthesize(body);
      const created_at = new Date(clock.wall()).toISOString();
      return { id, file_url: url, duration: durationMs / 1000, provider, created_at };
    },
  );
}

function voiceList(app: App, { ports }: RouteContext): void {
  for (const path of ['/api/v1/voices', '/voices']) {
    app.get(
      path,
      {
        config: own,
        schema: { summary: 'Voices by engine', tags, response: { 200: grouped, ...failures } },
      },
      async () => {
        const voices = await ports.speech.voices();
        return Object.fromEntries(Object.entries(voices).map(([engine, names]) => [engine, [...names]]));
      },
    );
  }
}

function files(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/blobs/:folder/:name',
    {
      schema: {
        summary: 'A file by its signed address',
        tags,
        params: z.object({ folder: idText, name: idText }),
        querystring: z.object({
          expires: z.coerce.number().int().min(0).max(1e11),
          signature: z.string().length(64),
        }),
        produces: ['audio/wav'],
        response: failures,
      },
    },
    async ({ params, query }, reply) => {
      const key = `${params.folder}/${params.name}`;
      const bytes = await ports.speech.file(key, query.expires, query.signature);
      // One answer for a wrong signature, a time that is over and a file that is gone: nothing is told of what there is.
      if (bytes === undefined) throw new LeibnizError('NOT_FOUND', 'The address is no longer good.');
      const { buffer, byteOffset, byteLength } = bytes;
      return reply.type('audio/wav').send(Buffer.from(buffer, byteOffset, byteLength) as never);
    },
  );
}
