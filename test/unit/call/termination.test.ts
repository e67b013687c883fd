import { describe, expect, test } from '@jest/globals';
import { TERMINATIONS } from '../../../src/kernel/vocab.js';
import {
  parseReason,
  reasonHeader,
  statusForTermination,
  terminationForBye,
} from '../../../src/call/core/termination.js';

describe('termination reasons on the wire', () => {
  test.each(TERMINATIONS)('%s has a final status and a Reason that reads back', (reason) => {
    expect(statusForTermination(reason)).toBeGreaterThanOrEqual(400);
    expect(statusForTermination(reason)).toBeLessThan(700);
    const parsed = parseReason(reasonHeader(reason));
    expect(parsed?.protocol).toBe('Q.850');
    expect(parsed?.cause).toBeGreaterThan(0);
    expect(parsed?.cause).toBeLessThan(128);
  });

  test.each([
    [undefined, 'caller_hangup'],
    ['ACK timeout', 'ack_timeout'],
    ['Session timer expired', 'rtp_inactive'],
    ['ACK-BYE due to cancel race condition', 'cancelled'],
    ['something new', 'caller_hangup'],
  ])('a BYE for %j is %s', (reason, termination) => {
    expect(terminationForBye(reason)).toBe(termination);
  });

  test.each([
    [
      'SIP;cause=200;text="Call completed elsewhere"',
      { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' },
    ],
    [
      'Q.850 ; cause=16 ; text="a \\"quoted\\" word"',
      { protocol: 'Q.850', cause: 16, text: 'a "quoted" word' },
    ],
    ['SIP', { protocol: 'SIP', cause: undefined, text: undefined }],
    [';;;', undefined],
    ['', undefined],
    [undefined, undefined],
    ['Q.850;cause=99999999999', { protocol: 'Q.850', cause: 99999, text: undefined }],
    [`SIP;text="${'x'.repeat(600)}"`, undefined],
  ])('Reason %j', (value, expected) => {
    expect(parseReason(value)).toEqual(expected);
  });
});
