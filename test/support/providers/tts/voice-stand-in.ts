import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/** What every stand-in can be told to do wrong. */
export interface VoiceFaults {
  /** Answers with this status in place of audio; `body` and `headers` as the service has them. */
  status?: number;
  body?: string;
  headers?: Readonly<Record<string, string>>;
  /** Waits before the status line, and before the first audio. */
  headersMs?: number;
  firstMs?: number;
  /** Never answers. */
  mute?: boolean;
  /** After so many pieces of audio: cuts the connection, says nothing more, or ends as if all were well. */
  cutAfter?: number;
  stallAfter?: number;
  /** Succeeds without audio. */
  empty?: boolean;
  /** Puts things in between that nobody understands. */
  garbage?: boolean;
  /** Closes the socket with this code and reason in place of an answer. */
  close?: { readonly code: number; readonly reason: string; readonly message?: object };
}

/** A request, as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A local server of a voice provider. */
export abstract class VoiceStandIn {
  readonly requests: SeenRequest[] = [];
  /** Messages of WebSockets, in order. */
  readonly messages: Record<string, unknown>[] = [];
  connections = 0;
  /** Answers that the client did not wait for. */
  abandoned = 0;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  constructor(
    readonly key: string,
    public faults: VoiceFaults = {},
  ) {
    this.#server = createServer((request, response) => void this.#request(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** `http://127.0.0.1:port` */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Whether the request has the key of this server. */
  protected abstract allowed(request: IncomingMessage): boolean;
  /** What the service says to a wrong key. */
  protected abstract refusal(): { readonly status: number; readonly body: string };
  /** Answers a request that is allowed and goes well. */
  protected abstract answer(seen: SeenRequest, response: ServerResponse): Promise<void>;
  /** A message of a WebSocket. */
  protected hear(_socket: WebSocket, _message: Record<string, unknown>, _url: URL): void {
    throw new Error('not a WebSocket service');
  }

  /** Sends pieces of a body with the faults that were asked for. */
  protected async send(response: ServerResponse, pieces: readonly (Buffer | string)[]): Promise<void> {
    response.on('close', () => {
      if (!response.writableFinished) this.abandoned++;
    });
    await wait(this.faults.firstMs ?? 0);
    for (const [index, piece] of pieces.entries()) {
      if (index === this.faults.cutAfter) {
        response.destroy();
        return;
      }
      if (index === this.faults.stallAfter) return;
      response.write(piece);
      await wait(2);
    }
    response.end();
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: SeenRequest = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', 'http://x'),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(seen);
    const { status, body = '', headers = {}, mute, headersMs = 0 } = this.faults;
    await wait(headersMs);
    if (mute === true) return;
    if (!this.allowed(request)) {
      const refusal = this.refusal();
      response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(refusal.body);
    } else if (status === undefined) await this.answer(seen, response);
    else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { status, body = '' } = this.faults;
    this.connections++;
    if (!this.allowed(request) || status !== undefined) {
      const refusal = status === undefined ? this.refusal() : { status, body };
      socket.end(
        `HTTP/1.1 ${refusal.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${refusal.body.length}\r\n\r\n${refusal.body}`,
      );
      return;
    }
    const url = new URL(request.url ?? '/', 'http://x');
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Record<string, unknown>;
        this.messages.push(message);
        if (this.faults.close !== undefined) {
          const { code, reason, message: before } = this.faults.close;
          if (before !== undefined) client.send(JSON.stringify(before));
          client.close(code, reason);
        } else if (this.faults.mute !== true) this.hear(client, message, url);
      });
    });
  }

  /** Sends messages of a WebSocket with the faults that were asked for; `audio` tells which of them carry some. */
  protected async tell(
    socket: WebSocket,
    messages: readonly { readonly value: object; readonly audio: boolean }[],
    alive: () => boolean,
  ): Promise<void> {
    await wait(this.faults.firstMs ?? 0);
    let sent = 0;
    for (const { value, audio } of messages) {
      if (!alive()) return;
      if (audio && this.faults.cutAfter === sent) {
        socket.terminate();
        return;
      }
      if (audio && this.faults.stallAfter === sent) return;
      if (this.faults.garbage === true) {
        for (const odd of ['nothing', '[]', 'null', '{"audio":7}']) socket.send(odd);
      }
      socket.send(JSON.stringify(value));
      if (audio) sent++;
      await wait(2);
    }
  }
}

/** A body in pieces of unequal, odd sizes. */
export function cut(body: Buffer, size = 2001): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) pieces.push(body.subarray(at, at + size));
  return pieces;
}
