import { describe, expect, test } from '@jest/globals';
import { drain } from '../../../src/kernel/machine.js';
import { monoMs } from '../../../src/kernel/time.js';
import {
  parseReferNotify,
  TransferMachine,
  type TransferInput,
  type TransferOutput,
} from '../../../src/call/core/transfer-machine.js';

const START: TransferInput = { type: 'start', target: 'sip:desk@example.org' };
const response = (status: number | undefined, cseq?: number, refer = 1): TransferInput => ({
  type: 'refer_response',
  refer,
  response: status === undefined ? undefined : { status, cseq },
});
const notify = (status: number | undefined, terminated = false): TransferInput => ({
  type: 'notify',
  notify: { status, terminated, referCseq: undefined },
});

function run(inputs: readonly (TransferInput | number)[]): { words: string[]; machine: TransferMachine } {
  const machine = new TransferMachine(60_000);
  const words: string[] = [];
  let now = 0;
  for (const input of inputs) {
    if (typeof input === 'number') now += input;
    machine.handle(monoMs(now), typeof input === 'number' ? { type: 'time' } : input);
    drain(machine, (output: TransferOutput) => words.push(word(output)));
  }
  return { words, machine };
}

function word(output: TransferOutput): string {
  if (output.type === 'report') {
    return output.status === undefined ? output.state : `${output.state} ${output.status}`;
  }
  return output.type;
}

describe('blind transfer', () => {
  test('REFER 202 NOTIFY(100) NOTIFY(180) NOTIFY(200)', () => {
    const { words } = run([START, response(202), notify(100), notify(180), notify(200, true)]);
    expect(words).toEqual(['send_refer', 'trying', 'trying 180', 'accepted 200', 'hangup']);
  });

  test('REFER 403', () => {
    expect(run([START, response(403)]).words).toEqual(['send_refer', 'refused 403']);
  });

  test('REFER 202 NOTIFY(486)', () => {
    expect(run([START, response(202), notify(486, true)]).words.at(-1)).toBe('refused 486');
  });

  test('REFER that cannot be sent', () => {
    expect(run([START, response(undefined)]).words).toEqual(['send_refer', 'failed']);
  });

  test('REFER 202 … silence', () => {
    expect(run([START, response(202), 59_999]).words).toEqual(['send_refer', 'trying']);
    expect(run([START, response(202), 60_000]).words).toEqual(['send_refer', 'trying', 'failed']);
  });

  test('REFER 202 … NOTIFY(180) … : progress gives the callee more time', () => {
    expect(run([START, response(202), 50_000, notify(180), 50_000]).words).not.toContain('failed');
  });

  test('REFER NOTIFY(200) before the 202', () => {
    expect(run([START, notify(200, true), response(202)]).words).toEqual([
      'send_refer',
      'accepted 200',
      'hangup',
    ]);
  });

  test('REFER 202 NOTIFY(100, terminated): a subscription that ends without an outcome has failed', () => {
    expect(run([START, response(202), notify(100, true)]).words.at(-1)).toBe('failed 100');
  });

  test('REFER 202 … failed … NOTIFY(200): the caller is connected after all', () => {
    const { words } = run([START, response(202), 60_000, notify(200, true)]);
    expect(words.slice(-3)).toEqual(['failed', 'accepted 200', 'hangup']);
  });

  test('REFER 202 BYE is a transfer, REFER BYE and REFER 403 BYE are hang-ups', () => {
    expect(run([START, response(202)]).machine.terminationOnBye('caller_hangup')).toBe('transferred');
    expect(run([START]).machine.terminationOnBye('caller_hangup')).toBe('caller_hangup');
    expect(run([START, response(403)]).machine.terminationOnBye('caller_hangup')).toBe('caller_hangup');
    expect(run([START, response(202)]).machine.terminationOnBye('ack_timeout')).toBe('ack_timeout');
  });

  test('REFER 403 REFER 202 NOTIFY(200): a second attempt', () => {
    const { words } = run([START, response(403), START, response(202, 3, 2), notify(200)]);
    expect(words).toEqual(['send_refer', 'refused 403', 'send_refer', 'trying', 'accepted 200', 'hangup']);
  });

  test('REFER NOTIFY(486) REFER, and only then the response to the first: it says nothing about the second', () => {
    const { words } = run([START, notify(486, true), START, response(403, 2, 1), response(202, 3, 2)]);
    expect(words).toEqual(['send_refer', 'refused 486', 'send_refer', 'trying']);
  });

  test('a second transfer during the first is not sent', () => {
    expect(run([START, response(202), START]).words).toEqual(['send_refer', 'trying']);
  });

  test('a NOTIFY that names the REFER before the last one is not expected, one that names none is', () => {
    const { machine } = run([START, response(403, 2), START, response(202, 3, 2)]);
    const named = (referCseq: number | undefined) => ({ status: 200, terminated: true, referCseq });
    expect([2, 3, undefined].map((cseq) => machine.expects(named(cseq)))).toEqual([false, true, true]);
    // Before its response the number of a REFER is not known.
    expect(run([START]).machine.expects(named(2))).toBe(true);
  });

  test.each([
    ['refer;id=42', 42],
    ['Refer ; ID = 7;x=y', 7],
    ['refer', undefined],
    ['refer;id=x', undefined],
    [undefined, undefined],
  ])('Event %j', (event, referCseq) => {
    expect(parseReferNotify('', undefined, event).referCseq).toBe(referCseq);
  });

  test.each([
    ['SIP/2.0 200 OK\r\n', 'terminated;reason=noresource', 200, true],
    ['SIP/2.0 180 Ringing', 'active;expires=60', 180, false],
    ['  sip/2.0 603 Decline', undefined, 603, false],
    ['', 'Terminated', undefined, true],
    ['garbage', 'active', undefined, false],
    [undefined, undefined, undefined, false],
    ['SIP/2.0 999 No', 'active', undefined, false],
  ])('sipfrag %j with state %j', (body, state, status, terminated) => {
    expect(parseReferNotify(body, state, 'refer')).toEqual({ status, terminated, referCseq: undefined });
  });
});
