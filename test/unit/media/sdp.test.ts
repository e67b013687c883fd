import { parseSdp, type Sdp, type SdpError } from '../../../src/media/core/sdp.js';

const HEAD = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n';

function parsed(text: string): Sdp {
  const result = parseSdp(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function refused(text: string): SdpError {
  const result = parseSdp(text);
  if (result.ok) throw new Error('accepted');
  return result.error;
}

test('an offer of a usual desk phone', () => {
  const sdp = parsed(
    `${HEAD}a=sendrecv\r\nm=audio 11784 RTP/AVP 0 8 9 18 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:60\r\n`,
  );
  expect(sdp.origin).toEqual({ username: '-', sessionId: '1', version: '1' });
  const [audio] = sdp.media;
  expect(audio).toMatchObject({
    kind: 'audio',
    port: 11_784,
    protocol: 'RTP/AVP',
    formats: ['0', '8', '9', '18', '101'],
    connection: { family: 4, address: '192.0.2.1' },
    direction: 'sendrecv',
    ptimeMs: 20,
    maxPtimeMs: 60,
    rtcp: undefined,
    rtcpMux: false,
  });
  expect(audio?.rtpmap.get(101)).toEqual({ encoding: 'telephone-event', clockRateHz: 8000, channels: 1 });
  expect(audio?.fmtp.get(101)).toBe('0-15');
});

test('static payload types need no rtpmap', () => {
  const [audio] = parsed(`${HEAD}m=audio 5004 RTP/AVP 8 0\r\n`).media;
  expect(audio?.rtpmap.get(8)?.encoding).toBe('PCMA');
  expect(audio?.rtpmap.get(0)?.encoding).toBe('PCMU');
});

test.each([
  ['the default', '', '', 'sendrecv'],
  ['the session level', 'a=inactive\r\n', '', 'inactive'],
  ['the m-line', '', 'a=recvonly\r\n', 'recvonly'],
  ['the m-line over the session level', 'a=sendonly\r\n', 'a=sendrecv\r\n', 'sendrecv'],
])('direction comes from %s', (_name, session, media, direction) => {
  expect(parsed(`${HEAD}${session}m=audio 5004 RTP/AVP 0\r\n${media}`).media[0]?.direction).toBe(direction);
});

test('a c= line of the m-line wins over that of the session; the first of several counts', () => {
  const [audio] = parsed(
    `${HEAD}m=audio 5004 RTP/AVP 0\r\nc=IN IP4 198.51.100.7/127\r\nc=IN IP4 198.51.100.8\r\n`,
  ).media;
  expect(audio?.connection?.address).toBe('198.51.100.7');
});

test('sloppy but clear: bare LF, no t=, lower-case codec names, odd spacing, a port count, fractions', () => {
  const [audio] = parsed(
    'v=0\no=x 1 1 IN IP6 ::1\ns= \nc=IN IP6 2001:db8::1\nm=audio  5004/2  RTP/AVP  97\na=rtpmap:97 opus/48000/2\na=ptime:20.0\n',
  ).media;
  expect(audio).toMatchObject({ port: 5004, ptimeMs: 20, connection: { family: 6, address: '2001:db8::1' } });
  expect(audio?.rtpmap.get(97)).toEqual({ encoding: 'opus', clockRateHz: 48_000, channels: 2 });
});

test('a=rtcp with and without an address', () => {
  expect(parsed(`${HEAD}m=audio 5004 RTP/AVP 0\r\na=rtcp:6000\r\n`).media[0]?.rtcp).toEqual({
    port: 6000,
    connection: undefined,
  });
  expect(
    parsed(`${HEAD}m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 192.0.2.9\r\na=rtcp-mux\r\n`).media[0],
  ).toMatchObject({
    rtcp: { port: 6000, connection: { family: 4, address: '192.0.2.9' } },
    rtcpMux: true,
  });
});

test('unreadable attributes are skipped, not fatal', () => {
  const [audio] = parsed(
    `${HEAD}m=audio 5004 RTP/AVP 0 300 x\r\na=rtpmap:999 X/1\r\na=rtpmap:97\r\na=rtpmap:98 Y\r\na=fmtp\r\na=ptime:-3\r\na=ptime:x\r\na=rtcp:x\r\na=\r\n`,
  ).media;
  expect(audio?.rtpmap.size).toBe(1);
  expect(audio?.ptimeMs).toBeUndefined();
});

test.each([
  ['', 'empty'],
  ['hello', 'not of the form'],
  ['v=1\r\n', 'version'],
  ['o=- 1 1 IN IP4 1.1.1.1\r\nv=0\r\n', 'begin with v=0'],
  ['v=0\r\ns=-\r\n', 'o= line is missing'],
  ['v=0\r\no=x\r\n', 'o= line is broken'],
  [`${HEAD}m=audio x RTP/AVP 0\r\n`, 'm= line'],
  [`${HEAD}m=audio 70000 RTP/AVP 0\r\n`, 'm= line'],
  [`${HEAD}m=audio 5004 RTP/AVP\r\n`, 'm= line'],
  ['v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nc=IN IP4\r\n', 'c= line'],
  [`${HEAD}${'a=x\r\n'.repeat(600)}`, 'too many lines'],
  [`${HEAD}${'m=audio 0 RTP/AVP 0\r\n'.repeat(20)}`, 'too many m='],
  ['v=0\r\n'.repeat(9000), 'too long'],
])('refused with 400: %j', (text, message) => {
  const error = refused(text);
  expect(error).toMatchObject({ code: 'malformed', status: 400 });
  expect(error.message).toContain(message);
});
