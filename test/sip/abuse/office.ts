import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ADMITTED } from '../../../src/call/core/admission.js';
import type { CallInfo } from '../../../src/call/core/types.js';
import {
  openSipEdge,
  type CallHost,
  type CallLeg,
  type SipEdge,
  type SipEdgeOptions,
} from '../../../src/call/sip-edge.js';
import { utteranceId, type CallId } from '../../../src/kernel/ids.js';
import { err, ok } from '../../../src/kernel/result.js';
import { cryptoRng } from '../../../src/media/crypto-rng.js';
import { Pacer } from '../../../src/media/pacer.js';
import { RtpMediaSession } from '../../../src/media/rtp-media-session.js';
import { RtpPortPool } from '../../../src/media/rtp-port-pool.js';
import { startSipServer, type SipServer } from '../../../src/sipserver/index.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { sdp, SipPeer, type Message, type PeerCall } from '../call/sip-peer.js';

export const HOST = '127.0.0.1';
const SPEECH = new Int16Array(8000 * 20).fill(3000);

/** Answers every call and talks for twenty seconds, with the media of the agent and no speech engine. */
class TalkingHost implements CallHost {
  readonly media = new Map<CallId, RtpMediaSession>();
  readonly ended: CallInfo[] = [];
  readonly #addresses = new Map<CallId, string>();
  readonly #pacer = new Pacer(realScheduler);

  constructor(private readonly pool: RtpPortPool) {}

  admit(info: CallInfo): typeof ADMITTED {
    this.#addresses.set(info.id, info.remoteAddress);
    return ADMITTED;
  }

  openMedia: CallHost['openMedia'] = async (id, offer) => {
    const address = this.#addresses.get(id) as string;
    const transport = await this.pool.allocate(address);
    if (!transport.ok) return err({ status: 503, reason: transport.error.message });
    const media = new RtpMediaSession({
      transport: transport.value,
      pacer: this.#pacer,
      scheduler: realScheduler,
      rng: cryptoRng,
      localHost: HOST,
      awaitConfirmation: true,
      latch: { signallingHost: address },
    });
    const answer = media.answerOffer(offer ?? '');
    if (!answer.ok) return err({ status: answer.error.status, reason: answer.error.message });
    this.media.set(id, media);
    return ok({ sdp: answer.value.sdp });
  };

  acceptAnswer = (): ReturnType<CallHost['acceptAnswer']> => ok(undefined);

  reoffer: CallHost['reoffer'] = (id, offer) => {
    const answer = this.media.get(id)?.answerOffer(offer ?? '');
    return answer?.ok === true ? ok({ sdp: answer.value.sdp }) : err({ status: 488 });
  };

  onConfirmed(id: CallId): void {
    this.media.get(id)?.confirm();
  }

  onCall(leg: CallLeg): void {
    this.media.get(leg.id)?.enqueue({ utteranceId: utteranceId(leg.id), pcm: SPEECH, last: true });
  }

  releaseMedia(id: CallId): void {
    void this.media.get(id)?.close();
    this.media.delete(id);
  }

  onEnded(info: CallInfo): void {
    this.ended.push(info);
  }

  close(): void {
    this.#pacer.close();
  }
}

export interface Office {
  readonly server: SipServer;
  readonly edge: SipEdge;
  readonly host: TalkingHost;
  /** Packets of audio that the agent has sent on the calls that are open. */
  sentPackets(): number;
  close(): Promise<void>;
}

let nextPort = 24_000 + (process.pid % 40) * 20;

/** The embedded server, an edge and real media, on loopback. */
export async function openOffice(options: Partial<SipEdgeOptions> = {}): Promise<Office> {
  const sipPort = nextPort++;
  const min = 25_000 + (sipPort % 800) * 10;
  const pool = new RtpPortPool({ host: HOST, min, max: min + 399 });
  const server = await startSipServer({ host: HOST, port: sipPort });
  const host = new TalkingHost(pool);
  const control = { host: server.controlHost, port: server.controlPort, secret: server.secret };
  const edge = await openSipEdge({
    server: control,
    host,
    scheduler: realScheduler,
    maxCalls: 50,
    ...options,
  });
  return {
    server,
    edge,
    host,
    sentPackets: () => [...host.media.values()].reduce((sum, media) => sum + media.stats().sent.packets, 0),
    async close() {
      await edge.close();
      host.close();
      await pool.close();
      await server.close();
    },
  };
}

/** A UDP socket that counts what it gets and sends RTP. */
export class RtpEnd {
  heard = 0;
  #sequence = 1000;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly socket: Socket,
    private readonly ssrc: number,
  ) {
    socket.on('message', () => this.heard++);
  }

  static async open(host = HOST, ssrc = 1): Promise<RtpEnd> {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    return new RtpEnd(socket, ssrc);
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(port: number): void {
    const packet = Buffer.alloc(172, 0xff);
    packet.writeUInt16BE(0x8000, 0);
    packet.writeUInt16BE(this.#sequence & 0xffff, 2);
    packet.writeUInt32BE((this.#sequence * 160) >>> 0, 4);
    packet.writeUInt32BE(this.ssrc, 8);
    this.#sequence++;
    this.socket.send(packet, port, HOST);
  }

  /** Sends a packet each 20 ms until closed. */
  talkTo(port: number): void {
    this.#timer = setInterval(() => this.send(port), 20);
  }

  close(): void {
    clearInterval(this.#timer);
    this.socket.close();
  }
}

/** A phone with audio. */
export interface Phone {
  readonly sip: SipPeer;
  readonly rtp: RtpEnd;
  readonly call: PeerCall;
  /** Where the agent wants its RTP. */
  readonly agentPort: number;
  hangUp(): Promise<void>;
  close(): void;
}

/** Calls as a phone does: repeats what gets no answer, tries again after 503, acknowledges and sends audio. */
export async function callIn(office: Office, o: { talk?: boolean; ssrc?: number } = {}): Promise<Phone> {
  const sip = await SipPeer.open(office.server.port);
  const rtp = await RtpEnd.open(HOST, o.ssrc ?? 1);
  const { call, response } = await invite(sip, rtp.port);
  const agentPort = Number(/m=audio (\d+)/.exec(response.body)?.[1]);
  if (o.talk !== false) rtp.talkTo(agentPort);
  return {
    sip,
    rtp,
    call,
    agentPort,
    async hangUp() {
      const answer = (): Promise<Message> =>
        sip.next(
          ({ status, header }) => status >= 200 && header('cseq').endsWith('BYE'),
          'BYE answered',
          1000,
        );
      for (let attempt = 1; ; attempt++) {
        sip.inDialog(call, 'BYE');
        try {
          await answer();
          return;
        } catch (error) {
          if (attempt === 4) throw error;
        }
      }
    },
    close() {
      rtp.close();
      sip.close();
    },
  };
}

async function invite(sip: SipPeer, port: number): Promise<{ call: PeerCall; response: Message }> {
  for (let attempt = 1; ; attempt++) {
    const call = sip.invite({ body: sdp([], port) });
    const isFinal = ({ status, header }: Message): boolean =>
      status >= 200 && header('call-id') === call.callId && header('cseq').endsWith('INVITE');
    try {
      const response = await sip.next(isFinal, 'a final response', 1000);
      if (response.status === 200) {
        sip.learn(call, response);
        sip.ack(call);
        return { call, response };
      }
      if (attempt === 4) throw new Error(`refused with ${response.status}`);
      await wait(300);
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `act` so many times a second for a while, in steps of 10 ms. */
export async function flood(perSecond: number, forMs: number, act: (n: number) => void): Promise<number> {
  const start = performance.now();
  let done = 0;
  for (let now = start; now - start < forMs; now = performance.now()) {
    const due = Math.floor(((now - start) * perSecond) / 1000);
    while (done < due) act(done++);
    await wait(10);
  }
  return done;
}
