import { essentials } from '../../../src/sipserver/core/essentials.js';
import {
  formatAddress,
  parseAddress,
  parseCSeq,
  parseParams,
  parseVia,
  splitList,
} from '../../../src/sipserver/core/header-values.js';
import { headerKey, wireName } from '../../../src/sipserver/core/header-names.js';
import { serialize, utf8Length, type SipRequest } from '../../../src/sipserver/core/message.js';
import { MESSAGE_LIMITS, parseMessage } from '../../../src/sipserver/core/parser.js';
import { parseUri } from '../../../src/sipserver/core/uri.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function parsed(text: string): SipRequest {
  const result = parseMessage(bytes(text));
  if (!result.ok || result.value.kind !== 'request') throw new Error(JSON.stringify(result));
  return result.value;
}

const MINIMAL = [
  'OPTIONS sip:a@b.example SIP/2.0',
  'Via: SIP/2.0/UDP h.example;branch=z9hG4bK1',
  'From: <sip:x@y.example>;tag=1',
  'To: <sip:a@b.example>',
  'Call-ID: c1',
  'CSeq: 7 OPTIONS',
];

const message = (lines: readonly string[], body = '', end = '\r\n'): string => [...lines, '', body].join(end);

describe('header names', () => {
  test.each([
    ['v', 'via', 'Via'],
    ['I', 'call-id', 'Call-ID'],
    ['call-id', 'call-id', 'Call-ID'],
    ['CSEQ', 'cseq', 'CSeq'],
    ['x', 'session-expires', 'Session-Expires'],
    ['www-authenticate', 'www-authenticate', 'WWW-Authenticate'],
    ['x-my-header', 'x-my-header', 'X-My-Header'],
    ['X-my-Header', 'x-my-header', 'X-my-Header'],
    ['constructor', 'constructor', 'Constructor'],
  ])('%s has the key %s and goes out as %s', (name, key, wire) => {
    expect(headerKey(name)).toBe(key);
    expect(wireName(name)).toBe(wire);
  });
});

describe('messages', () => {
  test('folded lines become one value', () => {
    const request = parsed(message([...MINIMAL, 'Subject: one', '  two', '\tthree']));
    expect(request.headers.get('subject')).toBe('one two three');
  });

  test('spaces before the colon and bare LF line ends are accepted', () => {
    const request = parsed(message([...MINIMAL, 'Subject \t: x'], '', '\n'));
    expect(request.headers.get('subject')).toBe('x');
  });

  test('line ends before the start line are skipped', () => {
    expect(parsed(`\r\n\r\n${message(MINIMAL)}`).method).toBe('OPTIONS');
  });

  test('a line that is no header is left out, the rest stands', () => {
    const request = parsed(message([...MINIMAL, 'no header at all', ': nothing', 'Subject: x']));
    expect(request.headers.get('subject')).toBe('x');
    expect(request.headers.fields).toHaveLength(6);
  });

  test('the body ends at Content-Length, counted in bytes', () => {
    const request = parsed(message([...MINIMAL, 'Content-Length: 4'], 'äöü'));
    expect(request.body).toBe('äö');
  });

  test('a body without Content-Length runs to the end of the datagram', () => {
    expect(parsed(message(MINIMAL, 'hello')).body).toBe('hello');
  });

  test.each([
    ['longer than the datagram', ['Content-Length: 50'], 'x'],
    ['negative', ['Content-Length: -1'], 'x'],
    ['contradictory', ['Content-Length: 1', 'l: 2'], 'xx'],
  ])('a Content-Length that is %s leaves a partial message to refuse', (_name, lines, body) => {
    const result = parseMessage(bytes(message([...MINIMAL, ...lines], body)));
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'content_length', partial: { method: 'OPTIONS' } },
    });
  });

  test.each([
    ['', 'empty'],
    ['\r\n\r\n', 'empty'],
    ['hello', 'no_header_end'],
    ['hello\r\n\r\n', 'start_line'],
    ['SIP/2.0 99 Low\r\n\r\n', 'start_line'],
    ['SIP/2.0 4294967301 Big\r\n\r\n', 'start_line'],
    ['SIP/2.0\r\n\r\n', 'start_line'],
    ['INVITE sip:a@b\r\n\r\n', 'start_line'],
  ])('%j is refused as %s', (text, code) => {
    expect(parseMessage(bytes(text))).toMatchObject({ ok: false, error: { code } });
  });

  test('a status line may lack its reason phrase', () => {
    expect(parseMessage(bytes('SIP/2.0 100 \r\n\r\n'))).toMatchObject({
      ok: true,
      value: { status: 100, reason: '' },
    });
    expect(parseMessage(bytes('SIP/2.0 100\r\n\r\n'))).toMatchObject({
      ok: true,
      value: { status: 100, reason: '' },
    });
  });

  test('each bound refuses one more than it allows', () => {
    const many = (count: number): string => message([MINIMAL[0]!, ...Array<string>(count).fill('A: b')]);
    expect(parseMessage(bytes(many(MESSAGE_LIMITS.headers))).ok).toBe(true);
    expect(parseMessage(bytes(many(MESSAGE_LIMITS.headers + 1)))).toMatchObject({
      error: { code: 'too_many_headers' },
    });
    const long = (length: number): string => message([...MINIMAL, `S: ${'x'.repeat(length)}`]);
    expect(parseMessage(bytes(long(MESSAGE_LIMITS.headerValue))).ok).toBe(true);
    expect(parseMessage(bytes(long(MESSAGE_LIMITS.headerValue + 1)))).toMatchObject({
      error: { code: 'header_too_long' },
    });
    const folded = message([...MINIMAL, 'S: x', ...Array<string>(40).fill(` ${'y'.repeat(1000)}`)]);
    expect(parseMessage(bytes(folded))).toMatchObject({ error: { code: 'header_too_long' } });
    const line = `OPTIONS sip:${'a'.repeat(MESSAGE_LIMITS.startLine)} SIP/2.0\r\n\r\n`;
    expect(parseMessage(bytes(line))).toMatchObject({ error: { code: 'start_line_too_long' } });
    expect(parseMessage(new Uint8Array(MESSAGE_LIMITS.messageBytes + 1))).toMatchObject({
      error: { code: 'too_large' },
    });
  });

  test('NUL and stray CR in a value cannot split the line for a later reader', () => {
    const request = parsed(message([...MINIMAL, 'Subject: a\0b\rInjected: x']));
    expect(serialize(request)).toContain('Subject: a b Injected: x\r\n');
  });

  test('what is written parses to the same message', () => {
    const request = parsed(
      message([...MINIMAL, 'v: SIP/2.0/TCP p.example', 'X-Odd: ünïcode', 'Content-Length: 2'], 'hi'),
    );
    const again = parsed(serialize(request));
    expect(again.headers.fields.filter((field) => field.key !== 'content-length')).toEqual(
      request.headers.fields.filter((field) => field.key !== 'content-length'),
    );
    expect(again.body).toBe('hi');
  });

  test.each(['', 'a', 'ä', '€', '😀', 'a\ud800b', '\udc00'])(
    'the byte length of %j is what an encoder says',
    (text) => {
      expect(utf8Length(text)).toBe(bytes(text).length);
    },
  );
});

describe('essential headers', () => {
  test.each([
    ['via', MINIMAL.filter((line) => !line.startsWith('Via'))],
    ['from', MINIMAL.filter((line) => !line.startsWith('From'))],
    ['to', [...MINIMAL, 'To: <sip:second@b.example>']],
    ['cseq', MINIMAL.map((line) => line.replace('7 OPTIONS', '7 INVITE'))],
    ['cseq', MINIMAL.map((line) => line.replace('7 OPTIONS', '2147483648 OPTIONS'))],
    ['call-id', MINIMAL.map((line) => line.replace('c1', ''))],
    ['max-forwards', [...MINIMAL, 'Max-Forwards: 1', 'Max-Forwards: 2']],
    ['from', MINIMAL.map((line) => line.replace('<sip:x@y.example>', '"open <sip:x@y.example>'))],
  ])('a missing, doubled or malformed %s is named', (name, lines) => {
    expect(essentials(parsed(message(lines)))).toEqual({ ok: false, error: name });
  });

  test('tags and branch are found through odd spacing', () => {
    const lines = MINIMAL.map((line) =>
      line
        .replace('Via: SIP/2.0/UDP h.example;branch=', 'Via: SIP / 2.0 / UDP h.example : 5070 ; branch = ')
        .replace(';tag=1', ' ; TAG = 1'),
    );
    expect(essentials(parsed(message(lines)))).toMatchObject({
      ok: true,
      value: { branch: 'z9hG4bK1', fromTag: '1', toTag: '', via: { host: 'h.example', port: 5070 } },
    });
  });
});

describe('header values', () => {
  test.each([
    ['a, b ,c', ['a', 'b', 'c']],
    ['"x, y" <sip:a@b>, <sip:c,d@e>', ['"x, y" <sip:a@b>', '<sip:c,d@e>']],
    ['"esc \\", still" <sip:a@b>,x', ['"esc \\", still" <sip:a@b>', 'x']],
    [',,a,,', ['a']],
    ['', []],
    ['"never closed, a', ['"never closed, a']],
  ])('%j splits into %j', (value, items) => {
    expect(splitList(value)).toEqual(items);
  });

  test('a list of endless items is cut off', () => {
    expect(splitList(Array<string>(500).fill('a').join(',')).length).toBe(128);
  });

  test.each([
    ['<sip:a@b>', '', 'sip:a@b', []],
    ['sip:a@b;tag=1', '', 'sip:a@b', [{ name: 'tag', value: '1' }]],
    ['<sip:a@b;lr>;tag=1', '', 'sip:a@b;lr', [{ name: 'tag', value: '1' }]],
    ['"A \\"B\\"" <sip:a@b>', '"A \\"B\\""', 'sip:a@b', []],
    ['Anna Meier <sip:a@b>;x', 'Anna Meier', 'sip:a@b', [{ name: 'x', value: undefined }]],
    ['"q" <tel:+4930>;p="a;b"', '"q"', 'tel:+4930', [{ name: 'p', value: '"a;b"' }]],
    ['<sip:a@b>;tag=1;', '', 'sip:a@b', [{ name: 'tag', value: '1' }]],
  ])('%j is an address', (value, display, uri, params) => {
    expect(parseAddress(value)).toEqual({ display, uri, params });
  });

  test.each([
    '',
    '<>',
    '<sip:a@b',
    '"open <sip:a@b>',
    'no-uri',
    'sip:a b',
    '<sip:a@b>;;tag=1',
    '<sip:a@b> junk',
  ])('%j is no address', (value) => {
    expect(parseAddress(value)).toBeUndefined();
  });

  test('a display name outside the grammar is quoted on output', () => {
    expect(formatAddress({ display: 'Jürgen "J"', uri: 'sip:j@x', params: [] })).toBe(
      '"Jürgen \\"J\\"" <sip:j@x>',
    );
    expect(formatAddress({ display: 'Anna M.', uri: 'sip:j@x', params: [] })).toBe('Anna M. <sip:j@x>');
  });

  test.each([
    ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport', 'UDP', '192.0.2.1', 5060],
    ['sip/2.0/tcp [2001:db8::1]:5070', 'TCP', '[2001:db8::1]', 5070],
    ['SIP/2.0/UNKNOWN host', 'UNKNOWN', 'host', undefined],
  ])('%j is a Via', (value, transport, host, port) => {
    expect(parseVia(value)).toMatchObject({ transport, host, port });
  });

  test.each(['', 'SIP/2.0/UDP', 'UDP h', 'SIP/2.0/UDP h:99999', 'SIP/2.0/UDP h;;,;,,'])(
    '%j is no Via',
    (value) => {
      expect(parseVia(value)).toBeUndefined();
    },
  );

  test('CSeq numbers keep within 31 bits and lose leading zeros', () => {
    expect(parseCSeq('0009 INVITE')).toEqual({ number: 9, method: 'INVITE' });
    expect(parseCSeq('2147483647 X')?.number).toBe(2147483647);
    expect(parseCSeq('2147483648 X')).toBeUndefined();
    expect(parseCSeq('-1 X')).toBeUndefined();
    expect(parseCSeq('1')).toBeUndefined();
  });

  test('parameters with quotes keep their semicolons', () => {
    expect(parseParams(' ; a = "x;y" ;b')).toEqual([
      { name: 'a', value: '"x;y"' },
      { name: 'b', value: undefined },
    ]);
    expect(parseParams('junk')).toBeUndefined();
  });
});

describe('URIs', () => {
  test.each([
    ['sip:alice@example.com', { scheme: 'sip', user: 'alice', host: 'example.com', port: undefined }],
    [
      'SIP:example.com:5070;transport=TCP;lr',
      { scheme: 'sip', user: undefined, host: 'example.com', port: 5070 },
    ],
    ['sip:user;par=u%40example.net@example.com', { user: 'user;par=u%40example.net', host: 'example.com' }],
    ['sip:a@[2001:db8::1]:5060', { host: '2001:db8::1', port: 5060 }],
    ['sip:+49;phone-context=x@h;user=phone?Subject=1', { host: 'h', headers: 'Subject=1' }],
    ['tel:+4930123', { scheme: 'tel', host: '' }],
    ['sip:a@h_x', { host: 'h_x' }],
  ])('%s is a URI', (text, expected) => {
    expect(parseUri(text)).toMatchObject(expected);
  });

  test.each([
    '',
    'sip:',
    'sip:a@',
    'sip:@',
    'sip:a@h:0',
    'sip:a@h:99999',
    '<sip:a@h>',
    'sip:a b@h',
    'noscheme',
    `sip:${'x'.repeat(5000)}`,
  ])('%j is no URI', (text) => {
    expect(parseUri(text)).toBeUndefined();
  });

  test('parameters are found by lower-case name', () => {
    const uri = parseUri('sip:h;Transport=tcp;lr');
    expect(uri?.params.get('transport')).toBe('tcp');
    expect(uri?.params.get('lr')).toBe('');
  });
});
