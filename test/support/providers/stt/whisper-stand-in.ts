import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseWav } from '../../../../src/speech/core/wav.js';
import { decoded } from './spoken-code.js';

export interface WhisperFaults {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Never answers. */
  hang?: boolean;
  /** Breaks off within the answer. */
  cut?: boolean;
  /** Adds what Whisper invents in silence. */
  hallucinate?: boolean;
  /** Knows `json` only. */
  plain?: boolean;
}

/** A server with OpenAI's `/v1/audio/transcriptions` and `/v1/models`. */
export class WhisperStandIn {
  readonly requests: {
    readonly headers: IncomingMessage['headers'];
    readonly fields: Map<string, string>;
  }[] = [];
  /** Requests that the client gave up before they were answered. */
  givenUp = 0;
  readonly #server: Server;

  constructor(readonly faults: WhisperFaults = {}) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.on('close', () => {
      if (!response.writableFinished) this.givenUp++;
    });
    const { status, headers, body, hang, cut } = this.faults;
    if (hang === true) return;
    if (status !== undefined || body !== undefined) {
      response.writeHead(status ?? 200, { 'content-type': 'application/json', ...headers }).end(body ?? '{}');
      return;
    }
    if (request.url === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'base.en', object: 'model' }] }));
      return;
    }
    const form = formOf(Buffer.concat(chunks), String(request.headers['content-type']));
    this.requests.push({ headers: request.headers, fields: form.fields });
    const text = JSON.stringify(this.#transcription(form.file));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    if (cut === true) {
      response.write(text.slice(0, text.length / 2));
      setTimeout(() => response.destroy(), 20);
    } else response.end(text);
  }

  #transcription(file: Uint8Array): object {
    const audio = parseWav(file);
    if (audio === undefined) return { error: { message: 'no audio' } };
    const words = decoded(audio.pcm, audio.sampleRateHz);
    const text = words.map((word) => word.text).join(' ');
    const seconds = audio.pcm.length / audio.sampleRateHz;
    if (this.faults.plain === true) return { text };
    const segment = { avg_logprob: -0.2, no_speech_prob: 0.05, compression_ratio: 1.1 };
    const last = words.at(-1);
    return {
      task: 'transcribe',
      language: 'english',
      duration: seconds,
      text: this.faults.hallucinate === true ? `${text} Thank you.` : text,
      segments: [
        ...(last === undefined
          ? []
          : [
              {
                id: 0,
                start: (words[0]?.startMs ?? 0) / 1000,
                end: last.endMs / 1000,
                text: ` ${text}`,
                ...segment,
              },
            ]),
        ...(this.faults.hallucinate === true
          ? [
              { id: 1, start: (last?.endMs ?? 0) / 1000, end: seconds, text: ' Thank you.', ...segment },
              { id: 2, start: 0, end: seconds, text: ' Bye.', avg_logprob: -1.4, no_speech_prob: 0.9 },
            ]
          : []),
      ],
    };
  }
}

/** The fields and the file of a multipart form (RFC 7578). */
function formOf(body: Buffer, contentType: string): { fields: Map<string, string>; file: Uint8Array } {
  const boundary = `--${/boundary=(.+)$/.exec(contentType)?.[1] ?? ''}`;
  const fields = new Map<string, string>();
  let file = new Uint8Array(0);
  for (let at = body.indexOf(boundary); at >= 0;) {
    const next = body.indexOf(boundary, at + boundary.length);
    if (next < 0) break;
    const part = body.subarray(at + boundary.length + 2, next - 2);
    const head = part.subarray(0, part.indexOf('\r\n\r\n')).toString('utf8');
    const value = part.subarray(part.indexOf('\r\n\r\n') + 4);
    const name = /name="([^"]+)"/.exec(head)?.[1] ?? '';
    if (/filename=/.test(head)) file = new Uint8Array(value);
    else fields.set(name, value.toString('utf8'));
    at = next;
  }
  return { fields, file };
}
