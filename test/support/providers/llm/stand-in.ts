import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A call as a model makes it. */
export interface ScriptedCall {
  readonly id?: string;
  readonly name: string;
  /** JSON text; broken where a test wants it so. */
  readonly args: string;
}

/** What a stand-in does with one request. */
export interface Script {
  /** Refuses with this status and body before any stream. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Before the status line, before the first word, between words, ms. */
  readonly headersMs?: number;
  readonly firstMs?: number;
  readonly gapMs?: number;
  /** Waited for between words, before `gapMs`. */
  readonly gate?: Promise<void>;
  /** Sent as one delta each. */
  readonly words?: readonly string[];
  readonly calls?: readonly ScriptedCall[];
  /** How the calls come: in pieces, whole and all numbered 0, or without ids. */
  readonly callStyle?: 'pieces' | 'whole' | 'no_ids';
  /**
   * How it ends: as it should, the connection cut, no word any more, the body ends without a reason, bytes that are no
   * event, an error within the stream, or success with nothing.
   */
  readonly end?: 'whole' | 'cut' | 'stall' | 'unfinished' | 'garbage' | 'error' | 'refused' | 'length';
  /** Splits what is sent within characters and events. */
  readonly splitAt?: number;
  readonly crlf?: boolean;
}

/** What a stand-in has seen. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A real server on loopback that speaks a provider's protocol from scripts. */
export abstract class StandIn {
  readonly seen: Seen[] = [];
  /** Requests that the client gave up before their end. */
  givenUp = 0;
  connections = 0;
  /** Taken one a request; the last one stays. */
  scripts: Script[] = [{ words: ['We close', ' at noon.'] }];
  /** Asked before the scripts, for models that look at what they are told. */
  think: ((body: Readonly<Record<string, unknown>>) => Script | undefined) | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on('connection', () => this.connections++);
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
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Answers what is no chat; true when it did. */
  protected abstract other(seen: Seen, response: ServerResponse): boolean;
  /** Writes the answer of a chat. */
  protected abstract chat(script: Script, out: Out, seen: Seen): Promise<void>;
  /** Body of a refusal where a script gives none. */
  protected abstract refusal(status: number): string;
  protected abstract readonly contentType: string;

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    this.seen.push(seen);
    response.once('close', () => (this.givenUp += response.writableFinished ? 0 : 1));
    if (this.other(seen, response)) return;
    const next = this.scripts.length > 1 ? this.scripts.shift() : this.scripts[0];
    const script = this.think?.(body) ?? next ?? {};
    await sleep(script.headersMs ?? 0);
    if (script.status !== undefined) {
      response.writeHead(script.status, { 'content-type': 'application/json', ...script.headers });
      response.end(script.body ?? this.refusal(script.status));
      return;
    }
    response.writeHead(200, { 'content-type': this.contentType });
    response.flushHeaders();
    const out = new Out(response, script);
    await sleep(script.firstMs ?? 0);
    await this.chat(script, out, seen);
  }
}

/** Where an answer is written to. */
export class Out {
  constructor(
    readonly response: ServerResponse,
    private readonly script: Script,
  ) {}

  get isOpen(): boolean {
    return !this.response.destroyed;
  }

  async write(data: string | Buffer): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const { splitAt } = this.script;
    if (splitAt === undefined) {
      this.response.write(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; at += splitAt) {
      this.response.write(bytes.subarray(at, at + splitAt));
      await sleep(1);
    }
  }

  async event(data: string): Promise<void> {
    const line = this.script.crlf === true ? '\r\n' : '\n';
    await this.write(`data: ${data}${line}${line}`);
  }

  async gap(): Promise<void> {
    await this.script.gate;
    await sleep(this.script.gapMs ?? 0);
  }
}
