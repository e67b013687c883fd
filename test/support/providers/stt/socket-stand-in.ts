import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/** What every stand-in can be told to do wrong. */
export interface StandInFaults {
  /** Answers the upgrade with this status. */
  refuseWith?: number;
  /** Takes everything and says nothing. */
  mute?: boolean;
  /** Cuts the connection once so many words have been heard on it. */
  dieAfterWords?: number;
  /** Closes once so many words have been heard on it. */
  closeAfterWords?: { readonly words: number; readonly code: number; readonly reason: string };
  /** Puts messages in between that are none. */
  garbage?: boolean;
}

/** One connection of a client. */
export interface StandInConnection {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** Text messages of the client, in order. */
  readonly texts: string[];
  audioBytes: number;
  closed: { readonly code: number } | undefined;
}

const GARBAGE = [
  '',
  'not json',
  '[]',
  'null',
  '{"type":42}',
  '{"type":"Results","start":"x"}',
  '{"type":"Turn"}',
];

/** A local WebSocket server of a speech provider. */
export abstract class SocketStandIn {
  readonly connections: StandInConnection[] = [];
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  constructor(readonly faults: StandInFaults = {}) {
    this.#sockets = new WebSocketServer({ noServer: true });
    this.#server = createServer((_request, response) => response.writeHead(404).end());
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** `ws://127.0.0.1:port` */
  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.clients.size;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    this.#sockets.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Refuses an upgrade: the status and headers, or undefined to take it. */
  protected refuse(
    _request: IncomingMessage,
  ): { status: number; headers?: Record<string, string> } | undefined {
    return undefined;
  }

  /** Serves a connection. */
  protected abstract serve(socket: WebSocket, connection: StandInConnection): void;

  protected send(socket: WebSocket, message: object, binary = false): void {
    if (this.faults.mute === true || socket.readyState !== WebSocket.OPEN) return;
    if (this.faults.garbage === true) for (const text of GARBAGE) socket.send(text);
    const text = JSON.stringify(message);
    socket.send(binary ? Buffer.from(text) : text, { binary });
  }

  /** Dies where it is told to. */
  protected heardWords(socket: WebSocket, words: number): void {
    const { dieAfterWords, closeAfterWords } = this.faults;
    if (dieAfterWords !== undefined && words >= dieAfterWords) socket.terminate();
    if (closeAfterWords !== undefined && words >= closeAfterWords.words) {
      socket.close(closeAfterWords.code, closeAfterWords.reason);
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refused =
      this.faults.refuseWith === undefined ? this.refuse(request) : { status: this.faults.refuseWith };
    if (refused !== undefined) {
      const headers = Object.entries(refused.headers ?? {})
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('');
      socket.end(
        `HTTP/1.1 ${refused.status} Refused\r\n${headers}content-length: 0\r\nconnection: close\r\n\r\n`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const connection: StandInConnection = {
        url: new URL(request.url ?? '/', 'ws://stand.in'),
        headers: request.headers,
        texts: [],
        audioBytes: 0,
        closed: undefined,
      };
      this.connections.push(connection);
      client.on('error', () => undefined);
      client.on('close', (code) => (connection.closed = { code }));
      client.on('message', (data: Buffer, isBinary) => {
        if (isBinary) connection.audioBytes += data.length;
        else connection.texts.push(data.toString('utf8'));
      });
      this.serve(client, connection);
    });
  }
}
