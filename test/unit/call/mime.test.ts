import { acceptsSdp, isPlainEncoding, sdpInBody } from '../../../src/call/core/mime.js';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A multipart body of parts, each `[headers, content]`. */
const parts = (boundary: string, ...all: readonly (readonly [string, string])[]): string =>
  `${all.map(([headers, content]) => `--${boundary}\r\n${headers}${headers === '' ? '' : '\r\n'}\r\n${content}\r\n`).join('')}--${boundary}--\r\n`;
const isup = ['Content-Type: application/isup', 'x'] as const;
const sdp = ['Content-Type: application/sdp', SDP] as const;
const inner = parts('in', ['Content-Type: text/plain', 'hello'], sdp);

describe('the session description in a body', () => {
  test.each<[string, string | undefined, string]>([
    ['plain', 'application/sdp', SDP],
    ['plain, in capitals with a parameter', 'Application/SDP; charset=utf-8', SDP],
    ['no type', undefined, SDP],
    ['multipart', 'multipart/mixed;boundary=b', parts('b', isup, sdp)],
    ['Multipart/Mixed', 'Multipart/Mixed; Boundary=b', parts('b', isup, sdp)],
    ['spaces round =', 'multipart/mixed ; boundary = b ; x=y', parts('b', isup, sdp)],
    ['quoted boundary with a semicolon', 'multipart/mixed; boundary="a;b c"', parts('a;b c', isup, sdp)],
    ['boundary with an escaped quote', 'multipart/mixed; boundary="a\\"b"', parts('a"b', sdp)],
    [
      'content-type in lower case',
      'multipart/mixed;boundary=b',
      parts('b', ['content-type: application/sdp', SDP]),
    ],
    ['the compact form c:', 'multipart/mixed;boundary=b', parts('b', ['c: application/sdp', SDP])],
    [
      'a folded part header',
      'multipart/mixed;boundary=b',
      parts('b', ['Content-Type:\r\n application/sdp', SDP]),
    ],
    [
      'further part headers',
      'multipart/mixed;boundary=b',
      parts('b', [
        'Content-ID: <1@x>\r\nContent-Type: application/sdp\r\nContent-Disposition: session;handling=required',
        SDP,
      ]),
    ],
    ['bare LF in the parts', 'multipart/mixed;boundary=b', parts('b', isup, sdp).replace(/\r\n/g, '\n')],
    [
      'nested',
      'multipart/mixed;boundary=b',
      parts('b', isup, ['Content-Type: multipart/alternative; boundary=in', inner]),
    ],
    [
      'a preamble and no closing delimiter',
      'multipart/mixed;boundary=b',
      `This is MIME.\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${SDP}`,
    ],
    ['a part without headers', 'multipart/mixed;boundary=b', parts('b', ['', SDP])],
    [
      'early media first',
      'multipart/mixed;boundary=b',
      parts(
        'b',
        ['Content-Type: application/sdp\r\nContent-Disposition: early-session', 'v=0\r\nearly'],
        sdp,
      ),
    ],
  ])('%s', (_what, type, body) => {
    expect(sdpInBody(type, body)?.replace(/\r?\n/g, '\r\n')).toBe(SDP);
  });

  test.each<[string, string | undefined, string | undefined]>([
    ['no body', 'application/sdp', undefined],
    ['blank body', 'application/sdp', '\r\n'],
    ['another type', 'text/plain', SDP],
    ['multipart without boundary', 'multipart/mixed', parts('b', sdp)],
    ['multipart with another boundary', 'multipart/mixed;boundary=c', parts('b', sdp)],
    ['multipart without SDP', 'multipart/mixed;boundary=b', parts('b', isup)],
    ['an empty part', 'multipart/mixed;boundary=b', parts('b', ['Content-Type: application/sdp', ''])],
  ])('none: %s', (_what, type, body) => {
    expect(sdpInBody(type, body)).toBeUndefined();
  });

  test('depth and number of parts are bounded', () => {
    let body = SDP;
    let type = 'application/sdp';
    for (let depth = 0; depth < 5; depth++) {
      body = parts(`b${depth}`, [`Content-Type: ${type}`, body]);
      type = `multipart/mixed;boundary=b${depth}`;
    }
    expect(sdpInBody(type, body)).toBeUndefined();
    const many = parts('b', ...Array.from({ length: 32 }, () => isup), sdp);
    expect(sdpInBody('multipart/mixed;boundary=b', many)).toBeUndefined();
  });
});

test.each([
  [undefined, true],
  ['application/sdp', true],
  ['text/plain, Application/SDP;level=1', true],
  ['*/*', true],
  ['application/*;q=0.5', true],
  ['', false],
  ['text/plain', false],
  ['multipart/mixed, application/isup', false],
])('Accept %j lets us answer with SDP: %p', (accept, expected) => {
  expect(acceptsSdp(accept)).toBe(expected);
});

test.each([
  [undefined, true],
  ['', true],
  ['Identity', true],
  ['gzip', false],
  ['identity, gzip', false],
])('Content-Encoding %j is plain: %p', (value, expected) => {
  expect(isPlainEncoding(value)).toBe(expected);
});
