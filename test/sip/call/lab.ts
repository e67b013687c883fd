import { ok } from '../../../src/kernel/result.js';
import type { Termination } from '../../../src/kernel/vocab.js';
import { ADMITTED } from '../../../src/call/core/admission.js';
import type { CallInfo, LegEvent } from '../../../src/call/core/types.js';
import {
  openSipEdge,
  type CallHost,
  type CallLeg,
  type SipEdge,
  type SipEdgeOptions,
} from '../../../src/call/sip-edge.js';
import { startSipServer, type SipServer } from '../../../src/sipserver/index.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { fastScheduler } from '../../support/fast-scheduler.js';
import { sdp, SipPeer } from './sip-peer.js';

/** A host whose media are an SDP text. */
export class LabHost implements CallHost {
  readonly legs: CallLeg[] = [];
  readonly events: LegEvent[] = [];
  readonly ended: { info: CallInfo; reason: Termination }[] = [];
  readonly offers: (string | undefined)[] = [];
  readonly answers: string[] = [];
  readonly opened: string[] = [];
  readonly released: string[] = [];
  /** Runs when a leg is announced. */
  onLeg: (leg: CallLeg) => void = () => undefined;
  #wakers: (() => void)[] = [];
  admit: CallHost['admit'] = () => ADMITTED;
  openMedia: CallHost['openMedia'] = async (id, offer) => {
    this.opened.push(id);
    this.offers.push(offer);
    return ok({ sdp: sdp([], 23980) });
  };
  acceptAnswer: CallHost['acceptAnswer'] = (_id, answer) => {
    this.answers.push(answer);
    return ok(undefined);
  };
  reoffer: CallHost['reoffer'] = (_id, offer) => {
    this.offers.push(offer);
    return ok({ sdp: sdp(['a=recvonly'], 23980) });
  };

  releaseMedia(id: string): void {
    this.released.push(id);
  }

  onCall(leg: CallLeg): void {
    this.legs.push(leg);
    this.watch(leg);
    this.onLeg(leg);
  }

  onEnded(info: CallInfo, reason: Termination): void {
    this.ended.push({ info, reason });
    this.#wake();
  }

  watch(leg: CallLeg): void {
    leg.subscribe((event) => {
      this.events.push(event);
      this.#wake();
    });
  }

  /** The first event of a type, waited for. */
  async event<T extends LegEvent['type']>(
    type: T,
    timeoutMs = 4000,
  ): Promise<Extract<LegEvent, { type: T }>> {
    await this.until(() => this.events.some((event) => event.type === type), `event ${type}`, timeoutMs);
    return this.events.find((event): event is Extract<LegEvent, { type: T }> => event.type === type) as never;
  }

  /** Waits until something is true; looked at after every event and every 10 ms. */
  async until(done: () => boolean, what: string, timeoutMs = 4000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!done()) {
      if (Date.now() > deadline) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 10);
        this.#wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  get leg(): CallLeg {
    const leg = this.legs.at(-1);
    if (leg === undefined) throw new Error('no call was announced');
    return leg;
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

export interface Lab {
  readonly server: SipServer;
  readonly edge: SipEdge;
  readonly host: LabHost;
  readonly peer: SipPeer;
  close(): Promise<void>;
}

let nextPort = 23_000 + (process.pid % 40) * 20;

/** The embedded server, an edge on it and a peer, on real sockets. */
export async function openLab(options: Partial<SipEdgeOptions> & { factor?: number } = {}): Promise<Lab> {
  const { factor = 1, ...edgeOptions } = options;
  const scheduler = factor === 1 ? realScheduler : fastScheduler(factor);
  const server = await startSipServer({ host: '127.0.0.1', port: nextPort++, scheduler });
  const host = new LabHost();
  const edge = await openSipEdge({
    server: { host: server.controlHost, port: server.controlPort, secret: server.secret },
    host,
    scheduler,
    maxCalls: 50,
    ...edgeOptions,
  });
  const peer = await SipPeer.open(server.port);
  return {
    server,
    edge,
    host,
    peer,
    async close() {
      await edge.close();
      peer.close();
      await server.close();
    },
  };
}
