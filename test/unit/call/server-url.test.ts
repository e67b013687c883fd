import { describe, expect, test } from '@jest/globals';
import { describeSipServer, parseSipServer } from '../../../src/call/server-url.js';
import { isLeibnizError } from '../../../src/kernel/errors.js';

describe('SIP_SERVER', () => {
  test.each([
    ['embedded', { kind: 'embedded' }],
    ['', { kind: 'embedded' }],
    ['drachtio://cymru@10.0.0.5:9023', { kind: 'drachtio', host: '10.0.0.5', port: 9023, secret: 'cymru' }],
    [
      'drachtio://cymru@sip.example.org',
      { kind: 'drachtio', host: 'sip.example.org', port: 9022, secret: 'cymru' },
    ],
    ['drachtio://a%40b@[::1]:9022', { kind: 'drachtio', host: '::1', port: 9022, secret: 'a@b' }],
  ])('%s', (value, expected) => {
    expect(parseSipServer(value)).toEqual(expected);
  });

  test.each([
    'drachtio://10.0.0.5:9022',
    'drachtio://topsecret@',
    'drachtio://topsecret@host:0',
    'drachtio://topsecret@host:70000',
    'drachtio://topsecret%7C@host',
    'drachtio://topsecret%ZZ@host',
    'http://topsecret@host:9022',
    'topsecret',
  ])('%s is refused without showing the secret', (value) => {
    const error = catchError(() => parseSipServer(value));
    expect(isLeibnizError(error) && error.code === 'CONFIG_INVALID' && error.field === 'SIP_SERVER').toBe(
      true,
    );
    expect(String(error)).not.toContain('topsecret');
  });

  test('what is shown has no secret', () => {
    expect(describeSipServer(parseSipServer('drachtio://topsecret@[::1]:9023'))).toBe(
      'drachtio://***@[::1]:9023',
    );
    expect(describeSipServer(parseSipServer('embedded'))).toBe('embedded');
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
