import type { EngineContext } from './context.js';
import type { ControlClients } from './control-clients.js';
import { decodeFrame, FRAME_LIMITS, FrameReader, sameSecret, type ControlFrame } from './control-codec.js';
import type { Protocol } from './hop.js';
import { parseApplicationMessage } from './parser.js';
import { NamedTimers } from './transaction-host.js';
import type { UserAgentClient } from './uac.js';
import type { UserAgentServer } from './uas.js';

/** Time a connection has to authenticate. */
const AUTHENTICATION_MS = 10_000;

interface Session {
  readonly id: number;
  readonly reader: FrameReader;
  readonly timers: NamedTimers;
  authenticated: boolean;
  closing: boolean;
}

/** The control port's side of the protocol: framing, authentication, routes, and frames to and from the user agent. */
export class ControlSessions {
  readonly #sessions = new Map<number, Session>();

  constructor(
    private readonly context: EngineContext,
    private readonly clients: ControlClients,
    private readonly uac: UserAgentClient,
    private readonly uas: UserAgentServer,
  ) {}

  /** A connection was accepted. */
  opened(id: number): void {
    const session: Session = {
      id,
      reader: new FrameReader(),
      timers: new NamedTimers(this.context),
      authenticated: false,
      closing: false,
    };
    this.#sessions.set(id, session);
    if (this.#sessions.size > this.context.options.limits.controlClients) return this.#close(session);
    session.timers.start('authentication', AUTHENTICATION_MS, () => this.#close(session));
  }

  /** Bytes came from a connection. */
  received(id: number, bytes: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (session === undefined || session.closing) return;
    const sound = session.reader.push(bytes, (text) => {
      if (!session.closing) this.#frame(session, decodeFrame(text));
    });
    if (!sound) this.#close(session);
  }

  /** A connection ended. */
  closed(id: number): void {
    const session = this.#sessions.get(id);
    session?.timers.clear();
    this.#sessions.delete(id);
    if (this.clients.remove(id)) this.uas.clientGone(id);
  }

  #close(session: Session): void {
    session.closing = true;
    session.timers.clear();
    this.context.output({ type: 'close_client', client: session.id });
  }

  #frame(session: Session, frame: ControlFrame): void {
    if (frame.type === 'authenticate') return this.#authenticate(session, frame);
    if (!session.authenticated) {
      this.#answer(session, frame, 'NO|not authenticated');
      return this.#close(session);
    }
    switch (frame.type) {
      case 'ping': {
        return this.#answer(session, frame, 'OK|pong');
      }
      case 'route': {
        this.clients.route(session.id, frame.fields[0] ?? '');
        return this.#answer(session, frame, 'OK');
      }
      case 'remove_route': {
        this.clients.unroute(session.id, frame.fields[0] ?? '');
        return this.#answer(session, frame, 'OK');
      }
      case 'sip': {
        return this.#sip(session, frame);
      }
      case 'proxy': {
        return this.#answer(session, frame, 'NOK|proxying is not supported');
      }
      default: {
        this.#answer(session, frame, 'NO|Unknown message type');
        this.#close(session);
      }
    }
  }

  #authenticate(session: Session, frame: ControlFrame): void {
    session.timers.clear();
    if (!sameSecret(this.context.options.secret, frame.fields[0] ?? '')) {
      this.#answer(session, frame, 'NO|incorrect secret');
      return this.#close(session);
    }
    if (!session.authenticated) {
      session.authenticated = true;
      session.reader.limit = FRAME_LIMITS.authenticated;
      this.clients.add(session.id);
    }
    const { version } = this.context.options;
    const local = this.#hostPorts(this.context.options.localAddressFor(''));
    const visible = this.#hostPorts(
      this.context.options.publicHost ?? this.context.options.localAddressFor(''),
    );
    this.#answer(session, frame, `OK|${visible}|${version}|${local}`);
  }

  #hostPorts(host: string): string {
    const protocols: readonly Protocol[] = ['tcp', 'udp'];
    return protocols
      .filter((protocol) => this.context.options.ports[protocol] !== undefined)
      .map((protocol) => `${protocol}/${host}:${this.context.options.ports[protocol]}`)
      .join(',');
  }

  /** Which kind of `sip` frame it is: response, request in a dialog, CANCEL, new request; in this order. */
  #sip(session: Session, frame: ControlFrame): void {
    const [transactionId = '', dialog = '', routeUri = ''] = frame.fields;
    const parsed = parseApplicationMessage(frame.payload);
    if (!parsed.ok) return this.#answer(session, frame, 'NO|invalid SIP message');
    const message = parsed.value;
    if (message.kind === 'response') {
      if (transactionId === '') return this.#answer(session, frame, 'NO|transaction id missing');
      return this.uas.respond(session.id, frame.id, transactionId, message);
    }
    if (dialog !== '') return this.uac.dialogRequest(session.id, frame.id, dialog, message);
    if (transactionId !== '') {
      if (message.method === 'CANCEL') {
        return this.uac.cancelRequest(session.id, frame.id, transactionId, message);
      }
      return this.#answer(session, frame, 'NOK|unknown request for a transaction');
    }
    this.uac.newRequest(session.id, frame.id, message, routeUri);
  }

  #answer(session: Session, frame: ControlFrame, text: string): void {
    this.context.frame(session.id, `response|${frame.id}|${text}`);
  }
}
