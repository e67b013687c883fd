import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { parseWav } from '../../speech/core/wav.js';
import { AUDIO_TYPES } from '../audio-body.js';
import type { App, RouteContext } from '../context.js';
import { PcmAssembler } from '../core/pcm-assembler.js';
import { failures, idText } from '../schemas/common.js';
import { transcriptEvent } from '../schemas/transcribe.js';
import { TranscribeSocket } from '../transcribe-socket.js';

const RATE_HZ = 16_000;
/** A minute of PCM16 at 16 kHz, and the head of a WAV file. */
const MAX_PIECE_BYTES = 60 * RATE_HZ * 2 + 1024;

/**
 * Speech to text: a stream over a WebSocket, and one piece over POST.
 *
 * @param sockets - holds those that are open, to be closed with the server
 */
export function transcribeRoutes(app: App, context: RouteContext, sockets: Set<TranscribeSocket>): void {
  const path = '/api/v1/transcribe/stream';
  app.get(
    path,
    {
      websocket: true,
      config: { permission: 'test.use', ticket: 'transcribe' },
      schema: {
        querystring: z.object({
          session_id: idText,
          token: z.string().optional(),
          ticket: z.string().optional(),
        }),
      },
    },
    (socket) => {
      const served = new TranscribeSocket(socket, context, () => sockets.delete(served));
      sockets.add(served);
      served.start();
    },
  );

  app.post(
    path,
    {
      config: { permission: 'test.use', unmasked: true },
      bodyLimit: MAX_PIECE_BYTES,
      schema: {
        summary: 'One piece of speech, written down',
        description: 'PCM16 mono at 16 kHz, or a WAV file of such; at most a minute.',
        tags: ['Speech'],
        consumes: [...AUDIO_TYPES],
        querystring: z.object({ session_id: idText.optional() }),
        response: { 200: transcriptEvent, ...failures },
      },
    },
    async ({ body, headers }) =>
      context.ports.transcription.piece(samplesOf(body, headers['content-type'] ?? '')),
  );
}

/** @throws LeibnizError BAD_REQUEST for what is no audio of that kind */
function samplesOf(body: unknown, type: string): Int16Array {
  if (!(body instanceof Uint8Array) || body.length < 2) {
    throw new LeibnizError('BAD_REQUEST', 'Send PCM16 mono at 16 kHz, or a WAV file.', { field: 'body' });
  }
  if (!/wav/.test(type)) return new PcmAssembler().push(body);
  const audio = parseWav(body);
  if (audio?.sampleRateHz === RATE_HZ) return audio.pcm;
  throw new LeibnizError('BAD_REQUEST', 'The file is no WAV of PCM16 at 16 kHz.', { field: 'body' });
}
