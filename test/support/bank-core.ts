import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the stand-in misbehaves. */
export type BankFault = 'status_500' | 'slow' | 'garbage' | 'cut' | 'huge' | 'redirect' | 'html' | 'list';

/** A request as the stand-in saw it. */
export interface BankRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A stand-in of the bank's core system on loopback. */
export interface BankCore {
  readonly url: string;
  readonly token: string;
  readonly requests: readonly BankRequest[];
  /** Misbehaves from now on; `undefined` ends it. */
  fault(kind: BankFault | undefined): void;
  balanceOf(account: string): number;
  close(): Promise<void>;
}

/** The one customer: number, PIN, name. */
export const CUSTOMER = { number: '48123379', pin: '4711', first: 'Ida', full: 'Ida Keller' } as const;

const MAX_TRIES = 3;

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const no = (status: number, code: string): Reply => ({ status, body: { code } });

/** What the core knows and does, without HTTP. */
class Core {
  readonly accounts: Record<string, { name: string; cents: number }> = {
    checking: { name: 'checking account', cents: 123_450 },
    savings: { name: 'savings account', cents: 900_000 },
  };
  readonly blocked = new Set<string>();
  #tries = 0;
  readonly #sessions = new Set<string>();
  readonly #done = new Map<string, Reply>();

  handle(
    method: string,
    path: string,
    body: Readonly<Record<string, unknown>>,
    key: string | undefined,
  ): Reply {
    if (method === 'POST' && path === '/v1/verify') return this.#verify(body);
    const match = /^\/v1\/sessions\/([^/]+)\/(.+)$/.exec(path);
    if (match === null) return no(404, 'no_route');
    const [, session = '', rest = ''] = match;
    if (!this.#sessions.has(session)) return no(401, 'session_expired');
    const account = /^accounts\/([^/]+)\/(balance|transactions)$/.exec(rest);
    if (method === 'GET' && account !== null) return this.#read(account[1] ?? '', account[2] ?? '');
    if (method !== 'POST') return no(404, 'no_route');
    // What was done under a key is done once.
    const before = key === undefined ? undefined : this.#done.get(key);
    if (before !== undefined) return before;
    const reply =
      rest === 'cards/block'
        ? this.#block(body)
        : rest === 'transfers'
          ? this.#transfer(body)
          : no(404, 'no_route');
    if (key !== undefined) this.#done.set(key, reply);
    return reply;
  }

  #verify(body: Readonly<Record<string, unknown>>): Reply {
    if (this.#tries >= MAX_TRIES) return no(423, 'locked');
    if (body['customer'] !== CUSTOMER.number || body['pin'] !== CUSTOMER.pin) {
      this.#tries += 1;
      return no(422, 'no_match');
    }
    this.#tries = 0;
    const session = `s${this.#sessions.size + 1}`;
    this.#sessions.add(session);
    return { status: 200, body: { session, first_name: CUSTOMER.first, full_name: CUSTOMER.full } };
  }

  #read(id: string, what: string): Reply {
    const account = this.accounts[id];
    if (account === undefined) return no(404, 'no_account');
    const account_name = account.name;
    if (what === 'balance') {
      const balance = account.cents / 100;
      return { status: 200, body: { account_name, balance, available: balance } };
    }
    const transactions = [
      { date: '2026-11-20', amount: -42.5, text: 'Corner Grocery' },
      { date: '2026-11-19', amount: 2150, text: 'salary' },
      { date: '2026-11-17', amount: -9.99, text: 'Tune Stream' },
      { date: '2026-11-16', amount: -60, text: 'cash' },
    ];
    return { status: 200, body: { account_name, transactions } };
  }

  #block(body: Readonly<Record<string, unknown>>): Reply {
    const card = String(body['last_four']);
    if (card !== '4412') return no(404, 'no_card');
    if (this.blocked.has(card)) return no(409, 'already_blocked');
    this.blocked.add(card);
    return { status: 200, body: { arrives: '2026-12-01' } };
  }

  #transfer(body: Readonly<Record<string, unknown>>): Reply {
    const source = this.accounts[String(body['source'])];
    const target = this.accounts[body['source'] === 'checking' ? 'savings' : 'checking'];
    const cents = Math.round(Number(body['amount']) * 100);
    if (source === undefined || target === undefined) return no(404, 'no_account');
    if (!(cents > 0) || source.cents < cents) return no(409, 'not_enough');
    source.cents -= cents;
    target.cents += cents;
    return { status: 200, body: { source_balance: source.cents / 100 } };
  }
}

/** Starts the stand-in on a free port of loopback. */
export async function startBankCore(): Promise<BankCore> {
  const core = new Core();
  const token = 'test-token';
  const requests: BankRequest[] = [];
  let fault: BankFault | undefined;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      requests.push({ method, path, headers, body });
      if (fault !== undefined) return misbehave(fault, response);
      if (headers.authorization !== `Bearer ${token}`) return send(response, no(401, 'no_token'));
      const key = headers['idempotency-key'];
      send(
        response,
        core.handle(method, path.split('?')[0] ?? '', body, typeof key === 'string' ? key : undefined),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests,
    fault: (kind) => {
      fault = kind;
    },
    balanceOf: (account) => (core.accounts[account]?.cents ?? 0) / 100,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function misbehave(fault: BankFault, response: ServerResponse): void {
  const json = { 'content-type': 'application/json' };
  switch (fault) {
    case 'status_500': {
      return send(response, { status: 500, body: { code: 'broken' } });
    }
    case 'slow': {
      // Never answers; the caller's own time-out ends it.
      return;
    }
    case 'garbage': {
      response.writeHead(200, json).end('{"balance": 12');
      return;
    }
    case 'cut': {
      response.writeHead(200, { ...json, 'content-length': '1000' });
      response.write('{"balance":');
      response.socket?.destroy();
      return;
    }
    case 'huge': {
      response.writeHead(200, json).end(JSON.stringify({ text: 'x'.repeat(100_000) }));
      return;
    }
    case 'redirect': {
      response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end();
      return;
    }
    case 'html': {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
      return;
    }
    case 'list': {
      return send(response, { status: 200, body: [1, 2, 3] });
    }
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
