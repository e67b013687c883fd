import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A SIP message in the rough. */
export interface Message {
  readonly startLine: string;
  /** Method of a request, empty for a response. */
  readonly method: string;
  /** Status of a response, 0 for a request. */
  readonly status: number;
  readonly body: string;
  header(name: string): string;
}

/** A dialog as the peer sees it. */
export interface PeerCall {
  readonly callId: string;
  readonly branch: string;
  cseq: number;
  localTag: string;
  remoteTag: string;
  /** Contact of the other side. */
  target: string;
  /** True when the other side sent the INVITE. */
  readonly called: boolean;
  readonly invite: Message | undefined;
}

const SDP_TYPE = 'Content-Type: application/sdp';

/** SDP of the peer; `attributes` are whole lines. */
export function sdp(attributes: readonly string[] = [], port = 23990): string {
  const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  return [...lines, `m=audio ${port} RTP/AVP 0`, ...attributes, ''].join('\r\n');
}

/**
 * A SIP user agent of a few lines that sends exactly what a test says, also what no stack would send, over real UDP.
 * Nothing is retransmitted.
 */
export class SipPeer {
  readonly received: Message[] = [];
  readonly #socket: Socket;
  readonly #waiters: (() => void)[] = [];
  #count = 0;

  private constructor(
    socket: Socket,
    private readonly serverPort: number,
  ) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.received.push(parse(data.toString('utf8')));
      for (const wake of this.#waiters.splice(0)) wake();
    });
  }

  static async open(serverPort: number): Promise<SipPeer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new SipPeer(socket, serverPort);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }

  send(text: string, port = this.serverPort): void {
    this.#socket.send(text, port, '127.0.0.1');
  }

  /** The next message that fits, in order of arrival; it is taken out. */
  async next(fits: (message: Message) => boolean, what: string, timeoutMs = 4000): Promise<Message> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const index = this.received.findIndex(fits);
      const found = this.received[index];
      if (found !== undefined) {
        this.received.splice(index, 1);
        return found;
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        const seen = this.received.map((message) => message.startLine).join(' | ');
        throw new Error(`${what} did not come within ${timeoutMs} ms; unread: ${seen}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  response(status: number, method?: string, timeoutMs?: number): Promise<Message> {
    const fits = (message: Message): boolean =>
      message.status === status && (method === undefined || message.header('cseq').endsWith(method));
    return this.next(fits, `a ${status}`, timeoutMs);
  }

  request(method: string, timeoutMs?: number): Promise<Message> {
    return this.next((message) => message.method === method, method, timeoutMs);
  }

  /** Sends an INVITE. `contact: false` leaves Contact out, `body: ''` the SDP. */
  invite(o: { body?: string; contact?: boolean; headers?: readonly string[]; uri?: string } = {}): PeerCall {
    const call = this.#newCall();
    const uri = o.uri ?? `sip:agent@127.0.0.1:${this.serverPort}`;
    const headers = [...(o.contact === false ? [] : [this.#contact()]), ...(o.headers ?? [])];
    this.#sendRequest(call, 'INVITE', uri, { headers, body: o.body ?? sdp(), branch: call.branch });
    return call;
  }

  /** Sends the INVITE of a call again, by default as a retransmission. */
  repeat(call: PeerCall, branch = call.branch): void {
    const uri = `sip:agent@127.0.0.1:${this.serverPort}`;
    const first = { ...call, remoteTag: '' };
    this.#sendRequest(first, 'INVITE', uri, { headers: [this.#contact()], body: sdp(), branch, cseq: 1 });
  }

  /** Takes the 200 of an INVITE into the call and acknowledges it. */
  async answered(call: PeerCall, ackBody = ''): Promise<Message> {
    const response = await this.response(200, 'INVITE');
    this.learn(call, response);
    this.ack(call, ackBody);
    return response;
  }

  learn(call: PeerCall, response: Message): void {
    call.remoteTag = /;tag=([^;\s]+)/.exec(response.header('to'))?.[1] ?? '';
    call.target = /<([^>]+)>/.exec(response.header('contact'))?.[1] ?? call.target;
  }

  ack(call: PeerCall, body = ''): void {
    this.#sendRequest(call, 'ACK', call.target, { body, cseq: call.cseq });
  }

  cancel(call: PeerCall): void {
    this.#sendRequest(call, 'CANCEL', call.target, { branch: call.branch, cseq: call.cseq });
  }

  /** Sends a request within the dialog. */
  inDialog(call: PeerCall, method: string, o: { headers?: readonly string[]; body?: string } = {}): void {
    call.cseq++;
    const headers = [...(method === 'INVITE' ? [this.#contact()] : []), ...(o.headers ?? [])];
    this.#sendRequest(call, method, call.target, { headers, body: o.body ?? '', cseq: call.cseq });
  }

  /** Sends a request outside any dialog. */
  outside(method: string, o: { headers?: readonly string[]; body?: string } = {}): void {
    const call = this.#newCall();
    const { headers = [], body = '' } = o;
    this.#sendRequest(call, method, call.target, { headers: [this.#contact(), ...headers], body });
  }

  /** Waits for an INVITE from the other side. */
  async called(): Promise<PeerCall> {
    const invite = await this.request('INVITE');
    const via = /branch=([^;\s]+)/.exec(invite.header('via'))?.[1] ?? '';
    return {
      callId: invite.header('call-id'),
      branch: via,
      cseq: 100,
      localTag: `callee${++this.#count}`,
      remoteTag: /;tag=([^;\s]+)/.exec(invite.header('from'))?.[1] ?? '',
      target: /<([^>]+)>/.exec(invite.header('contact'))?.[1] ?? '',
      called: true,
      invite,
    };
  }

  /** Answers a request of the other side. */
  respond(
    request: Message,
    status: number,
    o: { tag?: string; headers?: readonly string[]; body?: string } = {},
  ): void {
    const to = request.header('to');
    const body = o.body ?? '';
    const lines = [
      `SIP/2.0 ${status} Test`,
      `Via: ${request.header('via')}`,
      `From: ${request.header('from')}`,
      `To: ${to}${o.tag === undefined || to.includes(';tag=') ? '' : `;tag=${o.tag}`}`,
      `Call-ID: ${request.header('call-id')}`,
      `CSeq: ${request.header('cseq')}`,
      ...(status < 300 ? [this.#contact()] : []),
      ...(body === '' ? [] : [SDP_TYPE]),
      ...(o.headers ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  #contact(): string {
    return `Contact: <sip:peer@127.0.0.1:${this.port}>`;
  }

  #newCall(): PeerCall {
    const number = ++this.#count;
    return {
      callId: `${this.port}-${number}@peer`,
      branch: `z9hG4bK${this.port}-${number}`,
      cseq: 1,
      localTag: `peer${number}`,
      remoteTag: '',
      target: `sip:agent@127.0.0.1:${this.serverPort}`,
      called: false,
      invite: undefined,
    };
  }

  #sendRequest(
    call: PeerCall,
    method: string,
    uri: string,
    o: { headers?: readonly string[]; body?: string; branch?: string; cseq?: number },
  ): void {
    const body = o.body ?? '';
    const headers = o.headers ?? [];
    const typed = body === '' || headers.some((header) => /^content-type:/i.test(header));
    const remoteTag = call.remoteTag === '' ? '' : `;tag=${call.remoteTag}`;
    const peer = `<sip:peer@127.0.0.1:${this.port}>;tag=${call.localTag}`;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=${o.branch ?? `z9hG4bK${this.port}x${++this.#count}`}`,
      'Max-Forwards: 70',
      `From: ${peer}`,
      `To: <sip:agent@127.0.0.1>${remoteTag}`,
      `Call-ID: ${call.callId}`,
      `CSeq: ${o.cseq ?? call.cseq} ${method}`,
      ...headers,
      ...(typed ? [] : [SDP_TYPE]),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }
}

function parse(text: string): Message {
  const at = text.indexOf('\r\n\r\n');
  const [startLine = '', ...lines] = text.slice(0, at < 0 ? undefined : at).split('\r\n');
  const status = /^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1];
  return {
    startLine,
    method: status === undefined ? (startLine.split(' ', 1)[0] ?? '') : '',
    status: status === undefined ? 0 : Number(status),
    body: at < 0 ? '' : text.slice(at + 4),
    header(name) {
      const prefix = `${name.toLowerCase()}:`;
      const values = lines.filter((line) => line.toLowerCase().startsWith(prefix));
      return values.map((line) => line.slice(prefix.length).trim()).join(', ');
    },
  };
}
