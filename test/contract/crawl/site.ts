import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A small site on this machine whose pages can be changed and broken. */
export class Site {
  /** By path with query; a missing one is answered 404. */
  readonly pages = new Map<string, Answer>();
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    const path = request.url ?? '/';
    this.asked.push(path);
    const answer = this.pages.get(path);
    if (answer === undefined) response.writeHead(404).end('nothing');
    else answer(request, response);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param host - a name of this machine */
  url(path: string, host = 'localhost'): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** A page with its ETag, answered 304 to whoever has it. */
  html(path: string, body: string, head = ''): void {
    const etag = `"${body.length}-${head.length}"`;
    this.pages.set(path, (request, response) => {
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', etag });
      response.end(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`);
    });
  }

  text(path: string, body: string, type = 'text/plain'): void {
    this.pages.set(path, (_request, response) => response.writeHead(200, { 'content-type': type }).end(body));
  }

  redirect(path: string, to: string): void {
    this.pages.set(path, (_request, response) => response.writeHead(302, { location: to }).end());
  }
}
