import { seededRng } from '../../../../src/kernel/rng.js';
import { audioMessage, AudioSocketReader } from '../../../../src/call/pbx/core/audiosocket.js';
import { channelMessage } from '../../../../src/call/pbx/core/chan-websocket.js';
import { PcmBytes, toJambonz } from '../../../../src/call/pbx/core/jambonz-audio.js';
import { parseSignature } from '../../../../src/call/pbx/core/signature.js';

const UUID = Uint8Array.of(0x01, 0, 16, ...Array.from({ length: 16 }, (_, i) => i));
const pcm = Int16Array.from({ length: 160 }, (_, i) => i * 200 - 16_000);

describe('AudioSocket', () => {
  test('messages come out whole, wherever the stream is cut', () => {
    const stream = Buffer.concat([
      UUID,
      audioMessage(pcm),
      Uint8Array.of(0x03, 0, 1, 0x35),
      Uint8Array.of(0, 0, 0),
    ]);
    for (let size = 1; size < 40; size++) {
      const reader = new AudioSocketReader();
      const messages = [];
      for (let at = 0; at < stream.length; at += size) {
        messages.push(...reader.push(stream.subarray(at, at + size)));
      }
      expect(messages).toEqual([
        { type: 'uuid', uuid: '00010203-0405-0607-0809-0a0b0c0d0e0f' },
        { type: 'audio', rateHz: 8000, pcm },
        { type: 'dtmf', key: '5' },
        { type: 'hangup' },
      ]);
    }
  });

  test('other rates, unknown kinds, comfort noise and malformed payloads are told apart, not thrown', () => {
    const reader = new AudioSocketReader();
    const types = reader
      .push(Uint8Array.of(0x12, 0, 2, 1, 0, 0x7f, 0, 1, 9, 0x01, 0, 2, 1, 2, 0x03, 0, 0, 0xff, 0, 1, 4))
      .map(({ type }) => type);
    expect(types).toEqual(['audio', 'unknown', 'unknown', 'unknown', 'error']);
  });

  test('any bytes give messages and never throw', () => {
    const rng = seededRng(7);
    const reader = new AudioSocketReader();
    for (let i = 0; i < 2000; i++) {
      const bytes = Uint8Array.from({ length: Math.floor(rng.float() * 200) }, () =>
        Math.floor(rng.float() * 256),
      );
      expect(() => reader.push(bytes)).not.toThrow();
    }
  });
});

describe('audio for Jambonz', () => {
  test('an odd byte waits for the next frame', () => {
    const bytes = toJambonz(pcm);
    const reader = new PcmBytes();
    const pieces = [0, 3, 10, 77].map((from, i, all) => reader.push(bytes.subarray(from, all[i + 1])));
    expect(pieces.flatMap((piece) => [...piece])).toEqual([...pcm]);
  });

  test('a sample of -1, which is a mark there, becomes silence', () => {
    expect([...toJambonz(Int16Array.of(-1, 1, -2))]).toEqual([0, 0, 1, 0, 0xfe, 0xff]);
  });
});

test('what a channel says of itself, and what is none of it', () => {
  expect(
    channelMessage(
      '{"event":"MEDIA_START","format":"slin","optimal_frame_size":320,"channel_variables":{"A":"b"}}',
    ),
  ).toEqual({
    type: 'start',
    format: 'slin',
    frameBytes: 320,
    variables: { A: 'b' },
  });
  expect(channelMessage('{"event":"DTMF_END","digit":"#"}')).toEqual({
    type: 'event',
    event: { type: 'dtmf', digit: '#' },
  });
  expect(channelMessage('{"event":"MEDIA_XOFF"}')).toEqual({ type: 'flow', open: false });
  for (const text of ['', '[]', 'MEDIA_START format:slin', '{"event":"DTMF_END","digit":"12"}', 'null']) {
    expect(channelMessage(text)).toEqual({ type: 'other' });
  }
});

test('signature headers: several signatures, none, garbage', () => {
  const hex = 'a'.repeat(64);
  expect(parseSignature(`t=1700000000,v1=${hex},v1=${hex}`)).toEqual({
    timestampS: 1_700_000_000,
    signatures: [hex, hex],
  });
  for (const header of [undefined, '', `v1=${hex}`, 't=1', `t=x,v1=${hex}`, `t=1,v1=${hex.slice(1)}`]) {
    expect(parseSignature(header)).toBeUndefined();
  }
});
