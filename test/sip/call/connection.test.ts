import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isLeibnizError } from '../../../src/kernel/errors.js';
import { openSipEdge, type SipEdge } from '../../../src/call/sip-edge.js';
import { startSipServer, type SipServer } from '../../../src/sipserver/index.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { LabHost } from './lab.js';
import { SipPeer } from './sip-peer.js';

/** A TCP relay to the control port that a test can cut. */
class Relay {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #open = true;

  private constructor(target: number) {
    this.#server = createServer((inside) => {
      if (!this.#open) {
        inside.destroy();
        return;
      }
      const outside = connect(target, '127.0.0.1');
      for (const socket of [inside, outside]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      }
      inside.pipe(outside).pipe(inside);
    });
  }

  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections; new ones are refused until {@link mend}. */
  cut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#open = true;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

describe('control connection over real sockets', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const edgeOn = (port: number, secret: string, host = new LabHost()): Promise<SipEdge> =>
    openSipEdge({
      server: { host: '127.0.0.1', port, secret },
      host,
      scheduler: realScheduler,
      maxCalls: 10,
      connectTimeoutMs: 500,
      closeTimeoutMs: 200,
    });

  const server = async (): Promise<SipServer> => {
    const started = await startSipServer({ host: '127.0.0.1', port: 0 });
    closers.push(() => started.close());
    return started;
  };

  test('cut during a call: the call goes on, is ended by BYE afterwards, and new calls come in', async () => {
    const sip = await server();
    const relay = await Relay.to(sip.controlPort);
    closers.push(() => relay.close());
    const host = new LabHost();
    const edge = await edgeOn(relay.port, sip.secret, host);
    closers.push(() => edge.close());
    const peer = await SipPeer.open(sip.port);
    closers.push(() => peer.close());
    const first = peer.invite();
    await peer.answered(first);
    await host.event('confirmed');

    relay.cut();
    await host.until(() => !edge.stats().connected, 'the loss');
    expect(edge.stats().active).toBe(1);
    host.leg.hangup('agent_goodbye');
    relay.mend();
    await host.until(() => edge.stats().reconnects === 1, 'the reconnect');
    const bye = await peer.request('BYE');
    expect(bye.header('call-id')).toBe(first.callId);
    peer.respond(bye, 200);

    const second = peer.invite();
    await peer.answered(second);
    await host.until(() => host.legs.length === 2, 'a second call');
    peer.inDialog(second, 'BYE');
    await peer.next((m) => m.status === 200 && m.header('call-id') === second.callId, 'the answer to BYE');
    expect(host.ended.map((end) => end.reason)).toEqual(['agent_goodbye', 'caller_hangup']);
    expect(edge.stats()).toMatchObject({ active: 0, open: 0, connected: true });
  });

  test.each([
    ['nobody listens', async () => ({ port: 9, secret: 'x' })],
    ['the secret is wrong', async () => ({ port: (await server()).controlPort, secret: 'wrong' })],
    [
      'it is no SIP server',
      async () => {
        const mute = createServer((socket) => closers.push(() => socket.destroy()));
        mute.listen(0, '127.0.0.1');
        await once(mute, 'listening');
        closers.push(() => mute.close());
        return { port: (mute.address() as AddressInfo).port, secret: 'x' };
      },
    ],
  ])('%s: SIP_SERVER_UNREACHABLE', async (_what, prepare) => {
    const { port, secret } = await prepare();
    const error: unknown = await edgeOn(port, secret).catch((caught: unknown) => caught);
    expect(isLeibnizError(error) && error.code).toBe('SIP_SERVER_UNREACHABLE');
  });
});
