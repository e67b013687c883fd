import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { callId } from '../../kernel/ids.js';
import { jsonObject } from '../../kernel/json.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { CallLog } from '../log.js';
import type { LineHost } from '../core/line.js';
import type { AnnouncedCall, Announcements } from './core/announcements.js';
import { parseSignature } from './core/signature.js';
import { JambonzApplication } from './jambonz-application.js';
import { signedBy } from './jambonz-verbs.js';
import { ChannelLine } from './web-socket-line.js';

/** Settings of {@link openPbxGateway}. */
export interface PbxGatewayOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Where exchanges reach this server, such as `wss://agent.example`. Default: ws://host:port. */
  readonly publicUrl: string | undefined;
  /** Password of announcements and of WebSocket applications (Basic, any user); none is asked for when unset. */
  readonly secret: string | undefined;
  /** Secret that signs Jambonz's webhooks; without one they give the password, as everything else. */
  readonly webhookSecret: string | undefined;
  readonly transferBy: 'refer' | 'dial';
  readonly announcements: Announcements<AnnouncedCall>;
  readonly lines: LineHost;
  readonly scheduler: Scheduler;
  readonly log: CallLog;
}

/** A listening gateway. */
export interface PbxGateway {
  readonly port: number;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64_000;
const MAX_SOCKETS = 1000;
const MAX_FRAME_BYTES = 64_000;
/** Time from the opening of an audio socket to the frame that names its call. */
const KEY_WITHIN_MS = 2000;
const AUDIO_PROTOCOLS = ['audio.drachtio.org', 'audio.jambonz.org'];

/**
 * The door for exchanges that hand over calls as audio: announcements for AudioSocket, Asterisk's chan_websocket, and a
 * Jambonz application by webhooks or WebSocket.
 *
 * @throws Error of the operating system when the port cannot be listened on
 */
export async function openPbxGateway(options: PbxGatewayOptions): Promise<PbxGateway> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 });
  await listening(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const gateway = new Gateway(options, options.publicUrl ?? `ws://${options.host}:${port}`);
  server.on('request', (request, response) => void gateway.request(request, response));
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  return {
    port,
    close: () => {
      gateway.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

class Gateway {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) =>
      ['ws.jambonz.org', ...AUDIO_PROTOCOLS, 'media'].find((name) => offered.has(name)) ?? false,
  });
  readonly #jambonz: JambonzApplication;

  constructor(
    private readonly options: PbxGatewayOptions,
    publicUrl: string,
  ) {
    const { lines, scheduler, log, transferBy } = options;
    const audioUrl = `${publicUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/jambonz/audio`;
    this.#jambonz = new JambonzApplication({ audioUrl, transferBy, lines, scheduler, log });
  }

  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    if (body === undefined) return reply(response, request.method === 'POST' ? 413 : 405);
    if (path === '/announce') return this.#announce(request, body, response);
    if (!path.startsWith('/jambonz/')) return reply(response, 404);
    if (!this.#signed(request, body)) return reply(response, 401);
    const data = jsonObject(body.toString('utf8'));
    const verbs = data === undefined ? undefined : this.#jambonz.hook(path.slice('/jambonz/'.length), data);
    if (verbs === undefined) return reply(response, 400);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(verbs));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = pathOf(request);
    const refuse = (status: string): void => {
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    };
    if (this.#sockets.clients.size >= MAX_SOCKETS) return refuse('503 Service Unavailable');
    const taken = {
      '/jambonz': this.#application,
      '/jambonz/audio': this.#audio,
      '/asterisk': this.#channel,
    }[path];
    if (taken === undefined) return refuse('404 Not Found');
    // The audio socket is bound by its key; everything else by the password.
    if (path !== '/jambonz/audio' && !this.#mayEnter(request)) return refuse('401 Unauthorized');
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => undefined);
      taken.call(this, opened, request);
    });
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  /** Parameters come as a form, the way Asterisk's CURL() sends them; the answer is the bare UUID. */
  #announce(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (!this.#mayEnter(request)) return reply(response, 401);
    const { announcements, scheduler } = this.options;
    const uuid = randomUUID();
    if (
      !announcements.announce(uuid, partiesOf(new URLSearchParams(body.toString('utf8'))), scheduler.now())
    ) {
      return reply(response, 503);
    }
    response.writeHead(200, { 'content-type': 'text/plain' }).end(uuid);
  }

  #application(socket: WebSocket): void {
    this.#jambonz.control(socket);
  }

  /** The first frame names the call. */
  #audio(socket: WebSocket): void {
    const { scheduler } = this.options;
    const cancel = scheduler.at(addMs(scheduler.now(), KEY_WITHIN_MS), () => socket.terminate());
    socket.once('close', cancel);
    socket.once('message', (data, binary) => {
      cancel();
      const key = binary ? undefined : jsonObject((data as Buffer).toString('utf8'))?.['leibnizKey'];
      if (typeof key !== 'string' || !this.#jambonz.attach(key, socket)) socket.terminate();
    });
  }

  #channel(socket: WebSocket, request: IncomingMessage): void {
    const parties = partiesOf(new URL(request.url ?? '/', 'ws://x').searchParams);
    const line = new ChannelLine(callId(randomUUID()), parties, socket);
    if (!this.options.lines.take(line)) line.hangup('rejected_capacity');
  }

  #signed(request: IncomingMessage, body: Buffer): boolean {
    const { webhookSecret, scheduler } = this.options;
    if (webhookSecret === undefined) return this.#mayEnter(request);
    const header = request.headers['jambonz-signature'];
    const parsed = parseSignature(header);
    if (parsed === undefined || typeof header !== 'string') return false;
    return signedBy(webhookSecret, header, parsed.timestampS, body, Math.floor(scheduler.wall() / 1000));
  }

  #mayEnter(request: IncomingMessage): boolean {
    const { secret } = this.options;
    if (secret === undefined) return true;
    const given = /^Basic ([A-Za-z0-9+/=]{1,1024})$/.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) return false;
    const text = Buffer.from(given, 'base64').toString('utf8');
    const password = Buffer.from(text.slice(text.indexOf(':') + 1));
    const right = Buffer.from(secret);
    return password.length === right.length && timingSafeEqual(password, right);
  }
}

const MAX_PARTY_CHARS = 64;

function partiesOf(params: URLSearchParams): AnnouncedCall {
  const text = (name: string): string | undefined => {
    const value = params
      .get(name)
      ?.replace(/[\u0000-\u001f\u007f]/g, '')
      .slice(0, MAX_PARTY_CHARS);
    return value === undefined || value === '' ? undefined : value;
  };
  const [from, to, displayName] = [text('from'), text('to'), text('name')];
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?')[0] ?? '/';

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

/** The whole body; undefined when it is too large or breaks off. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function listening(server: Server, { host, port }: PbxGatewayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
