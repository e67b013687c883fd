import {
  InviteClientTransaction,
  NonInviteClientTransaction,
} from '../../../src/sipserver/core/client-transaction.js';
import type { Hop } from '../../../src/sipserver/core/hop.js';
import { Headers, type SipResponse } from '../../../src/sipserver/core/message.js';
import {
  InviteServerTransaction,
  NonInviteServerTransaction,
} from '../../../src/sipserver/core/server-transaction.js';
import { TimerHeap } from '../../../src/sipserver/core/timer-heap.js';
import { DEFAULT_TIMING } from '../../../src/sipserver/core/timing.js';
import type { TransactionHost } from '../../../src/sipserver/core/transaction-host.js';
import { monoMs } from '../../../src/kernel/time.js';

const UDP: Hop = { protocol: 'udp', address: '192.0.2.9', port: 5060 };
const TCP: Hop = { protocol: 'tcp', address: '192.0.2.9', port: 5060 };

/** Runs one transaction and writes down `time:event`. */
class Trace implements TransactionHost {
  readonly timing = DEFAULT_TIMING;
  readonly timers = new TimerHeap();
  readonly log: string[] = [];
  time = 0;

  now = () => monoMs(this.time);

  transmit(_hop: Hop, text: string, repeat: boolean): void {
    this.note(repeat ? `again ${text}` : `send ${text}`);
  }

  note(event: string): void {
    this.log.push(`${this.time}:${event}`);
  }

  hooks = {
    response: (response: SipResponse): void => this.note(`user ${response.status}`),
    failed: (reason: string): void => this.note(`failed ${reason}`),
    terminated: (): void => this.note('end'),
    ackMissing: (): void => this.note('no ack'),
  };

  /** Lets time pass and takes the log. */
  run(ms: number): string[] {
    const end = this.time + ms;
    for (let due = this.timers.next(); due !== undefined && due <= end; due = this.timers.next()) {
      this.time = due;
      this.timers.runDue(due);
    }
    this.time = end;
    return this.log.splice(0);
  }
}

const response = (status: number): SipResponse => ({
  kind: 'response',
  version: 'SIP/2.0',
  status,
  reason: '',
  headers: new Headers(),
  body: '',
  bytes: 0,
});

function inviteClient(hop: Hop): { trace: Trace; transaction: InviteClientTransaction } {
  const trace = new Trace();
  const request = { key: 'k', hop, text: 'INVITE' };
  const transaction = new InviteClientTransaction(trace, request, () => 'ACK', trace.hooks);
  transaction.start();
  return { trace, transaction };
}

describe('INVITE client transaction (RFC 3261 section 17.1.1, RFC 6026)', () => {
  test('no answer over UDP: timer A doubles, timer B ends it after 64*T1', () => {
    const { trace } = inviteClient(UDP);
    expect(trace.run(60_000)).toEqual([
      '0:send INVITE',
      '500:again INVITE',
      '1500:again INVITE',
      '3500:again INVITE',
      '7500:again INVITE',
      '15500:again INVITE',
      '31500:again INVITE',
      '32000:failed timeout',
      '32000:end',
    ]);
    expect(trace.timers.size).toBe(0);
  });

  test('no answer over TCP: no repetition, timer B', () => {
    expect(inviteClient(TCP).trace.run(60_000)).toEqual([
      '0:send INVITE',
      '32000:failed timeout',
      '32000:end',
    ]);
  });

  test('100, 180, 200, 200 again, timer M', () => {
    const { trace, transaction } = inviteClient(UDP);
    transaction.received(response(100));
    transaction.received(response(180));
    trace.run(100_000);
    transaction.received(response(200));
    transaction.received(response(200));
    transaction.received(response(486));
    expect(trace.run(31_999)).toEqual(['100000:user 200', '100000:user 200']);
    expect(transaction.state).toBe('accepted');
    expect(trace.run(1)).toEqual(['132000:end']);
  });

  test('486 over UDP: ACK, repeated for every repetition, timer D', () => {
    const { trace, transaction } = inviteClient(UDP);
    trace.run(10);
    transaction.received(response(486));
    transaction.received(response(486));
    expect(trace.run(31_999)).toEqual(['10:send ACK', '10:user 486', '10:again ACK']);
    expect(trace.run(1)).toEqual(['32010:end']);
  });

  test('486 over TCP: ACK and end', () => {
    const { trace, transaction } = inviteClient(TCP);
    transaction.received(response(486));
    expect(trace.run(0)).toEqual(['0:send INVITE', '0:send ACK', '0:user 486', '0:end']);
  });

  test('transport failure before an answer', () => {
    const { trace, transaction } = inviteClient(TCP);
    transaction.transportFailed();
    transaction.transportFailed();
    expect(trace.run(60_000)).toEqual(['0:send INVITE', '0:failed transport', '0:end']);
  });
});

describe('other client transactions (RFC 3261 section 17.1.2)', () => {
  const start = (hop: Hop): { trace: Trace; transaction: NonInviteClientTransaction } => {
    const trace = new Trace();
    const transaction = new NonInviteClientTransaction(trace, { key: 'k', hop, text: 'BYE' }, trace.hooks);
    transaction.start();
    return { trace, transaction };
  };

  test('no answer over UDP: timer E doubles up to T2, timer F', () => {
    const times = start(UDP)
      .trace.run(60_000)
      .map((line) => Number(line.split(':')[0]));
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500, 32000, 32000]);
  });

  test('1xx slows timer E to T2', () => {
    const { trace, transaction } = start(UDP);
    trace.run(100);
    transaction.received(response(100));
    expect(trace.run(9_000)).toEqual(['100:user 100', '4100:again BYE', '8100:again BYE']);
  });

  test('200 over UDP: absorbs repetitions until timer K', () => {
    const { trace, transaction } = start(UDP);
    transaction.received(response(200));
    transaction.received(response(200));
    expect(trace.run(5_000)).toEqual(['0:send BYE', '0:user 200', '5000:end']);
  });

  test('200 over TCP: end at once', () => {
    const { trace, transaction } = start(TCP);
    transaction.received(response(200));
    expect(trace.run(0)).toEqual(['0:send BYE', '0:user 200', '0:end']);
  });
});

describe('INVITE server transaction (RFC 3261 section 17.2.1, RFC 6026)', () => {
  const open = (hop: Hop): { trace: Trace; transaction: InviteServerTransaction } => {
    const trace = new Trace();
    return { trace, transaction: new InviteServerTransaction(trace, hop, trace.hooks) };
  };

  test('INVITE again: silence before a response, then the last provisional one', () => {
    const { trace, transaction } = open(UDP);
    transaction.retransmitted();
    transaction.respond(100, '100');
    transaction.respond(180, '180');
    transaction.retransmitted();
    expect(trace.run(0)).toEqual(['0:send 100', '0:send 180', '0:again 180']);
  });

  test('486, ACK: timer G until the ACK, timer I after it', () => {
    const { trace, transaction } = open(UDP);
    transaction.respond(486, '486');
    trace.run(2_000);
    expect(transaction.acknowledged()).toBe(true);
    expect(transaction.acknowledged()).toBe(true);
    transaction.retransmitted();
    expect(trace.run(10_000)).toEqual(['7000:end']);
  });

  test('486, no ACK: timer G doubles up to T2, timer H', () => {
    const { trace, transaction } = open(UDP);
    transaction.respond(486, '486');
    const log = trace.run(60_000);
    expect(log.slice(0, 6)).toEqual([
      '0:send 486',
      '500:again 486',
      '1500:again 486',
      '3500:again 486',
      '7500:again 486',
      '11500:again 486',
    ]);
    expect(log.slice(-2)).toEqual(['32000:no ack', '32000:end']);
  });

  test('486 over TCP, ACK: no repetition, end', () => {
    const { trace, transaction } = open(TCP);
    transaction.respond(486, '486');
    trace.run(5_000);
    transaction.acknowledged();
    expect(trace.run(0)).toEqual(['5000:end']);
  });

  test('200: INVITE again is absorbed, a second final response refused, ACK left to the user, timer L', () => {
    const { trace, transaction } = open(UDP);
    transaction.respond(200, '200');
    transaction.retransmitted();
    expect(transaction.respond(486, '486')).toBe(false);
    expect(transaction.acknowledged()).toBe(false);
    transaction.repeatAccepted();
    expect(trace.run(31_999)).toEqual(['0:send 200', '0:again 200']);
    expect(trace.run(1)).toEqual(['32000:end']);
    transaction.repeatAccepted();
    expect(trace.run(0)).toEqual([]);
  });
});

describe('other server transactions (RFC 3261 section 17.2.2)', () => {
  test('request again: silence, then the response, until timer J', () => {
    const trace = new Trace();
    const transaction = new NonInviteServerTransaction(trace, UDP, trace.hooks);
    transaction.retransmitted();
    transaction.respond(200, '200');
    transaction.retransmitted();
    expect(transaction.respond(500, '500')).toBe(false);
    expect(trace.run(31_999)).toEqual(['0:send 200', '0:again 200']);
    expect(trace.run(1)).toEqual(['32000:end']);
  });

  test('over TCP it ends with the response', () => {
    const trace = new Trace();
    const transaction = new NonInviteServerTransaction(trace, TCP, trace.hooks);
    transaction.respond(200, '200');
    expect(trace.run(0)).toEqual(['0:send 200', '0:end']);
  });
});
