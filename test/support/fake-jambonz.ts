import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';

const load = createRequire(import.meta.url);
/** The open server's own check of what an application answers: an unknown property fails the whole answer. */
const { validateVerb } = load('@jambonz/verb-specifications') as {
  validateVerb(name: string, verb: object, logger: object): void;
};

type Json = Readonly<Record<string, unknown>>;

/** A call as the exchange tells it. */
const BASE: Json = {
  account_sid: 'ac1',
  application_sid: 'ap1',
  direction: 'inbound',
  from: '15550100',
  to: '15550199',
  call_id: 'x@1',
  sbc_callid: 'y@2',
  sip_status: 100,
  sip_reason: 'Trying',
  trace_id: 't1',
};

/** What an exchange gave for its `listen` verb. */
export interface ListenVerb {
  readonly verb: 'listen';
  readonly url: string;
  readonly metadata: Json;
}

/** A Jambonz server as an application sees it: webhooks that are signed, and audio sockets. */
export class FakeJambonz {
  constructor(
    private readonly base: string,
    private readonly secret: string | undefined,
  ) {}

  /** Posts a webhook as the feature server does, signed `ageS` seconds ago. */
  async post(
    path: string,
    data: Json,
    signAs = this.secret,
    ageS = 0,
  ): Promise<{ status: number; verbs: Json[] }> {
    const body = JSON.stringify({ ...BASE, ...data });
    const at = Math.floor(Date.now() / 1000) - ageS;
    const response = await fetch(`${this.base}${path}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(signAs === undefined
          ? {}
          : {
              'Jambonz-Signature': `t=${at},v1=${createHmac('sha256', signAs).update(`${at}.${body}`).digest('hex')}`,
            }),
      },
    });
    const text = await response.text();
    return { status: response.status, verbs: response.ok ? checked(JSON.parse(text) as Json[]) : [] };
  }

  /** Opens the WebSocket application for one call. */
  application(password?: string): Promise<FakeControl> {
    return FakeControl.open(this.base.replace(/^http/, 'ws'), password);
  }
}

/** The control connection of a WebSocket application. */
export class FakeControl {
  #next = 1;
  readonly #waiting = new Map<string, (verbs: Json[]) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (raw) => {
      const { msgid, data } = JSON.parse((raw as Buffer).toString('utf8')) as {
        msgid: string;
        data?: Json[];
      };
      this.#waiting.get(msgid)?.(checked(data ?? []));
    });
  }

  static open(base: string, password?: string): Promise<FakeControl> {
    const socket = new WebSocket(`${base}/jambonz`, 'ws.jambonz.org', {
      handshakeTimeout: 1500,
      ...(password === undefined ? {} : { auth: `jambonz:${password}` }),
    });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new FakeControl(socket)));
      socket.once('error', reject);
    });
  }

  /** Sends a message and waits for its ack, 5 s at most as the server does. */
  async send(type: string, callSid: string, data: Json): Promise<Json[]> {
    const msgid = `m${this.#next++}`;
    const acked = new Promise<Json[]>((resolve, reject) => {
      this.#waiting.set(msgid, resolve);
      setTimeout(() => reject(new Error(`${type} was not acked`)), 5000).unref();
    });
    this.tell(type, callSid, data, msgid);
    return acked;
  }

  /** Sends a message that no ack is awaited for. */
  tell(type: string, callSid: string, data: Json, msgid = `m${this.#next++}`): void {
    this.socket.send(JSON.stringify({ type, msgid, call_sid: callSid, data: { ...BASE, ...data } }));
  }

  close(code: number): void {
    this.socket.close(code);
  }
}

/** The audio socket of a `listen` verb (mod_audio_fork). */
export class FakeListen {
  /** PCM16 that was sent to the caller. */
  readonly heard: Buffer[] = [];
  /** Types of the text frames that came. */
  readonly commands: string[] = [];
  readonly closed: Promise<void>;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (raw, binary) => {
      if (binary) this.heard.push(raw as Buffer);
      else this.commands.push((JSON.parse((raw as Buffer).toString('utf8')) as { type: string }).type);
    });
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(verb: ListenVerb, metadata: Json = verb.metadata): Promise<FakeListen> {
    const socket = new WebSocket(verb.url, 'audio.drachtio.org');
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const listen = new FakeListen(socket);
    socket.send(JSON.stringify({ sampleRate: 8000, mixType: 'mono', callSid: 'c1', ...metadata }));
    return listen;
  }

  /** Sends the caller's audio; frames may be of any size. */
  say(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  dtmf(digit: string): void {
    this.socket.send(JSON.stringify({ event: 'dtmf', dtmf: digit, duration: '1600' }));
  }

  close(): void {
    this.socket.close();
  }
}

function checked(verbs: Json[]): Json[] {
  for (const { verb, ...properties } of verbs) validateVerb(String(verb), properties, console);
  return verbs;
}
