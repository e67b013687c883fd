import { encodeFrame, FrameReader } from '../../src/sipserver/core/control-codec.js';
import type { SipRequest } from '../../src/sipserver/core/message.js';
import { StreamFramer } from '../../src/sipserver/core/stream-framer.js';
import { randomInt, seededRng, type Rng } from '../../src/kernel/rng.js';
import { heldBytes } from '../support/heap.js';
import { answer, EngineRig, order, reply, request, SDP } from '../unit/sipserver/engine-rig.js';
import { mutateText } from './mutate.js';

const encoder = new TextEncoder();

/** Pieces that sit at the edges of the grammar. */
const WORDS = [
  '@localhost',
  ';tag=',
  ';branch=z9hG4bK',
  ';rport',
  'z9hG4bK',
  'Content-Length: 99999\r\n',
  'Via: SIP/2.0/UDP h\r\n',
  'Route: <sip:x;lr>\r\n',
  'Record-Route: <sip:name.example>\r\n',
  'Require: x\r\n',
  'CSeq: 2147483647 INVITE\r\n',
  'sip:[::1]:5060',
  'sips:a@b',
  '__proto__: constructor\r\n',
];

const mutate = (text: string, rng: Rng): Uint8Array => mutateText(rng, text, WORDS);

const METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'INFO',
  'UPDATE',
  'REFER',
  'NOTIFY',
  'PRACK',
  'REGISTER',
  'DANCE',
];

/** Bytes that may stay after a storm; a storm that left 1 kB a message would leave thousands of kilobytes. */
const HEAP_NOISE = 1_000_000;

/** A rig in the middle of its work: a call each way, one ringing each way. */
class BusyRig extends EngineRig {
  #toTag = '';
  #ours: SipRequest;
  readonly dialog = 'up;from-tag=peer';

  constructor(readonly rng: Rng) {
    super();
    this.#ours = this.begin();
  }

  /** Sets the calls up; again after {@link expectNothingKept}. */
  begin(): SipRequest {
    this.receive(request('INVITE', { body: SDP, callId: 'up' }));
    this.command(`sip|${this.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    this.#toTag = /;tag=([^;]+)/.exec(this.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    this.receive(request('INVITE', { callId: 'ringing' }));
    this.command('sip||', order('INVITE', 'sip:bob@192.0.2.9', { body: SDP }));
    this.#ours = this.lastRequest();
    return this.#ours;
  }

  /** The application comes back after it was gone. */
  reconnect(): void {
    this.input({ type: 'client_closed', client: 1 });
    this.input({ type: 'client_opened', client: 1 });
    this.command('authenticate|rig-secret|');
    this.command('route|invite');
  }

  method(): string {
    return METHODS[randomInt(this.rng, 0, METHODS.length - 1)] ?? '';
  }

  /** A well-formed message of the peer that fits the state. */
  template(): string {
    const callId = ['up', 'ringing', `new-${randomInt(this.rng, 0, 50)}`][randomInt(this.rng, 0, 2)] ?? '';
    const cseq = randomInt(this.rng, 1, 9);
    if (this.rng.float() < 0.3) {
      return reply(this.#ours, randomInt(this.rng, 100, 699), { body: SDP });
    }
    const tagged = this.rng.float() < 0.6 ? { toTag: this.#toTag } : {};
    return request(this.method(), { callId, cseq, body: SDP, ...tagged });
  }

  /** A well-formed order of the application that fits the state. */
  order(): { leader: string; sip: string } {
    const transaction = this.frames.at(-1)?.fields[6] ?? '';
    const kinds = [`sip|${transaction}|`, `sip||${this.dialog}`, 'sip||', 'sip|||192.0.2.8:5062'];
    const leader = kinds[randomInt(this.rng, 0, 3)] ?? '';
    const isAnswer = this.rng.float() < 0.4;
    const sip = isAnswer
      ? answer(randomInt(this.rng, 100, 699), 'Text', { body: SDP })
      : order(this.method(), 'sip:bob@192.0.2.9', { body: SDP });
    return { leader, sip };
  }

  /** Keeps the records of the rig itself short; what is looked at stays. */
  trim(): void {
    for (const { message } of this.sent) if (message.kind === 'request') this.#ours = message;
    this.sent.splice(0, this.sent.length - 5);
    this.frames.splice(0, this.frames.length - 5);
    this.other.length = 0;
  }
}

/** Lets everything run out; what is left then would stay for ever. */
function expectNothingKept(rig: EngineRig): void {
  rig.input({ type: 'client_closed', client: 1 });
  rig.advance(1_000_000);
  expect(rig.stats.active).toMatchObject({
    serverTransactions: 0,
    clientTransactions: 0,
    dialogs: 0,
    timers: 0,
    controlClients: 0,
  });
}

test('6,000 mutated messages from the network: no throw, no more transactions than the limit, nothing kept', () => {
  const rng = seededRng(20_261_121);
  const rig = new BusyRig(rng);
  const storm = (messages: number): number => {
    for (let count = 0; count < messages; count++) {
      const bytes = mutate(rig.template(), rng);
      rig.receiveBytes(bytes, rng.float() < 0.3 ? { protocol: 'tcp', connection: 1 } : {});
      if (count % 10 === 0) rig.advance(randomInt(rng, 0, 2000));
      if (count % 50 === 0) {
        const { active } = rig.stats;
        expect(active.serverTransactions).toBeLessThanOrEqual(1000);
        expect(active.clientTransactions).toBeLessThanOrEqual(1000);
        expect(active.dialogs).toBeLessThanOrEqual(1000);
        expect(active.timers).toBeLessThan(10_000);
      }
      rig.trim();
    }
    expectNothingKept(rig);
    return heldBytes();
  };
  const before = storm(2000);
  rig.reconnect();
  rig.begin();
  expect(storm(4000) - before).toBeLessThan(HEAP_NOISE);
});

test('2,000 mutated frames from the application: no throw, nothing kept', () => {
  const rng = seededRng(42);
  const rig = new BusyRig(rng);
  for (let count = 0; count < 2000; count++) {
    const { leader, sip } = rig.order();
    const payload = new TextDecoder().decode(mutate(`id-${count}|${leader}\r\n${sip}`, rng));
    rig.clientBytes(encoder.encode(encodeFrame(payload)));
    rig.receive(rig.template());
    if (rig.other.some((output) => output.type === 'close_client')) {
      rig.reconnect();
    }
    if (count % 10 === 0) rig.advance(randomInt(rng, 0, 2000));
    rig.trim();
  }
  expectNothingKept(rig);
});

test('500 mutated streams each of SIP and of frames: framers never throw and hold no more than their bounds', () => {
  const rng = seededRng(7);
  for (let count = 0; count < 500; count++) {
    const stream = mutate(
      request('OPTIONS') + request('INVITE', { body: SDP }) + request('INFO', { body: 'x' }),
      rng,
    );
    const framer = new StreamFramer();
    for (let at = 0; at < stream.length;) {
      const size = randomInt(rng, 1, 200);
      framer.push(stream.subarray(at, at + size), () => undefined);
      at += size;
    }
    expect(framer.pendingBytes).toBeLessThanOrEqual(65_536 + 200);
    const frames = mutate(
      encodeFrame('a|ping') + encodeFrame(`b|sip||\r\n${order('OPTIONS', 'sip:x@y')}`),
      rng,
    );
    const reader = new FrameReader();
    let sound = true;
    for (let at = 0; at < frames.length && sound;) {
      const size = randomInt(rng, 1, 50);
      sound = reader.push(frames.subarray(at, at + size), () => undefined);
      at += size;
    }
    expect(reader.pendingBytes).toBeLessThanOrEqual(4_096 + 60);
  }
});
