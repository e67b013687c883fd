import { describe, expect, test } from '@jest/globals';
import { parsePeerList } from '../../../src/call/core/cidr.js';
import { identify, type IdentityHeaders } from '../../../src/call/core/identity.js';
import { parseAddressList, parseSipUri } from '../../../src/call/core/sip-address.js';
import { numberNormaliser } from '../../../src/call/phone-number.js';
import { seededRng } from '../../../src/kernel/rng.js';

const german = numberNormaliser('DE');
const HEADERS: IdentityHeaders = {
  requestUri: 'sip:+498912345678@leibniz.example',
  from: '"Ann Lee" <sip:030123456789@pbx.example>;tag=1',
  to: '<sip:agent@leibniz.example>',
  pAssertedIdentity: undefined,
  privacy: undefined,
  diversion: undefined,
};
const who = (headers: Partial<IdentityHeaders>, trusted = false): ReturnType<typeof identify> =>
  identify({ ...HEADERS, ...headers }, trusted, german);

describe('who calls', () => {
  test('From, normalised to E.164', () => {
    expect(who({})).toMatchObject({
      from: '+4930123456789',
      displayName: 'Ann Lee',
      anonymous: false,
      source: 'from',
    });
  });

  test('P-Asserted-Identity from a trusted peer', () => {
    const pai = '"Desk" <sip:+4940999888@carrier.example>, <tel:+4940999888>';
    expect(who({ pAssertedIdentity: pai }, true)).toMatchObject({ from: '+4940999888', source: 'asserted' });
  });

  test('P-Asserted-Identity from anybody else is not believed', () => {
    expect(who({ pAssertedIdentity: '<tel:+4940999888>' })).toMatchObject({
      from: '+4930123456789',
      source: 'from',
    });
  });

  test.each([
    ['"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', undefined, undefined, false],
    ['<sip:restricted@pbx.example>;tag=1', undefined, undefined, false],
    [HEADERS.from, '<tel:+4940999888>', 'id', true],
    [HEADERS.from, '<tel:+4940999888>', 'critical; user', true],
    ['<sip:anonymous@anonymous.invalid>;tag=1', '<tel:+4940999888>', undefined, true],
    [HEADERS.from, undefined, 'id', false],
    [HEADERS.from, undefined, 'user', false],
    [HEADERS.from, undefined, 'ID; User', false],
    [undefined, undefined, undefined, false],
    ['gibberish', undefined, undefined, false],
  ])('withheld: From %j, PAI %j, Privacy %j', (from, pAssertedIdentity, privacy, trusted) => {
    const identity = who({ from, pAssertedIdentity, privacy }, trusted);
    expect(identity).toMatchObject({ anonymous: true, from: undefined, displayName: undefined });
  });

  test('control characters reach nobody', () => {
    const from = '"\u001b[31mEV\u0007IL\u009b" <sip:%0d%0aX-Inj:1@h>;tag=1';
    expect(who({ from })).toMatchObject({ displayName: '[31mEVIL', from: 'X-Inj' });
    expect(who({ from: '"\u0000" <sip:%00%1b@h>;tag=1' })).toMatchObject({ displayName: undefined });
  });

  test('an extension stays as it was sent, a user name too', () => {
    expect(who({ from: '<sip:1000@pbx.example>;tag=1' }).from).toBe('1000');
    expect(who({ from: 'sip:ann.lee@pbx.example;tag=1' }).from).toBe('ann.lee');
    expect(who({ from: '<sip:pbx.example>;tag=1' })).toMatchObject({ from: undefined, anonymous: false });
  });

  test('without a region national numbers stay as they were sent', () => {
    expect(identify(HEADERS, false, numberNormaliser(undefined)).from).toBe('030123456789');
  });

  test('visual separators, escapes and user parameters', () => {
    expect(who({ from: '<tel:+49-(30)-123.456.78;phone-context=x>;tag=1' }).from).toBe('+493012345678');
    expect(who({ from: '<sip:%2B493012345678;cpc=ordinary@pbx.example;user=phone>;tag=1' }).from).toBe(
      '+493012345678',
    );
  });
});

describe('who is called', () => {
  test('Request-URI, else To', () => {
    expect(who({}).to).toBe('+498912345678');
    expect(who({ requestUri: 'sip:leibniz.example', to: '<sip:+4989777@x>' }).to).toBe('+4989777');
    expect(who({ requestUri: 'sip:leibniz.example', to: undefined }).to).toBeUndefined();
  });

  test('the last Diversion is the number that was dialled', () => {
    const diversion =
      '<sip:+4930222@x>;reason=no-answer, "Main, line" <sip:+4930111222@x>;reason=unconditional';
    expect(who({ diversion }).divertedFrom).toBe('+4930111222');
  });
});

describe('addresses', () => {
  test.each([
    ['"A, B" <sip:a@x>, <sip:b@y>', ['sip:a@x', 'sip:b@y']],
    ['sip:a@x;tag=1', ['sip:a@x']],
    ['"quote \\" <" <sip:a@x>', ['sip:a@x']],
    ['<sip:a@x', []],
    ['', []],
    [',,,', []],
  ])('list %j', (value, uris) => {
    expect(parseAddressList(value).map((address) => address.uri)).toEqual(uris);
  });

  test('a list is bounded in items and length', () => {
    expect(parseAddressList(Array.from({ length: 100 }, () => '<sip:a@x>').join(','))).toHaveLength(8);
    expect(parseAddressList(`<sip:${'a'.repeat(5000)}@x>`)).toEqual([]);
  });

  test.each([
    ['sip:a@[2001:db8::1]:5062;transport=tcp', { user: 'a', host: '[2001:db8::1]', port: 5062 }],
    ['SIPS:a:secret@Example.ORG', { scheme: 'sips', user: 'a', host: 'example.org', port: undefined }],
    ['sip:10.0.0.1', { user: undefined, host: '10.0.0.1' }],
    ['tel:+49301;ext=5', { scheme: 'tel', user: '+49301', host: undefined }],
    ['sip:%ZZ@x', { user: '%ZZ' }],
  ])('URI %j', (uri, expected) => {
    expect(parseSipUri(uri)).toMatchObject(expected);
  });

  test.each(['http://x', 'mailto:a@x', '', 'sip:', 'sip:@', 'sip:a@<x>'])('URI %j is none', (uri) => {
    expect(parseSipUri(uri)).toBeUndefined();
  });

  test('mutated headers never throw', () => {
    const rng = seededRng(9);
    const seeds = [
      HEADERS.from ?? '',
      '<tel:+49301>',
      '"a\\"b" <sip:%41@[::1]:5060;x=y?z=1>',
      'sip:a@x;tag=1,<sip:b@c>',
    ];
    for (let round = 0; round < 5000; round++) {
      const chars = [...(seeds[round % seeds.length] ?? '')];
      for (let i = 0; i < 4; i++) {
        chars[Math.floor(rng.float() * chars.length)] = String.fromCharCode(Math.floor(rng.float() * 256));
      }
      const value = chars.join('');
      const headers = {
        requestUri: value,
        from: value,
        to: value,
        pAssertedIdentity: value,
        privacy: value,
        diversion: value,
      };
      expect(() => identify(headers, true, german)).not.toThrow();
    }
  });
});

describe('trusted peers', () => {
  const list = (...entries: string[]): ((address: string) => boolean) => {
    const parsed = parsePeerList(entries);
    if (!parsed.ok) throw new Error('bad list');
    return (address) => parsed.value.has(address);
  };

  test.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.128/25', '192.0.2.129', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['fe80::1', 'fe80::1%eth0', true],
    ['::1', '[::1]', true],
    ['10.0.0.0/8', 'not an address', false],
    ['10.0.0.0/8', '', false],
  ])('%s has %s: %s', (network, address, expected) => {
    expect(list(network)(address)).toBe(expected);
  });

  test('what is not a network is named', () => {
    const bad = [
      '10.0.0.0/33',
      'example.org',
      '10.0.0.256',
      '1.2.3',
      '::1::2',
      '2001:db8::/129',
      '10.0.0.0/8/8',
      '1:2:3',
    ];
    expect(parsePeerList(['10.0.0.0/8', '', ...bad])).toEqual({ ok: false, error: bad });
  });
});
