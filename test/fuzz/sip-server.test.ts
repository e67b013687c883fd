import { encodeFrame, FrameReader } from '../../src/sipserver/core/control-codec.js';
import type { SipRequest } from '../../src/sipserver/core/message.js';
import { StreamFramer } from '../../src/sipserver/core/stream-framer.js';
import { randomInt, seededRng, type Rng } from '../../src/kernel/rng.js';
import { answer, EngineRig, order, reply, request, SDP } from '../unit/sipserver/engine-rig.js';

const encoder = new TextEncoder();

/** Pieces that sit at the edges of the grammar. */
const FRAGMENTS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\0',
  ' \t',
  '"',
  '<',
  '>',
  ';',
  ',',
  ':',
  '@localhost',
  '%00',
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
  '4294967296',
  '-1',
  '|',
  '#',
  'ü€😀',
  '__proto__: constructor\r\n',
];

/** One to six seeded edits: bytes changed, cut, doubled, or a fragment put in. */
function mutate(text: string, rng: Rng): Uint8Array {
  let bytes: number[] = [...encoder.encode(text)];
  for (let edit = randomInt(rng, 1, 6); edit > 0; edit--) {
    const at = randomInt(rng, 0, Math.max(0, bytes.length - 1));
    const length = randomInt(rng, 1, 40);
    switch (randomInt(rng, 0, 5)) {
      case 0: {
        bytes[at] = rng.uint32() & 255;
        break;
      }
      case 1: {
        bytes.splice(at, length);
        break;
      }
      case 2: {
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      }
      case 3: {
        bytes = bytes.slice(0, at);
        break;
      }
      default: {
        const fragment = FRAGMENTS[randomInt(rng, 0, FRAGMENTS.length - 1)] ?? '';
        bytes.splice(at, randomInt(rng, 0, 1) * length, ...encoder.encode(fragment));
      }
    }
  }
  return Uint8Array.from(bytes);
}

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

/** A rig in the middle of its work: a call each way, one ringing each way. */
class BusyRig extends EngineRig {
  readonly toTag: string;
  #ours: SipRequest;
  readonly dialog: string;

  constructor(readonly rng: Rng) {
    super();
    this.receive(request('INVITE', { body: SDP, callId: 'up' }));
    this.command(`sip|${this.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    this.toTag = /;tag=([^;]+)/.exec(this.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    this.dialog = 'up;from-tag=peer';
    this.receive(request('INVITE', { callId: 'ringing' }));
    this.command('sip||', order('INVITE', 'sip:bob@192.0.2.9', { body: SDP }));
    this.#ours = this.lastRequest();
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
    const tagged = this.rng.float() < 0.6 ? { toTag: this.toTag } : {};
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

test('5,000 mutated messages from the network: no throw, nothing kept', () => {
  const rng = seededRng(20_261_121);
  const rig = new BusyRig(rng);
  for (let count = 0; count < 5000; count++) {
    const bytes = mutate(rig.template(), rng);
    rig.receiveBytes(bytes, rng.float() < 0.3 ? { protocol: 'tcp', connection: 1 } : {});
    if (count % 10 === 0) rig.advance(randomInt(rng, 0, 2000));
    rig.trim();
  }
  expect(rig.stats.active.timers).toBeLessThan(20_000);
  expectNothingKept(rig);
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
      rig.input({ type: 'client_closed', client: 1 });
      rig.input({ type: 'client_opened', client: 1 });
      rig.command('authenticate|rig-secret|');
      rig.command('route|invite');
    }
    if (count % 10 === 0) rig.advance(randomInt(rng, 0, 2000));
    rig.trim();
  }
  expectNothingKept(rig);
});

test('1,000 mutated byte streams: framers never throw and hold no more than their bounds', () => {
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
