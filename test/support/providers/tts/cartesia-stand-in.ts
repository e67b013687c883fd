import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { pcmBytes, tonesOf, ulawBytes } from './tones.js';
import { cut, VoiceStandIn, type SeenRequest } from './voice-stand-in.js';

/** Cartesia over its WebSocket. */
export class CartesiaStandIn extends VoiceStandIn {
  /** An error that ends the context in place of audio. */
  error: { readonly status_code: number; readonly error_code: string } | undefined;
  /** Says something harmless before the audio. */
  warns = false;
  readonly #cancelled = new Set<unknown>();

  protected allowed({ headers }: IncomingMessage): boolean {
    return headers['x-api-key'] === this.key && headers['cartesia-version'] !== undefined;
  }

  protected refusal(): { readonly status: number; readonly body: string } {
    return {
      status: 401,
      body: JSON.stringify({
        error_code: 'unauthorized',
        title: 'Unauthorized',
        message: 'Invalid API key',
        request_id: 'r',
      }),
    };
  }

  protected async answer({ url }: SeenRequest, response: ServerResponse): Promise<void> {
    response.end(JSON.stringify({ id: url.pathname.split('/').at(-1) }));
  }

  protected override hear(socket: WebSocket, message: Record<string, unknown>): void {
    const { context_id: id } = message;
    if (message['cancel'] === true) {
      this.#cancelled.add(id);
      return;
    }
    if (this.error !== undefined) {
      socket.send(
        JSON.stringify({
          type: 'error',
          done: true,
          context_id: id,
          title: 'No',
          message: 'no',
          request_id: 'r',
          ...this.error,
        }),
      );
      return;
    }
    const format = message['output_format'] as { encoding: string; sample_rate: number };
    const config = (message['generation_config'] ?? {}) as { speed?: number };
    const { pcm, words } = tonesOf(
      message['transcript'] as string,
      (message['voice'] as { id: string }).id,
      format.sample_rate,
      config.speed,
    );
    const bytes = format.encoding === 'pcm_mulaw' ? ulawBytes(pcm) : pcmBytes(pcm);
    const pieces = this.faults.empty === true ? [] : cut(bytes, 3001);
    const timestamps = {
      type: 'timestamps',
      context_id: id,
      word_timestamps: {
        words: words.map(({ text }) => text),
        start: words.map(({ startMs }) => startMs / 1000),
        end: words.map(({ endMs }) => endMs / 1000),
      },
    };
    const warning = {
      type: 'error',
      done: false,
      status_code: 400,
      error_code: null,
      title: 'Odd',
      message: 'odd',
      context_id: id,
    };
    void this.tell(
      socket,
      [
        ...(this.warns ? [{ value: warning, audio: false }] : []),
        ...pieces.map((piece) => ({
          value: {
            type: 'chunk',
            context_id: id,
            data: piece.toString('base64'),
            done: false,
            status_code: 206,
          },
          audio: true,
        })),
        { value: timestamps, audio: false },
        { value: { type: 'done', context_id: id, done: true, status_code: 200 }, audio: false },
      ],
      () => !this.#cancelled.has(id),
    );
  }
}
