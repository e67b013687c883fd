import { describe, expect, test } from '@jest/globals';
import { parseDtmfInfo } from '../../../src/call/core/dtmf-info.js';
import { seededRng } from '../../../src/kernel/rng.js';

describe('DTMF in INFO', () => {
  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=250\r\n', '5', 250],
    ['application/dtmf-relay', 'Signal= *\nDuration= 80', '*', 80],
    ['Application/DTMF-Relay; charset=utf-8', 'signal=11\r\n', '#', 160],
    ['application/dtmf-relay', 'Signal=12\r\nDuration=99999', 'A', 5000],
    ['application/dtmf-relay', 'Signal=d\r\nDuration=1', 'D', 40],
    ['application/dtmf', '7', '7', 160],
    ['application/dtmf', '10\r\n', '*', 160],
    ['application/dtmf', '123', '123', 160],
    ['application/vnd.nortelnetworks.digits', 'p=Digit-Collection\r\ny=Digits\r\nd=Digits=#\r\n', '#', 160],
    ['application/vnd.nortelnetworks.digits', 'd=4', '4', 160],
    ['audio/telephone-event', 'Signal=9\r\nDuration=100', '9', 100],
  ])('%s %j', (type, body, digits, durationMs) => {
    const parsed = parseDtmfInfo(type, body);
    expect(parsed?.map((entry) => entry.digit).join('')).toBe(digits);
    expect(parsed?.[0]?.durationMs).toBe(durationMs);
  });

  test.each([
    ['application/dtmf-relay', 'Signal=!\r\n'],
    ['application/dtmf-relay', ''],
    ['application/dtmf-relay', 'Signal=99'],
    ['application/dtmf-relay', 'Signal=1 2'],
    ['audio/telephone-event', 'Signal=16'],
    ['application/dtmf', undefined],
    ['application/vnd.nortelnetworks.digits', 'p=x'],
  ])('%s %j has no key', (type, body) => {
    expect(parseDtmfInfo(type, body)).toEqual([]);
  });

  test.each(['application/media_control+xml', '', undefined])('content type %j carries no keys', (type) => {
    expect(parseDtmfInfo(type, 'Signal=1')).toBeUndefined();
  });

  test('one INFO gives 8 keys at most', () => {
    expect(parseDtmfInfo('application/dtmf', '5'.repeat(10_000))).toHaveLength(8);
  });

  test('noise never throws', () => {
    const rng = seededRng(4);
    for (let round = 0; round < 2000; round++) {
      const body = Array.from({ length: 30 }, () => String.fromCharCode(Math.floor(rng.float() * 128))).join(
        '',
      );
      expect(() => parseDtmfInfo('application/dtmf-relay', `Signal=${body}`)).not.toThrow();
      expect(() => parseDtmfInfo('application/dtmf', body)).not.toThrow();
    }
  });
});
