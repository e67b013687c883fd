import { RtpPacket } from 'rtp.js/packets';
import { seededRng } from '../../../src/kernel/rng.js';
import { rtpTs } from '../../../src/kernel/time.js';
import { isRtcpDatagram, parseRtp, rtpFields, writeRtpHeader } from '../../../src/media/core/rtp-packet.js';

function bytesOf(packet: RtpPacket): Uint8Array {
  packet.serialize();
  const view = packet.getView();
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

describe('parseRtp agrees with rtp.js', () => {
  test.each([
    ['plain', (_: RtpPacket) => undefined],
    ['with CSRCs', (packet: RtpPacket) => packet.setCsrcs([1, 2, 0xffffffff])],
    [
      'with a header extension',
      (packet: RtpPacket) => {
        packet.enableOneByteExtensions();
        packet.setExtension(1, new DataView(Uint8Array.of(9, 9, 9).buffer));
      },
    ],
    ['with padding', (packet: RtpPacket) => packet.padTo4Bytes()],
    [
      'with the marker and the largest values',
      (packet: RtpPacket) => {
        packet.setMarker(true);
        packet.setSequenceNumber(65_535);
        packet.setTimestamp(0xffffffff);
        packet.setSsrc(0xffffffff);
        packet.setPayloadType(127);
      },
    ],
  ])('%s', (_name, change) => {
    const packet = new RtpPacket();
    packet.setPayloadType(8);
    packet.setSequenceNumber(4660);
    packet.setTimestamp(0x89abcdef);
    packet.setSsrc(0xdeadbeef);
    packet.setPayload(new DataView(Uint8Array.of(1, 2, 3, 4, 5).buffer));
    change(packet);
    const data = bytesOf(packet);
    const fields = rtpFields();
    expect(parseRtp(data, fields)).toBe(true);
    expect({
      payloadType: fields.payloadType,
      marker: fields.marker,
      sequence: fields.sequence,
      timestamp: fields.timestamp,
      ssrc: fields.ssrc,
    }).toEqual({
      payloadType: packet.getPayloadType(),
      marker: packet.getMarker(),
      sequence: packet.getSequenceNumber(),
      timestamp: packet.getTimestamp(),
      ssrc: packet.getSsrc(),
    });
    expect([...data.subarray(fields.payloadStart, fields.payloadEnd)]).toEqual([1, 2, 3, 4, 5]);
  });

  test('what we write, rtp.js reads', () => {
    const data = new Uint8Array(15);
    writeRtpHeader(data, 101, true, 65_535, rtpTs(0xfffffff0), 0x80000001);
    data.set([7, 8, 9], 12);
    const packet = new RtpPacket(new DataView(data.buffer));
    expect(packet.dump()).toMatchObject({
      payloadType: 101,
      marker: true,
      sequenceNumber: 65_535,
      timestamp: 0xfffffff0,
      ssrc: 0x80000001,
      payloadLength: 3,
    });
  });
});

describe('parseRtp refuses', () => {
  const header = (first: number): number[] => [first, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
  test.each([
    ['nothing at all', []],
    ['one byte', [0x80]],
    ['eleven bytes', header(0x80).slice(0, 11)],
    ['version 1', header(0x40)],
    ['CSRCs beyond the end', header(0x8f)],
    ['an extension header beyond the end', header(0x90)],
    ['an extension body beyond the end', [...header(0x90), 0xbe, 0xde, 0xff, 0xff]],
    ['padding of zero', [...header(0xa0), 0]],
    ['padding longer than the payload', [...header(0xa0), 1, 2, 9]],
  ])('%s', (_name, bytes) => {
    expect(parseRtp(Uint8Array.from(bytes), rtpFields())).toBe(false);
  });
});

test('a packet may be all header, and padding may be all payload', () => {
  const fields = rtpFields();
  expect(parseRtp(Uint8Array.of(0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1), fields)).toBe(true);
  expect(fields.payloadEnd - fields.payloadStart).toBe(0);
  expect(parseRtp(Uint8Array.of(0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2), fields)).toBe(true);
  expect(fields.payloadEnd - fields.payloadStart).toBe(0);
});

test('RTCP is told from RTP by its packet type', () => {
  const datagram = (type: number): Uint8Array => Uint8Array.of(0x80, type, 0, 1, 0, 0, 0, 0);
  expect(isRtcpDatagram(datagram(200))).toBe(true);
  expect(isRtcpDatagram(datagram(223))).toBe(true);
  expect(isRtcpDatagram(datagram(0))).toBe(false);
  // Payload type 101 with the marker bit.
  expect(isRtcpDatagram(datagram(0x80 | 101))).toBe(false);
  expect(isRtcpDatagram(new Uint8Array(7))).toBe(false);
});

test('random bytes never throw', () => {
  const rng = seededRng(5);
  for (let i = 0; i < 2000; i++) {
    const data = Uint8Array.from({ length: rng.uint32() % 40 }, () => rng.uint32() & 0xff);
    expect(() => parseRtp(data, rtpFields())).not.toThrow();
  }
});
