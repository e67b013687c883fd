import { SipEngine } from '../../../src/sipserver/core/engine.js';
import type { EngineOutput, SipServerLimits } from '../../../src/sipserver/core/context.js';
import type { Flow, Hop } from '../../../src/sipserver/core/hop.js';
import { parseMessage } from '../../../src/sipserver/core/parser.js';
import type { SipMessage, SipRequest, SipResponse } from '../../../src/sipserver/core/message.js';
import { DEFAULT_TIMING } from '../../../src/sipserver/core/timing.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import type { SessionTimerPolicy } from '../../../src/sipserver/core/session-interval.js';
import type { SipServerStats } from '../../../src/sipserver/core/stats.js';

export const SECRET = 'rig-secret';
export const SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A message the engine put on the wire. */
export interface Sent {
  readonly at: number;
  readonly hop: Hop;
  readonly text: string;
  readonly message: SipMessage;
}

/** A frame the engine sent to a control client, taken apart. */
export interface Frame {
  readonly client: number;
  readonly type: string;
  readonly fields: readonly string[];
  readonly payload: string;
}

const encoder = new TextEncoder();

/** The engine on a virtual clock with a peer at 192.0.2.9:5060 and one control client, number 1. */
export class EngineRig {
  readonly engine: SipEngine;
  readonly sent: Sent[] = [];
  readonly frames: Frame[] = [];
  readonly other: EngineOutput[] = [];
  now = 0;
  #frameId = 0;

  constructor(
    options: {
      limits?: Partial<SipServerLimits>;
      connect?: boolean;
      publicHost?: string;
      sessionTimer?: SessionTimerPolicy;
      allowPeer?: (address: string) => boolean;
    } = {},
  ) {
    const rng = seededRng(7);
    let uuids = 0;
    this.engine = new SipEngine(
      {
        timing: DEFAULT_TIMING,
        limits: {
          serverTransactions: 1000,
          clientTransactions: 1000,
          dialogs: 1000,
          retryAfterS: 2,
          controlClients: 4,
          requestsPerSecond: 0,
          halfOpenPerSource: 100,
          ...options.limits,
        },
        secret: SECRET,
        ports: { udp: 5060, tcp: 5060 },
        ...(options.sessionTimer === undefined ? {} : { sessionTimer: options.sessionTimer }),
        ...(options.publicHost === undefined ? {} : { publicHost: options.publicHost }),
        ...(options.allowPeer === undefined ? {} : { allowPeer: options.allowPeer }),
        localAddressFor: () => '192.0.2.1',
        wallOffsetMs: 0,
        version: 'v0.9.4-test',
      },
      { uuid: () => `uuid-${++uuids}`, token: () => rng.uint32().toString(16), float: () => rng.float() },
      monoMs(0),
    );
    if (options.connect !== false) {
      this.engine.handle(monoMs(0), { type: 'client_opened', client: 1 });
      this.command(`authenticate|${SECRET}|`);
      this.command('route|invite');
    }
    this.#drain();
  }

  get stats(): SipServerStats {
    return this.engine.stats(0);
  }

  /** Lets time pass; everything due happens at its own moment. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (
      let due = this.engine.nextDeadline();
      due !== undefined && due <= end;
      due = this.engine.nextDeadline()
    ) {
      this.now = Math.max(this.now, due);
      this.engine.handle(monoMs(this.now), { type: 'time' });
      this.#drain();
    }
    this.now = end;
    this.engine.handle(monoMs(end), { type: 'time' });
    this.#drain();
  }

  /** A message from the network. */
  receive(text: string, from: Partial<Hop> = {}): void {
    this.receiveBytes(encoder.encode(text), from);
  }

  receiveBytes(bytes: Uint8Array, from: Partial<Hop> = {}): void {
    const remote: Hop = { protocol: 'udp', address: '192.0.2.9', port: 5060, ...from };
    const flow: Flow = { remote, localAddress: '192.0.2.1', localPort: 5060 };
    this.engine.handle(monoMs(this.now), { type: 'message', bytes, flow });
    this.#drain();
  }

  /** A frame from a control client; returns its id. */
  command(leader: string, sip?: string, client = 1): string {
    const id = `frame-${++this.#frameId}`;
    const payload = `${id}|${leader}${sip === undefined ? '' : `\r\n${sip}`}`;
    this.clientBytes(encoder.encode(`${encoder.encode(payload).length}#${payload}`), client);
    return id;
  }

  clientBytes(bytes: Uint8Array, client = 1): void {
    this.engine.handle(monoMs(this.now), { type: 'client_bytes', client, bytes });
    this.#drain();
  }

  input(input: Parameters<SipEngine['handle']>[1]): void {
    this.engine.handle(monoMs(this.now), input);
    this.#drain();
  }

  /** Takes what was sent since the last call. */
  takeSent(): Sent[] {
    return this.sent.splice(0);
  }

  takeFrames(): Frame[] {
    return this.frames.splice(0);
  }

  /** `100 INVITE`, `BYE`, … of everything sent since the last call. */
  takeWire(): string[] {
    return this.takeSent().map(({ message }) => describeMessage(message));
  }

  /** What the client got since the last call: `sip INVITE`, `sip 180 INVITE`, `OK`, `NOK text`, … */
  takeClient(): string[] {
    return this.takeFrames().map(describeFrame);
  }

  lastRequest(): SipRequest {
    const found = this.sent.findLast((entry) => entry.message.kind === 'request')?.message;
    if (found?.kind !== 'request') throw new Error('no request was sent');
    return found;
  }

  lastResponse(): SipResponse {
    const found = this.sent.findLast((entry) => entry.message.kind === 'response')?.message;
    if (found?.kind !== 'response') throw new Error('no response was sent');
    return found;
  }

  /** Transaction id of the last `sip` frame. */
  lastTransaction(): string {
    return this.#lastSip().fields[6] ?? '';
  }

  /** Dialog id of the last `sip` frame. */
  lastDialog(): string {
    return this.#lastSip().fields[7] ?? '';
  }

  #lastSip(): Frame {
    const found = this.frames.findLast((frame) => frame.type === 'sip');
    if (found === undefined) throw new Error('no sip frame');
    return found;
  }

  #drain(): void {
    for (let output = this.engine.poll(); output !== undefined; output = this.engine.poll()) {
      if (output.type === 'transmit' && output.text !== '\r\n') {
        const parsed = parseMessage(encoder.encode(output.text));
        if (!parsed.ok) throw new Error(`the engine sent what it cannot parse: ${output.text}`);
        this.sent.push({ at: this.now, hop: output.hop, text: output.text, message: parsed.value });
      } else if (output.type === 'control') {
        this.frames.push(parseFrame(output.client, output.frame));
      } else {
        this.other.push(output);
      }
    }
  }
}

function parseFrame(client: number, frame: string): Frame {
  const hash = frame.indexOf('#');
  const text = frame.slice(hash + 1);
  if (encoder.encode(text).length !== Number(frame.slice(0, hash))) throw new Error('frame length is wrong');
  const end = text.indexOf('\r\n');
  const [, type = '', ...fields] = (end < 0 ? text : text.slice(0, end)).split('|');
  return { client, type, fields, payload: end < 0 ? '' : text.slice(end + 2) };
}

function describeMessage(message: SipMessage): string {
  const cseq = message.headers.get('cseq') ?? '';
  return message.kind === 'request' ? message.method : `${message.status} ${cseq.split(' ')[1]}`;
}

function describeFrame(frame: Frame): string {
  if (frame.type === 'response') {
    const [, result = '', text = ''] = frame.fields;
    return result === 'OK' ? 'OK' : `${result} ${text}`;
  }
  const parsed = parseMessage(encoder.encode(frame.payload));
  const unsolicited = frame.fields[6] === 'unsolicited' ? 'unsolicited ' : '';
  return `${frame.type} ${unsolicited}${parsed.ok ? describeMessage(parsed.value) : '?'}`;
}

/** Fields of a message under construction. */
export interface MessageFields {
  readonly callId?: string;
  readonly branch?: string;
  readonly cseq?: number;
  readonly toTag?: string;
  readonly fromTag?: string;
  readonly body?: string;
  /** Further header lines. */
  readonly extra?: readonly string[];
  readonly contact?: string | false;
  readonly via?: string;
}

/** A request of the peer to the server. */
export function request(method: string, fields: MessageFields = {}): string {
  const { callId = 'call-1', cseq = 1, fromTag = 'peer', toTag, body = '', extra = [] } = fields;
  const branch = fields.branch ?? `z9hG4bK-${callId}-${cseq}-${method === 'ACK' ? 'ACK' : cseq}`;
  const contact = fields.contact ?? '<sip:peer@192.0.2.9:5060>';
  return [
    `${method} sip:agent@192.0.2.1:5060 SIP/2.0`,
    fields.via ?? `Via: SIP/2.0/UDP 192.0.2.9:5060;branch=${branch}`,
    `From: <sip:peer@192.0.2.9>;tag=${fromTag}`,
    `To: <sip:agent@192.0.2.1>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    'Max-Forwards: 70',
    ...(contact === false ? [] : [`Contact: ${contact}`]),
    ...extra,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** A response of the peer to a request of the server. */
export function reply(to: SipRequest, status: number, fields: MessageFields = {}): string {
  const { headers } = to;
  const { toTag = 'callee', body = '', extra = [] } = fields;
  const toValue = headers.get('to') ?? '';
  const contact = fields.contact ?? '<sip:callee@192.0.2.9:5060>';
  return [
    `SIP/2.0 ${status} Whatever`,
    `Via: ${headers.get('via')}`,
    `From: ${headers.get('from')}`,
    `To: ${toValue.includes('tag=') || status === 100 ? toValue : `${toValue};tag=${toTag}`}`,
    `Call-ID: ${headers.get('call-id')}`,
    `CSeq: ${headers.get('cseq')}`,
    ...(contact === false ? [] : [`Contact: ${contact}`]),
    ...extra,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** A response as drachtio-srf writes it. */
export function answer(
  status: number,
  reason: string,
  fields: { body?: string; extra?: readonly string[] } = {},
): string {
  const { body = '', extra = [] } = fields;
  return [`SIP/2.0 ${status} ${reason}`, ...extra, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

/** A request as drachtio-srf writes it. */
export function order(
  method: string,
  uri: string,
  fields: { body?: string; extra?: readonly string[] } = {},
): string {
  const { body = '', extra = [] } = fields;
  return [`${method} ${uri} SIP/2.0`, ...extra, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

/** Answers the last INVITE with 200 and acknowledges it; returns dialog id and our tag. */
export function establish(rig: EngineRig, fields: MessageFields = {}): { dialog: string; toTag: string } {
  rig.receive(request('INVITE', { body: SDP, ...fields }));
  rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
  const toTag = /;tag=([^;]+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
  rig.receive(request('ACK', { ...fields, toTag, body: '' }));
  const dialog = rig.lastDialog();
  rig.takeSent();
  rig.takeFrames();
  return { dialog, toTag };
}

/** Calls the peer and lets it answer; returns the dialog id. */
export function callOut(rig: EngineRig, fields: MessageFields = {}): string {
  rig.command('sip||', order('INVITE', 'sip:bob@192.0.2.9:5060', { body: SDP }));
  rig.receive(reply(rig.lastRequest(), 200, { body: SDP, ...fields }));
  const dialog = rig.lastDialog();
  rig.command(`sip||${dialog}`, order('ACK', 'sip:bob@192.0.2.9'));
  rig.takeSent();
  rig.takeFrames();
  return dialog;
}
