import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a receiver got. */
export interface Delivery {
  readonly id: string;
  readonly signed: boolean;
  readonly body: {
    readonly type: string;
    readonly appointment?: { readonly id: string; readonly sequence: number };
    readonly calendar?: string;
  };
}

/** What the receiver answers: a status, a redirect, or nothing at all. */
export type Answer = number | { readonly location: string } | 'silence';

/** An HTTP receiver of follow-ups that checks signatures as a user's own would. */
export class Receiver {
  readonly deliveries: Delivery[] = [];
  /** Answers to the coming requests; 200 when none is left. */
  readonly answers: Answer[] = [];
  readonly secret = 'a secret of the test';
  #server: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}/hook`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#take(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    this.deliveries.push({
      id: String(request.headers['x-leibniz-delivery']),
      signed: this.#isSigned(String(request.headers['x-leibniz-signature']), text),
      body: JSON.parse(text) as Delivery['body'],
    });
    const answer = this.answers.shift() ?? 200;
    if (answer === 'silence') return;
    if (typeof answer === 'number') response.writeHead(answer).end('ok');
    else response.writeHead(302, { location: answer.location }).end();
  }

  #isSigned(header: string, text: string): boolean {
    const [, seconds = '', hex = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    if (Math.abs(Date.now() / 1000 - Number(seconds)) > 60) return false;
    const expected = createHmac('sha256', this.secret).update(`${seconds}.${text}`).digest();
    return hex !== '' && timingSafeEqual(expected, Buffer.from(hex, 'hex'));
  }
}
