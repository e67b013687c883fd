import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { formatWav, parseWav, type WavAudio } from '../../kernel/wav.js';
import { openRnnoise } from '../../speech/denoise/rnnoise-denoiser.js';
import type { Denoiser, DenoiseStream } from '../../speech/ports.js';
import type { App, RouteContext } from '../context.js';
import { InboundBudget } from '../core/inbound-budget.js';
import { PcmAssembler } from '../core/pcm-assembler.js';
import { failures } from '../schemas/common.js';

/** Largest file: four minutes of one channel at 16 kHz. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Streams at once: each takes about 3 % of a core while audio comes. */
const MAX_STREAMS = 16;
/** Unsent bytes at which a client that does not read is given up: 30 s of audio. */
const MAX_UNSENT_BYTES = 960_000;
/** Audio between two turns of the event loop, seconds. */
const SLICE_S = 0.2;

type Rate = 8000 | 16_000;

/** Noise taken out of files and streams, without a call: `/api/v1/denoise` and `/api/v1/denoise/streaming`. */
export function denoiseRoutes(app: App, context: RouteContext): void {
  let opened: Promise<Denoiser> | undefined;
  // Loaded when it is first asked for; a failure is tried again by the next request.
  const denoiser = (): Promise<Denoiser> =>
    (opened ??= openRnnoise().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  for (const url of ['/api/v1/denoise', '/denoise']) {
    app.post(
      url,
      {
        bodyLimit: MAX_FILE_BYTES,
        config: { permission: 'transcribe.use' },
        schema: {
          summary: 'A WAV file without its noise',
          description:
            'Body: a WAV file of 8 or 16 kHz, one or two channels, PCM16 or G.711, at most 8 MiB. Answer: WAV, PCM16.',
          tags: ['Denoise'],
          response: failures,
        },
      },
      async (request, reply) => {
        const { body } = request;
        if (!(body instanceof Uint8Array)) throw refused('Send a WAV file as the body, with type audio/wav.');
        const wav = parseWav(body);
        if (!wav.ok) throw refused(`The file ${wav.error}.`);
        const clean = await denoiseFile(await denoiser(), wav.value);
        return reply.type('audio/wav').send(Buffer.from(formatWav(clean)) as never);
      },
    );
  }
  streams(app, context, denoiser);
}

const refused = (message: string): LeibnizError =>
  new LeibnizError('BAD_REQUEST', message, { field: 'body' });

/** @throws LeibnizError BAD_REQUEST for a rate that is neither 8 nor 16 kHz */
async function denoiseFile(denoiser: Denoiser, { sampleRateHz, channels }: WavAudio): Promise<WavAudio> {
  if (sampleRateHz !== 8000 && sampleRateHz !== 16_000) {
    throw refused(`The file has ${sampleRateHz} Hz; 8000 or 16000 can be read.`);
  }
  const clean: Int16Array[] = [];
  for (const channel of channels) clean.push(await denoiseChannel(denoiser, channel, sampleRateHz));
  return { sampleRateHz, channels: clean };
}

/** The channel at its own place in time: the denoiser's delay is cut off at the front. */
async function denoiseChannel(denoiser: Denoiser, pcm: Int16Array, rate: Rate): Promise<Int16Array> {
  const stream = denoiser.open(rate);
  try {
    const { delaySamples } = stream;
    const slice = rate * SLICE_S;
    const out = new Int16Array(Math.ceil((pcm.length + delaySamples) / slice) * slice);
    for (let at = 0; at < out.length; at += slice) {
      const block = new Int16Array(slice);
      block.set(pcm.subarray(at, at + slice));
      out.set(stream.process(block), at);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return out.slice(delaySamples, delaySamples + pcm.length);
  } finally {
    stream.close();
  }
}

function streams(app: App, context: RouteContext, denoiser: () => Promise<Denoiser>): void {
  let open = 0;
  const querystring = z.object({
    sample_rate: z.enum(['8000', '16000']).default('16000'),
    token: z.string().optional(),
  });
  for (const url of ['/api/v1/denoise/streaming', '/denoise/streaming']) {
    app.get(
      url,
      { websocket: true, config: { permission: 'transcribe.use' }, schema: { querystring } },
      (socket, request) => {
        const rate: Rate = request.query.sample_rate === '8000' ? 8000 : 16_000;
        if (open >= MAX_STREAMS) {
          socket.close(1013, 'too many streams');
          return;
        }
        open++;
        let stream: DenoiseStream | undefined;
        socket.on('close', () => {
          open--;
          stream?.close();
        });
        socket.on('error', () => socket.terminate());
        denoiser().then(
          (engine) => {
            if (socket.readyState === socket.OPEN) stream = serve(socket, engine, rate, context);
          },
          () => socket.close(1011, 'the denoiser does not load'),
        );
      },
    );
  }
}

/** PCM16 in pieces of any length in, whole blocks of 10 ms out, the delay later. */
function serve(socket: WebSocket, denoiser: Denoiser, rate: Rate, { clock }: RouteContext): DenoiseStream {
  const stream = denoiser.open(rate);
  const assembler = new PcmAssembler();
  const budget = new InboundBudget(clock.now());
  const block = rate / 100;
  let rest = new Int16Array(0);
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary || socket.readyState !== socket.OPEN) return;
    const samples = assembler.push(data as Buffer);
    if (!budget.take(samples.length, clock.now()) || socket.bufferedAmount > MAX_UNSENT_BYTES) {
      socket.close(1008, 'faster than real time');
      return;
    }
    const pcm = new Int16Array(rest.length + samples.length);
    pcm.set(rest);
    pcm.set(samples, rest.length);
    const whole = pcm.length - (pcm.length % block);
    rest = pcm.slice(whole);
    if (whole === 0) return;
    const clean = stream.process(pcm.subarray(0, whole));
    socket.send(Buffer.from(clean.buffer, clean.byteOffset, clean.byteLength));
  });
  const delayMs = (stream.delaySamples * 1000) / rate;
  socket.send(JSON.stringify({ type: 'ready', sample_rate: rate, delay_ms: delayMs }));
  return stream;
}
