import { PCMA, PCMU } from '../../../src/media/core/codec.js';
import { SdpNegotiator } from '../../../src/media/core/sdp-negotiation.js';

const negotiator = (): SdpNegotiator =>
  new SdpNegotiator({ host: '192.0.2.10', port: 20_000, codecs: [PCMU.spec, PCMA.spec], sessionId: '42' });
const offer = (media: string, connection = 'IN IP4 198.51.100.1'): string =>
  `v=0\r\no=- 7 3 IN IP4 198.51.100.1\r\ns=-\r\nc=${connection}\r\nt=0 0\r\n${media}`;
const AUDIO = 'm=audio 4000 RTP/AVP 0\r\n';

test.each<[string, string, number, number | undefined]>([
  ['IPv6', offer(AUDIO, 'IN IP6 ::1'), 488, 301],
  ['an address type nobody knows', offer(AUDIO, 'IN E164 1'), 488, 301],
  ['another network', offer(AUDIO, 'ATM NSAP 47'), 488, 300],
  ['SAVPF only', offer(AUDIO.replace('AVP', 'SAVPF')), 488, 302],
  ['DTLS', offer(AUDIO.replace('RTP/AVP', 'UDP/TLS/RTP/SAVP')), 488, 302],
  ['a codec we have not', offer('m=audio 4000 RTP/AVP 18\r\n'), 488, 305],
  ['video only', offer('m=video 4000 RTP/AVP 96\r\n'), 488, 304],
  ['audio that is switched off', offer('m=audio 0 RTP/AVP 0\r\n'), 488, 304],
  [
    'two audio lines, one of them only with the wrong codec',
    offer(`${AUDIO.replace('AVP', 'SAVP')}m=audio 4000 RTP/AVP 18\r\n`),
    488,
    305,
  ],
  ['no o=', offer(AUDIO).replace(/o=.*\r\n/, ''), 400, undefined],
  ['NUL at the end', `${offer(AUDIO)}\0`, 400, undefined],
  ['no SDP', 'hello', 400, undefined],
])('an offer that cannot be taken says why: %s', (_what, text, status, code) => {
  const result = negotiator().answerOffer(text);
  expect(result.ok ? undefined : [result.error.status, result.error.warning?.code]).toEqual([status, code]);
});

describe('a later offer that leaves no audio', () => {
  test.each([
    ['a change to fax', 'm=audio 0 RTP/AVP 0\r\nm=image 4100 udptl t38\r\n', 304],
    ['fax in the place of the audio', 'm=image 4100 udptl t38\r\n', 304],
    ['video in its place', 'm=audio 0 RTP/AVP 0\r\nm=video 4100 RTP/AVP 96\r\n', 304],
    ['another transport', AUDIO.replace('AVP', 'SAVP'), 302],
  ])('%s: 488, and the session stays as it was', (_what, media, code) => {
    const agent = negotiator();
    expect(agent.answerOffer(offer(AUDIO)).ok).toBe(true);
    const before = { agreed: agent.agreed, sdp: agent.currentSdp };
    const result = agent.answerOffer(offer(media));
    expect(result.ok ? undefined : [result.error.status, result.error.warning?.code]).toEqual([488, code]);
    expect({ agreed: agent.agreed, sdp: agent.currentSdp }).toEqual(before);
  });

  test('all streams off and nothing else: a mute, answered with port 0', () => {
    const agent = negotiator();
    agent.answerOffer(offer(AUDIO));
    const result = agent.answerOffer(offer('m=audio 0 RTP/AVP 0\r\nm=image 0 udptl t38\r\n'));
    expect(result.ok && result.value.media.held).toBe(true);
  });
});
