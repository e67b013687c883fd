import { parseAddress } from '../../../src/sipserver/core/header-values.js';
import { StreamFramer } from '../../../src/sipserver/core/stream-framer.js';
import { ALLOW as CALL_ALLOW } from '../../../src/call/srf-port.js';
import { ALLOW } from '../../../src/sipserver/core/screening.js';
import { answer, EngineRig, establish, order, request, SDP } from './engine-rig.js';

describe('Contact, From and To without brackets', () => {
  test.each([
    ['sip:x@h;+sip.instance="<urn:uuid:1>"', 'sip:x@h', '+sip.instance'],
    ['sip:x@h:5080;q=0.5;+sip.instance="<urn:x>";reg-id=1', 'sip:x@h:5080', 'reg-id'],
    ['"A < B" <sip:x@h>;tag=1', 'sip:x@h', 'tag'],
    ['Anna <sip:x@h>;+sip.instance="<urn:x>"', 'sip:x@h', '+sip.instance'],
  ])('%s', (value, uri, name) => {
    const address = parseAddress(value);
    expect(address?.uri).toBe(uri);
    expect(address?.params.map((p) => p.name)).toContain(name);
  });

  test('an INVITE with brackets in a quoted parameter is taken, and handed on in brackets', () => {
    const rig = new EngineRig();
    rig.takeFrames();
    rig.receive(request('INVITE', { body: SDP, contact: 'sip:peer@192.0.2.9:5090;+sip.instance="<urn:x>"' }));
    expect(rig.takeWire().at(-1)).toBe('100 INVITE');
    expect(rig.takeFrames()[0]?.payload).toContain(
      'Contact: <sip:peer@192.0.2.9:5090>;+sip.instance="<urn:x>"\r\n',
    );
  });

  test('a Contact of the application without brackets gets them, in requests and answers', () => {
    const rig = new EngineRig();
    rig.command(
      'sip||',
      order('INVITE', 'sip:b@192.0.2.9', { body: SDP, extra: ['Contact: sip:foo@localhost'] }),
    );
    expect(rig.lastRequest().headers.get('contact')).toBe('<sip:foo@192.0.2.1:5060>');
    rig.receive(request('INVITE', { body: SDP }));
    rig.command(
      `sip|${rig.lastTransaction()}|`,
      answer(200, 'OK', { body: SDP, extra: ['Contact: sip:foo@localhost'] }),
    );
    expect(rig.lastResponse().headers.get('contact')).toBe('<sip:foo@192.0.2.1:5060>');
  });
});

test('maddr in a Contact: requests of the call go there', () => {
  const rig = new EngineRig();
  const { dialog } = establish(rig, { contact: '<sip:joe@192.0.2.77;maddr=192.0.2.9>' });
  rig.command(`sip||${dialog}`, order('BYE', 'sip:placeholder'));
  expect(rig.sent.at(-1)?.hop).toMatchObject({ address: '192.0.2.9', port: 5060 });
  expect(rig.lastRequest().uri).toBe('sip:joe@192.0.2.77;maddr=192.0.2.9');
});

describe('messages beyond the bounds: 513', () => {
  test.each([
    ['a field of 20,000 characters', request('INVITE', { extra: [`X-Long: ${'a'.repeat(20_000)}`] })],
    [
      'the same in front of the headers that count',
      request('INVITE').replace('Via:', `X-Long: ${'a'.repeat(20_000)}\r\nVia:`),
    ],
    [
      'a folded field that grows',
      request('OPTIONS', { extra: ['X: a', ...new Array<string>(2000).fill(' 0123456789')] }),
    ],
    ['300 fields', request('INVITE', { extra: new Array<string>(300).fill('X-A: b') })],
    [
      '300 fields in front of the headers that count',
      request('INVITE').replace('Via:', `${'X-A: b\r\n'.repeat(300)}Via:`),
    ],
  ])('%s', (_what, text) => {
    const rig = new EngineRig();
    rig.takeSent();
    rig.receive(text);
    expect(rig.sent.map(({ message }) => message.kind === 'response' && message.status)).toEqual([513]);
    expect(rig.sent[0]?.text.length).toBeLessThan(600);
    expect(rig.stats.active.serverTransactions).toBe(0);
  });
});

describe('answers without state go where the Via says', () => {
  const via = 'Via: SIP/2.0/UDP 192.0.2.200:5077;branch=z9hG4bKx';
  test.each([
    ['no CSeq number', request('INVITE', { via }).replace('CSeq: 1 ', 'CSeq: x ')],
    ['broken start line', request('INVITE', { via }).replace('INVITE sip:agent', 'INVITE  sip:ag ent')],
    [
      'another version',
      request('OPTIONS', { via: via.replace('SIP/2.0', 'SIP/7.0') }).replace('5060 SIP/2.0', '5060 SIP/7.0'),
    ],
  ])('%s', (_what, text) => {
    const rig = new EngineRig();
    rig.takeSent();
    rig.receive(text, { port: 33_333 });
    expect(rig.sent[0]?.hop).toMatchObject({ address: '192.0.2.9', port: 5077 });
    expect(rig.sent[0]?.message.headers.get('via')).toContain(';received=192.0.2.9');
  });

  test('505 says what is wrong', () => {
    const rig = new EngineRig();
    rig.receive(
      request('OPTIONS', { via: 'Via: SIP/7.0/UDP 192.0.2.9' }).replace('5060 SIP/2.0', '5060 SIP/7.0'),
    );
    expect(rig.lastResponse()).toMatchObject({ status: 505, reason: 'Version Not Supported' });
  });
});

test.each([8_193, 60_000])('a Request-URI of %d characters: 414, not silence', (length) => {
  const rig = new EngineRig();
  rig.receive(request('INVITE').replace('sip:agent@', `sip:${'a'.repeat(length)}@`));
  expect(rig.takeWire()).toEqual(['414 INVITE']);
});

test.each(['<<<>>>', '<sip:p.example;lr>, nonsense', '<sip:>'])('Record-Route: %s: 400', (value) => {
  const rig = new EngineRig();
  rig.receive(request('INVITE', { extra: [`Record-Route: ${value}`] }));
  expect(rig.takeWire()).toEqual(['400 INVITE']);
});

describe('what is offered', () => {
  test('OPTIONS: Allow, Accept, Accept-Encoding, Accept-Language, Supported', () => {
    const rig = new EngineRig();
    rig.receive(request('OPTIONS'));
    const { headers } = rig.lastResponse();
    expect(
      ['allow', 'accept', 'accept-encoding', 'accept-language', 'supported'].map((key) => headers.get(key)),
    ).toEqual([ALLOW, 'application/sdp, multipart/mixed', 'identity', 'en', '100rel']);
  });

  test('one Allow everywhere: 405, 501, and what the call leg says', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    for (const text of [
      request('REGISTER', { cseq: 2, toTag }),
      request('DANCE', { callId: 'd' }),
      request('PUBLISH', { callId: 'e' }),
    ]) {
      rig.receive(text);
      expect(rig.lastResponse().headers.get('allow')).toBe(CALL_ALLOW);
    }
  });

  test("SUBSCRIBE in a call is the application's to refuse", () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('SUBSCRIBE', { cseq: 2, toTag }));
    expect(rig.takeFrames().at(-1)?.payload).toMatch(/^SUBSCRIBE /);
  });
});

test('a TLS hello on the TCP port breaks the stream at once', () => {
  const framer = new StreamFramer();
  const events: string[] = [];
  framer.push(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01), ({ type }) => events.push(type));
  expect(events).toEqual(['broken']);
});
