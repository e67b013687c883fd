import { availableCodecs } from '../../../src/media/codecs.js';
import type { Codec } from '../../../src/media/core/codec.js';
import { opusFrameMs, opusPacketMs } from '../../../src/media/core/opus-packet.js';
import { loadOpus } from '../../../src/media/opus.js';
import { seededRng } from '../../../src/kernel/rng.js';

const opus = await loadOpus();
const withOpus = opus.ok ? describe : describe.skip;
if (!opus.ok) process.stderr.write(`skipped: Opus, ${opus.reason}\n`);

const create = (): Codec => {
  if (!opus.ok) throw new Error(opus.reason);
  return opus.codec.create();
};

const tone = (hz: number, ms: number, amplitude = 8000): Int16Array =>
  Int16Array.from({ length: ms * 16 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 16_000));

/** 20 ms packets of a signal, encoded by a codec. */
function packets(codec: Codec, pcm: Int16Array): Uint8Array[] {
  const out = new Uint8Array(2000);
  const made: Uint8Array[] = [];
  for (let at = 0; at + 320 <= pcm.length; at += 320) {
    made.push(out.slice(0, codec.encode(pcm.subarray(at, at + 320), out, 0)));
  }
  return made;
}

const rms = (pcm: Int16Array): number =>
  Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / Math.max(1, pcm.length));

describe('what an installation can speak', () => {
  test('the wanted codecs in the wanted order; Opus is left out with its reason where the package is missing', async () => {
    const inventory = await availableCodecs(['opus', 'pcma', 'g722'], () =>
      loadOpus(() => Promise.reject(new Error('Cannot find package\nat somewhere'))),
    );
    expect(inventory.codecs.map(({ spec }) => spec.name)).toEqual(['PCMA', 'G722']);
    expect(inventory.missing).toEqual([
      { name: 'opus', reason: '@discordjs/opus does not load: Cannot find package' },
    ]);
  });

  test('a package without an encoder is no Opus', async () => {
    expect(await loadOpus(() => Promise.resolve({}))).toMatchObject({ ok: false });
  });
});

describe('the head of an Opus packet (RFC 6716 section 3)', () => {
  test.each([
    ['SILK, wideband, 20 ms, one frame', [0x48, 1, 2, 3], 20],
    ['SILK, 60 ms', [0x18, 1], 60],
    ['CELT, 2.5 ms', [0xe0, 1], 2.5],
    ['two frames of equal length', [0x49, 1, 2], 40],
    ['two frames of equal length, an odd rest', [0x49, 1], -1],
    ['two frames, the first of one byte', [0x4a, 1, 9, 9], 40],
    ['two frames, the first longer than the packet', [0x4a, 200, 9], -1],
    ['three frames', [0x4b, 3, 0, 0, 0], 60],
    ['more than 120 ms', [0x4b, 7], -1],
    ['no frame', [0x4b, 0], -1],
    ['a frame that was not sent (DTX)', [0x48], 20],
    ['nothing', [], -1],
  ])('%s', (_name, bytes, ms) => {
    expect(opusPacketMs(Uint8Array.from(bytes))).toBe(ms);
  });

  test('hybrid frames', () => {
    expect([opusFrameMs(12 << 3), opusFrameMs(13 << 3)]).toEqual([10, 20]);
  });
});

withOpus('Opus at 16 kHz', () => {
  test('the upper half of the band comes through', () => {
    const sender = create();
    const receiver = create();
    const out = new Int16Array(1920);
    let heard = new Int16Array(0);
    for (const packet of packets(sender, tone(5000, 400))) {
      expect(receiver.decode(packet, out)).toBe(320);
      heard = out.slice(0, 320);
    }
    expect(rms(heard)).toBeGreaterThan(2000);
  });

  test('the peer decides bandwidth and bit rate: narrowband stays narrow', () => {
    const sender = create();
    sender.configure?.('maxplaybackrate=8000; maxaveragebitrate=8000; usedtx=0');
    const made = packets(sender, tone(5000, 400));
    const receiver = create();
    const out = new Int16Array(1920);
    let last = 0;
    for (const packet of made) last = rms(out.slice(0, Math.max(0, receiver.decode(packet, out))));
    expect(last).toBeLessThan(1000);
    const bits = made.reduce((sum, { length }) => sum + 8 * length, 0);
    expect(bits / 0.4).toBeLessThan(14_000);
  });

  test('pauses are not sent where the peer wants it so (DTX)', () => {
    const sender = create();
    sender.configure?.('usedtx=1');
    packets(sender, tone(300, 200));
    const quiet = packets(sender, new Int16Array(16 * 2000));
    expect(quiet.filter(({ length }) => length <= 2).length).toBeGreaterThan(quiet.length / 2);
    const receiver = create();
    const out = new Int16Array(1920);
    for (const packet of quiet) expect(receiver.decode(packet, out)).toBe(320);
  });

  test('a lost packet is made up by the decoder: 20 ms that go on as the tone did', () => {
    const receiver = create();
    const out = new Int16Array(1920);
    expect(receiver.conceal?.(out)).toBe(0);
    for (const packet of packets(create(), tone(300, 400))) receiver.decode(packet, out);
    expect(receiver.conceal?.(out)).toBe(320);
    expect(rms(out.slice(0, 320))).toBeGreaterThan(2000);
  });

  test('malformed parameters and garbage packets do no harm', () => {
    const codec = create();
    for (const fmtp of [
      '',
      ';;;',
      'maxaveragebitrate=0',
      'maxplaybackrate=-1;x',
      'a=b=c;cbr=1',
      '9'.repeat(5000),
    ]) {
      codec.configure?.(fmtp);
    }
    const rng = seededRng(3);
    const out = new Int16Array(1920);
    for (let n = 0; n < 3000; n++) {
      const payload = Uint8Array.from({ length: n % 90 }, () => rng.uint32() & 255);
      const samples = codec.decode(payload, out);
      expect(samples).toBeGreaterThanOrEqual(-1);
      expect(samples).toBeLessThanOrEqual(1920);
    }
    expect(codec.encode(new Int16Array(320), new Uint8Array(2000), 0)).toBeGreaterThan(0);
  });
});
