import type { IncomingMessage, ServerResponse } from 'node:http';
import { pcmBytes, tonesOf, wavBytes } from './tones.js';
import { cut, VoiceStandIn, type SeenRequest } from './voice-stand-in.js';

interface SpeechBody {
  readonly model: string;
  readonly input: string;
  readonly voice: string;
  readonly response_format: string;
  readonly speed?: number;
  readonly sample_rate?: number;
}

/** A server with OpenAI's speech interface; with `captions` it is Kokoro-FastAPI. */
export class OpenAiSpeechStandIn extends VoiceStandIn {
  captions = false;
  /** Sends this whatever was asked for. */
  insists: 'wav' | 'mp3' | undefined;
  wavRateHz = 22_050;

  protected allowed({ headers }: IncomingMessage): boolean {
    return headers.authorization === `Bearer ${this.key}`;
  }

  protected refusal(): { readonly status: number; readonly body: string } {
    return {
      status: 401,
      body: JSON.stringify({ error: { message: 'Incorrect API key', code: 'invalid_api_key' } }),
    };
  }

  protected async answer({ url, body }: SeenRequest, response: ServerResponse): Promise<void> {
    if (url.pathname === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'm' }] }));
    } else if (url.pathname === '/v1/audio/voices' && this.captions) {
      response.end(JSON.stringify({ voices: ['af_bella', 'bm_lewis'] }));
    } else if (url.pathname === '/dev/captioned_speech' && this.captions) {
      await this.#captioned(JSON.parse(body) as SpeechBody, response);
    } else if (url.pathname === '/v1/audio/speech') {
      await this.#plain(JSON.parse(body) as SpeechBody, response);
    } else response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}');
  }

  async #plain(asked: SpeechBody, response: ServerResponse): Promise<void> {
    const wav = (this.insists ?? asked.response_format) === 'wav';
    const rate = wav ? this.wavRateHz : (asked.sample_rate ?? 24_000);
    const bytes = pcmBytes(tonesOf(asked.input, asked.voice, rate, asked.speed).pcm);
    const mp3 = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), bytes]);
    const all = this.insists === 'mp3' ? mp3 : wav ? wavBytes(bytes, rate) : bytes;
    response.writeHead(200, { 'content-type': wav ? 'audio/wav' : 'audio/pcm' });
    await this.send(response, this.faults.empty === true ? [] : cut(all, 4999));
  }

  /** Sentences as JSON objects, one after the other; word times of a sentence that has no audio come with the next. */
  async #captioned(asked: SpeechBody, response: ServerResponse): Promise<void> {
    const { pcm, words } = tonesOf(asked.input, asked.voice, 24_000, asked.speed);
    const half = Math.floor(words.length / 2);
    const middle = Math.round(24 * (words[half]?.startMs ?? 0));
    const timed = words.map(({ text, startMs, endMs }) => ({
      word: text,
      start_time: startMs / 1000,
      end_time: endMs / 1000,
    }));
    const part = (audio: Int16Array, timestamps: readonly object[]): string =>
      `${JSON.stringify({ audio: pcmBytes(audio).toString('base64'), audio_format: 'audio/pcm', timestamps })}\n`;
    const whole =
      part(pcm.subarray(0, middle), timed.slice(0, half)) + part(pcm.subarray(middle), timed.slice(half));
    response.writeHead(200, { 'content-type': 'application/json' });
    await this.send(
      response,
      this.faults.empty === true ? [] : cut(Buffer.from(whole), Math.ceil(whole.length / 7)),
    );
  }
}
