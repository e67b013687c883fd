import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { pcmBytes, tonesOf, ulawBytes, type Tones } from './tones.js';
import { cut, VoiceStandIn, type SeenRequest } from './voice-stand-in.js';

interface Context {
  text: string;
  speed: number;
  open: boolean;
}

const PIECE_MS = 250;

/** ElevenLabs: the multi-context WebSocket and the HTTP stream with times. */
export class ElevenLabsStandIn extends VoiceStandIn {
  /** Contexts open at once, the most there were. */
  mostContexts = 0;
  /** Spelling of the field of durations; both are in use. */
  durations: 'charDurationsMs' | 'charsDurationsMs' = 'charsDurationsMs';
  readonly #contexts = new WeakMap<WebSocket, Map<string, Context>>();

  protected allowed({ headers }: IncomingMessage): boolean {
    return headers['xi-api-key'] === this.key;
  }

  protected refusal(): { readonly status: number; readonly body: string } {
    return {
      status: 401,
      body: JSON.stringify({ detail: { status: 'invalid_api_key', message: 'Invalid API key' } }),
    };
  }

  protected async answer({ url, body }: SeenRequest, response: ServerResponse): Promise<void> {
    if (url.pathname === '/v1/models') {
      response.end(JSON.stringify([{ model_id: 'flash' }]));
      return;
    }
    const voice = /^\/v1\/(?:text-to-speech|voices)\/([^/]+)/.exec(url.pathname)?.[1] ?? '';
    if (url.pathname.startsWith('/v1/voices/')) {
      response.end(JSON.stringify({ voice_id: voice }));
      return;
    }
    const asked = JSON.parse(body) as { text: string; voice_settings: { speed: number } };
    const narrow = url.searchParams.get('output_format') === 'ulaw_8000';
    const tones = tonesOf(asked.text, voice, narrow ? 8000 : 16_000, asked.voice_settings.speed);
    const objects =
      this.faults.empty === true ? [] : this.#pieces(asked.text, tones, narrow ? 8000 : 16_000, false);
    response.writeHead(200, { 'content-type': 'application/json' });
    await this.send(
      response,
      objects.flatMap((object) => cut(Buffer.from(`${JSON.stringify(object)}\n`), 1777)),
    );
  }

  protected override hear(socket: WebSocket, message: Record<string, unknown>, url: URL): void {
    const contexts = this.#contexts.get(socket) ?? new Map<string, Context>();
    this.#contexts.set(socket, contexts);
    const id = message['context_id'] as string;
    const context = contexts.get(id) ?? { text: '', speed: 1, open: true };
    if (!contexts.has(id)) {
      contexts.set(id, context);
      this.mostContexts = Math.max(this.mostContexts, contexts.size);
      if (contexts.size > 5) {
        socket.send(
          JSON.stringify({ message: 'Too many contexts', error: 'max_active_conversations', code: 1008 }),
        );
        socket.close(1008, 'max_active_conversations');
        return;
      }
    }
    const settings = message['voice_settings'] as { speed?: number } | undefined;
    context.speed = settings?.speed ?? context.speed;
    if (typeof message['text'] === 'string') context.text += message['text'];
    if (message['flush'] === true) void this.#speak(socket, contexts, id, context, url);
    else if (message['close_context'] === true && context.text.trim() === '') context.open = false;
    else if (message['close_context'] === true) {
      // The first one tells that no more text comes; one that follows gives the context up.
      const { closing } = context as Context & { closing?: boolean };
      if (closing === true) context.open = false;
      Object.assign(context, { closing: true });
    }
  }

  async #speak(
    socket: WebSocket,
    contexts: Map<string, Context>,
    id: string,
    context: Context,
    url: URL,
  ): Promise<void> {
    const narrow = url.searchParams.get('output_format') === 'ulaw_8000';
    const rate = narrow ? 8000 : 16_000;
    const voice = url.pathname.split('/')[3] ?? '';
    const text = context.text.trim();
    const objects =
      this.faults.empty === true
        ? []
        : this.#pieces(text, tonesOf(text, voice, rate, context.speed), rate, true);
    await this.tell(
      socket,
      [
        ...objects.map((object) => ({ value: { ...object, isFinal: false, contextId: id }, audio: true })),
        { value: { isFinal: true, contextId: id }, audio: false },
      ],
      () => context.open,
    );
    contexts.delete(id);
  }

  /** Audio in pieces; over the WebSocket times count from the start of the piece that they come with. */
  #pieces(text: string, { pcm, words }: Tones, rate: number, socket: boolean): object[] {
    const pieces: object[] = [];
    let word = 0;
    let from = 0;
    for (let at = 0; at < pcm.length; at += (PIECE_MS * rate) / 1000) {
      const part = pcm.subarray(at, at + (PIECE_MS * rate) / 1000);
      const startMs = (1000 * at) / rate;
      const chars: string[] = [];
      const starts: number[] = [];
      const lengths: number[] = [];
      for (; word < words.length && (words[word]?.startMs ?? 0) < startMs + PIECE_MS; word++) {
        const { text: said = '', startMs: begin = 0, endMs: end = 0 } = words[word] ?? {};
        const place = text.indexOf(said, from);
        const step = (end - begin) / said.length;
        [...text.slice(from, place)].forEach((char) => {
          chars.push(char);
          starts.push(begin);
          lengths.push(0);
        });
        [...said].forEach((char, index) => {
          chars.push(char);
          starts.push(begin + index * step);
          lengths.push(step);
        });
        from = place + said.length;
      }
      const data = (rate === 8000 ? ulawBytes(part) : pcmBytes(part)).toString('base64');
      pieces.push(
        socket
          ? {
              audio: data,
              alignment: {
                chars,
                charStartTimesMs: starts.map((ms) => ms - startMs),
                [this.durations]: lengths,
              },
            }
          : {
              audio_base64: data,
              alignment: {
                characters: chars,
                character_start_times_seconds: starts.map((ms) => ms / 1000),
                character_end_times_seconds: starts.map((ms, index) => (ms + (lengths[index] ?? 0)) / 1000),
              },
            },
      );
    }
    return pieces;
  }
}
