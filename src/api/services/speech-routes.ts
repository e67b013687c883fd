import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { LeibnizError } from '../../kernel/errors.js';
import type { ExpectedSentences } from '../../kernel/expected-sentences.js';
import { requestId } from '../../kernel/ids.js';
import { bytesOf, decodeFrame, encodeFrame, FrameBroken, samplesOf } from '../../net/frames.js';
import { Lru } from '../../speech/core/lru.js';
import type { SttEngine, SttError, TtsEngine } from '../../speech/ports.js';
import { compact } from '../compact.js';
import type { App } from '../context.js';
import {
  FRAMES_TYPE,
  MAX_STT_BODY_BYTES,
  promoteBody,
  SERVICE_PREFIX,
  synthesizeBody,
  transcribeHeader,
  type SynthesisHeader,
  type TranscribeHeader,
} from './wire.js';

/** Sets of expected sentences that are remembered; a call has one for each of its questions. */
const EXPECTED_SETS = 256;

const OPTIONS = { config: { permission: 'settings.write' }, schema: { hide: true } } as const;

/** A recogniser for other roles. */
export function sttRoutes(app: App, stt: SttEngine): void {
  const expected = new Lru<string, ExpectedSentences>(EXPECTED_SETS);
  app.addContentTypeParser(FRAMES_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.get(`${SERVICE_PREFIX}/stt`, OPTIONS, async () => stt.capabilities);

  app.post(
    `${SERVICE_PREFIX}/stt/transcribe`,
    { ...OPTIONS, bodyLimit: MAX_STT_BODY_BYTES },
    async ({ body }, reply) => {
      const { header, pcm } = audioRequest(body);
      const { id, kind, sample_rate_hz: sampleRateHz } = header;
      const known = remembered(header, expected);
      const result = await stt.transcribe({
        ...{ requestId: requestId(id), pcm, sampleRateHz, kind, signal: goneSignal(reply) },
        ...(known === undefined ? {} : { expected: known }),
      });
      if (!result.ok) throw failureOf(result.error);
      return result.value;
    },
  );

  app.post(
    `${SERVICE_PREFIX}/stt/promote`,
    { ...OPTIONS, schema: { ...OPTIONS.schema, body: promoteBody } },
    async ({ body }, reply) => {
      stt.promote(requestId(body.id));
      return reply.code(204).send();
    },
  );
}

/** A synthesiser for other roles. */
export function ttsRoutes(app: App, tts: TtsEngine): void {
  app.get(`${SERVICE_PREFIX}/tts`, OPTIONS, async () => ({ ...tts.capabilities, voices: tts.voices() }));

  app.post(
    `${SERVICE_PREFIX}/tts/synthesize`,
    { ...OPTIONS, bodyLimit: 512 * 1024, schema: { ...OPTIONS.schema, body: synthesizeBody } },
    async ({ body }, reply) => {
      const { id, text, sample_rate_hz: sampleRateHz, voice, speed, style, rendering } = body;
      const out = new PassThrough();
      const write = (header: SynthesisHeader, pcm?: Int16Array): void => {
        out.write(encodeFrame(header, pcm === undefined ? undefined : bytesOf(pcm)));
      };
      let chunks = 0;
      void tts
        .synthesize({
          ...{ requestId: requestId(id), text, sampleRateHz, signal: goneSignal(reply) },
          ...compact({ voice, speed, style, rendering }),
          onChunk: ({ pcm, startMs, marks, last }) => {
            chunks++;
            write({ type: 'chunk', start_ms: startMs, last, marks: [...marks] }, pcm);
          },
        })
        .then((result) => {
          if (result.ok) {
            const { durationMs, cacheHit, marks, pcm, engine } = result.value;
            const inChunks = chunks > 0;
            const end = {
              engine,
              duration_ms: durationMs,
              cache_hit: cacheHit,
              in_chunks: inChunks,
            } as const;
            write({ type: 'spoken', ...end, marks: [...marks] }, inChunks ? undefined : pcm);
          } else {
            const { code, message } = result.error;
            write({ type: 'failed', code, message });
          }
          out.end();
        });
      return reply.type(FRAMES_TYPE).send(out);
    },
  );
}

function audioRequest(body: unknown): { readonly header: TranscribeHeader; readonly pcm: Int16Array } {
  try {
    if (!(body instanceof Uint8Array)) throw new FrameBroken('no frame');
    const { header, bytes } = decodeFrame(body);
    const parsed = transcribeHeader.safeParse(header);
    if (!parsed.success) throw new FrameBroken('the header is not valid');
    return { header: parsed.data, pcm: samplesOf(bytes) };
  } catch (error) {
    if (!(error instanceof FrameBroken)) throw error;
    throw new LeibnizError('BAD_REQUEST', 'The body is not one frame of a valid header and PCM16.', {
      field: 'body',
      cause: error,
    });
  }
}

/** @throws LeibnizError NOT_FOUND with the field `expected` when only the name of unknown sentences is given */
function remembered(
  { expected: asked }: TranscribeHeader,
  known: Lru<string, ExpectedSentences>,
): ExpectedSentences | undefined {
  if (asked === undefined) return undefined;
  const { id, sentences, protect } = asked;
  if (sentences !== undefined) known.set(id, { id, sentences, ...compact({ protect }) });
  const found = known.get(id);
  if (found !== undefined) return found;
  throw new LeibnizError('NOT_FOUND', 'these expected sentences are not known here: send them', {
    field: 'expected',
  });
}

/** Fires when the client has gone before its answer was sent. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

const CODES = {
  aborted: 'INTERNAL',
  overloaded: 'CAPACITY_FULL',
  failed: 'INTERNAL',
  timeout: 'TIMEOUT',
} as const satisfies Readonly<Record<SttError['code'], string>>;

const failureOf = ({ code, message }: SttError): LeibnizError => new LeibnizError(CODES[code], message);
