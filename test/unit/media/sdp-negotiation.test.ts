import { G722, PCMA, PCMU, type CodecSpec } from '../../../src/media/core/codec.js';
import { SdpNegotiator, type NegotiatedMedia } from '../../../src/media/core/sdp-negotiation.js';
import { parseSdp } from '../../../src/media/core/sdp.js';

const OPUS: CodecSpec = {
  name: 'opus',
  clockRateHz: 48_000,
  channels: 2,
  payloadType: 111,
  fmtp: 'useinbandfec=1',
};
const SPECS = [PCMU.spec, PCMA.spec];

function negotiator(o: { host?: string; codecs?: CodecSpec[]; rtcpPort?: number } = {}): SdpNegotiator {
  return new SdpNegotiator({ host: '192.0.2.10', port: 20_000, codecs: SPECS, sessionId: '42', ...o });
}

function offer(media: string, connection = 'IN IP4 198.51.100.1', session = ''): string {
  return `v=0\r\no=- 7 3 IN IP4 198.51.100.1\r\ns=-\r\nc=${connection}\r\nt=0 0\r\n${session}${media}`;
}

function answered(to: SdpNegotiator, text: string): { sdp: string; media: NegotiatedMedia } {
  const result = to.answerOffer(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const lines = (sdp: string): string[] => sdp.split('\r\n').filter((line) => line !== '');
const version = (sdp: string): string => (lines(sdp)[1] as string).split(' ')[2] as string;
const AUDIO = 'm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n';

describe('answering', () => {
  test('the whole answer, to the line', () => {
    const { sdp, media } = answered(negotiator(), offer(AUDIO));
    expect(lines(sdp)).toEqual([
      'v=0',
      'o=leibniz 42 1 IN IP4 192.0.2.10',
      's=-',
      'c=IN IP4 192.0.2.10',
      't=0 0',
      'm=audio 20000 RTP/AVP 8 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=sendrecv',
    ]);
    expect(sdp.endsWith('\r\n')).toBe(true);
    expect(media).toEqual({
      send: { payloadType: 8, codec: 'PCMA' },
      receive: [{ payloadType: 8, codec: 'PCMA' }],
      dtmf: { send: 101, receive: 101, clockRateHz: 8000 },
      packetMs: 20,
      remote: { host: '198.51.100.1', port: 4000 },
      remoteRtcp: { host: '198.51.100.1', port: 4001 },
      rtcpMux: false,
      direction: 'sendrecv',
      held: false,
    });
  });

  test('our list decides among codecs of different worth, whatever stands first in the offer', () => {
    const codecs = [OPUS, G722.spec, ...SPECS];
    const both = offer('m=audio 4000 RTP/AVP 0 9 96\r\na=rtpmap:96 opus/48000/2\r\n');
    const choice = (own: CodecSpec[]): string => answered(negotiator({ codecs: own }), both).media.send.codec;
    expect(choice(codecs)).toBe('opus');
    expect(choice([G722.spec, OPUS, ...SPECS])).toBe('G722');
    expect(choice([...SPECS, G722.spec])).toBe('PCMU');
    expect(answered(negotiator({ codecs }), both).sdp).toContain('m=audio 20000 RTP/AVP 96\r\n');
  });

  test('G.722 says 8000 although its audio has 16 kHz; 16000 is another codec', () => {
    const codecs = [G722.spec, ...SPECS];
    expect(answered(negotiator({ codecs }), offer('m=audio 4000 RTP/AVP 9 0\r\n')).sdp).toContain(
      'a=rtpmap:9 G722/8000\r\n',
    );
    const wrong = offer('m=audio 4000 RTP/AVP 98 0\r\na=rtpmap:98 G722/16000\r\n');
    expect(answered(negotiator({ codecs }), wrong).media.send.codec).toBe('PCMU');
  });

  test('what the peer wants to be sent of Opus is kept', () => {
    const text =
      'm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 maxplaybackrate=8000; usedtx=1\r\n';
    expect(answered(negotiator({ codecs: [OPUS] }), offer(text)).media.sendFmtp).toBe(
      'maxplaybackrate=8000; usedtx=1',
    );
  });

  test('a re-INVITE may change the codec and back', () => {
    const agent = negotiator({ codecs: [G722.spec, ...SPECS] });
    const codec = (formats: string): string =>
      answered(agent, offer(`m=audio 4000 RTP/AVP ${formats}\r\n`)).media.send.codec;
    expect([codec('0'), codec('9 0'), codec('8')]).toEqual(['PCMU', 'G722', 'PCMA']);
  });

  test('mu-law and A-law are equal to us: the offer decides', () => {
    expect(answered(negotiator(), offer('m=audio 4000 RTP/AVP 18 0 8\r\n')).media.send.codec).toBe('PCMU');
    expect(answered(negotiator(), offer('m=audio 4000 RTP/AVP 18 8 0\r\n')).media.send.codec).toBe('PCMA');
  });

  test('G.711 under a dynamic payload type keeps that number', () => {
    const { sdp, media } = answered(
      negotiator(),
      offer('m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 pcmu/8000\r\n'),
    );
    expect(media.send).toEqual({ payloadType: 96, codec: 'PCMU' });
    expect(sdp).toContain('a=rtpmap:96 PCMU/8000');
  });

  test('Opus only where it is enabled', () => {
    const text = offer('m=audio 4000 RTP/AVP 120 0\r\na=rtpmap:120 opus/48000/2\r\n');
    expect(answered(negotiator(), text).media.send.codec).toBe('PCMU');
    const { sdp, media } = answered(negotiator({ codecs: [OPUS, ...SPECS] }), text);
    expect(media.send).toEqual({ payloadType: 120, codec: 'opus' });
    expect(sdp).toContain('a=rtpmap:120 opus/48000/2\r\na=fmtp:120 useinbandfec=1');
  });

  test('telephone events on the clock of the codec are preferred, another clock is taken', () => {
    const both =
      'm=audio 4000 RTP/AVP 0 110 101\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\n';
    expect(answered(negotiator(), offer(both)).media.dtmf?.receive).toBe(101);
    const other = 'm=audio 4000 RTP/AVP 0 110\r\na=rtpmap:110 telephone-event/48000\r\n';
    expect(answered(negotiator(), offer(other)).media.dtmf).toEqual({
      send: 110,
      receive: 110,
      clockRateHz: 48_000,
    });
    expect(answered(negotiator(), offer('m=audio 4000 RTP/AVP 0\r\n')).media.dtmf).toBeUndefined();
  });

  test('other m-lines are refused in their place, the first usable audio is taken', () => {
    const { sdp } = answered(
      negotiator(),
      offer(
        `m=video 6000 RTP/AVP 96 97\r\nm=audio 4002 RTP/SAVP 0\r\n${AUDIO}m=audio 4004 RTP/AVP 0\r\nm=image 7000 udptl t38\r\n`,
      ),
    );
    expect(lines(sdp).filter((line) => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96 97',
      'm=audio 0 RTP/SAVP 0',
      'm=audio 20000 RTP/AVP 8 101',
      'm=audio 0 RTP/AVP 0',
      'm=image 0 udptl t38',
    ]);
  });

  test.each([
    ['ptime 20', 'a=ptime:20\r\n', 20],
    ['nothing', '', 20],
    ['ptime 30', 'a=ptime:30\r\n', 30],
    ['ptime 60', 'a=ptime:60\r\n', 60],
    ['ptime 200', 'a=ptime:200\r\n', 60],
    ['ptime 10', 'a=ptime:10\r\n', 10],
    ['ptime 5', 'a=ptime:5\r\n', 10],
    ['maxptime 10', 'a=maxptime:10\r\n', 10],
    ['ptime 40 with maxptime 30', 'a=ptime:40\r\na=maxptime:30\r\n', 30],
  ])('%s', (_name, attributes, packetMs) => {
    const { sdp, media } = answered(negotiator(), offer(`m=audio 4000 RTP/AVP 0\r\n${attributes}`));
    expect(media.packetMs).toBe(packetMs);
    expect(sdp).toContain('a=ptime:20\r\n');
  });

  test('rtcp-mux and a=rtcp', () => {
    const mux = answered(negotiator(), offer('m=audio 4000 RTP/AVP 0\r\na=rtcp-mux\r\n'));
    expect(mux.sdp).toContain('a=rtcp-mux');
    expect(mux.media).toMatchObject({ rtcpMux: true, remoteRtcp: { host: '198.51.100.1', port: 4000 } });
    const split = answered(
      negotiator({ rtcpPort: 30_000 }),
      offer('m=audio 4000 RTP/AVP 0\r\na=rtcp:5555\r\n'),
    );
    expect(split.sdp).toContain('a=rtcp:30000');
    expect(split.media.remoteRtcp).toEqual({ host: '198.51.100.1', port: 5555 });
  });

  test.each([
    ['no audio', 'm=video 6000 RTP/AVP 96\r\n'],
    ['no m-line at all', ''],
    ['no codec of ours', 'm=audio 4000 RTP/AVP 18 9\r\n'],
    ['audio switched off', 'm=audio 0 RTP/AVP 0\r\n'],
    ['encrypted audio only', 'm=audio 4000 RTP/SAVP 0\r\n'],
  ])('488: %s', (_name, media) => {
    const result = negotiator().answerOffer(offer(media));
    expect(result).toMatchObject({ ok: false, error: { code: 'unsupported_media', status: 488 } });
  });

  test('488: the other address family', () => {
    const text = offer(AUDIO, 'IN IP6 2001:db8::1');
    expect(negotiator().answerOffer(text)).toMatchObject({ ok: false, error: { status: 488 } });
    const { sdp, media } = answered(negotiator({ host: '2001:db8::2' }), text);
    expect(media.remote?.host).toBe('2001:db8::1');
    expect(sdp).toContain('c=IN IP6 2001:db8::2');
  });

  test.each(['pbx.example.com', '224.0.0.1', '255.255.255.255', '0.1.2.3', '999.1.1.1'])(
    'audio is never sent to %s because the SDP says so',
    (address) => {
      expect(answered(negotiator(), offer(AUDIO, `IN IP4 ${address}`)).media.remote).toBeUndefined();
    },
  );
});

describe('hold in every form, and back', () => {
  const basic = 'm=audio 4000 RTP/AVP 0\r\n';
  test.each([
    ['a=sendonly', offer(`${basic}a=sendonly\r\n`), 'recvonly'],
    ['a=inactive', offer(`${basic}a=inactive\r\n`), 'inactive'],
    ['at the session level', offer(basic, undefined, 'a=sendonly\r\n'), 'recvonly'],
    ['c=0.0.0.0, direction implied', offer(basic, 'IN IP4 0.0.0.0'), 'recvonly'],
    ['c=0.0.0.0 with a=inactive', offer(`${basic}a=inactive\r\n`, 'IN IP4 0.0.0.0'), 'inactive'],
    ['c=0.0.0.0 on the m-line', offer(`${basic}c=IN IP4 0.0.0.0\r\n`), 'recvonly'],
    ['port 0', offer('m=audio 0 RTP/AVP 0\r\n'), 'inactive'],
  ])('%s', (_name, hold, direction) => {
    const agent = negotiator();
    const first = answered(agent, offer(basic));
    const held = answered(agent, hold);
    expect(held.media).toMatchObject({ held: true, direction });
    if (!hold.includes('m=audio 0')) expect(held.sdp).toContain(`a=${direction}\r\n`);
    else expect(held.sdp).toContain('m=audio 0 RTP/AVP 0\r\n');
    const back = answered(agent, offer(basic));
    expect(back.media).toEqual(first.media);
    expect([version(first.sdp), version(held.sdp), version(back.sdp)]).toEqual(['1', '2', '3']);
  });

  test('a=recvonly is not hold: only we speak', () => {
    const { sdp, media } = answered(negotiator(), offer(`${basic}a=recvonly\r\n`));
    expect(media).toMatchObject({ held: false, direction: 'sendonly' });
    expect(sdp).toContain('a=sendonly');
  });
});

describe('re-INVITE', () => {
  test('a refresh with the same offer keeps the version', () => {
    const agent = negotiator();
    const first = answered(agent, offer(AUDIO));
    expect(answered(agent, offer(AUDIO)).sdp).toBe(first.sdp);
  });

  test('a refused offer changes nothing', () => {
    const agent = negotiator();
    const first = answered(agent, offer(AUDIO));
    expect(agent.answerOffer(offer('m=audio 4000 RTP/AVP 18\r\n')).ok).toBe(false);
    expect(agent.answerOffer('garbage').ok).toBe(false);
    expect(agent.currentSdp).toBe(first.sdp);
    expect(agent.agreed).toEqual(first.media);
  });

  test('the codec and the address may change', () => {
    const agent = negotiator();
    answered(agent, offer('m=audio 4000 RTP/AVP 0\r\n'));
    const { media } = answered(agent, offer('m=audio 4444 RTP/AVP 8\r\n', 'IN IP4 203.0.113.5'));
    expect(media).toMatchObject({ send: { codec: 'PCMA' }, remote: { host: '203.0.113.5', port: 4444 } });
  });

  test('our own later offer keeps the m-lines and payload types of the session', () => {
    const agent = negotiator();
    answered(
      agent,
      offer(
        `m=video 6000 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 96 100\r\na=rtpmap:96 PCMA/8000\r\na=rtpmap:100 telephone-event/8000\r\n`,
      ),
    );
    const text = agent.createOffer();
    expect(lines(text).filter((line) => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 20000 RTP/AVP 0 96 100',
    ]);
  });
});

describe('offering', () => {
  test('delayed offer: we offer everything, the peer picks', () => {
    const agent = negotiator();
    expect(agent.currentSdp).toBe('');
    const text = agent.createOffer();
    expect(lines(text)).toContain('m=audio 20000 RTP/AVP 0 8 101');
    const result = agent.acceptAnswer(
      offer('m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n'),
    );
    expect(result).toMatchObject({
      ok: true,
      value: {
        send: { payloadType: 8, codec: 'PCMA' },
        receive: [
          { payloadType: 0, codec: 'PCMU' },
          { payloadType: 8, codec: 'PCMA' },
        ],
        dtmf: { send: 101, receive: 101 },
        held: false,
      },
    });
  });

  test('telephone events are offered on the clock of every codec (RFC 4733 section 2.1)', () => {
    const agent = negotiator({ codecs: [OPUS, G722.spec, ...SPECS] });
    const text = agent.createOffer();
    expect(lines(text)).toEqual(
      expect.arrayContaining([
        'm=audio 20000 RTP/AVP 111 9 0 8 101 110',
        'a=rtpmap:111 opus/48000/2',
        'a=rtpmap:9 G722/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=rtpmap:110 telephone-event/48000',
      ]),
    );
    const answer = offer('m=audio 4000 RTP/AVP 9 101\r\na=rtpmap:101 telephone-event/8000\r\n');
    expect(agent.acceptAnswer(answer)).toMatchObject({
      ok: true,
      value: { send: { codec: 'G722' }, dtmf: { send: 101, receive: 101, clockRateHz: 8000 } },
    });
  });

  test('of an answer with several codecs the first one is spoken (RFC 3264 section 7)', () => {
    const agent = negotiator({ codecs: [G722.spec, ...SPECS] });
    agent.createOffer();
    const result = agent.acceptAnswer(offer('m=audio 4000 RTP/AVP 8 9\r\n'));
    expect(result).toMatchObject({ ok: true, value: { send: { codec: 'PCMA' } } });
  });

  test('the payload types of the answer may differ from ours', () => {
    const agent = negotiator({ codecs: [OPUS] });
    agent.createOffer();
    const result = agent.acceptAnswer(
      offer(
        'm=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n',
      ),
    );
    expect(result).toMatchObject({
      ok: true,
      value: {
        send: { payloadType: 96 },
        receive: [{ payloadType: 111 }],
        dtmf: { send: 97, receive: 110, clockRateHz: 48_000 },
      },
    });
  });

  test('an answer without an offer is 491, one that refuses the audio 488, one that is no SDP 400', () => {
    expect(negotiator().acceptAnswer(offer(AUDIO))).toMatchObject({
      ok: false,
      error: { code: 'no_offer', status: 491 },
    });
    const agent = negotiator();
    agent.createOffer();
    expect(agent.acceptAnswer(offer('m=audio 0 RTP/AVP 0\r\n'))).toMatchObject({
      ok: false,
      error: { status: 488 },
    });
    expect(agent.acceptAnswer('x')).toMatchObject({ ok: false, error: { status: 400 } });
  });

  test('two of us understand each other', () => {
    const caller = negotiator({ host: '192.0.2.1' });
    const callee = negotiator({ host: '192.0.2.2' });
    const { sdp, media } = answered(callee, caller.createOffer());
    expect(caller.acceptAnswer(sdp)).toMatchObject({ ok: true, value: { send: media.send } });
    expect(parseSdp(sdp).ok).toBe(true);
  });
});
